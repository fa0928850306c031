"""What a report says: the dictionary that JSON prints as it is and that PDF and XLSX are set from.

The same data and parameters give the same dictionary, and so the same bytes and the same SHA-256.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db.models import QuerySet

from enterprises.models import Enterprise
from partners.models import Project
from reporting.checks import Subject, run_checks
from reporting.figures import Figure, Figures, codes_by_participation, counted_codes, figures, goal_target, percent
from reporting.indicators import RuleSet
from reporting.models import Goal

Content = dict[str, Any]


def report_content(
    project: Project, cut_off: dt.date, rule_set: RuleSet, facts: QuerySet[Any], *, records: bool = False
) -> Content:
    """Everything the report states, computed from these facts. Shape: see the README, *Reports*."""
    counted = figures(facts, rule_set)
    content: Content = {
        "project": project.dnr,
        "project_name": project.name,
        "cut_off": cut_off.isoformat(),
        "rule_set": rule_set.code,
        "target_base": project.target_base,
        "planned_participants_register": project.planned_participants_register,
        "figures": _as_dicts(counted.total),
        "by_year": _by_year(project, cut_off, counted),
        "goals": _goals(project, counted),
        "on_the_way": _as_dicts(counted.on_the_way),
        "goal_through": _as_dicts(counted.goal_through),
        "leavers": counted.leavers.as_dict(),
        "near_employment": counted.near_employment.as_dict(),
        "follow_up": {"due": counted.six_months_due.as_dict(), "known": counted.six_months_known.as_dict()},
        "entities": _entities(project),
        "checks": [check.as_dict() for check in run_checks(Subject(project, cut_off, rule_set, facts), counted)],
    }
    if records:
        content["records"] = report_records(facts, rule_set)
    return content


def report_records(facts: QuerySet[Any], rule_set: RuleSet) -> list[dict[str, Any]]:
    """One entry per participation: why it counts, under its pseudonym. Sorted by `ref`."""
    rows = codes_by_participation(facts, rule_set).order_by("ref")
    return [
        {
            "ref": fact.ref,
            "entry": fact.entry_on.isoformat(),
            "exit": fact.exit_on.isoformat() if fact.exit_on else None,
            "age": fact.age,
            "six_months": fact.six_months_on.isoformat() if fact.six_months_on else None,
            "complete": bool(fact.is_complete and (rule_set.code != "2013" or fact.household_known)),
            "codes": counted_codes(fact, rule_set),
            "goal": fact.goal,
        }
        for fact in rows.iterator()
    ]


def as_json(content: Content) -> bytes:
    """The report as JSON: UTF-8, two spaces, keys in the order above."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def fingerprint(content: Content) -> str:
    """SHA-256 over the JSON with sorted keys, in hexadecimal: what is printed on every page.

    Sorted, because PostgreSQL keeps no order of keys: what is read back from a report's row must give the same value.
    """
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _as_dicts(row: dict[str, Figure]) -> dict[str, dict[str, int]]:
    return {code: figure.as_dict() for code, figure in row.items()}


def _by_year(project: Project, cut_off: dt.date, counted: Figures) -> dict[str, dict[str, dict[str, int]]]:
    """Every calendar year from the project's first to the cut-off date's, also those without events."""
    nothing = dict.fromkeys(counted.total, Figure(0, 0, 0))
    last = min(cut_off, project.ended_on).year
    years = range(project.started_on.year, max([last, *counted.by_year]) + 1)
    return {str(year): _as_dicts(counted.by_year.get(year, nothing)) for year in years}


def _goals(project: Project, counted: Figures) -> dict[str, Any]:
    """Both goals against both denominators. Percentages are of one decimal. (esf-rules.md T-1 – T-6)"""
    goals: dict[str, Any] = {}
    for goal in (Goal.A, Goal.B):
        figure = counted.goals[goal]
        goals[goal.value] = {
            **figure.as_dict(),
            "target": goal_target(project, goal),
            "share_of_base": percent(figure.total, project.target_base),
            "share_of_leavers": percent(figure.total, counted.leavers.total),
        }
    return goals | {state.value: counted.goals[state].total for state in (Goal.ONGOING, Goal.PENDING, Goal.NONE)}


def _entities(project: Project) -> dict[str, int]:
    """CO20–CO23, which count projects and enterprises. (esf-rules.md 1.7)"""
    supported = Enterprise.objects.filter(is_supported=True, organisation__partnerships__project=project)
    return {
        "CO20": int(project.led_by_civil_society),
        "CO21": int(project.dedicated_to_women),
        "CO22": int(project.targets_public_administration),
        "CO23": supported.distinct().count(),
    }
