"""What the exchange format is: its sheets, their columns, and how each cell is read. Nothing else decides.

A parser gets a cell that is not empty and raises ValueError with a sentence that repeats nothing of the cell: what
stands there may be about a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import identity
from participants.models import EntryRecord, Outcome, Participant, SensitiveAnswer
from participants.models.participation import YesNo
from reporting.exchange import terms

Cell = str | dt.date
Parser = Callable[[Cell], Any]


@dataclass(frozen=True)
class Column:
    name: str
    parse: Parser
    is_required: bool = False


@dataclass(frozen=True)
class Sheet:
    """One kind of row. `key` names the columns that tell which row of the project a row of the file is."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


# --- How a cell is read ---------------------------------------------------------------------------


def text(longest: int) -> Parser:
    def parse(cell: Cell) -> str:
        value = str(cell)
        if len(value) > longest:
            words = {"length": len(value), "longest": longest}
            raise ValueError(_("is %(length)s characters long — use at most %(longest)s") % words)
        return value

    return parse


def date(cell: Cell) -> dt.date:
    if isinstance(cell, str):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
            raise ValueError(_("is no date — write it as YYYY-MM-DD, for example 2016-03-01"))
        try:
            cell = dt.date.fromisoformat(cell)
        except ValueError:
            raise ValueError(_("is a date that does not exist — correct the month or the day")) from None
    if not 1900 <= cell.year <= 2099:
        raise ValueError(_("is outside the years 1900–2099 — correct the year"))
    return cell


def past_date(cell: Cell) -> dt.date:
    day = date(cell)
    if day > today():
        raise ValueError(_("lies in the future (today is %(today)s) — correct the date") % {"today": today()})
    return day


def month(cell: Cell) -> dt.date:
    """The first day of the month. A workbook turns `2016-03` into a date by itself, so that is taken too."""
    if isinstance(cell, dt.date):
        if cell.day != 1:
            raise ValueError(_("is a day — write the month as YYYY-MM, for example 2016-03"))
        return date(cell)
    if not re.fullmatch(r"\d{4}-\d{2}", cell, re.ASCII):
        raise ValueError(_("is no month — write it as YYYY-MM, for example 2016-03"))
    return date(f"{cell}-01")


def decimal(highest: int) -> Parser:
    def parse(cell: Cell) -> Decimal:
        if not isinstance(cell, str) or not re.fullmatch(r"\d{1,6}([.,]\d+)?", cell, re.ASCII):
            raise ValueError(_("is no number of hours — write for example 37.5"))
        value = Decimal(cell.replace(",", "."))
        if value > highest:
            raise ValueError(_("is more than %(highest)s — correct the hours") % {"highest": highest})
        if value != round(value, 2):
            raise ValueError(_("has more than two decimals — round it"))
        return round(value, 2)

    return parse


def choice(values: Iterable[str]) -> Parser:
    known = {value.casefold(): value for value in values}

    def parse(cell: Cell) -> str:
        try:
            return known[str(cell).casefold()]
        except KeyError:
            words = {"values": ", ".join(known.values())}
            raise ValueError(_("is not one of the values %(values)s — use one of them") % words) from None

    return parse


def number(cell: Cell) -> identity.Identity:
    try:
        return identity.parse(str(cell))
    except ValidationError as refusal:
        raise ValueError(_("cannot be right — %(reason)s") % {"reason": refusal.messages[0]}) from None


def code(longest: int = 40) -> Parser:
    """A word of a list that may grow: kept as it came, as long as it looks like a word."""

    def parse(cell: Cell) -> str:
        value = text(longest)(cell)
        if not re.fullmatch(r"\w[\w .,:/()-]*", value):
            raise ValueError(_("is no word — use letters, digits and hyphens"))
        return value

    return parse


def purpose(cell: Cell) -> terms.Purpose:
    """A word like any other, or the one that lifts secrecy with what it leaves out and what it rests on."""
    value = str(cell)
    return terms.parse(value) if terms.looks_like_terms(value) else terms.Purpose(code()(value))


yes_no = choice(YesNo.values)

# --- The sheets -----------------------------------------------------------------------------------

SENSITIVE = tuple(SensitiveAnswer.Question.values)
# Column of `participants` → field of the entry record.
ENTRY_FIELDS = {
    "entry_status": "labour_status",
    "unemployed_since": "unemployed_since",
    "in_education": "in_education",
    "isced": "isced",
    "household_jobless": "household_jobless",
    "household_children": "household_children",
    "household_single_adult": "household_single_adult",
}
REF = Column("ref", text(40), is_required=True)

PARTICIPANTS = Sheet(
    "participants",
    ("ref",),
    (
        REF,
        Column("identity", number),
        Column("sex", choice(Participant.Sex.values)),
        Column("birth_date", past_date),
        Column("first_name", text(80)),
        Column("last_name", text(80)),
        Column("protection", choice(Participant.Protection.values)),
        Column("municipality", text(60)),
        Column("district", text(60)),
        Column("entry_status", choice(EntryRecord.LabourStatus.values)),
        Column("unemployed_since", past_date),
        Column("in_education", yes_no),
        Column("isced", choice(EntryRecord.Education.values)),
        Column("household_jobless", yes_no),
        Column("household_children", yes_no),
        Column("household_single_adult", yes_no),
        *(Column(question, yes_no) for question in SENSITIVE),
    ),
)
STINTS = Sheet(
    "stints",
    ("ref", "start"),
    (
        REF,
        Column("start", date, is_required=True),
        Column("end", date),
        Column("exit_reason", text(40)),
        Column("referred_by", text(160)),
    ),
)
OUTCOMES = Sheet(
    "outcomes",
    ("ref", "kind", "from", "employer"),
    (
        REF,
        Column("kind", choice(Outcome.Kind.values), is_required=True),
        Column("from", date, is_required=True),
        Column("to", date),
        Column("employer", text(160)),
        Column("support", text(80)),
    ),
)
HOURS = Sheet(
    "hours",
    ("ref", "month"),
    (REF, Column("month", month, is_required=True), Column("hours", decimal(744), is_required=True)),
)
ACTIVITIES = Sheet(
    "activities",
    ("ref", "kind", "place", "from"),
    (
        REF,
        Column("kind", code(), is_required=True),
        Column("place", text(160)),
        Column("from", date, is_required=True),
        Column("to", date),
        Column("hours_per_week", decimal(168)),
    ),
)
CONSENTS = Sheet(
    "consents",
    ("ref", "organisation", "purpose", "given_on"),
    (
        REF,
        Column("organisation", text(160), is_required=True),
        Column("purpose", purpose, is_required=True),
        Column("given_on", past_date, is_required=True),
        Column("valid_to", date),
        Column("withdrawn_on", date),
    ),
)
SHEETS = (PARTICIPANTS, STINTS, OUTCOMES, HOURS, ACTIVITIES, CONSENTS)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
