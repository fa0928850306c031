"""The demo's network of competence bearers, and who administers the partners' people. Everybody here is invented."""

from __future__ import annotations

import datetime as dt

from grundsteget.dates import today
from partners.models import (
    Attendance,
    CompetenceBearer,
    Guideline,
    Membership,
    NetworkEvent,
    Organisation,
    Project,
    User,
    person_key,
)

COORDINATOR = "Arbetsmarknads- och vuxenutbildningsförvaltningen"

# Office, name, appointed, ended.
BEARERS = [
    ("Stadsdelsförvaltningen Angered", "Lovisa Torell", "2016-02-01", ""),
    ("Socialtjänsten Angered", "Sanna Ekfors", "2016-02-01", ""),
    ("Stadsdelsförvaltningen Östra Göteborg", "Magnus Idar", "2016-03-14", ""),
    ("Socialtjänsten Östra Göteborg", "Yasmin Hovre", "2016-05-02", "2017-01-31"),
    ("Socialtjänsten Västra Hisingen", "Per-Olof Sandell", "2016-04-11", ""),
    ("Stadsdelsförvaltningen Lundby", "Ingela Ramstad", "2016-09-01", ""),
    ("Kompetenscentrum Nordost", "Tariq Vallmark", "2016-02-15", ""),
    ("Arbetsförmedlingen", "Adnan Berglöf", "2016-01-18", ""),
    ("Vuxenutbildningen", "Viveka Stråhle", "2016-08-22", ""),
    (COORDINATOR, "Gunvor Lysell", "2015-11-02", ""),
]

# Kind, day, title, place, country, organiser, hours.
EVENTS = [
    ("meeting", "2016-02-23", "Nätverksstart för kompetensbärare", "Göteborg", "", COORDINATOR, 3),
    ("training", "2016-04-12", "Socialt företagande – grunder för handläggare", "Angered", "", COORDINATOR, 6),
    ("training", "2016-06-02", "Anvisa och följa upp till socialt företag", "Lundby", "", COORDINATOR, 6),
    (
        "study_visit",
        "2016-09-20",
        "Sociala kooperativ i Trento",
        "Trento",
        "Italien",
        "Nätverk i Italien och Europa",
        16,
    ),
    ("meeting", "2016-10-11", "Nätverksträff: upphandling med social hänsyn", "Göteborg", "", COORDINATOR, 3),
    ("training", "2016-11-24", "Lönebidrag och andra stöd i sociala företag", "Göteborg", "", "Arbetsförmedlingen", 4),
    ("exchange", "2017-01-26", "Utbyte med Le Mat-nätverket", "Göteborg", "", "Nätverk i Italien och Europa", 5),
    ("training", "2017-02-16", "Processkartan i vardagen", "Hisingen", "", COORDINATOR, 4),
    ("training", "2017-04-25", "Jämställd rekrytering till sociala företag", "Göteborg", "", COORDINATOR, 4),
]

FIRST = [
    "Agda",
    "Birger",
    "Cecilia",
    "Daniel",
    "Estrid",
    "Folke",
    "Gerda",
    "Hassan",
    "Inez",
    "Jonte",
    "Klara",
    "Leif",
    "Miriam",
    "Nils",
    "Oda",
    "Pär",
    "Ronja",
    "Sixten",
]
LAST = [
    "Alvik",
    "Brohed",
    "Crona",
    "Dahlin",
    "Engrud",
    "Fagerås",
    "Gillmark",
    "Hedvall",
    "Isgren",
    "Jarlov",
    "Kvist",
    "Lommar",
    "Mellby",
    "Norrgård",
]

# Office, title, in place since, made known, reference.
GUIDELINES = [
    ("Arbetsförmedlingen", "Handläggarstöd: sociala företag", "2016-05-09", "2016-06-02", "Af-2016/0412"),
    ("Stadsdelsförvaltningen Angered", "Riktlinje för samverkan med sociala företag", "2016-09-01", "2016-10-11", ""),
    ("Stadsdelsförvaltningen Lundby", "Rutin för anvisning till socialt företag", "2017-01-16", "", ""),
    ("Vuxenutbildningen", "Utbildning parallellt med arbete", "", "", ""),
]

# Who keeps the list of people at each partner, by the part of the address before the @.
ADMINISTRATORS = ["soc", "af", "vux", "handledare", "styrgrupp", "kontrollant"]
SOON = ["rut", "handledare"]  # To be confirmed within a fortnight.


def load(project: Project, users: dict[str, User]) -> None:
    """What had happened by the day the demo plays on; what is planned within three months stands there as planned."""
    organisations = {one.name: one for one in Organisation.objects.all()}
    _load_people(users, organisations)
    _load_bearers(project, organisations)
    _load_events(project, organisations)
    _load_guidelines(project, organisations)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _has_come(text: str, days: int = 0) -> bool:
    day = _day(text)
    return day is not None and day <= today() + dt.timedelta(days=days)


def _load_people(users: dict[str, User], organisations: dict[str, Organisation]) -> None:
    """Administrators of the partners' people, some to confirm soon, and one person with two hats."""
    Membership.objects.filter(user__in=[users[one] for one in ADMINISTRATORS]).update(is_administrator=True)
    Membership.objects.update(confirmed_on=today() - dt.timedelta(days=21))
    soon = today() - dt.timedelta(days=82)
    Membership.objects.filter(user__in=[users[one] for one in SOON]).update(confirmed_on=soon)
    second = dt.date(2016, 9, 1)
    if second <= today():
        Membership.objects.create(
            user=users["vux"],
            organisation=organisations[COORDINATOR],
            role=Membership.Role.CASEWORKER,
            started_on=second,
            confirmed_on=today() - dt.timedelta(days=21),
        )


def _load_bearers(project: Project, organisations: dict[str, Organisation]) -> None:
    colleagues = {(m.organisation_id, m.user.name): m.user for m in Membership.objects.select_related("user")}
    for office, name, appointed, ended in BEARERS:
        if _has_come(appointed):
            CompetenceBearer.objects.create(
                project=project,
                organisation=organisations[office],
                name=name,
                user=colleagues.get((organisations[office].pk, name)),
                appointed_on=dt.date.fromisoformat(appointed),
                ended_on=_day(ended) if _has_come(ended) else None,
            )


def _load_events(project: Project, organisations: dict[str, Organisation]) -> None:
    offices = [organisations[office] for office, *_rest in BEARERS] + [organisations["Socialtjänsten Lundby"]]
    for number, (kind, held, title, place, country, organiser, hours) in enumerate(EVENTS):
        if not _has_come(held, days=90):
            continue
        event = NetworkEvent.objects.create(
            project=project,
            kind=kind,
            title=title,
            held_on=dt.date.fromisoformat(held),
            place=place,
            country=country,
            organiser=organisations[organiser],
            hours=hours,
        )
        if _has_come(held):
            Attendance.objects.bulk_create(_attendances(event, offices, number))


def _attendances(event: NetworkEvent, offices: list[Organisation], number: int) -> list[Attendance]:
    """People from the offices: each training reaches some new ones, and some come again."""
    first, how_many = number * 7, {"training": 19, "meeting": 12}.get(event.kind, 6)
    return [
        Attendance(event=event, organisation=offices[one % len(offices)], name=name, name_key=person_key(name))
        for one in range(first, first + how_many)
        for name in [f"{FIRST[one % len(FIRST)]} {LAST[one % len(LAST)]}"]
    ]


def _load_guidelines(project: Project, organisations: dict[str, Organisation]) -> None:
    for office, title, in_place, known, reference in GUIDELINES:
        Guideline.objects.create(
            project=project,
            organisation=organisations[office],
            title=title,
            in_place_since=_day(in_place) if _has_come(in_place) else None,
            communicated_on=_day(known) if _has_come(known) else None,
            reference=reference,
        )
