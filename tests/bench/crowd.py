"""People to list: a population with names, lead workers, consents and next steps, and a few who look at it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from grundsteget.dates import today
from participants.models import CareTeamMember, Consent, JournalEntry, Participant, Participation
from participants.names import name_key
from partners.models import Membership, Organisation, Partnership, Project, User
from tests.bench.population import BATCH, END, START, populate

FIRST = [
    "Anna",
    "Örjan",
    "Maria",
    "Åke",
    "Fatima",
    "Ali",
    "Eva",
    "Lars",
    "Sara",
    "Omar",
    "Karin",
    "Nils",
    "Amina",
    "Per",
]
SYLLABLES = ["berg", "lund", "ström", "holm", "kvist", "gren", "dal", "sjö", "näs", "vik", "mark", "ek", "al", "skog"]
LEADS = 30


@dataclass(frozen=True)
class Crowd:
    """A project with its people, and who opens the list: the owner's coordinator, and a partner with consents."""

    project: Project
    coordinator: User
    caseworker: User


def crowd(size: int) -> Crowd:
    dice = random.Random(size)
    project = populate(size)
    partner = Organisation.objects.create(name=f"Partner of {size}", kind=Organisation.Kind.SOCIAL_SERVICES)
    for organisation, role in ((project.owner, Partnership.Role.OWNER), (partner, Partnership.Role.REFERS)):
        Partnership.objects.create(project=project, organisation=organisation, role=role, started_on=START)
    leads = [_user(f"Lead {number:02d}", size, project.owner, Membership.Role.COORDINATOR) for number in range(LEADS)]
    caseworker = _user("Caseworker", size, partner, Membership.Role.CASEWORKER)
    ways = list(Participation.objects.filter(project=project).select_related("participant").order_by("pk"))
    _name([way.participant for way in ways], dice)
    _surround(ways, leads, partner, dice)
    Participation.objects.filter(project=project).refresh_summaries()
    return Crowd(project, leads[0], caseworker)


def _user(name: str, size: int, organisation: Organisation, role: str) -> User:
    address = f"{name.lower().replace(' ', '')}.{size}@bench.example"
    user = User.objects.create_user(address, name=name)
    Membership.objects.create(user=user, organisation=organisation, role=role, started_on=START)
    return user


def _name(people: list[Participant], dice: random.Random) -> None:
    for person in people:
        person.first_name = dice.choice(FIRST)
        person.last_name = "".join(dice.sample(SYLLABLES, 2)).capitalize()
        person.first_name_key, person.last_name_key = name_key(person.first_name), name_key(person.last_name)
    fields = ["first_name", "last_name", "first_name_key", "last_name_key"]
    Participant.objects.bulk_update(people, fields, batch_size=BATCH // 10)


def _surround(ways: list[Participation], leads: list[User], partner: Organisation, dice: random.Random) -> None:
    """Everybody has a lead worker; every second one a consent to the partner; every third a next step."""
    owner = ways[0].project.owner
    CareTeamMember.objects.bulk_create(
        (
            CareTeamMember(
                participation=way, user=dice.choice(leads), organisation=owner, is_lead=True, started_on=START
            )
            for way in ways
        ),
        batch_size=BATCH,
    )
    Consent.objects.bulk_create(
        (
            Consent(participation=way, organisation=partner, given_on=START, valid_to=END)
            for way in ways
            if dice.random() < 0.5
        ),
        batch_size=BATCH,
    )
    JournalEntry.objects.bulk_create(
        (_entry(way, leads, owner, dice) for way in ways for _ in range(2)), batch_size=BATCH
    )


def _entry(way: Participation, leads: list[User], owner: Organisation, dice: random.Random) -> JournalEntry:
    is_step = dice.random() < 0.2
    day = today() - dt.timedelta(dice.randrange(400))
    return JournalEntry(
        participation=way, kind="meeting", happened_on=day, text="Text", organisation=owner,
        written_by=dice.choice(leads), next_step="Ring" if is_step else "",
        next_step_on=today() + dt.timedelta(dice.randrange(-20, 90)) if is_step else None,
    )  # fmt: skip
