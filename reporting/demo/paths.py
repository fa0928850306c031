"""From the frame of a way to the way itself: entry record, stints, parallel activities, hours, outcomes, follow-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from grundsteget.dates import add_months, last_of_month, months_between
from participants.models import Outcome, Participant
from reporting.demo import partners, texts
from reporting.demo.lives import DemoActivity, DemoFollowUp, DemoOutcome, DemoStint, Life
from reporting.demo.people import Person, Population
from reporting.demo.schedule import ASF, DAY, ELSEWHERE, NOWHERE, PLAYED_ON, Slot, slots
from reporting.demo.sharing import share
from reporting.demo.writing import write_notes
from reporting.grundsteget import DISTRICTS, OWNER

SEED = 254
Kind = Outcome.Kind
PROTECTED = {60: Participant.Protection.SECRECY_FLAG, 190: Participant.Protection.PROTECTED_REGISTRATION}


def lives() -> list[Life]:
    """All ways in the order of entry, the same ones each time."""
    random = Random(SEED)  # noqa: S311 — the demo must be the same everywhere; nothing is kept secret by it.
    population = Population(random)
    return [
        _life(random, position, slot, population.person(position)) for position, slot in enumerate(slots(random), 1)
    ]


def _life(random: Random, position: int, slot: Slot, person: Person) -> Life:
    person.protection = PROTECTED.get(position, Participant.Protection.NONE)
    names = [one.name for one in partners.ENTERPRISES]
    weights = [5, 3, 2, 3, 3, 2, 3, 2, 3, 2, 2, 1]
    life = Life(
        person,
        slot,
        enterprise=random.choices(names, weights)[0],
        lead=random.choices(partners.LEADS, [32, 20, 18, 16, 14])[0],
        referrer=_referrer(random, person),
    )
    if person.protection == Participant.Protection.PROTECTED_REGISTRATION:
        life.lead = partners.LEADS[0]  # One of them is followed by the coordinator whose log-in the demo prints.
    if slot.is_mistake:
        life.stints = [DemoStint(slot.entry, slot.exit, "felregistrering", "Registrerad två gånger av misstag.")]
        return life
    _ask(random, life)
    _arrive_and_leave(random, life)
    _take_part(random, life)
    _step_on(random, life)
    _count_hours(random, life)
    _follow_up(random, life)
    share(random, life)
    write_notes(random, life)
    return life


def _referrer(random: Random, person: Person) -> str:
    if person.district in DISTRICTS and random.random() < 0.7:
        office = "Socialtjänsten" if random.random() < 0.85 else "Stadsdelsförvaltningen"
        return f"{office} {person.district}"
    if random.random() < 0.25:
        return (
            "Kompetenscentrum Nordost"
            if person.district in {"Angered", "Östra Göteborg"}
            else "Kompetenscentrum Hisingen"
        )
    return "Arbetsförmedlingen"


# --- The entry ------------------------------------------------------------------------------------


def _ask(random: Random, life: Life) -> None:
    status = random.choices(["U", "I", "E", ""], [60, 34, 3, 3])[0]
    if life.slot.ending == ELSEWHERE and status == "E":
        status = "U"
    since = (
        life.slot.entry - int(random.triangular(40, 3600, 700)) * DAY
        if status == "U" and random.random() < 0.97
        else None
    )
    in_education = random.choices(["n", "j", ""], [88, 9, 3] if status == "I" else [97, 1, 2])[0]
    life.record = {
        "labour_status": status,
        "unemployed_since": since,
        "in_education": in_education,
        "isced": random.choices(
            ["0", "1", "2", "3", "4", "5", "6", "7", "", "vill_ej"], [6, 13, 30, 31, 5, 5, 4, 2, 3, 1]
        )[0],
        "household_jobless": random.choices(["j", "n", "", "vill_ej"], [55, 33, 9, 3])[0],
        "household_children": random.choices(["j", "n", "", "vill_ej"], [40, 49, 8, 3])[0],
        "household_single_adult": random.choices(["j", "n", "", "vill_ej"], [42, 47, 8, 3])[0],
    }
    shares = {"co15": [48, 38, 7, 7], "co16": [34, 46, 12, 8], "co17": [22, 60, 10, 8]}
    for question, weights in shares.items():
        if answer := random.choices(["j", "n", "vill_ej", ""], weights)[0]:
            life.sensitive[question] = answer


def _arrive_and_leave(random: Random, life: Life) -> None:
    slot = life.slot
    last_reason = _reason(random, slot.ending if slot.comeback is None else NOWHERE)
    if slot.pause:
        why = random.choice(["sjukdom", "sjukdom", "foraldraledig", "egen_begaran"])
        life.stints = [DemoStint(slot.entry, slot.pause[0], why), DemoStint(slot.pause[1], slot.exit, last_reason)]
    else:
        life.stints = [DemoStint(slot.entry, slot.exit, last_reason)]
    if slot.comeback:
        slot.ending = ASF
        life.stints.append(DemoStint(*slot.comeback, _reason(random, ASF)))


def _reason(random: Random, ending: str) -> str:
    if ending == ASF:
        return "arbete_asf"
    if ending == ELSEWHERE:
        return "arbete_annan"  # Put right when the outcome is known.
    reasons = [
        "fullfoljt_utan_overgang",
        "annan_insats",
        "sjukdom",
        "flyttat",
        "egen_begaran",
        "uteblivit",
        "foraldraledig",
    ]
    return random.choices([*reasons, "pension"], [30, 14, 16, 8, 12, 12, 5, 3])[0]


# --- What they do ---------------------------------------------------------------------------------


def _take_part(random: Random, life: Life) -> None:
    """Guidance first, then work in the enterprise, in parallel with courses made for it."""
    for number, stint in enumerate(life.stints):
        days = (stint.end - stint.start).days
        if number == 0:
            guided_until = min(stint.start + random.randint(21, 60) * DAY, stint.end)
            place = life.referrer if life.referrer.startswith("Kompetenscentrum") else OWNER
            life.activities.append(
                DemoActivity(
                    "vagledning", place, stint.start, guided_until, 4, "Kartläggning och plan", is_planned=True
                )
            )
        begun = stint.start + min(random.randint(7, 35), days // 3) * DAY
        life.activities += _work(random, life.enterprise, begun, stint.end)
        if days > 75 and random.random() < 0.8:
            life.activities += _courses(random, begun, stint.end)
    if life.slot.is_silent:
        _fall_silent(life)


def _work(random: Random, enterprise: str, begun: dt.date, end: dt.date) -> Iterator[DemoActivity]:
    days, hours = (end - begun).days, random.choice([8, 10, 12, 16])
    first = random.choices(["arbetstraning", "sysselsattning", "praktik"], [60, 25, 15])[0]
    if days < 110:
        yield DemoActivity(first, enterprise, begun, end, hours)
        return
    turn = begun + int(days * random.uniform(0.35, 0.6)) * DAY
    yield DemoActivity(first, enterprise, begun, turn - DAY, hours)
    then = random.choices(["arbetstraning", "arbete"], [55, 45])[0]
    yield DemoActivity(then, enterprise, turn, end, min(hours + random.choice([4, 8, 12]), 32))


def _courses(random: Random, begun: dt.date, end: dt.date) -> Iterator[DemoActivity]:
    start = begun + random.randint(14, 45) * DAY
    for title in random.sample(texts.COURSES, 2):
        finish = start + random.choice([42, 70, 98, 126]) * DAY
        if start >= end - 21 * DAY:
            return
        place, hours = "Vuxenutbildningen", random.choice([4, 6, 8])
        yield DemoActivity("utbildning", place, start, min(finish, end), hours, title, is_planned=True)
        if random.random() < 0.6:
            return
        start = finish + random.randint(10, 40) * DAY


def _fall_silent(life: Life) -> None:
    """Nothing new starts in the months before the demo's day, so that somebody has to ask."""
    since = PLAYED_ON - 100 * DAY
    life.activities = [one for one in life.activities if not since <= one.start <= PLAYED_ON]


# --- What it leads to -----------------------------------------------------------------------------


def _step_on(random: Random, life: Life) -> None:
    exit = life.last_exit
    if life.slot.ending == ASF:
        _into_enterprise(random, life, exit)
    elif life.slot.ending == ELSEWHERE:
        _elsewhere(random, life, exit)
    else:
        _nowhere_yet(random, life, exit)
    for course in life.courses:
        if course.end < exit and random.random() < 0.16:
            title = random.choice(texts.QUALIFICATIONS)
            life.outcomes.append(
                DemoOutcome(Kind.QUALIFICATION, course.end, None, course.place, evidence=f"{title}, kopia i akten")
            )
    if life.record["labour_status"] == "E" and random.random() < 0.7:
        life.outcomes.append(
            DemoOutcome(
                Kind.IMPROVED, exit + 30 * DAY, None, life.enterprise, evidence="Från timanställning till tillsvidare"
            )
        )


def _into_enterprise(random: Random, life: Life, exit: dt.date) -> None:
    kind = random.choices([Kind.JOB_ASF, Kind.OCCUPATION_ASF], [66, 34])[0]
    start = _begin(random, life, exit)
    end = exit + random.randint(70, 330) * DAY if random.random() < 0.3 else None
    support = ""
    if kind == Kind.JOB_ASF:
        support = random.choices(["lönebidrag", "nystartsjobb", "trygghetsanställning", ""], [46, 22, 10, 22])[0]
    evidence = "Anställningsavtal, kopia i akten" if kind == Kind.JOB_ASF else "Överenskommelse, kopia i akten"
    life.outcomes.append(DemoOutcome(kind, start, end, life.enterprise, support, evidence))
    if kind == Kind.OCCUPATION_ASF:
        life.stints[-1].reason = "ovrigt"
        life.stints[-1].note = "Överenskommen sysselsättning i socialt företag."
    if kind == Kind.JOB_ASF and start > life.entry + 90 * DAY and random.random() < 0.9:
        life.near = start - 120 * DAY, start, "Företaget vill anställa. Beslut om lönestöd väntas."


def _begin(random: Random, life: Life, exit: dt.date) -> dt.date:
    """Many begin while they still take part, the others on the day they leave or soon after."""
    if _is_soon_gone(life) and random.random() < 0.75:
        # On the demo's day: still taking part, but already there.
        return max(PLAYED_ON - random.randint(4, 75) * DAY, life.stints[-1].start + 45 * DAY)
    if random.random() < 0.55:
        earliest = life.stints[-1].start + 45 * DAY
        return max(exit - random.randint(15, 150) * DAY, min(earliest, exit))
    return exit + random.randint(0, 12) * DAY


def _is_soon_gone(life: Life) -> bool:
    since = life.stints[-1].start
    return since < PLAYED_ON - 60 * DAY and PLAYED_ON < life.last_exit < PLAYED_ON + 200 * DAY


def _elsewhere(random: Random, life: Life, exit: dt.date) -> None:
    kind = random.choices([Kind.JOB, Kind.EDUCATION, Kind.INTERNSHIP], [50, 30, 20])[0]
    start = exit + random.randint(-20, 14) * DAY
    if _is_soon_gone(life) and random.random() < 0.3:
        start = PLAYED_ON - random.randint(4, 40) * DAY
    if kind == Kind.JOB:
        end = exit + random.randint(60, 260) * DAY if random.random() < 0.35 else None
        support = random.choices(["", "nystartsjobb", "lönebidrag"], [60, 25, 15])[0]
        outcome = DemoOutcome(
            kind, start, end, random.choice(texts.EMPLOYERS), support, "Anställningsavtal, kopia i akten"
        )
    elif kind == Kind.EDUCATION:
        end = exit + random.randint(120, 400) * DAY
        outcome = DemoOutcome(kind, start, end, random.choice(texts.SCHOOLS), "", "Antagningsbesked")
        life.stints[-1].reason = "utbildning"
    else:
        end = exit + random.randint(55, 150) * DAY
        outcome = DemoOutcome(kind, start, end, random.choice(texts.INTERNSHIP_HOSTS), "", "Överenskommelse om praktik")
        life.stints[-1].reason = "praktik_annan"
    life.outcomes.append(outcome)


def _nowhere_yet(random: Random, life: Life, exit: dt.date) -> None:
    chance = random.random()
    if chance < 0.38:
        life.outcomes.append(DemoOutcome(Kind.JOB_SEARCH, exit + random.randint(0, 10) * DAY, None, ""))
    elif chance < 0.48 and (exit - life.entry).days > 120:
        # A trial job that ended before the exit counts for nothing, and stays visible.
        life.outcomes.append(
            DemoOutcome(Kind.JOB_ASF, exit - 80 * DAY, exit - 15 * DAY, life.enterprise, "nystartsjobb")
        )
    if random.random() < 0.15:
        start = exit + random.randint(50, 160) * DAY
        life.outcomes.append(DemoOutcome(Kind.JOB, start, None, random.choice(texts.EMPLOYERS)))


# --- Hours and follow-ups -------------------------------------------------------------------------


def _count_hours(random: Random, life: Life) -> None:
    for stint in life.stints:
        for month in months_between(stint.start, stint.end):
            if random.random() < 0.04:
                continue  # Nobody has attested it yet.
            total = sum(_hours_of(activity, stint, month) for activity in life.activities)
            attended = total * random.uniform(0.6, 1.0) if random.random() > 0.03 else 0
            hours = life.hours.get(month, Decimal(0)) + Decimal(round(attended * 2)) / 2
            life.hours[month] = min(hours, Decimal(160))


def _hours_of(activity: DemoActivity, stint: DemoStint, month: dt.date) -> float:
    first = max(activity.start, stint.start, month)
    last = min(activity.end, stint.end, last_of_month(month))
    return max(0, (last - first).days + 1) / 7 * activity.hours


def _follow_up(random: Random, life: Life) -> None:
    for stint in life.stints:
        is_last = stint is life.stints[-1]
        if not is_last and life.slot.comeback is None:
            continue  # A pause: she came back before anybody would have asked.
        if random.random() < 0.9:
            life.follow_ups.append(_answer(random, "28d", stint.end, stint.end + random.randint(11, 28) * DAY))
        if random.random() < 0.82:
            due = add_months(stint.end, 6)
            life.follow_ups.append(_answer(random, "6m", stint.end, due + random.randint(0, 14) * DAY))


def _answer(random: Random, milestone: str, exit: dt.date, day: dt.date) -> DemoFollowUp:
    answer = random.choices(["reached", "no_answer", "declined"], [84, 11, 5])[0]
    channel = random.choices(["phone", "meeting", "message", "letter"], [65, 18, 12, 5])[0]
    return DemoFollowUp(milestone, exit, day, answer, channel)
