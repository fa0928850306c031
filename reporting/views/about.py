"""*Om siffrorna*: every rule in words, from the same table that counts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners import access
from partners.access import Permission
from partners.http import Request
from reporting.decisions import DECISIONS
from reporting.indicators import DEFAULT_RULE_SET, ENTITY_INDICATORS, RULE_SETS, Measured, indicators
from reporting.pace import CLOSE_FROM


@require_safe
def figures_about(request: Request) -> HttpResponse:
    """Open to everybody who may log in: it tells of rules, never of people."""
    rule_set = RULE_SETS.get(request.GET.get("regelverk", ""), RULE_SETS[DEFAULT_RULE_SET])
    declared = indicators(rule_set)
    context = {
        "projects": access.of(request.user).projects(Permission.DASHBOARD_VIEW),
        "rule_sets": RULE_SETS.values(),
        "rule_set": rule_set,
        "entry": [i for i in declared if i.measured is Measured.ENTRY],
        "leaving": [i for i in declared if i.measured is Measured.LEAVING],
        "six_months": [i for i in declared if i.measured is Measured.SIX_MONTHS],
        "entities": ENTITY_INDICATORS,
        "decisions": DECISIONS,
        "threshold": settings.SMALL_NUMBER_THRESHOLD,
        "close_percent": int(CLOSE_FROM * 100),
    }
    return render(request, "reporting/figures_about.html", context)
