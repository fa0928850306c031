"""*Mål och läge*: the dashboard that all partners share."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from grundsteget.dates import now, today
from partners import access
from partners.access import Permission
from partners.http import Request
from reporting.dashboard import dashboard_of


@require_safe
def dashboard(request: Request) -> HttpResponse:
    """The newest of the user's projects."""
    access.require(request.user, Permission.DASHBOARD_VIEW)
    project = access.of(request.user).projects(Permission.DASHBOARD_VIEW).first()
    if project is None:
        return render(request, "reporting/dashboard_empty.html")
    return redirect("reporting:dashboard_project", project=project.slug)


@require_safe
def dashboard_project(request: Request, project: str) -> HttpResponse:
    mine = access.of(request.user).projects(Permission.DASHBOARD_VIEW)
    found = get_object_or_404(mine.select_related("owner"), slug=project)
    context = {
        "dashboard": dashboard_of(found, is_exact=access.sees_exact_figures(request.user, found)),
        "project": found,
        "projects": mine,
        "data_day": today(),
        "data_moment": now(),
        "may_enrol": access.has(request.user, Permission.PARTICIPANT_ENROL, found),
        "may_build": access.has(request.user, Permission.REPORT_BUILD, found),
    }
    return render(request, "reporting/dashboard_project.html", context)
