"""Deeds about authorities' measures: asking, the decision, the last day, and taking back what was wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from grundsteget.dates import now
from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import Activity, Measure, MeasureKind, Outcome, Participation
from partners.models import Organisation, User


@transaction.atomic
def record_measure(
    *,
    participation: Participation,
    kind: MeasureKind,
    asked_on: dt.date,
    asked_by: Organisation,
    submission: uuid.UUID | None = None,
    by: User,
    **decision: Any,
) -> Measure:
    """A measure is asked for; what is known of the decision, the words of `decide_measure`, may be told at once.

    The same `submission` again is the same measure.
    """
    participation = locked(participation)
    if submission is not None:
        earlier = participation.measures.filter(submission=submission, recorded_by=by).first()
        if earlier is not None:
            return earlier
    rules.check_measure(participation, kind, asked_on)
    measure = Measure(
        participation=participation,
        kind=kind,
        asked_on=asked_on,
        asked_by=asked_by,
        submission=submission,
        recorded_at=now(),
        recorded_by=by,
    )
    _write(measure, **decision)
    changed(participation.pk)
    return measure


@transaction.atomic
def decide_measure(*, measure: Measure, by: User, **decision: Any) -> Measure:
    """The authority has answered. A second click changes nothing; another answer is refused."""
    measure = _locked(measure)
    if measure.withdrawn_at is None and _is_decided_so(measure, decision):
        return measure
    rules.check_measure_may_be_decided(measure)
    _write(measure, **decision)
    changed(measure.participation_id)
    return measure


def _is_decided_so(measure: Measure, decision: dict[str, Any]) -> bool:
    known = (measure.decision, measure.decided_on, measure.started_on, measure.ended_on)
    asked = tuple(decision.get(name) for name in ("decision", "decided_on", "started_on", "ended_on"))
    return bool(measure.decision) and known == asked


def _write(
    measure: Measure,
    *,
    decision: str = "",
    decided_on: dt.date | None = None,
    decided_by: Organisation | None = None,
    started_on: dt.date | None = None,
    ended_on: dt.date | None = None,
    extent_percent: int | None = None,
    enterprise: Any = None,
    employer: str = "",
    support_rate: str = "",
    activity: Activity | None = None,
    outcome: Outcome | None = None,
    note: str = "",
) -> None:
    participation = measure.participation
    if decision in (Measure.Decision.GRANTED, Measure.Decision.REFUSED) and decided_by is None:
        decided_by = rules.deciding_authority(participation.project, measure.kind)
    rules.check_decision(
        participation, measure.kind, measure.asked_on, decision, decided_on, decided_by, started_on, ended_on
    )
    rules.check_supported(participation, measure.kind, activity, outcome)
    measure.decision, measure.decided_on, measure.decided_by = decision, decided_on, decided_by
    measure.started_on, measure.ended_on, measure.extent_percent = started_on, ended_on, extent_percent
    measure.enterprise, measure.support_rate = enterprise, support_rate.strip()
    # Named in words too, as an outcome is: the name of then stays when the enterprise's changes.
    measure.employer = employer.strip() or (enterprise.organisation.name if enterprise else "")
    measure.activity, measure.outcome, measure.note = activity, outcome, note.strip()
    save(measure)


@transaction.atomic
def end_measure(*, measure: Measure, ended_on: dt.date, by: User) -> Measure:
    """The measure has, or gets another, last day."""
    measure = _locked(measure)
    if measure.ended_on == ended_on and measure.withdrawn_at is None:
        return measure
    rules.check_measure_end(measure, ended_on)
    measure.ended_on = ended_on
    save(measure)
    changed(measure.participation_id)
    return measure


@transaction.atomic
def withdraw_measure(*, measure: Measure, reason: str, by: User) -> Measure:
    """The measure was wrong: it no longer counts, and stays readable with the reason."""
    measure = _locked(measure)
    rules.check_measure_withdrawal(measure, reason)
    measure.withdrawn_at, measure.withdrawn_by, measure.withdrawn_reason = now(), by, reason.strip()
    save(measure)
    changed(measure.participation_id)
    return measure


def _locked(measure: Measure) -> Measure:
    participation = locked(measure.participation)
    found = participation.measures.select_related("kind").get(pk=measure.pk)
    found.participation = participation
    return found
