"""Authorities' measures by sex: goal 6 asks whether women and men get the same."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from grundsteget.dates import now, today
from partners import access
from partners.access import Permission
from partners.http import Request
from reporting.forms import PeriodForm
from reporting.measures import measures_of


@require_safe
def measure_statistics(request: Request, project: str) -> HttpResponse:
    mine = access.of(request.user).projects(Permission.DASHBOARD_VIEW)
    found = get_object_or_404(mine.select_related("owner"), slug=project)
    is_exact = access.sees_exact_figures(request.user, found)
    form = PeriodForm(request.GET if is_exact and request.GET else None)
    period = form.cleaned_data if form.is_valid() else {}
    context = {
        "project": found,
        "kinds": measures_of(found, is_exact=is_exact, first=period.get("fran"), last=period.get("till")),
        "form": form,
        "has_period": any(period.values()),
        "is_exact": is_exact,
        "data_day": min(period.get("till") or today(), today()),
        "data_moment": now(),
    }
    return render(request, "reporting/measure_statistics.html", context, status=422 if form.errors else 200)
