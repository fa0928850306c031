"""What the participants' time is worth as co-financing: locked hours × unit cost, by who pays. (esf-rules.md 2.3)

Amounts are never guessed. Where no unit cost is filled in for a month, the hours stand alone, the sum says that an
amount is missing, and the page names what to fill in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from grundsteget.dates import add_months
from participants.models import AttendanceTotal, CompensationType, UnitCost
from partners.models import Project

ORE = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """The locked hours of one month on one compensation. `amount` is None where no unit cost holds."""

    month: dt.date
    compensation: CompensationType
    hours: Decimal
    sek_per_hour: Decimal | None
    people: int

    @property
    def amount(self) -> Decimal | None:
        return None if self.sek_per_hour is None else (self.hours * self.sek_per_hour).quantize(ORE)

    @property
    def payer(self) -> str:
        return self.compensation.payer


@dataclass
class PayerSum:
    """Hours and amount of one payer over some time. The amount is None as long as a part of it is missing."""

    payer: str
    lines: list[Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(CompensationType.Payer(self.payer).label)

    @property
    def hours(self) -> Decimal:
        return sum((line.hours for line in self.lines), Decimal(0))

    @property
    def known(self) -> Decimal:
        """The part of the amount that is known."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def is_missing(self) -> bool:
        return any(line.amount is None for line in self.lines)

    @property
    def amount(self) -> Decimal | None:
        return None if self.is_missing else self.known


@dataclass
class Period:
    """A month or a quarter with the sums of each payer and of all."""

    name: str
    sums: list[PayerSum]
    months: list[Period] = field(default_factory=list)

    @property
    def total(self) -> PayerSum:
        return PayerSum(CompensationType.Payer.OTHER, [line for one in self.sums for line in one.lines])


@dataclass(frozen=True)
class Missing:
    """A unit cost to fill in: for what, and from which month on it is needed first."""

    compensation: CompensationType
    since: dt.date
    hours: Decimal


def lines_of(project: Project) -> list[Line]:
    """Certified hours by month and compensation, newest month first. Three queries. What nobody pays is left out."""
    # Only the version that counts: one locked certificate for each person and month, also while a newer one waits.
    totals = (
        AttendanceTotal.objects.filter(certificate__participation__project=project, certificate__counts=True)
        .exclude(compensation__payer=CompensationType.Payer.NOBODY)
        .order_by()
        .values("certificate__month", "compensation")
        .annotate(sum_of_hours=Sum("hours"), people=Count("certificate"))
    )
    types = CompensationType.objects.in_bulk()
    costs = _costs(project)
    lines = [
        Line(
            month=row["certificate__month"],
            compensation=types[row["compensation"]],
            hours=row["sum_of_hours"],
            sek_per_hour=_valid(costs.get(row["compensation"], []), row["certificate__month"]),
            people=row["people"],
        )
        for row in totals
    ]
    return sorted(lines, key=lambda line: (-line.month.toordinal(), line.compensation.position))


def _costs(project: Project) -> dict[str, list[tuple[dt.date, Decimal]]]:
    found: dict[str, list[tuple[dt.date, Decimal]]] = {}
    rows = UnitCost.objects.filter(project=project, compensation__isnull=False).order_by("valid_from")
    for code, valid_from, amount in rows.values_list("compensation", "valid_from", "sek_per_hour"):
        found.setdefault(code, []).append((valid_from, amount))
    return found


def _valid(costs: Iterable[tuple[dt.date, Decimal]], month: dt.date) -> Decimal | None:
    """The newest one from that month or before."""
    return next((amount for valid_from, amount in reversed(list(costs)) if valid_from <= month), None)


def quarters(lines: Iterable[Line], name_of_month: Callable[[dt.date], str]) -> list[Period]:
    """Quarters of the calendar, newest first, each with its months."""
    by_quarter: dict[dt.date, dict[dt.date, list[Line]]] = {}
    for line in lines:
        by_quarter.setdefault(quarter_of(line.month), {}).setdefault(line.month, []).append(line)
    return [
        Period(
            name=_("Quarter %(number)s %(year)s") % {"number": (first.month + 2) // 3, "year": first.year},
            sums=_sums(line for of_month in months.values() for line in of_month),
            months=[Period(name_of_month(month), _sums(of_month)) for month, of_month in months.items()],
        )
        for first, months in by_quarter.items()
    ]


def quarter_of(month: dt.date) -> dt.date:
    """The quarter's first day."""
    return add_months(month, -((month.month - 1) % 3))


def _sums(lines: Iterable[Line]) -> list[PayerSum]:
    found: dict[str, PayerSum] = {}
    for line in lines:
        found.setdefault(line.payer, PayerSum(line.payer)).lines.append(line)
    return [found[payer] for payer in CompensationType.Payer.values if payer in found]


def missing(lines: Iterable[Line]) -> list[Missing]:
    """What is to be filled in, the most hours first."""
    without: dict[str, list[Line]] = {}
    for line in lines:
        if line.amount is None:
            without.setdefault(line.compensation.code, []).append(line)
    found = [
        Missing(rows[0].compensation, min(row.month for row in rows), sum((row.hours for row in rows), Decimal(0)))
        for rows in without.values()
    ]
    return sorted(found, key=lambda one: (-one.hours, one.compensation.position))


COLUMNS = ("month", "payer", "compensation", "certificates", "hours", "sek_per_hour", "amount")


def records(lines: Iterable[Line]) -> Iterator[tuple[str, ...]]:
    """One tidy row for each month and compensation; an amount that is missing is empty, never zero."""
    for line in lines:
        yield (
            f"{line.month:%Y-%m}",
            str(CompensationType.Payer(line.payer).label),
            str(line.compensation),
            str(line.people),
            f"{line.hours:.2f}",
            "" if line.sek_per_hour is None else f"{line.sek_per_hour:.2f}",
            "" if line.amount is None else f"{line.amount:.2f}",
        )
