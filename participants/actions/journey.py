"""Deeds on the way: activities, hours, outcomes and follow-ups."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from grundsteget.dates import first_of_month, now
from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import (
    Activity,
    FollowUp,
    FollowUpAttempt,
    HoursMonth,
    Outcome,
    Participation,
)
from partners.models import User


@transaction.atomic
def record_activity(
    *,
    participation: Participation,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    title: str = "",
    enterprise: Enterprise | None = None,
    place: str = "",
    hours_per_week: Decimal | None = None,
    by: User,
) -> Activity:
    """Something the person does in the project, beside whatever else she does. The same one is not recorded twice."""
    participation = locked(participation)
    rules.check_activity(participation, started_on, ended_on)
    values = {"kind": kind, "title": title, "enterprise": enterprise, "place": place, "started_on": started_on}
    if participation.activities.filter(**values).exists():
        raise rules.refused(_("This activity is already recorded."))
    activity = Activity(
        participation=participation,
        **values,
        ended_on=ended_on,
        hours_per_week=hours_per_week,
        recorded_at=now(),
        recorded_by=by,
    )
    save(activity)
    changed(participation.pk)
    return activity


@transaction.atomic
def end_activity(*, activity: Activity, ended_on: dt.date, by: User) -> Activity:
    """The activity ends, or will end, on that day."""
    participation = locked(activity.participation)
    activity = participation.activities.get(pk=activity.pk)
    rules.check_activity_end(activity, ended_on)
    activity.ended_on = ended_on
    save(activity)
    changed(participation.pk)
    return activity


@transaction.atomic
def record_hours(
    *, participation: Participation, month: dt.date, hours: Decimal | None, by: User, confirmed: bool = False
) -> HoursMonth | None:
    """Hours of one month, replacing what was there; None takes the month away again. Over 200 must be `confirmed`."""
    participation = locked(participation)
    rules.check_hours_are_free(participation, month)
    row = write_hours(participation, month, hours, by, confirmed)
    changed(participation.pk)
    return row


@transaction.atomic
def record_hours_by_month(
    *, participation: Participation, hours: Mapping[dt.date, Decimal | None], by: User, confirmed: bool = False
) -> None:
    """Several months at once: all of them, or none when one is refused. All refusals are told together."""
    participation = locked(participation)
    refusals = []
    for month, value in hours.items():
        try:
            rules.check_hours_are_free(participation, month)
            write_hours(participation, month, value, by, confirmed)
        except ValidationError as refusal:
            refusals.append(refusal)
    if refusals:
        raise ValidationError(refusals)
    changed(participation.pk)


def write_hours(
    participation: Participation, month: dt.date, hours: Decimal | None, by: User, confirmed: bool
) -> HoursMonth | None:
    """The month's row, inside a deed that holds the lock."""
    month = first_of_month(month)
    row = participation.hours.filter(month=month).first()
    if hours is None:
        if row is not None:
            row.delete()
        return None
    rules.check_hours(participation, month, Decimal(hours), confirmed=confirmed)
    row = row or HoursMonth(participation=participation, month=month)
    row.hours, row.recorded_at, row.recorded_by = Decimal(hours), now(), by
    save(row)
    return row


@transaction.atomic
def record_outcome(
    *,
    participation: Participation,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    employer: str = "",
    enterprise: Enterprise | None = None,
    support: str = "",
    evidence: str = "",
    by: User,
) -> Outcome:
    """A step towards work, during the participation or after it."""
    participation = locked(participation)
    outcome = write_outcome(
        participation,
        kind=kind,
        started_on=started_on,
        ended_on=ended_on,
        employer=employer,
        enterprise=enterprise,
        support=support,
        evidence=evidence,
        by=by,
    )
    changed(participation.pk)
    return outcome


def write_outcome(
    participation: Participation,
    *,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    employer: str = "",
    enterprise: Enterprise | None = None,
    support: str = "",
    evidence: str = "",
    by: User,
) -> Outcome:
    rules.check_outcome(participation, kind, started_on, ended_on, employer, enterprise, support)
    outcome = Outcome(
        participation=participation,
        kind=kind,
        started_on=started_on,
        ended_on=ended_on,
        # Named in words too, so that two jobs from the same day are told apart, and an export can name the employer.
        employer=employer.strip() or (enterprise.organisation.name if enterprise else ""),
        enterprise=enterprise,
        support=support.strip(),
        evidence=evidence.strip(),
        recorded_at=now(),
        recorded_by=by,
    )
    save(outcome)
    return outcome


@transaction.atomic
def withdraw_outcome(*, outcome: Outcome, reason: str, by: User) -> Outcome:
    """The outcome was wrong: it no longer counts, and stays readable with the reason."""
    participation = locked(outcome.participation)
    outcome = participation.outcomes.get(pk=outcome.pk)
    rules.check_withdrawal(outcome, reason)
    _mark_withdrawn(outcome, reason.strip(), by)
    changed(participation.pk)
    return outcome


def _mark_withdrawn(outcome: Outcome, reason: str, by: User) -> None:
    outcome.withdrawn_at, outcome.withdrawn_by, outcome.withdrawn_reason = now(), by, reason
    save(outcome)


@transaction.atomic
def end_outcome(*, outcome: Outcome, ended_on: dt.date, by: User) -> Outcome:
    """The outcome has an end after all.

    The row without it is withdrawn and one with it recorded, so that an earlier cut-off date finds what was known.
    """
    participation = locked(outcome.participation)
    ended = _end_outcome(participation, outcome.pk, ended_on, by)
    changed(participation.pk)
    return ended


def _end_outcome(participation: Participation, outcome_id: int, ended_on: dt.date, by: User) -> Outcome:
    outcome = participation.outcomes.get(pk=outcome_id)
    rules.check_outcome_end(outcome, ended_on)
    _mark_withdrawn(outcome, _("Replaced: it ended on %(day)s") % {"day": ended_on}, by)
    ended = Outcome(
        participation=participation,
        kind=outcome.kind,
        started_on=outcome.started_on,
        ended_on=ended_on,
        employer=outcome.employer,
        enterprise=outcome.enterprise,
        support=outcome.support,
        evidence=outcome.evidence,
        recorded_at=now(),
        recorded_by=by,
    )
    save(ended)
    return ended


@transaction.atomic
def record_follow_up(
    *,
    participation: Participation,
    milestone: str,
    answer: str,
    channel: str,
    answered_on: dt.date,
    note: str = "",
    submission: uuid.UUID | None = None,
    by: User,
    outcome: Mapping[str, Any] | None = None,
    ended: Mapping[int, dt.date] | None = None,
) -> FollowUp:
    """The question four weeks or six months after leaving was asked, and what the answer told is recorded with it.

    That is: a new `outcome` (the words of `record_outcome`) and outcomes that have `ended` (id → last day). Whoever was
    not reached may be asked again: each try is kept. The same `submission` again is the same try.
    """
    participation = locked(participation)
    if (told := _told_before(participation, milestone, submission)) is not None:
        return told
    exit_on = rules.check_follow_up(participation, milestone, answered_on)
    follow_up = participation.follow_ups.filter(milestone=milestone, exit_on=exit_on).first()
    rules.check_follow_up_is_unanswered(follow_up)
    follow_up = follow_up or FollowUp(participation=participation, milestone=milestone, exit_on=exit_on)
    follow_up.answer, follow_up.channel, follow_up.answered_on, follow_up.note = answer, channel, answered_on, note
    follow_up.recorded_at, follow_up.recorded_by = now(), by
    save(follow_up)
    _keep_attempt(follow_up, submission)
    for outcome_id, last_day in (ended or {}).items():
        _end_outcome(participation, outcome_id, last_day, by)
    if outcome:
        write_outcome(participation, by=by, **outcome)
    changed(participation.pk)
    return follow_up


def _told_before(participation: Participation, milestone: str, submission: uuid.UUID | None) -> FollowUp | None:
    """What this very form has recorded already."""
    if submission is None:
        return None
    attempt = participation.follow_up_attempts.filter(milestone=milestone, submission=submission).first()
    if attempt is None:
        return None
    return participation.follow_ups.filter(milestone=milestone, exit_on=attempt.exit_on).first()


def _keep_attempt(follow_up: FollowUp, submission: uuid.UUID | None) -> None:
    save(
        FollowUpAttempt(
            participation=follow_up.participation,
            milestone=follow_up.milestone,
            exit_on=follow_up.exit_on,
            asked_on=follow_up.answered_on,
            answer=follow_up.answer,
            channel=follow_up.channel,
            note=follow_up.note,
            submission=submission,
            recorded_at=follow_up.recorded_at,
            recorded_by=follow_up.recorded_by,
        )
    )


@transaction.atomic
def set_near_employment(*, participation: Participation, value: bool, note: str, by: User) -> Participation:
    """“Very near employment”, with the reason; shown beside goal 1, never inside it. (esf-rules.md T-7)"""
    participation = locked(participation)
    rules.check_near_employment(value, note)
    participation.near_employment, participation.near_employment_note = value, note.strip() if value else ""
    save(participation)
    changed(participation.pk)
    return participation
