"""Reports: ask for one, follow its making, read it, freeze it, take its files.

Whoever may open a report sees it exactly as it is handed in, small numbers included: the project office and the
funder's controller. Partners and the steering group have the dashboard.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grundsteget.dates import today
from participants.models import Participation
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog
from reporting import actions, rules, tasks
from reporting.forms import ReportForm, last_quarter_end
from reporting.indicators import rule_set_of
from reporting.models import Report, ReportFile
from reporting.reading import CheckLine, definitions, linked, read

logger = logging.getLogger(__name__)

PER_PAGE = 25
CONTENT_TYPES: dict[str, str] = {
    ReportFile.Format.PDF: "application/pdf",
    ReportFile.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFile.Format.JSON: "application/json",
}


@require_safe
def report_list(request: Request) -> HttpResponse:
    access.require(request.user, Permission.REPORT_VIEW)
    reports = Report.objects.visible_to(request.user).select_related("project", "requested_by").defer("content")
    page = Paginator(reports, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "previous": f"sida={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"sida={page.next_page_number()}" if page.has_next() else "",
        "may_build": access.has(request.user, Permission.REPORT_BUILD),
        "projects": len({report.project_id for report in page}),
    }
    return render(request, "reporting/report_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report_create(request: Request) -> HttpResponse:
    access.require(request.user, Permission.REPORT_BUILD)
    form = ReportForm(request.POST or None, user=request.user, cut_off=request.GET.get("brytdatum", ""))
    if request.method == "POST" and form.is_valid():
        report = _requested(request, form)
        if report is not None:
            return redirect("reporting:report_detail", pk=report.pk)
    context = {
        "form": form,
        "quarter_end": last_quarter_end(today()),
        "today": today(),
    }
    return render(request, "reporting/report_form.html", context, status=422 if request.method == "POST" else 200)


def _requested(request: Request, form: ReportForm) -> Report | None:
    """The report asked for, sent to be built once its row is stored; or nothing, and the form says why."""
    try:
        with transaction.atomic():
            report = actions.request_report(by=request.user, **form.cleaned_data)
            tasks.send_build_report(report.pk)
    except ValidationError as refusal:
        form.add_error("cut_off", refusal)
    except Report.DoesNotExist:
        form.add_error(None, _("This form was already sent from another account. Open a new one."))
    else:
        return report
    return None


@require_safe
def report_detail(request: Request, pk: int) -> HttpResponse:
    report = _report(request, pk)
    return _detail(request, report)


def _report(request: Request, pk: int) -> Report:
    visible = Report.objects.visible_to(request.user).select_related("project", "requested_by", "frozen_by")
    return get_object_or_404(visible, pk=pk)


def _detail(request: Request, report: Report, refusal: ValidationError | None = None) -> HttpResponse:
    """The report's page, after a refused deed with the reason."""
    user = request.user
    context: dict[str, Any] = {
        "report": report,
        "refusal": refusal,
        "may_freeze": report.state == Report.State.DRAFT
        and access.has(user, Permission.REPORT_FREEZE, report.project_id),
        "may_rebuild": report.state in {Report.State.DRAFT, Report.State.FAILED}
        and access.has(user, Permission.REPORT_BUILD, report.project_id),
    }
    if report.is_ready:
        rule_set = rule_set_of(report.rule_set)
        reading = read(report.content, rule_set)
        people = _people_behind(request, report, reading.checks)
        context |= {
            "reading": linked(reading, people),
            "rule_set": rule_set,
            "definitions": definitions(rule_set),
            "files": sorted(report.files.values_list("format", flat=True), key=ReportFile.Format.values.index),
        }
    return render(request, "reporting/report_detail.html", context, status=422 if refusal else 200)


def _people_behind(request: Request, report: Report, checks: Iterable[CheckLine]) -> dict[str, int]:
    """Code → id of those named in the tests whom the user may open; logged, since the page leads to them."""
    refs = {ref for check in checks for ref in check.refs}
    if not refs:
        return {}
    visible = Participation.objects.visible_to(request.user).filter(project=report.project_id, ref__in=refs)
    people = dict(visible.order_by("ref").values_list("ref", "pk"))
    if people:
        log_access(request, AccessLog.Action.LIST, participation_ids=people.values(), object_ref=f"report {report.pk}")
    return people


@require_safe
def report_progress(request: Request, pk: int) -> HttpResponse:
    """The moving part of a report under way. When it is done the whole page is asked to come again."""
    report = _report(request, pk)
    if not request.htmx:
        return redirect("reporting:report_detail", pk=pk)
    if not report.is_under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "reporting/_progress.html", {"report": report})


@require_http_methods(["GET", "HEAD", "POST"])
def report_freeze(request: Request, pk: int) -> HttpResponse:
    report = _report(request, pk)
    access.require(request.user, Permission.REPORT_FREEZE, report)
    refusal = None
    try:
        if request.method == "POST":
            actions.freeze_report(report=report, by=request.user)
            messages.success(request, _("The report is frozen. Its figures and files will not change."))
            return redirect("reporting:report_detail", pk=pk)
        rules.check_may_freeze(report)
    except ValidationError as error:
        refusal = error
    reading = read(report.content, rule_set_of(report.rule_set)) if report.is_ready else None
    context = {"report": report, "refusal": refusal, "reading": reading}
    status = 422 if refusal and request.method == "POST" else 200
    return render(request, "reporting/report_freeze.html", context, status=status)


@require_POST
def report_rebuild(request: Request, pk: int) -> HttpResponse:
    report = _report(request, pk)
    access.require(request.user, Permission.REPORT_BUILD, report)
    try:
        with transaction.atomic():
            actions.rebuild_report(report=report, by=request.user)
            tasks.send_build_report(report.pk)
    except ValidationError as refusal:
        return _detail(request, report, refusal)
    return redirect("reporting:report_detail", pk=pk)


@require_safe
def report_download(request: Request, pk: int, format: str) -> HttpResponseBase:
    """One file, to whoever may see the report at this moment."""
    report = _report(request, pk)
    stored = get_object_or_404(ReportFile.objects.select_related("report"), report=report, format=format)
    try:
        file = stored.file.open("rb")
    except OSError:
        logger.exception("file of report %s cannot be opened", report.pk)
        messages.error(
            request, _("The file cannot be read right now. Try again; if it stays so, tell the administrator.")
        )
        return redirect("reporting:report_detail", pk=pk)
    log_access(request, AccessLog.Action.DOWNLOAD, object_ref=f"report {report.pk} {stored.format}")
    return FileResponse(
        file, as_attachment=True, filename=file_name(report, stored.format), content_type=CONTENT_TYPES[stored.format]
    )


def file_name(report: Report, format: str) -> str:
    """Says which project and day, and nothing about anybody."""
    return f"lagesrapport-{report.project.slug}-{report.cut_off.isoformat()}.{format}"
