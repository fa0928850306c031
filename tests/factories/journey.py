"""What happens on the way."""

import datetime as dt

from participants.models import (
    Activity,
    Break,
    FollowUp,
    FollowUpAttempt,
    HoursMonth,
    JournalEntry,
    Measure,
    MeasureKind,
    NoteTemplate,
    Outcome,
    Participation,
)
from partners.models import Organisation, User
from tests.factories.frame import Kind, day, day_or_none
from tests.factories.people import _parsed, refreshed


def make_outcome(
    participation: Participation,
    kind: str = Outcome.Kind.JOB,
    started_on: str | dt.date = "2017-01-09",
    ended_on: str | dt.date | None = None,
    **fields,
) -> Outcome:
    outcome = Outcome.objects.create(
        participation=participation, kind=kind, started_on=day(started_on), ended_on=day_or_none(ended_on), **fields
    )
    refreshed(participation)
    return outcome


def make_activity(
    participation: Participation,
    kind: str = Activity.Kind.WORK_TRAINING,
    started_on: str | dt.date = "2016-03-07",
    ended_on: str | dt.date | None = None,
    **fields,
) -> Activity:
    activity = Activity.objects.create(
        participation=participation, kind=kind, started_on=day(started_on), ended_on=day_or_none(ended_on), **fields
    )
    refreshed(participation)
    return activity


def make_break(
    participation: Participation, started_on: str = "2016-07-04", ended_on: str | None = None, **fields
) -> Break:
    return Break.objects.create(
        participation=participation,
        **{"kind": "semester", "started_on": day(started_on), "ended_on": day_or_none(ended_on), **fields},
    )


def make_hours(
    participation: Participation, month: str | dt.date = "2017-02-01", hours: float = 80, **fields
) -> HoursMonth:
    row = HoursMonth.objects.create(participation=participation, month=day(month), hours=hours, **fields)
    refreshed(participation)
    return row


def make_journal_entry(
    participation: Participation,
    by: User,
    happened_on: str | dt.date = "2017-03-01",
    *,
    organisation: Organisation | None = None,
    **fields,
) -> JournalEntry:
    """A note by the user, for her own organisation unless another one is named."""
    fields.setdefault("text", "Möte om planen.")
    entry = JournalEntry.objects.create(
        participation=participation,
        written_by=by,
        organisation=organisation or by.memberships.earliest("started_on").organisation,
        happened_on=day(happened_on),
        **{name: _parsed(value) for name, value in fields.items()},
    )
    refreshed(participation)
    return entry


def make_note_template(organisation: Organisation | None = None, **fields) -> NoteTemplate:
    values = {"title": "Egen mall", "kind": "note", "text": "Rubrik:"}
    return NoteTemplate.objects.create(organisation=organisation, **{**values, **fields})


def make_follow_up(
    participation: Participation,
    milestone: str = FollowUp.Milestone.FOUR_WEEKS,
    *,
    exit_on: str | dt.date,
    answered_on: str | dt.date,
    answer: str = FollowUp.Answer.REACHED,
    channel: str = FollowUp.Channel.PHONE,
    **fields,
) -> FollowUp:
    follow_up = FollowUp.objects.create(
        participation=participation,
        milestone=milestone,
        exit_on=day(exit_on),
        answered_on=day(answered_on),
        answer=answer,
        channel=channel,
        **fields,
    )
    refreshed(participation)
    return follow_up


def make_follow_up_attempt(
    participation: Participation,
    milestone: str = FollowUp.Milestone.FOUR_WEEKS,
    *,
    asked_on: str | dt.date,
    answer: str = FollowUp.Answer.NO_ANSWER,
    channel: str = FollowUp.Channel.PHONE,
    **fields,
) -> FollowUpAttempt:
    """One try since the exit that counts now."""
    assert participation.left_on is not None
    return FollowUpAttempt.objects.create(
        participation=participation,
        milestone=milestone,
        exit_on=participation.left_on,
        asked_on=day(asked_on),
        answer=answer,
        channel=channel,
        **fields,
    )


def make_measure_kind(code: str = "lonebidrag_anstallning", **fields) -> MeasureKind:
    """One of those that the migration brings, which the tests' database may have lost."""
    defaults = {"name_sv": code, "name_en": code, "authority": Kind.EMPLOYMENT_SERVICE, "has_wage": True}
    kind, _ = MeasureKind.objects.get_or_create(code=code, defaults={**defaults, **fields})
    return kind


def make_measure(
    participation: Participation,
    kind: str = "lonebidrag_anstallning",
    *,
    asked_by: Organisation | None = None,
    decided_by: Organisation | None = None,
    **fields,
) -> Measure:
    """Granted from 1 March 2017 until further notice, unless told otherwise; dates may be text."""
    values = {
        "asked_on": "2017-02-01",
        "decision": Measure.Decision.GRANTED,
        "decided_on": "2017-02-15",
        "started_on": "2017-03-01",
    }
    given = {name: _parsed(value) for name, value in {**values, **fields}.items()}
    is_decided = given["decision"] in (Measure.Decision.GRANTED, Measure.Decision.REFUSED)
    owner = participation.project.owner
    return Measure.objects.create(
        participation=participation,
        kind=make_measure_kind(kind),
        asked_by=asked_by or owner,
        decided_by=(decided_by or owner) if is_decided else None,
        **given,
    )
