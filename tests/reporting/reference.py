"""The rules of esf-rules.md 0.2, 1.2–1.4, 1.6 and 1.8 once more, in plain Python and one person at a time.

Written from the document and not from `reporting.facts`, so that the two can disagree.
"""

import calendar
import datetime as dt
from dataclasses import dataclass, field

FOUR_WEEKS = dt.timedelta(days=28)


@dataclass
class Event:
    kind: str
    start: dt.date
    end: dt.date | None = None

    def touches(self, first: dt.date, last: dt.date) -> bool:
        return self.start <= last and (self.end is None or self.end >= first)


@dataclass
class History:
    """What is known about one person; `stints` hold (start, end, is a mistaken registration)."""

    sex: str = "K"
    born: dt.date | None = None
    status: str = ""
    unemployed_since: dt.date | None = None
    in_education: str = ""
    isced: str = ""
    household: tuple[str, str, str] = ("", "", "")
    answers: dict[str, str] = field(default_factory=dict)
    stints: list[tuple[dt.date, dt.date | None, bool]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def months_later(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def age_on(born: dt.date, day: dt.date) -> int:
    """Birthdays that have come round: 29 February comes round on 1 March in common years."""
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (0 if had_birthday else 1)


def expected_fact(history: History, cut_off: dt.date) -> dict | None:
    """The decided columns at the cut-off date, or None when the person does not exist for the report."""
    stints = [(start, end) for start, end, mistaken in history.stints if not mistaken and start <= cut_off]
    if not stints:
        return None
    entry = min(start for start, _ in stints)
    is_open = any(end is None or end > cut_off for _, end in stints)
    left = None if is_open else max(end for _, end in stints if end is not None)
    age = age_on(history.born, entry) if history.born else None
    events = [event for event in history.events if event.start <= cut_off]
    fact = {
        "sex": history.sex,
        "entry_on": entry,
        "exit_on": left,
        "age": age,
        "is_complete": bool(
            history.sex and history.status in set("UIE") and history.born and history.isced not in {"", "vill_ej"}
        ),
        "household_known": all(answer in {"j", "n"} for answer in history.household),
        "is_long_term": is_long_term(history, entry, age),
        "co15": history.answers.get("co15") == "j",
        "co16": history.answers.get("co16") == "j",
        "co17": history.answers.get("co17") == "j" or (history.isced == "0" and age is not None and age > 12),
    }
    return fact | immediate(history, events, entry, left, cut_off) | later(events, entry, left, cut_off)


def is_long_term(history: History, entry: dt.date, age: int | None) -> bool:
    if history.unemployed_since is None:
        return False
    months = 6 if age is not None and age < 25 else 12
    return months_later(history.unemployed_since, months) < entry


def immediate(history: History, events: list[Event], entry: dt.date, left: dt.date | None, cut_off: dt.date) -> dict:
    nothing = {"window_status": "", "new_education": False, "new_qualification": False}
    if left is None:
        return nothing | {"goal": "ongoing", "on_the_way": on_the_way(events, entry, cut_off)}
    close = left + FOUR_WEEKS
    if close > cut_off:
        return nothing | {"goal": "pending", "on_the_way": ""}
    new = [event for event in events if event.start >= entry]
    labour = [
        event
        for event in events
        if event.touches(left, close)
        and (event.kind == "jobsearch" or (event.kind in {"job", "job_asf"} and event in new))
    ]
    last = max(labour, key=lambda e: (min(e.end or close, close), e.start, e.kind != "jobsearch"), default=None)
    in_asf = any(e.kind in {"job_asf", "sysselsattning_asf"} and e.touches(left, close) for e in new)
    elsewhere = any(e.kind in {"job", "education", "praktik"} and e.touches(close, close) for e in new)
    return {
        "window_status": "" if last is None else ("U" if last.kind == "jobsearch" else "E"),
        "new_education": history.in_education == "n"
        and any(e.kind == "education" and e.touches(left, close) for e in new),
        "new_qualification": any(e.kind == "qualification" and e.start <= close for e in new),
        "goal": "A" if in_asf else "B" if elsewhere else "none",
        "on_the_way": "",
    }


def on_the_way(events: list[Event], entry: dt.date, cut_off: dt.date) -> str:
    kinds = {event.kind for event in events if event.start >= entry and event.touches(cut_off, cut_off)}
    if kinds & {"job_asf", "sysselsattning_asf"}:
        return "A"
    return "B" if kinds & {"job", "education", "praktik"} else ""


def later(events: list[Event], entry: dt.date, left: dt.date | None, cut_off: dt.date) -> dict:
    day = months_later(left, 6) if left else None
    if day is None or day > cut_off:
        return {"six_months_on": day, "employed_at_six_months": False, "improved_at_six_months": False}
    return {
        "six_months_on": day,
        "employed_at_six_months": any(e.kind in {"job", "job_asf"} and e.touches(day, day) for e in events),
        "improved_at_six_months": any(
            e.kind == "improved" and e.start >= entry and e.touches(day, day) for e in events
        ),
    }


def expected_codes(history: History, fact: dict, rule_set: str) -> set[str]:
    """The codes under which the person counts in rule set 2013 or 2018-08-02."""
    if not fact["is_complete"] or (rule_set == "2013" and not fact["household_known"]):
        return {"GRAND_TOTAL"}
    u, i, e = (history.status == status for status in "UIE")
    age, isced = fact["age"], int(history.isced)
    co04 = i and history.in_education == "n"
    jobless, children, single = (answer == "j" for answer in history.household)
    household = {"CO12": jobless and not e, "CO13": jobless and not e and children, "CO14": single and children}
    disadvantaged = fact["co15"] or fact["co16"] or fact["co17"] or (rule_set == "2013" and any(household.values()))
    cr = {
        "CR01": i and fact["window_status"] == "U",
        "CR02": fact["new_education"],
        "CR03": fact["new_qualification"],
        "CR04": (u or i) and fact["window_status"] == "E",
    }
    cr06 = (u or i) and fact["employed_at_six_months"]
    conditions = {
        "GRAND_TOTAL": True,
        "TOTAL": True,
        "CO01": u,
        "CO02": u and fact["is_long_term"],
        "CO03": i,
        "CO04": co04,
        "CO05": e,
        "CO06": age < 25,
        "CO07": age > 54,
        "CO08": age > 54 and (u or co04),
        "CO09": isced in {1, 2},
        "CO10": isced in {3, 4},
        "CO11": isced >= 5,
        **(household if rule_set == "2013" else {}),
        "CO15": fact["co15"],
        "CO16": fact["co16"],
        "CO17": fact["co17"],
        **cr,
        "CR05": disadvantaged and any(cr.values()),
        "CR06": cr06,
        "CR07": e and fact["improved_at_six_months"],
        "CR08": cr06 and age > 54,
        "CR09": cr06 and disadvantaged,
    }
    return {code for code, counts in conditions.items() if counts}
