"""What a person is told beside the data themselves: purposes, recipients, how long, her rights. (GDPR art. 15)

In plain Swedish and true to this system. Who answers for what is agreed between the partners: see
`docs/records-of-processing.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from participants.models import Consent, Participation
from partners.models import Project

Part = dict[str, object]  # A heading and its sentences.


def information(participation: Participation) -> list[Part]:
    project = participation.project
    return [
        {"title": _("Why data about you are kept"), "lines": _purposes(project)},
        {"title": _("Who gets to see them"), "lines": list(_recipients(participation))},
        {"title": _("Where they come from"), "lines": _sources()},
        {"title": _("How long they are kept"), "lines": _how_long(project)},
        {"title": _("Your rights"), "lines": _rights(project)},
    ]


def _purposes(project: Project) -> list[str]:
    names = {"project": project.name, "owner": project.owner.name}
    return [
        _("To support you on your way to work or education in the project %(project)s.") % names,
        _("To show the European Social Fund who took part and what it led to. The EU's rules require that.") % names,
        _("%(owner)s owns the project and answers for the register. Partners answer for what they write themselves.")
        % names,
        _("No decision about you is made by a computer alone."),
    ]


def _recipients(participation: Participation) -> Iterator[str]:
    yield _("Those who work in the project at %(owner)s.") % {"owner": participation.project.owner.name}
    consents = Consent.objects.lifting_secrecy().filter(participation=participation).select_related("organisation")
    if participation.participant.is_protected:
        yield _("Because your data are protected: only the people named under “Who follows you”.")
    else:
        names = sorted({consent.organisation.name for consent in consents})
        if names:
            yield _("Partners that you have said yes to, or that a law lets read: %(names)s.") % {
                "names": ", ".join(names)
            }
        else:
            yield _("No partner today: no consent is in force.")
    yield _("The Swedish ESF Council (Svenska ESF-rådet), which pays and checks, and the auditors of the EU.")
    yield _("Statistics Sweden (SCB), which makes the statistics. There your identity number is used.")
    yield _("Those who run the computer system, under an agreement and only to keep it running.")


def _sources() -> list[str]:
    return [
        _("Yourself; those who work with you in the project; and partners, as far as you have said yes to it."),
        _("At each row it says who wrote it. “What has been changed” tells when."),
    ]


def _how_long(project: Project) -> list[str]:
    if project.retention_until is None:
        lines = [
            _("How long is not decided yet. The EU's rules and the Accounting Act ask for several years."),
            _("Nothing is erased before the project office has set the day."),
        ]
    else:
        lines = [
            _("Until %(day)s. Source: %(source)s.")
            % {"day": project.retention_until.isoformat(), "source": project.retention_source},
            _("Then everything about you is erased. What stays is statistics in which nobody can be recognised."),
        ]
    if project.retention_held_on is not None:
        lines.append(_("A legal case or an audit that is not over may keep them longer."))
    return lines


def _rights(project: Project) -> list[str]:
    return [
        _("You may read everything: that is this extract. It costs nothing, and you may ask again."),
        _("You may ask to have what is wrong corrected. You have an answer within a month."),
        _("You may ask that something is not used while it is found out whether it is right."),
        _("You may withdraw a consent at any time. It closes at once."),
        _("You may ask to be erased. While the law says that the data must be kept, the answer is no, and why."),
        _("Turn to %(owner)s. You may also complain to the data protection authority: imy.se, 08-657 61 00.")
        % {"owner": project.owner.name},
    ]
