"""Two people who were registered twice: one is one person again, one waits; a break, and a note that was put right.

Nobody is counted twice by it: the records that are joined are made of what the demo's people have done already.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from grundsteget.dates import today
from participants import actions, identity
from participants.models import EntryRecord, JournalEntry, Participant, Participation
from participants.models.participation import ParticipationQuerySet
from partners.models import Project, User

REASON = "Samma person: Skatteverket har bytt samordningsnumret mot ett personnummer."


def load(project: Project, users: dict[str, User]) -> None:
    people = Participation.objects.filter(
        project=project, participant__protection=Participant.Protection.NONE, participant__identity_kind="personal"
    ).exclude(participant__birth_date=None)
    _join_again(people, users["kontor"])
    _leave_to_join(people)
    _break_and_correct(people, users["koordinator"])


def _join_again(people: ParticipationQuerySet, by: User) -> None:
    """Somebody who came back was registered anew, under the number she had then; now she is one."""
    returned = people.annotate(stays=Count("stints", filter=~Q(stints__exit_reason="felregistrering")))
    kept = returned.filter(stays=2).order_by("pk").first()
    if kept is None:
        return
    former = _second_record(kept)
    kept.stints.filter(pk=kept.stints.counted().latest("started_on").pk).update(participation=former)
    for record in (kept, former):
        Participation.objects.filter(pk=record.pk).refresh_summaries()
    actions.merge_participants(kept=kept.participant, former=former.participant, reason=REASON, by=by)


def _leave_to_join(people: ParticipationQuerySet) -> None:
    """Somebody who takes part is there once more, not begun: the project office finds the two by name."""
    if (ongoing := people.ongoing().order_by("-pk").first()) is not None:
        _second_record(ongoing)


def _second_record(participation: Participation) -> Participation:
    person = participation.participant
    assert person.birth_date is not None  # noqa: S101 – chosen so
    twin = Participant(
        first_name=person.first_name,
        last_name=person.last_name,
        birth_date=person.birth_date,
        sex=person.sex,
        municipality=person.municipality,
    )
    twin.set_identity(_coordination_number(person.birth_date, person.sex))
    twin.save()
    second = Participation.objects.create(
        participant=twin, project=participation.project, ref=actions.next_ref(participation.project)
    )
    EntryRecord.objects.create(participation=second)
    return second


def _coordination_number(born: dt.date, sex: str) -> identity.Identity:
    """One of Skatteverket's series, with 60 added to the day."""
    start = f"{born:%Y%m}{born.day + 60:02d}{'238' if sex == 'K' else '239'}"
    for digit in range(10):
        try:
            return identity.parse(f"{start}{digit}")
        except ValidationError:
            continue
    raise LookupError("no digit fits")


def _break_and_correct(people: ParticipationQuerySet, by: User) -> None:
    """Somebody is on parental leave, and a note has been put right by her who wrote it."""
    ongoing = people.ongoing().filter(entered_on__lt=today() - dt.timedelta(days=120))
    if (away := ongoing.order_by("pk").first()) is not None:
        actions.record_break(
            participation=away,
            kind="foraldraledighet",
            started_on=today() - dt.timedelta(days=20),
            ended_on=today() + dt.timedelta(days=70),
            by=by,
        )
    note = JournalEntry.objects.filter(written_by=by, participation__in=ongoing).order_by("pk").first()
    if note is not None:
        actions.correct_journal(
            entry=note,
            kind=note.kind,
            happened_on=note.happened_on,
            minutes=note.minutes,
            text=f"{note.text} Rättat: vi ses på torsdagar, inte tisdagar.",
            is_shared=note.is_shared,
            edition=note.edition,
            by=by,
        )
