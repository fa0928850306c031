"""A population of any size with histories, made in bulk and always the same."""

import datetime as dt
import random

from participants.models import EntryRecord, Outcome, Participant, Participation, Stint
from partners.models import Organisation, Project

START, END = dt.date(2015, 10, 1), dt.date(2018, 9, 30)
KINDS = ["job", "job_asf", "sysselsattning_asf", "education", "praktik", "jobsearch", "qualification"]
BATCH = 5000


def populate(size: int) -> Project:
    dice = random.Random(size)
    owner = Organisation.objects.create(name=f"Owner of {size}", kind=Organisation.Kind.OTHER)
    project = Project.objects.create(
        dnr=f"bench/{size}", name="Bench", owner=owner, started_on=START, ended_on=END,
        target_base=280, goal_a_percent=50, goal_b_percent=30,
    )  # fmt: skip
    people = Participant.objects.bulk_create(
        (
            Participant(sex=dice.choice("KM"), birth_date=dt.date(1950, 1, 1) + dt.timedelta(dice.randrange(18000)))
            for _ in range(size)
        ),
        batch_size=BATCH,
    )
    ways = Participation.objects.bulk_create(
        (Participation(participant=person, project=project, ref=f"D-{n:07d}") for n, person in enumerate(people)),
        batch_size=BATCH,
    )
    EntryRecord.objects.bulk_create((_entry_record(way, dice) for way in ways), batch_size=BATCH)
    starts = [START + dt.timedelta(dice.randrange(800)) for _ in ways]
    Stint.objects.bulk_create(
        (_stint(way, start, dice) for way, start in zip(ways, starts, strict=True)), batch_size=BATCH
    )
    Outcome.objects.bulk_create(
        (
            _outcome(way, kind, start, dice)
            for way, start in zip(ways, starts, strict=True)
            for kind in dice.sample(KINDS, dice.randrange(4))
        ),
        batch_size=BATCH,
    )
    Participation.objects.filter(project=project).refresh_summaries()
    return project


def _entry_record(way: Participation, dice: random.Random) -> EntryRecord:
    return EntryRecord(
        participation=way, labour_status=dice.choice("UUUIE"), isced=dice.choice("0122334"),
        in_education=dice.choice("jnn"), unemployed_since=dt.date(2014, 1, 31),
    )  # fmt: skip


def _stint(way: Participation, start: dt.date, dice: random.Random) -> Stint:
    end = start + dt.timedelta(dice.randrange(1, 250)) if dice.random() < 0.7 else None
    return Stint(participation=way, started_on=start, ended_on=end)


def _outcome(way: Participation, kind: str, start: dt.date, dice: random.Random) -> Outcome:
    begins = start + dt.timedelta(dice.randrange(300))
    ends = begins + dt.timedelta(dice.randrange(200)) if dice.random() < 0.5 else None
    return Outcome(participation=way, kind=kind, started_on=begins, ended_on=ends)
