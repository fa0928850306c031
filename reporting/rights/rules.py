"""When people may be erased: a project's when its time is over, one person's when she never took part."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from participants.models import ExitReason, HoursMonth, Outcome, Participation, Stint
from partners import retention
from partners.models import Project
from reporting.models import Erasure, Report, ReportFact


def check_project_may_be_erased(project: Project) -> None:
    """Not before the day that somebody has set, not while a case is open, and not before figures are frozen."""
    if project.retention_until is None:
        raise ValidationError(
            _("Until when the documents are kept is not decided. Set the day and its source first; nothing is guessed.")
        )
    if project.retention_held_on is not None:
        raise ValidationError(
            _("The documents are on hold since %(day)s: %(reason)s. End the hold first.")
            % {"day": project.retention_held_on, "reason": project.retention_hold_reason}
        )
    if project.is_kept:
        raise ValidationError(
            _("The documents are kept until %(day)s (%(source)s). Nothing may be erased before that day has passed.")
            % {"day": project.retention_until, "source": project.retention_source}
        )
    # An unfrozen report is computed from what is about to go.
    if not Report.objects.filter(project=project, frozen_at__isnull=False, cut_off__gte=project.ended_on).exists():
        raise ValidationError(
            _("No frozen report covers the whole project. Freeze the final report first, so that the statistics stay.")
        )


def check_may_order(erasure: Erasure) -> None:
    """The archive package is there, and somebody has taken it home: it is removed from here with everything else."""
    if erasure.state != Erasure.State.ARCHIVED:
        raise ValidationError(_("The archive package is not ready. Make it first."))
    if erasure.downloaded_at is None:
        raise ValidationError(_("Download the archive package first. It is removed from here with everything else."))
    check_project_may_be_erased(erasure.project)


def check_person_may_be_erased(participation: Participation) -> None:
    """Only a mistaken registration goes before time: it is excluded from everything, so nothing has to be shown of it.

    Of everybody else the funder may ask for each record until the project's time is over. (esf-rules.md P-9, 2.6)
    """
    stints = Stint.objects.filter(participation=participation)
    if stints.exclude(exit_reason=ExitReason.MISTAKE).exists():
        raise ValidationError(_must_be_kept(participation.project))
    for rows, sentence in (
        (HoursMonth.objects.filter(hours__gt=0), _("Hours are recorded, so it was no mistake. Remove them first.")),
        (Outcome.objects.standing(), _("Outcomes are recorded, so it was no mistake. Remove them first.")),
    ):
        if rows.filter(participation=participation).exists():
            raise ValidationError(sentence)
    if ReportFact.objects.filter(participation=participation, report__frozen_at__isnull=False).exists():
        raise ValidationError(
            _("The person is counted in a frozen report. What was counted is kept until the project's time is over.")
        )


def _must_be_kept(project: Project) -> str:
    """What the person may be told, with the paragraph: article 17.3 b of the regulation."""
    period = retention.longest(project)
    day, source = (
        (project.retention_until, project.retention_source)
        if project.retention_until
        else (period.until, period.source)
    )
    return _(
        "She took part, and the project must be able to show it until at least %(day)s (%(source)s). Until then the "
        "right to be erased does not apply: GDPR article 17.3 b. Only a mistaken registration may be erased before."
    ) % {"day": day, "source": source}
