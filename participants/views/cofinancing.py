"""Co-financing by participants' time, for the project office: sums by payer, unit costs, and the same as a file."""

from __future__ import annotations

import csv

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants import actions, cofinancing, forms, rules
from participants.models import UnitCost
from participants.views.frame import GET_AND_POST
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, Project


def _project(request: Request, permission: Permission) -> Project:
    """The newest project for whose owner the user does this."""
    access.require(request.user, permission)
    project = access.of(request.user).edited_projects(permission).order_by("-started_on", "pk").first()
    if project is None:
        raise PermissionDenied
    return project


@require_safe
def cofinancing_overview(request: Request) -> HttpResponse:
    """Locked hours and what they are worth, by quarter, month and payer; and which amounts are missing. No person."""
    project = _project(request, Permission.COFINANCING_VIEW)
    lines = cofinancing.lines_of(project)
    context = {
        "project": project,
        "quarters": cofinancing.quarters(lines, rules.month_name),
        "missing": cofinancing.missing(lines),
        "costs": UnitCost.objects.filter(project=project)
        .select_related("compensation", "recorded_by")
        .order_by("compensation__position", "staff_function", "-valid_from"),
        "may_edit": access.has(request.user, Permission.UNIT_COST_EDIT, project),
    }
    return render(request, "participants/cofinancing_overview.html", context)


@require_safe
def cofinancing_download(request: Request) -> HttpResponse:
    """The sums as CSV, one row for each month and compensation, readable for Excel."""
    project = _project(request, Permission.COFINANCING_VIEW)
    log_access(request, AccessLog.Action.DOWNLOAD, object_ref=f"cofinancing {project.pk}")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="medfinansiering.csv"'
    response.write("\ufeff")
    table = csv.writer(response, delimiter=";")
    table.writerow(cofinancing.COLUMNS)
    table.writerows(cofinancing.records(cofinancing.lines_of(project)))
    return response


@require_http_methods(GET_AND_POST)
def unit_cost_create(request: Request) -> HttpResponse:
    """An amount from a month on; the same month again corrects it."""
    project = _project(request, Permission.UNIT_COST_EDIT)
    initial = {"compensation": request.GET.get("ersattning"), "valid_from": project.started_on}
    form = forms.UnitCostForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            actions.save_unit_cost(project=project, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The unit cost is saved."))
            return redirect("participants:cofinancing_overview")
    return render(request, "participants/unit_cost_form.html", {"form": form}, status=422 if form.errors else 200)
