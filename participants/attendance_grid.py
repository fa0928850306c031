"""The attendance grid: which people and days it shows, what was typed in it, and which cells somebody changed.

The grid is a plain form. Beside each row's cells a hidden field says what the row held when the page was opened, so
that two who write at the same time notice each other, cell by cell.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import add_months, first_of_month, last_of_month, months_between, today
from participants import rules
from participants.listing import ALL, MINE, of_mine
from participants.models import (
    Activity,
    AttendanceCertificate,
    AttendanceDay,
    CompensationType,
    Participant,
    Participation,
    Stint,
)
from participants.rules import Entry
from partners import access
from partners.access import Permission
from partners.models import User

ROWS = 25  # On a page: with 31 days each they stay below the number of fields a form may send.
VARIES = "*"
DAY = dt.timedelta(days=1)


# --- Which days -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A week or a month, as it stands in the address: `2017-W11` or `2017-03`."""

    first: dt.date
    last: dt.date
    is_week: bool

    @classmethod
    def read(cls, asked: str | None) -> Period:
        """What was asked for, or the week of today where that says nothing."""
        if found := re.fullmatch(r"(20\d\d)-(W?)(\d\d)", asked or ""):
            year, week, number = int(found[1]), found[2], int(found[3])
            if week and 1 <= number <= dt.date(year, 12, 28).isocalendar().week:
                return cls.week_of(dt.date.fromisocalendar(year, number, 1))
            if not week and 1 <= number <= 12:
                return cls.month_of(dt.date(year, number, 1))
        return cls.week_of(today())

    @classmethod
    def week_of(cls, day: dt.date) -> Period:
        first = day - day.weekday() * DAY
        return cls(first, first + 6 * DAY, is_week=True)

    @classmethod
    def month_of(cls, day: dt.date) -> Period:
        return cls(first_of_month(day), last_of_month(day), is_week=False)

    @property
    def key(self) -> str:
        if self.is_week:
            year, week, _weekday = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        if self.is_week:
            return _("Week %(number)s, %(first)s – %(last)s") % {
                "number": self.first.isocalendar().week,
                "first": date_format(self.first, "j M").lower(),
                "last": date_format(self.last, "j M Y").lower(),
            }
        return date_format(self.first, "YEAR_MONTH_FORMAT")

    @property
    def before(self) -> Period:
        return self._same(self.first - DAY)

    @property
    def after(self) -> Period:
        return self._same(self.last + DAY)

    def _same(self, day: dt.date) -> Period:
        return self.week_of(day) if self.is_week else self.month_of(day)

    @property
    def other(self) -> Period:
        """The month of this week, or a week of this month: today's where it is in it."""
        inside = today() if self.first <= today() <= self.last else self.first
        return self.month_of(inside) if self.is_week else self.week_of(inside)

    @property
    def has_come(self) -> bool:
        return self.first <= today()

    @property
    def days(self) -> list[dt.date]:
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]

    @property
    def months(self) -> list[dt.date]:
        return list(months_between(self.first, self.last))


# --- Which people ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """Whose attendance the page shows, as it stands in the address."""

    key: str
    label: Any
    narrow: Callable[[QuerySet[Activity]], QuerySet[Activity]]


def activities_of(user: User, period: Period) -> QuerySet[Activity]:
    """Activities in the period whose attendance the user keeps. Protected people stand on their own page alone."""
    return (
        Activity.objects.kept_by(user, Permission.ATTENDANCE_RECORD)
        .filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=period.first),
            started_on__lte=period.last,
            participation__participant__protection=Participant.Protection.NONE,
        )
        .select_related(
            "participation__participant", "participation__project", "enterprise__organisation", "group__course"
        )
    )


def scopes(user: User, activities: QuerySet[Activity]) -> dict[str, Scope]:
    """All, mine, one enterprise, one course group: those that have anybody in them. Two queries."""

    def mine(rows: QuerySet[Activity]) -> QuerySet[Activity]:
        return rows.filter(participation__in=of_mine(Participation.objects.visible_to(user), user))

    found = {ALL: Scope(ALL, gettext_lazy("All I record for"), lambda rows: rows)}
    if access.of(user).owner_wide_ids(Permission.ATTENDANCE_RECORD):
        found = {MINE: Scope(MINE, gettext_lazy("My participants"), mine), **found}
    bare = activities.select_related(None).order_by()
    groups = bare.filter(group__isnull=False).values_list("group", "group__course__title", "group__name").distinct()
    for pk, title, name in sorted(groups, key=lambda row: row[1:]):
        found[f"grupp-{pk}"] = _of("grupp", "group", pk, f"{title}, {name}")
    houses = bare.filter(enterprise__isnull=False).values_list("enterprise", "enterprise__organisation__name")
    for pk, name in sorted(houses.distinct(), key=lambda row: row[1]):
        found[f"foretag-{pk}"] = _of("foretag", "enterprise", pk, name)
    return found


def _of(kind: str, field_name: str, pk: int, label: str) -> Scope:
    return Scope(f"{kind}-{pk}", label, lambda rows: rows.filter(**{field_name: pk}))


# --- Rows and cells -------------------------------------------------------------------------------


@dataclass
class Cell:
    """One day of one row."""

    name: str
    day: dt.date
    stored: str
    text: str
    planned: str
    is_open: bool
    error: str = ""

    @property
    def is_weekend(self) -> bool:
        return self.day.weekday() >= 5

    @property
    def shown(self) -> str:
        """With the comma or point of this language."""
        return shown(self.text)

    @property
    def planned_shown(self) -> str:
        return shown(self.planned)


def shown(text: str) -> str:
    return number_format(Decimal(text)) if text[:1].isdigit() else text


@dataclass
class Row:
    """One person in one activity, or without one."""

    participation: Participation
    activity: Activity | None
    cells: list[Cell]
    compensation: str  # A code, "" for none, or VARIES.
    typed_compensation: str
    suggested: str = ""
    has_days: bool = False
    signed: list[AttendanceCertificate] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.participation.pk}-{self.activity.pk if self.activity else 0}"

    @property
    def was(self) -> str:
        return "|".join([self.compensation, *(cell.stored for cell in self.cells)])

    @property
    def errors(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.error]

    @property
    def hours(self) -> Decimal:
        return sum((Decimal(cell.text) for cell in self.cells if cell.text[:1].isdigit()), Decimal(0))


@dataclass
class Grid:
    period: Period
    rows: list[Row]
    compensations: list[CompensationType]
    problems: list[str] = field(default_factory=list)

    @property
    def days(self) -> list[dt.date]:
        return self.period.days

    @property
    def errors(self) -> list[tuple[Row, Cell]]:
        return [(row, cell) for row in self.rows for cell in row.errors]

    @property
    def has_errors(self) -> bool:
        return bool(self.problems or self.errors)

    @property
    def participation_ids(self) -> set[int]:
        return {row.participation.pk for row in self.rows}

    @property
    def letters(self) -> list[tuple[str, str]]:
        return [(letter, str(kind.label)) for kind, letter in rules.LETTERS.items()]

    @property
    def can_fill(self) -> bool:
        return any(cell.planned and cell.is_open for row in self.rows for cell in row.cells)

    def refuse(self, refusal: ValidationError) -> None:
        """Put each sentence beside its cell."""
        cells = {cell.name: cell for row in self.rows for cell in row.cells}
        for name, sentences in refusal.message_dict.items():
            if name in cells:
                cells[name].error = sentences[0]
            else:
                self.problems += sentences

    def fill(self, days: Iterable[dt.date]) -> int:
        """Write the planned hours into the empty cells of these days; saved is nothing yet."""
        wanted, filled = set(days), 0
        for row in self.rows:
            for cell in row.cells:
                if cell.day in wanted and cell.is_open and cell.planned and not cell.text:
                    cell.text, filled = cell.planned, filled + 1
        return filled


Places = list[tuple[Participation, Activity | None]]


def grid_of(places: Places, period: Period) -> Grid:
    """The grid of these people and activities, as it is stored. Five queries, however many rows."""
    people = {participation.pk for participation, _activity in places}
    days = list(AttendanceDay.objects.filter(participation__in=people, day__range=(period.first, period.last)))
    stored = {(row.participation_id, row.activity_id, row.day): row for row in days}
    stints: dict[int, list[Stint]] = defaultdict(list)
    for stint in Stint.objects.counted().filter(participation__in=people).order_by("started_on"):
        stints[stint.participation_id].append(stint)
    suggested = _last_compensations(people, period.last)
    signed: dict[int, list[AttendanceCertificate]] = defaultdict(list)
    for one in AttendanceCertificate.objects.current().filter(participation__in=people, month__in=period.months):
        if one.is_frozen:
            signed[one.participation_id].append(one)
    rows = []
    for participation, activity in places:
        cells = list(_cells(participation, activity, period, stored, stints[participation.pk]))
        own = [stored.get((participation.pk, activity.pk if activity else None, day)) for day in period.days]
        held = {day.compensation_id or "" for day in own if day}
        latest = suggested.get(participation.pk, "")
        compensation = VARIES if len(held) > 1 else held.pop() if held else latest
        rows.append(
            Row(participation, activity, cells, compensation, compensation, latest, any(own), signed[participation.pk])
        )
    used = {row.compensation for row in rows}
    types = [one for one in CompensationType.objects.all() if not one.is_retired or one.code in used]
    return Grid(period, rows, types)


def _last_compensations(people: set[int], until: dt.date) -> dict[int, str]:
    """What each of them lived on last: hardly ever anything else this week. One query."""
    latest = AttendanceDay.objects.filter(participation__in=people, day__lte=until, compensation__isnull=False)
    recent = latest.filter(day__gt=add_months(until, -3)).order_by("day", "pk")
    return dict(recent.values_list("participation", "compensation"))


def _cells(
    participation: Participation,
    activity: Activity | None,
    period: Period,
    stored: Mapping[tuple[int, int | None, dt.date], AttendanceDay],
    stints: list[Stint],
) -> Iterator[Cell]:
    activity_id = activity.pk if activity else None
    for day in period.days:
        row = stored.get((participation.pk, activity_id, day))
        text = rules.cell_of(row)
        # What is stored may always be taken away, also where nothing new may be written.
        is_open = row is not None or rules.may_be_recorded(activity, stints, day)
        name = rules.cell_name(participation.pk, activity_id, day)
        yield Cell(name, day, text, text, rules.planned_hours(activity, day) if is_open else "", is_open)


# --- What was typed -------------------------------------------------------------------------------


def posted_keys(posted: Mapping[str, str]) -> list[tuple[int, int | None]]:
    """Which rows the form held: participation and activity."""
    found = []
    for name in posted:
        if parts := re.fullmatch(r"was-(\d{1,15})-(\d{1,15})", name):
            found.append((int(parts[1]), int(parts[2]) or None))
    return found[: 4 * ROWS]


def read(grid: Grid, posted: Mapping[str, str]) -> list[Entry]:
    """The cells that were changed. What cannot be read is marked in the grid; what was typed stays in it."""
    entries: list[Entry] = []
    for row in grid.rows:
        was = posted.get(f"was-{row.key}", "").split("|")
        if len(was) != len(row.cells) + 1:
            grid.problems.append(_("The form came incomplete. Open the page again, and write what is missing."))
            return []
        entries += _read_row(grid, row, posted, was[0], was[1:])
    return entries


def _read_row(
    grid: Grid, row: Row, posted: Mapping[str, str], compensation_was: str, texts_were: list[str]
) -> Iterator[Entry]:
    codes = {one.code for one in grid.compensations}
    chosen = posted.get(f"c-{row.key}", compensation_was)
    chosen = chosen if chosen in codes | {"", VARIES} else compensation_was
    row.typed_compensation = chosen
    is_changed = chosen != compensation_was and chosen != VARIES
    for cell, was in zip(row.cells, texts_were, strict=True):
        typed = posted.get(cell.name)
        if typed is None:
            continue
        try:
            text = rules.read_cell(typed)
        except ValidationError as refusal:
            cell.text, cell.error = typed[:10], refusal.messages[0]
            continue
        if text == was and not (is_changed and cell.stored):
            continue  # Untouched: what a colleague has written meanwhile stays, and is shown.
        cell.text = text
        yield Entry(
            participation_id=row.participation.pk,
            activity_id=row.activity.pk if row.activity else None,
            day=cell.day,
            text=text,
            was=was,
            compensation=_compensation(row, chosen, is_changed, is_new=not was),
            compensation_was=compensation_was if is_changed and compensation_was != VARIES and was else None,
        )


def _compensation(row: Row, chosen: str, is_changed: bool, *, is_new: bool) -> str | None:
    """A new day takes what is chosen; a day that stands keeps its own unless the choice was changed."""
    if is_changed or (is_new and chosen != VARIES):
        return chosen
    return row.suggested if is_new else None
