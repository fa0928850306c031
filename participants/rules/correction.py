"""What may be corrected of what was recorded, and what then depends on it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import (
    Activity,
    Break,
    ExitReason,
    JournalEntry,
    Participation,
    Stint,
    StintCorrection,
)
from participants.rules.entry import check_entry_record, check_nothing_after
from participants.rules.frame import (
    check_birth_date,
    check_has_happened,
    check_in_project,
    check_order,
    month_name,
    refused,
)
from participants.rules.journey import check_journal, stint_on
from partners.models import User


def check_why(reason: str) -> None:
    if not reason.strip():
        raise refused(_("Say why. The reason is kept."), "reason")


def check_stint_correction(
    stint: Stint, started_on: dt.date, ended_on: dt.date | None, exit_reason: ExitReason | None, reason: str
) -> None:
    """The dates as they should have been, held against all that was recorded meanwhile. (P-2, P-11, R06)"""
    check_why(reason)
    if stint.exit_reason_id == ExitReason.MISTAKE:
        raise refused(_("This period was registered by mistake and does not count. Take that back first."))
    if (stint.ended_on is None) != (ended_on is None):
        raise refused(
            _("Here an exit is neither added nor taken away. There are deeds of their own for it."), "ended_on"
        )
    check_has_happened(started_on, "started_on")
    check_in_project(stint.participation.project, started_on, "started_on")
    _check_start(stint, started_on)
    if ended_on is not None:
        _check_end(stint, started_on, ended_on, exit_reason)


def _check_start(stint: Stint, started_on: dt.date) -> None:
    participation = stint.participation
    check_birth_date(participation.participant.birth_date, started_on)
    others = participation.stints.exclude(pk=stint.pk)
    if others.filter(started_on=started_on).exists():
        raise refused(_("Another period begins on that day. Choose another day."), "started_on")
    before = others.counted().filter(started_on__lt=stint.started_on).order_by("-started_on").first()
    if before is not None and before.ended_on is not None and started_on <= before.ended_on:
        raise refused(
            _("The earlier period ended on %(day)s. This one begins after that day.") % {"day": before.ended_on},
            "started_on",
        )
    if before is None and (record := getattr(participation, "entry_record", None)) is not None:
        answers = {"labour_status": record.labour_status, "unemployed_since": record.unemployed_since}
        check_entry_record(started_on, participation.participant.birth_date, answers)
    if started_on > stint.started_on:
        _check_nothing_before(stint, started_on)


def _check_nothing_before(stint: Stint, started_on: dt.date) -> None:
    """What was recorded in the days that would no longer belong to the period contradicts."""
    participation, last = stint.participation, started_on - dt.timedelta(days=1)
    lost = (stint.started_on, last)
    activity = participation.activities.filter(started_on__range=lost).order_by("started_on").first()
    if activity is not None:
        raise refused(
            _("An activity began on %(day)s, before this start. Choose an earlier day or correct the activity first.")
            % {"day": activity.started_on},
            "started_on",
        )
    months = participation.hours.filter(month__gte=stint.started_on.replace(day=1), hours__gt=0)
    hours = months.filter(month__lt=started_on.replace(day=1)).order_by("month").first()
    if hours is not None:
        raise refused(
            _("Hours are recorded for %(month)s, before this start. Choose an earlier day or correct the hours first.")
            % {"month": month_name(hours.month)},
            "started_on",
        )
    if participation.attendance_days.filter(day__range=lost, hours__gt=0).exists():
        raise refused(
            _("Attendance is recorded before this start. Choose an earlier day or correct the attendance first."),
            "started_on",
        )


def _check_end(stint: Stint, started_on: dt.date, ended_on: dt.date, reason: ExitReason | None) -> None:
    participation = stint.participation
    check_order(started_on, ended_on)
    check_has_happened(ended_on, "ended_on")
    check_in_project(participation.project, ended_on, "ended_on")
    if reason is None:
        raise refused(_("Choose why the person leaves."), "exit_reason")
    if reason.code != stint.exit_reason_id and reason.retired_on is not None and reason.retired_on < ended_on:
        raise refused(_("This reason is no longer used. Choose another one."), "exit_reason")
    if reason.code == ExitReason.MISTAKE:
        raise refused(_("A mistaken registration is a deed of its own: choose “Registered by mistake”."), "exit_reason")
    later = participation.stints.counted().filter(started_on__gt=stint.started_on).order_by("started_on").first()
    if later is None:
        check_nothing_after(participation, ended_on)
    elif ended_on >= later.started_on:
        raise refused(
            _("The next period began on %(day)s. This one ends before that day.") % {"day": later.started_on},
            "ended_on",
        )
    elif stint.ended_on is not None and ended_on < stint.ended_on:
        _check_nothing_between(participation, ended_on, stint.ended_on)
    if participation.breaks.filter(started_on__gt=ended_on, started_on__lte=stint.ended_on or today()).exists():
        raise refused(_("A break is recorded after this exit. Correct the break first."), "ended_on")


def _check_nothing_between(participation: Participation, after: dt.date, until: dt.date) -> None:
    lost = (after + dt.timedelta(days=1), until)
    if (
        participation.activities.filter(started_on__range=lost).exists()
        or participation.attendance_days.filter(day__range=lost, hours__gt=0).exists()
    ):
        raise refused(
            _("Something is recorded between this day and the exit as it stands. Correct that first."), "ended_on"
        )


def check_stint_reopening(stint: Stint | None, reason: str) -> Stint:
    """An exit registered by mistake is taken back on the day it was registered; later it is corrected or re-entered."""
    check_why(reason)
    if stint is None or stint.ended_on is None or stint.exit_reason_id == ExitReason.MISTAKE:
        raise refused(_("There is no exit to take back."))
    if stint.exit_recorded_at is None or timezone.localdate(stint.exit_recorded_at) != today():
        raise refused(
            _("An exit is taken back on the day it was registered. Later, correct its date, or register a re-entry.")
        )
    if stint.participation.follow_ups.filter(exit_on=stint.ended_on).exists():
        raise refused(_("A follow-up of this exit is already answered."))
    return stint


def check_may_be_mistaken(participation: Participation, reason: str) -> None:
    check_why(reason)
    if not participation.stints.counted().exists():
        raise refused(_("This registration already counts for nothing."))


def check_mistake_may_be_undone(participation: Participation, marked: list[StintCorrection], reason: str) -> None:
    check_why(reason)
    if not marked:
        raise refused(_("This registration was not marked as a mistake here."))
    if participation.stints.counted().exists():
        raise refused(_("The person has entered anew since. Correct that period instead."))


def check_activity_withdrawal(activity: Activity, reason: str) -> None:
    """A wrong activity is withdrawn; what was recorded on it is corrected first."""
    check_why(reason)
    if activity.withdrawn_at is not None:
        raise refused(_("This activity is already removed."))
    if activity.attendance_days.filter(hours__gt=0).exists():
        raise refused(_("Attendance is recorded in this activity. Correct the attendance first."))
    if activity.documents.filter(withdrawn_at__isnull=True).exists():
        raise refused(_("A document shows this activity. Remove the document first."))


def check_journal_correction(entry: JournalEntry, happened_on: dt.date, text: str, by: User) -> None:
    """A note is corrected by her who wrote it."""
    if entry.written_by_id != by.pk:
        raise refused(_("Only the one who wrote a note corrects it. Write a note of your own instead."))
    check_journal(entry.participation, happened_on, text, "", None)


def check_break(participation: Participation, started_on: dt.date, ended_on: dt.date | None) -> None:
    """A break lies within one period and beside no other break. It may be planned ahead. (P-8)"""
    check_order(started_on, ended_on)
    stint = stint_on(participation, started_on)
    if stint is None:
        raise refused(_("The person does not take part on that day. A break lies within a period."), "started_on")
    if stint.ended_on is not None and (ended_on is None or ended_on > stint.ended_on):
        raise refused(
            _("The person left on %(day)s. The break ends on that day at the latest.") % {"day": stint.ended_on},
            "ended_on",
        )
    others = participation.breaks.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=started_on))
    if others.filter(started_on__lte=ended_on or dt.date.max).exists():
        raise refused(_("Another break is recorded in these days. End that one first."), "started_on")


def check_break_end(row: Break, ended_on: dt.date) -> None:
    check_order(row.started_on, ended_on)
    if row.is_over:
        raise refused(_("This break is over since %(day)s.") % {"day": row.ended_on}, "ended_on")
    others = row.participation.breaks.exclude(pk=row.pk).filter(started_on__range=(row.started_on, ended_on))
    if others.exists():
        raise refused(_("Another break begins before that day."), "ended_on")
