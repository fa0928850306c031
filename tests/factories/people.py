"""Participants, their participations and periods."""

import datetime as dt

from participants import identity
from participants.models import (
    Consent,
    EntryRecord,
    ExitReason,
    Merge,
    Participant,
    Participation,
    SensitiveAnswer,
    Stint,
)
from participants.signals import participation_changed
from partners.models import Organisation, Project, User
from tests.factories.frame import PROJECT_START, _counter, day, day_or_none
from tests.factories.partnership import make_project
from tests.factories.sharing import make_care_team_member


def make_participant(number: str | None = None, **fields) -> Participant:
    """A woman born in 1985 without an identity number, unless told otherwise; `number` is a test number."""
    values = {
        "first_name": "Test",
        "last_name": f"Person{next(_counter)}",
        "sex": "K",
        "birth_date": dt.date(1985, 6, 15),
        "municipality": "Göteborg",
    }
    participant = Participant(**{**values, **fields})
    participant.birth_date = day_or_none(participant.birth_date)
    if number is not None:
        participant.set_identity(identity.parse(number))
    participant.save()
    return participant


PERSON_FIELDS = {
    "first_name",
    "last_name",
    "sex",
    "birth_date",
    "municipality",
    "district",
    "protection",
    "phone",
    "email",
    "number",
}


COMPLETE_RECORD = {
    "labour_status": EntryRecord.LabourStatus.UNEMPLOYED,
    "unemployed_since": dt.date(2014, 1, 15),
    "in_education": "n",
    "isced": "2",
    "household_jobless": "j",
    "household_children": "n",
    "household_single_adult": "j",
    "asked_on": dt.date(2016, 3, 1),
}


def make_participation(
    project: Project | None = None,
    *,
    participant: Participant | None = None,
    started_on: str | dt.date | None = "2016-03-01",
    ended_on: str | dt.date | None = None,
    exit_reason: str = "ovrigt",
    referred_by: Organisation | None = None,
    lead: User | None = None,
    consent_to: list[Organisation] | tuple[Organisation, ...] = (),
    record: dict | None = COMPLETE_RECORD,
    **fields,
) -> Participation:
    """A participation with one stint and a complete entry record.

    Fields of the person (`first_name`, `sex`, `number`, …) may stand among the rest. `record` replaces the whole entry
    record, `record=None` leaves it out; `started_on=None` leaves the stint out.
    """
    person = {name: fields.pop(name) for name in PERSON_FIELDS & fields.keys()}
    participation = Participation.objects.create(
        participant=participant or make_participant(**person),
        project=project or Project.objects.first() or make_project(),
        ref=fields.pop("ref", f"D-{next(_counter):04d}"),
        **fields,
    )
    if record is not None:
        EntryRecord.objects.create(
            participation=participation, **{name: _parsed(value) for name, value in record.items()}
        )
    for organisation in consent_to:
        Consent.objects.create(
            participation=participation, organisation=organisation, given_on=day_or_none(started_on) or PROJECT_START
        )
    if lead is not None:
        make_care_team_member(participation, lead, is_lead=True, started_on=started_on)
    if started_on is not None:
        make_stint(participation, started_on, ended_on, exit_reason=exit_reason, referred_by=referred_by)
    return refreshed(participation)


def _parsed(value):
    """Dates among the answers may be written as text."""
    return day(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else value


def refreshed(participation: Participation) -> Participation:
    """Derived columns and facts brought up to date, as every deed does; the object read anew."""
    Participation.objects.filter(pk=participation.pk).refresh_summaries()
    participation_changed.send(sender=Participation, participation_ids=[participation.pk])
    participation.refresh_from_db()
    return participation


def make_exit_reason(code: str = "ovrigt") -> ExitReason:
    reason, _ = ExitReason.objects.get_or_create(code=code, defaults={"name_sv": code, "name_en": code})
    return reason


def make_stint(
    participation: Participation,
    started_on: str | dt.date = "2016-03-01",
    ended_on: str | dt.date | None = None,
    *,
    exit_reason: str = "ovrigt",
    **fields,
) -> Stint:
    """A period of taking part; an ended one has a reason for leaving."""
    stint = Stint.objects.create(
        participation=participation,
        started_on=day(started_on),
        ended_on=day_or_none(ended_on),
        exit_reason=make_exit_reason(exit_reason) if ended_on else None,
        **fields,
    )
    refreshed(participation)
    return stint


def make_merge(participation: Participation, by: User, **fields) -> Merge:
    """A record without any rows of its own that was joined to the person's."""
    former = make_participant(merged_into=participation.participant)
    values = {"reason": "Samma person", "merged_by": by, **fields}
    return Merge.objects.create(kept=participation.participant, former=former, **values)


def make_sensitive_answer(
    participation: Participation, question: str = "co15", answer: str = "j", **fields
) -> SensitiveAnswer:
    row = SensitiveAnswer.objects.create(participation=participation, question=question, answer=answer, **fields)
    refreshed(participation)
    return row
