"""Deeds that put right what was recorded wrongly. What stood there before is kept beside it. (esf-rules.md P-5)"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import rules
from participants.actions.entry import end_activities
from participants.actions.frame import changed, locked, save
from participants.models import (
    Activity,
    Break,
    ExitReason,
    FollowUp,
    JournalEntry,
    Participation,
    Stint,
    StintCorrection,
)
from partners.models import User

Kind = StintCorrection.Kind


@transaction.atomic
def correct_stint(
    *,
    stint: Stint,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    exit_reason: ExitReason | None = None,
    exit_note: str = "",
    reason: str,
    version: int | None = None,
    by: User,
) -> Stint:
    """The dates or the reason of a period were wrong. Follow-ups whose answer still holds go on from the new exit.

    `version` is how many corrections there were when the form was made: a colleague's is not undone unseen.
    """
    stint = _locked(stint)
    rules.check_stint_correction(stint, started_on, ended_on, exit_reason, reason)
    after = {"started_on": started_on, "ended_on": ended_on, "exit_reason": exit_reason, "exit_note": exit_note.strip()}
    if all(getattr(stint, name) == value for name, value in after.items()):
        return stint
    if version is not None and stint.corrections.count() != version:
        raise rules.refused(_("A colleague corrected this period while you were writing. Open the page again."))
    left_on = stint.ended_on
    _keep(stint, Kind.CORRECTED, reason, by)
    for name, value in after.items():
        setattr(stint, name, value)
    save(stint)
    if left_on is not None and ended_on is not None and ended_on != left_on:
        _follow(stint, left_on, ended_on)
    changed(stint.participation_id)
    return stint


def _follow(stint: Stint, left_on: dt.date, ended_on: dt.date) -> None:
    """What was ended by the exit ends with it, and an answer given late enough is an answer still."""
    participation = stint.participation
    for activity in participation.activities.filter(started_on__gte=stint.started_on, ended_on__gt=ended_on):
        if activity.started_on <= left_on:
            activity.ended_on = ended_on
            save(activity)
    for milestone in FollowUp.Milestone:
        due_on = rules.follow_up_due_on(ended_on, milestone)
        of_exit = {"milestone": milestone, "exit_on": left_on}
        participation.follow_ups.filter(answered_on__gte=due_on, **of_exit).update(exit_on=ended_on)
        participation.follow_up_attempts.filter(asked_on__gte=due_on, **of_exit).update(exit_on=ended_on)


@transaction.atomic
def reopen_stint(*, participation: Participation, reason: str, by: User) -> Stint:
    """The exit was registered by mistake, today: it is taken back, and so is the end of what ended with it."""
    participation = locked(participation)
    last = participation.stints.counted().order_by("-started_on").first()
    stint = rules.check_stint_reopening(last, reason)
    _keep(stint, Kind.REOPENED, reason, by)
    _open_again(stint)
    for activity in Activity.with_withdrawn.filter(ended_with=stint):
        activity.ended_on, activity.would_end_on, activity.ended_with = activity.would_end_on, None, None
        activity.withdrawn_at = activity.withdrawn_by = None
        activity.withdrawn_reason = ""
        save(activity)
    changed(participation.pk)
    return stint


def _open_again(stint: Stint) -> None:
    stint.ended_on = stint.exit_reason = stint.exit_recorded_at = None
    stint.exit_note = stint.exit_support = stint.exit_registered = ""
    save(stint)


@transaction.atomic
def mark_mistake(*, participation: Participation, reason: str, by: User) -> Participation:
    """The registration was a mistake: excluded from everything, the grand total too, and kept in the log. (P-9)"""
    participation = locked(participation)
    rules.check_may_be_mistaken(participation, reason)
    mistake = ExitReason.objects.get(code=ExitReason.MISTAKE)
    for stint in participation.stints.counted().order_by("started_on"):
        _keep(stint, Kind.MISTAKE, reason, by)
        if stint.ended_on is None:
            stint.ended_on, stint.exit_recorded_at = max(today(), stint.started_on), now()
            end_activities(stint, stint.ended_on, by)
        stint.exit_reason, stint.exit_note = mistake, reason.strip()
        save(stint)
    changed(participation.pk)
    participation.refresh_from_db()
    return participation


@transaction.atomic
def undo_mistake(*, participation: Participation, reason: str, by: User) -> Participation:
    """The registration was none by mistake after all: its periods are as they were."""
    participation = locked(participation)
    marked = marked_as_mistake(participation)
    rules.check_mistake_may_be_undone(participation, marked, reason)
    for correction in marked:
        stint = correction.stint
        _keep(stint, Kind.RESTORED, reason, by)
        stint.ended_on, stint.exit_reason = correction.ended_on, correction.exit_reason
        stint.exit_note, stint.exit_recorded_at = correction.exit_note, correction.exit_was_recorded_at
        save(stint)
    changed(participation.pk)
    participation.refresh_from_db()
    return participation


def marked_as_mistake(participation: Participation) -> list[StintCorrection]:
    """How each period stood when the registration was last marked as a mistake; none of those marked otherwise."""
    newest: dict[int, StintCorrection] = {}
    rows = StintCorrection.objects.filter(
        stint__participation=participation, stint__exit_reason=ExitReason.MISTAKE
    ).select_related("stint", "exit_reason")
    for correction in rows.order_by("pk"):
        newest[correction.stint_id] = correction
    return [one for one in newest.values() if one.kind == Kind.MISTAKE]


def _locked(stint: Stint) -> Stint:
    participation = locked(stint.participation)
    stint = participation.stints.select_related("exit_reason").get(pk=stint.pk)
    stint.participation = participation
    return stint


def _keep(stint: Stint, kind: str, reason: str, by: User) -> None:
    save(
        StintCorrection(
            stint=stint,
            kind=kind,
            started_on=stint.started_on,
            ended_on=stint.ended_on,
            exit_reason=stint.exit_reason,
            exit_note=stint.exit_note,
            was_recorded_at=stint.recorded_at,
            exit_was_recorded_at=stint.exit_recorded_at,
            reason=reason.strip(),
            corrected_at=now(),
            corrected_by=by,
        )
    )


# --- Activities, notes and breaks -------------------------------------------------------------------


@transaction.atomic
def withdraw_activity(*, activity: Activity, reason: str, by: User) -> Activity:
    """The activity was wrong: it is in no list and no count any more, and stays readable with the reason."""
    participation = locked(activity.participation)
    activity = Activity.with_withdrawn.get(participation=participation, pk=activity.pk)
    rules.check_activity_withdrawal(activity, reason)
    activity.withdrawn_at, activity.withdrawn_by, activity.withdrawn_reason = now(), by, reason.strip()
    save(activity)
    changed(participation.pk)
    return activity


@transaction.atomic
def correct_journal(
    *,
    entry: JournalEntry,
    kind: str,
    happened_on: dt.date,
    minutes: int | None,
    text: str,
    is_shared: bool,
    edition: str,
    by: User,
) -> JournalEntry:
    """The writer puts her note right. The change log keeps what stood there; `edition` is the form's, to compare."""
    participation = locked(entry.participation)
    entry = participation.journal.get(pk=entry.pk)
    entry.participation = participation
    rules.check_journal_correction(entry, happened_on, text, by)
    after = {
        "kind": kind,
        "happened_on": happened_on,
        "minutes": minutes,
        "text": text.strip(),
        "is_shared": is_shared,
    }
    if all(getattr(entry, name) == value for name, value in after.items()):
        return entry  # nothing to correct, or a second click
    if entry.edition != edition:
        raise rules.refused(_("The note was corrected while you were writing. Open it again and make your change."))
    for name, value in after.items():
        setattr(entry, name, value)
    save(entry)
    changed(participation.pk)
    return entry


@transaction.atomic
def record_break(
    *, participation: Participation, kind: str, started_on: dt.date, ended_on: dt.date | None, by: User
) -> Break:
    """A planned absence: the person still takes part, and silence asks for nothing until it is over. (P-8)"""
    participation = locked(participation)
    same = participation.breaks.filter(kind=kind, started_on=started_on, ended_on=ended_on).first()
    if same is not None:
        return same  # a second click
    rules.check_break(participation, started_on, ended_on)
    row = Break(
        participation=participation,
        kind=kind,
        started_on=started_on,
        ended_on=ended_on,
        recorded_at=now(),
        recorded_by=by,
    )
    save(row)
    changed(participation.pk)
    return row


@transaction.atomic
def end_break(*, row: Break, ended_on: dt.date, by: User) -> Break:
    """The break ends, or will end, on that day."""
    participation = locked(row.participation)
    row = participation.breaks.get(pk=row.pk)
    row.participation = participation
    rules.check_break_end(row, ended_on)
    row.ended_on = ended_on
    save(row)
    changed(participation.pk)
    return row
