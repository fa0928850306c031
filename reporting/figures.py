"""What the numbers are. Page, PDF, XLSX, JSON and dashboard all ask here, so they cannot disagree.

One query counts every indicator and both goals for each sex and year; everything else is addition.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from partners.models import Project
from reporting.indicators import INACTIVE, UNEMPLOYED, Indicator, Measured, RuleSet, indicators
from reporting.models import Goal

SEXES = {"women": "K", "men": "M"}


@dataclass(frozen=True)
class Figure:
    """A count of whole persons. Women and men add up to the total wherever sex is known."""

    total: int
    women: int
    men: int

    def as_dict(self) -> dict[str, int]:
        return {"total": self.total, "women": self.women, "men": self.men}


@dataclass(frozen=True)
class Figures:
    """All figures of one set of facts. `by_year` follows esf-rules.md 1.3: outputs by entry, results by exit."""

    rule_set: RuleSet
    total: dict[str, Figure]
    by_year: dict[int, dict[str, Figure]]
    goals: dict[str, Figure]
    on_the_way: dict[str, Figure]
    goal_through: dict[str, Figure]
    leavers: Figure
    leavers_without_work: Figure
    near_employment: Figure
    six_months_due: Figure
    six_months_known: Figure

    @property
    def entered(self) -> Figure:
        return self.total["GRAND_TOTAL"] if "GRAND_TOTAL" in self.total else Figure(0, 0, 0)


# Counted beside the indicators, in the same query.
_HAS_LEFT = Q(exit_on__isnull=False)
_BESIDE: dict[str, Q] = {
    "leavers": _HAS_LEFT,
    "leavers_without_work": _HAS_LEFT & (UNEMPLOYED | INACTIVE),
    "near_employment": Q(near_employment=True),
    "six_months_due": Q(six_months_due=True),
    "six_months_known": Q(six_months_known=True),
    **{f"goal_{goal.value}": Q(goal=goal) for goal in Goal},
    **{f"way_{letter}": Q(on_the_way=letter) for letter in "AB"},
    **{
        f"through_{kind}": Q(goal_through=kind, goal__in=[Goal.A, Goal.B])
        for kind in ("job_asf", "sysselsattning_asf", "job", "education", "praktik")
    },
}


def figures(facts: QuerySet[Any], rule_set: RuleSet) -> Figures:
    """Count every indicator of the rule set and both goals over these facts, in one query.

    A column that is never null is counted, so that the index on (project, sex, years) carries the grouping.
    """
    declared = indicators(rule_set)
    conditions = {i.code: i.counts(rule_set) for i in declared} | _BESIDE
    cells = list(
        facts.order_by()
        .values("sex", "entry_year", "exit_year")
        .annotate(**{f"n_{name}": Count("goal", filter=condition) for name, condition in conditions.items()})
    )
    years = sorted({y for cell in cells for y in (cell["entry_year"], cell["exit_year"]) if y is not None})
    beside = {name: _sum(cells, name) for name in _BESIDE}
    return Figures(
        rule_set=rule_set,
        total={i.code: _sum(cells, i.code) for i in declared},
        by_year={year: {i.code: _sum(_of_year(cells, i, year), i.code) for i in declared} for year in years},
        goals={goal.value: beside[f"goal_{goal.value}"] for goal in Goal},
        on_the_way={letter: beside[f"way_{letter}"] for letter in "AB"},
        goal_through={name.removeprefix("through_"): beside[name] for name in beside if name.startswith("through_")},
        leavers=beside["leavers"],
        leavers_without_work=beside["leavers_without_work"],
        near_employment=beside["near_employment"],
        six_months_due=beside["six_months_due"],
        six_months_known=beside["six_months_known"],
    )


def _of_year(cells: list[dict[str, Any]], indicator: Indicator, year: int) -> list[dict[str, Any]]:
    return [cell for cell in cells if cell[indicator.measured.year_column] == year]


def _sum(cells: Iterable[dict[str, Any]], name: str) -> Figure:
    cells = list(cells)
    key = f"n_{name}"
    return Figure(
        total=sum(cell[key] for cell in cells),
        women=sum(cell[key] for cell in cells if cell["sex"] == SEXES["women"]),
        men=sum(cell[key] for cell in cells if cell["sex"] == SEXES["men"]),
    )


def codes_by_participation(facts: QuerySet[Any], rule_set: RuleSet) -> QuerySet[Any]:
    """The facts, each with `code_<CODE>` = "1" where it counts: the people behind every figure, in one query."""
    return facts.annotate(
        **{
            f"code_{i.code}": Case(
                When(i.counts(rule_set), then=Value("1")), default=Value(""), output_field=CharField()
            )
            for i in indicators(rule_set)
        }
    )


def counted_codes(fact: Any, rule_set: RuleSet) -> list[str]:
    """The codes under which an annotated fact counts, in the order of the annex."""
    return [i.code for i in indicators(rule_set) if getattr(fact, f"code_{i.code}")]


def cumulative_goal(facts: QuerySet[Any], goal: Goal) -> list[tuple[Any, int]]:
    """Pairs of (day on which the person counted, people counted so far): the day the 28-day window closed."""
    days = (
        facts.filter(goal=goal).order_by("window_closes_on").values_list("window_closes_on").annotate(n=Count("goal"))
    )
    running, points = 0, []
    for day, number in days:
        running += number
        points.append((day, running))
    return points


def percent(numerator: int, denominator: int | None) -> float | None:
    """One decimal, half away from zero; nothing when there is nothing to divide by. (esf-rules.md 1.9)"""
    if not denominator:
        return None
    share = Decimal(numerator) * 100 / Decimal(denominator)
    return float(share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def goal_target(project: Project, goal: Goal) -> int | None:
    return project.goal_a_target if goal is Goal.A else project.goal_b_target


__all__ = [
    "Figure",
    "Figures",
    "Measured",
    "codes_by_participation",
    "counted_codes",
    "cumulative_goal",
    "figures",
    "goal_target",
    "percent",
]
