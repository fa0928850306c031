"""What may be recorded about a measure of an authority."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import Activity, Measure, MeasureKind, Outcome, Participation
from participants.rules.frame import check_has_happened, check_order, refused
from participants.rules.journey import WITHOUT_WAGE
from partners.models import Organisation, Project

# Who decides on measures: authorities, and what the list of organisations has no word for, such as Försäkringskassan.
DECIDERS = (*Organisation.AUTHORITIES, Organisation.Kind.REGION, Organisation.Kind.OTHER)


def deciding_authority(project: Project, kind: MeasureKind) -> Organisation | None:
    """The project's partner that decides on this kind, where there is only one."""
    partners = Organisation.objects.filter(kind=kind.authority, partnerships__project=project).distinct()[:2]
    return partners[0] if len(partners) == 1 else None


def check_measure(participation: Participation, kind: MeasureKind, asked_on: dt.date) -> None:
    """A measure may be asked for before the person enters, never in the future."""
    if participation.entered_on is None:
        raise refused(_("This person has not entered the project. Register the entry before a measure."))
    check_has_happened(asked_on, "asked_on")
    _check_kind_exists(kind, asked_on, "asked_on")


def _check_kind_exists(kind: MeasureKind, day: dt.date, field: str) -> None:
    """One kind follows another: nobody got a measure before it existed or after it was abolished. (esf-rules.md 6)"""
    if kind.is_valid_on(day):
        return
    if kind.valid_from is not None and day < kind.valid_from:
        raise refused(
            _("%(measure)s is given from %(day)s on. Choose another measure or correct the date.")
            % {"measure": kind, "day": kind.valid_from},
            field,
        )
    raise refused(
        _("%(measure)s was given until %(day)s. Choose another measure or correct the date.")
        % {"measure": kind, "day": kind.valid_to},
        field,
    )


def check_measure_may_be_decided(measure: Measure) -> None:
    check_measure_stands(measure)
    if measure.decision:
        raise refused(
            _("This measure is already decided, on %(day)s. If that is wrong, remove it and record it again.")
            % {"day": measure.decided_on}
        )


def check_decision(
    participation: Participation,
    kind: MeasureKind,
    asked_on: dt.date,
    decision: str,
    decided_on: dt.date | None,
    decided_by: Organisation | None,
    started_on: dt.date | None,
    ended_on: dt.date | None,
) -> None:
    """Who decided what and when; what is granted has a first day, what is not has none."""
    if not decision:
        if decided_on is not None or decided_by is not None:
            raise refused(_("Say what was decided, or leave both the day and the authority empty."), "decision")
        _check_has_no_period(started_on, ended_on)
        return
    if decided_on is None:
        raise refused(_("Say when it was decided."), "decided_on")
    check_has_happened(decided_on, "decided_on")
    if decided_on < asked_on:
        raise refused(_("It was asked for on %(day)s. The decision cannot be older.") % {"day": asked_on}, "decided_on")
    if decided_by is None and decision != Measure.Decision.TAKEN_BACK:
        raise refused(_("Say which authority decided."), "decided_by")
    if decided_by is not None and decided_by.kind not in DECIDERS:
        raise refused(
            _("A measure is decided by an authority. %(organisation)s is none.") % {"organisation": decided_by},
            "decided_by",
        )
    if decision != Measure.Decision.GRANTED:
        _check_has_no_period(started_on, ended_on)
        return
    _check_period(participation, kind, started_on, ended_on)


def _check_has_no_period(started_on: dt.date | None, ended_on: dt.date | None) -> None:
    if started_on is not None or ended_on is not None:
        raise refused(_("Only what is granted has a first and a last day. Leave them empty."), "started_on")


def _check_period(
    participation: Participation, kind: MeasureKind, started_on: dt.date | None, ended_on: dt.date | None
) -> None:
    """It may begin later, go on after the project, and have begun before it: not be over before the entry."""
    if started_on is None:
        raise refused(_("Say from which day it is granted."), "started_on")
    check_order(started_on, ended_on)
    _check_kind_exists(kind, started_on, "started_on")
    if participation.entered_on is not None and ended_on is not None and ended_on < participation.entered_on:
        raise refused(
            _("The person entered the project on %(day)s. A measure that was over before that is not recorded here.")
            % {"day": participation.entered_on},
            "ended_on",
        )


def check_supported(
    participation: Participation, kind: MeasureKind, activity: Activity | None, outcome: Outcome | None
) -> None:
    """What the measure supports is the same person's; a wage support supports nothing without a wage. (1.6)"""
    for field, supported in (("activity", activity), ("outcome", outcome)):
        if supported is not None and supported.participation_id != participation.pk:
            raise refused(_("That belongs to somebody else. Choose one of this person's."), field)
    if outcome is not None and outcome.withdrawn_at is not None:
        raise refused(_("This outcome is removed. Choose another one or none."), "outcome")
    if outcome is not None and kind.has_wage and outcome.kind in WITHOUT_WAGE:
        raise refused(
            _("%(measure)s goes with a wage, but this outcome is without one. Choose a job, or correct the outcome.")
            % {"measure": kind},
            "outcome",
        )


def check_measure_end(measure: Measure, ended_on: dt.date) -> None:
    """A last day is set, or moved while it has not passed."""
    check_measure_stands(measure)
    if measure.decision != Measure.Decision.GRANTED or measure.started_on is None:
        raise refused(_("Only what is granted has a last day."))
    if measure.ended_on is not None and measure.ended_on < today():
        raise refused(_("This measure already ended, on %(day)s.") % {"day": measure.ended_on}, "ended_on")
    check_order(measure.started_on, ended_on)
    if measure.participation.entered_on is not None and ended_on < measure.participation.entered_on:
        raise refused(
            _("The person entered the project on %(day)s. A measure that was over before that is not recorded here.")
            % {"day": measure.participation.entered_on},
            "ended_on",
        )


def check_measure_withdrawal(measure: Measure, reason: str) -> None:
    check_measure_stands(measure)
    if not reason.strip():
        raise refused(_("Say why it is removed. The reason is kept with the measure."), "reason")


def check_measure_stands(measure: Measure) -> None:
    if measure.withdrawn_at is not None:
        raise refused(_("This measure is already removed."))
