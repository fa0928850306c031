"""A report's stored content as tables and as a list of what is missing. Nothing is computed here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reporting.checks import NAMES
from reporting.content import Content
from reporting.indicators import (
    ENTITY_INDICATORS,
    GRAND_TOTAL,
    TOTAL,
    EntityIndicator,
    Indicator,
    Measured,
    RuleSet,
    indicators,
)
from reporting.models import Goal

SUMS = (TOTAL, GRAND_TOTAL)
_REFS = re.compile(r"(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class FigureLine:
    code: str
    name: str
    women: int
    men: int
    total: int
    is_sum: bool = False


@dataclass(frozen=True)
class FigureTable:
    title: str
    note: str
    lines: list[FigureLine]


@dataclass(frozen=True)
class YearLine:
    """One indicator over the years; each cell women, men and all."""

    code: str
    name: str
    cells: list[tuple[int, int, int]]


@dataclass(frozen=True)
class GoalLine:
    number: int
    letter: str
    women: int
    men: int
    total: int
    target: int | None
    share_of_base: float | None
    share_of_leavers: float | None


@dataclass(frozen=True)
class CheckLine:
    """One test: whether it holds, and if not how many people or which sums it is about."""

    id: str
    name: str
    severity: str
    holds: bool
    number: int = 0
    refs: list[str] = field(default_factory=list)
    linked: list[tuple[str, int | None]] = field(default_factory=list)
    has_more: bool = False
    sums: str = ""


@dataclass(frozen=True)
class Reading:
    tables: list[FigureTable]
    years: list[str]
    by_year: list[YearLine]
    goals: list[GoalLine]
    states: list[tuple[str, int]]
    entities: list[tuple[str, Promise, int]]
    leavers: int
    target_base: int | None
    register: int | None
    near_employment: dict[str, int]
    due: int
    known: int
    checks: list[CheckLine]

    @property
    def errors(self) -> list[CheckLine]:
        return [check for check in self.checks if not check.holds and check.severity == "E"]

    @property
    def warnings(self) -> list[CheckLine]:
        return [check for check in self.checks if not check.holds and check.severity != "E"]

    @property
    def passed(self) -> list[CheckLine]:
        return [check for check in self.checks if check.holds]


def read(content: Content, rule_set: RuleSet) -> Reading:
    declared = indicators(rule_set)
    goals, follow_up = content["goals"], content["follow_up"]
    years = list(content["by_year"])
    return Reading(
        tables=list(_tables(content, declared)),
        years=years,
        by_year=[_year_line(content, indicator, years) for indicator in _sums_last(declared)],
        goals=[_goal_line(number, letter, goals[letter]) for number, letter in ((1, "A"), (2, "B"))],
        states=[(str(goal.label), goals[goal.value]) for goal in (Goal.ONGOING, Goal.PENDING, Goal.NONE)],
        entities=[(one.code, one.name, content["entities"][one.code]) for one in ENTITY_INDICATORS],
        leavers=content["leavers"]["total"],
        target_base=content["target_base"],
        register=content["planned_participants_register"],
        near_employment=content["near_employment"],
        due=follow_up["due"]["total"],
        known=follow_up["known"]["total"],
        checks=[_check_line(check) for check in content["checks"]],
    )


def linked(reading: Reading, people: Mapping[str, int]) -> Reading:
    """The same with the ids of those the reader may open beside their codes."""
    checks = [replace(check, linked=[(ref, people.get(ref)) for ref in check.refs]) for check in reading.checks]
    return replace(reading, checks=checks)


def definitions(rule_set: RuleSet) -> list[Indicator | EntityIndicator]:
    return [*indicators(rule_set), *ENTITY_INDICATORS]


def _tables(content: Content, declared: list[Indicator]) -> Iterator[FigureTable]:
    headings = {
        Measured.ENTRY: (_("Output indicators"), _("The situation on entering")),
        Measured.LEAVING: (_("Immediate results"), _("Within 28 days of leaving")),
        Measured.SIX_MONTHS: (_("Longer-term results"), _("On the day six months after leaving")),
    }
    for measured, (title, note) in headings.items():
        rows = [indicator for indicator in declared if indicator.measured is measured]
        yield FigureTable(title, note, [_figure_line(content, indicator) for indicator in _sums_last(rows)])


def _sums_last(rows: list[Indicator]) -> list[Indicator]:
    """As on the funder's form."""
    return sorted(rows, key=lambda indicator: SUMS.index(indicator.code) if indicator.code in SUMS else -1)


def _figure_line(content: Content, indicator: Indicator) -> FigureLine:
    figure = content["figures"][indicator.code]
    code = "" if indicator.code in SUMS else indicator.code
    return FigureLine(code, str(indicator.name), **figure, is_sum=indicator.code == TOTAL)


def _year_line(content: Content, indicator: Indicator, years: list[str]) -> YearLine:
    cells = [content["by_year"][year][indicator.code] for year in years]
    code = "" if indicator.code in SUMS else indicator.code
    return YearLine(code, str(indicator.name), [(cell["women"], cell["men"], cell["total"]) for cell in cells])


def _goal_line(number: int, letter: str, goal: dict[str, Any]) -> GoalLine:
    return GoalLine(number=number, letter=letter, **goal)


def _check_line(check: dict[str, Any]) -> CheckLine:
    """Tests of records name people by code, "3: D-0001, D-0002"; tests of sums name the sums."""
    line = {
        "id": check["id"],
        "name": str(NAMES.get(check["id"], check["id"])),
        "severity": check["severity"],
        "holds": check["holds"],
    }
    if check["holds"]:
        return CheckLine(**line)
    found = _REFS.fullmatch(check["detail"]) if check["id"].startswith("R") else None
    if found is None:
        return CheckLine(**line, sums=check["detail"])
    shown = found[2].removesuffix(" …")
    return CheckLine(**line, number=int(found[1]), refs=shown.split(", "), has_more=shown != found[2])
