"""What may be referred to whom, and how it may be answered."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import DeclineReason, Participation, Referral
from participants.rules.frame import refused
from partners.models import Organisation, Partnership, Project, in_force


def may_be_told(participation: Participation, organisation: Organisation) -> bool:
    """Whether the organisation may hear of the person today: it owns the project, or secrecy is lifted for it."""
    return (
        organisation.pk == participation.project.owner_id
        or participation.consents.lifting_secrecy().filter(organisation=organisation).exists()
    )


def receivers_of_referrals(project: Project, sender: Organisation) -> QuerySet[Organisation]:
    """The partners of today, save the sender."""
    partners = Partnership.objects.filter(in_force(today()), project=project).values("organisation")
    return Organisation.objects.filter(pk__in=partners).exclude(pk=sender.pk).order_by("name")


def check_referral(participation: Participation, sender: Organisation, receiver: Organisation, message: str) -> None:
    if not receivers_of_referrals(participation.project, sender).filter(pk=receiver.pk).exists():
        raise refused(_("Choose another organisation that is a partner in the project today."), "to_organisation")
    if not message.strip():
        raise refused(_("Say what you ask for, so that the receiver can decide."), "message")


def check_referral_may_be_sent(referral: Referral, override_reason: str) -> None:
    """Only with the person's consent to the receiver, or by a named person who says why. (esf-rules.md 3.6)"""
    if referral.state != Referral.State.DRAFT:
        raise refused(_("This referral is already sent, or closed."))
    if may_be_told(referral.participation, referral.to_organisation):
        return
    if not override_reason.strip():
        raise refused(
            _("The person has not consented to %(name)s. Record a consent first; the draft can be saved meanwhile.")
            % {"name": referral.to_organisation},
            "to_organisation",
        )


def check_protected_referral(referral: Referral) -> None:
    """A protected person is shown to a named circle only: somebody at the receiver must be in it. (esf-rules.md 3.5)"""
    circle = referral.participation.care_team.filter(in_force(today()), organisation=referral.to_organisation)
    if referral.participation.participant.is_protected and not circle.exists():
        raise refused(
            _("A protected person is referred to somebody in her network. Ask the project office for access first."),
            "to_organisation",
        )


def check_referral_may_be_answered(referral: Referral) -> None:
    if referral.state != Referral.State.SENT:
        raise refused(
            _("This referral does not wait for an answer: %(state)s.") % {"state": referral.get_state_display()}
        )
    if referral.is_overdue:
        raise refused(_("The time to answer ended on %(day)s. Ask for a new referral.") % {"day": referral.answer_by})
    if referral.overridden_by_id is None and not may_be_told(referral.participation, referral.to_organisation):
        raise refused(_("The person's consent is no longer in force. The referral cannot be answered."))


def check_decline(reason: DeclineReason | None, suggested_to: Organisation | None, note: str) -> None:
    if reason is None:
        raise refused(_("Choose why. The sender reads it."), "reason")
    if reason.retired_on is not None and reason.retired_on < today():
        raise refused(_("This reason is no longer used. Choose another one."), "reason")
    if reason.code == "ovrigt" and not note.strip():
        raise refused(_("Say with a few words why."), "note")
    if reason.code == DeclineReason.BETTER_ELSEWHERE and suggested_to is None:
        raise refused(_("Say which partner suits better."), "suggested_to")
