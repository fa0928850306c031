"""Imports: a file is brought, looked through and shown, then saved whole or not at all, and undone if need be."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grundsteget.cells import quoted
from participants.models import Participation
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog
from partners.step_up import fresh_factor_required
from reporting import tasks
from reporting.exchange.sheets import SHEETS
from reporting.imports import deeds, parts, preview, rules
from reporting.imports.columns import fingerprint
from reporting.imports.files import stored_sheets
from reporting.imports.forms import ColumnsForm, ImportForm
from reporting.imports.translation import SAME, headings
from reporting.models import Import, ImportMapping, ImportPart

PER_PAGE = 25
CAUSES = 20
State = Import.State


@require_safe
def import_list(request: Request) -> HttpResponse:
    access.require(request.user, Permission.IMPORT)
    imports = Import.objects.visible_to(request.user).select_related("project", "uploaded_by")
    page = Paginator(imports, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "rows": [(row, sums(row)) for row in page],
        "projects": len({row.project_id for row in page}),
        **_pager(page),
    }
    return render(request, "reporting/import_list.html", context)


def sums(row: Import) -> dict[str, int]:
    """Rows added, updated and unchanged, over all sheets."""
    rows = row.summary.get("sheets", [])
    return {
        "added": sum(one[1] for one in rows),
        "updated": sum(one[2] for one in rows),
        "unchanged": sum(one[3] for one in rows),
    }


def _pager(page: Any) -> dict[str, str]:
    return {
        "previous": f"sida={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"sida={page.next_page_number()}" if page.has_next() else "",
    }


@fresh_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_create(request: Request) -> HttpResponse:
    """Choose a file. Nothing is saved by this: it is looked through and shown."""
    access.require(request.user, Permission.IMPORT)
    is_sent = request.method == "POST"
    form = ImportForm(request.POST if is_sent else None, request.FILES if is_sent else None, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                row = deeds.request_import(
                    project=data["project"], upload=data["file"], submission=data["submission"], by=request.user
                )
                tasks.send_work_on_import(row.pk)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _received(request, row)
    context = {
        "form": form,
        "sheets": SHEETS,
        "under_way": Import.objects.visible_to(request.user).open().first(),
        "days": settings.IMPORT_DAYS,
        "rows": settings.IMPORT_ROWS,
    }
    return render(request, "reporting/import_form.html", context, status=422 if is_sent else 200)


def _received(request: Request, row: Import) -> HttpResponse:
    if row.state == State.APPLIED and row.applied_at:
        words = {"day": row.applied_at.date().isoformat()}
        messages.info(request, _("Nothing to do: this very file was saved on %(day)s.") % words)
    if row.state == State.UPLOADED:
        return redirect("reporting:import_columns", import_pk=row.pk)
    return redirect("reporting:import_detail", import_pk=row.pk)


def _import(request: Request, import_pk: int) -> Import:
    visible = Import.objects.visible_to(request.user).select_related(
        "project", "uploaded_by", "applied_by", "undone_by"
    )
    return get_object_or_404(visible, pk=import_pk)


@require_safe
def import_detail(request: Request, import_pk: int) -> HttpResponse:
    """How far it has come; then what it would do, or what is wrong; then what it did."""
    row = _import(request, import_pk)
    if request.htmx.target == "progress":
        # When the work is over the whole page is asked to come again.
        return (
            render(request, "reporting/_import_progress.html", {"row": row})
            if row.is_at_work
            else HttpResponse(headers={"HX-Refresh": "true"})
        )
    return _detail(request, row)


def _detail(request: Request, row: Import, refusal: ValidationError | None = None) -> HttpResponse:
    told = parts.told(row, ImportPart.Kind.PREVIEW) if row.state in {State.CHECKED, State.REFUSED} else None
    context: dict[str, Any] = {
        "row": row,
        "refusal": refusal,
        "sums": sums(row),
        "may_choose_columns": row.kind == Import.Kind.MAPPED
        and bool(row.file)
        and row.state in {State.UPLOADED, State.CHECKED, State.REFUSED},
        "may_undo": row.state == State.APPLIED and row.parts.filter(kind=ImportPart.Kind.UNDO).exists(),
        "undo_days": settings.IMPORT_UNDO_DAYS,
    }
    if told is not None:
        context |= _shown(request, row, told)
    return render(request, "reporting/import_detail.html", context, status=422 if refusal else 200)


def _shown(request: Request, row: Import, told: dict[str, Any]) -> dict[str, Any]:
    causes = preview.causes(told["errors"])
    for cause in causes:
        cause.name = preview.column_name(row, cause.sheet, cause.column)
    page = Paginator(told["changes"], PER_PAGE).get_page(request.GET.get("sida"))
    changes = preview.shown_changes(list(page))
    undecided = preview.undecided(row, told["doubles"])
    people = {change.participation_id for change in changes} | {double[2] for double in undecided}
    visible = set(Participation.objects.visible_to(request.user).filter(pk__in=people).values_list("pk", flat=True))
    if people:
        log_access(request, AccessLog.Action.LIST, participation_ids=people, object_ref=str(row))
    return {
        "causes": causes[:CAUSES],
        "more_causes": max(0, len(causes) - CAUSES),
        "rows_with_errors": row.summary.get("rows_with_errors", 0),
        "notices": told["notices"],
        "page": page,
        "changes": changes,
        "doubles": [(line, ref, pk if pk in visible else None) for line, ref, pk in undecided],
        "decided": len(told["doubles"]) - len(undecided),
        "visible": visible,
        "may_apply": row.state == State.CHECKED and not undecided,
        **_pager(page),
    }


@fresh_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: Request, import_pk: int) -> HttpResponse:
    """Which column of the project's own table is what; asked once, and kept."""
    row = _import(request, import_pk)
    access.require(request.user, Permission.IMPORT, row)
    try:
        rules.check_columns_may_be_chosen(row)
        sheets = stored_sheets(row)
    except (ValidationError, FileNotFoundError):
        return redirect("reporting:import_detail", import_pk=row.pk)
    names = list(sheets)
    number = _sheet_number(request, row, len(names))
    lines = sheets[names[number]]
    print_ = fingerprint(headings(lines))
    kept = ImportMapping.objects.filter(project=row.project_id, fingerprint=print_).first()
    form = ColumnsForm(request.POST or None, lines=lines, kept=kept)
    if form.is_valid() and not form.is_asking:
        try:
            with transaction.atomic():
                deeds.choose_columns(row=row, sheet=number, fingerprint=print_, chosen=form.chosen(), by=request.user)
                tasks.send_work_on_import(row.pk)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return redirect("reporting:import_detail", import_pk=row.pk)
    context = {
        "row": row,
        "form": form,
        "kept": kept,
        "sheets": names,
        "number": number,
        "rows": len(form.rows),
    }
    return render(request, "reporting/import_columns.html", context, status=422 if form.errors else 200)


def _sheet_number(request: Request, row: Import, count: int) -> int:
    asked = request.POST.get("blad") or request.GET.get("blad") or str(row.sheet)
    return int(asked) if asked.isascii() and asked.isdecimal() and int(asked[:4]) < count else 0


@require_POST
def import_doubles(request: Request, import_pk: int) -> HttpResponse:
    """Of each row that may be about somebody who is there already: is it she, or somebody new?"""
    row = _import(request, import_pk)
    access.require(request.user, Permission.IMPORT, row)
    told = parts.told(row, ImportPart.Kind.PREVIEW) or {"doubles": []}
    asked = {str(double[0]) for double in told["doubles"]}
    decisions = {line: answer for line in asked if (answer := request.POST.get(f"rad_{line}")) in {SAME, "new"}}
    try:
        with transaction.atomic():
            deeds.decide_doubles(row=row, decisions=decisions, by=request.user)
            tasks.send_work_on_import(row.pk)
    except ValidationError as refusal:
        return _detail(request, row, refusal)
    return redirect("reporting:import_detail", import_pk=row.pk)


@require_safe
def import_errors(request: Request, import_pk: int) -> HttpResponse:
    """All errors as a table to work through beside the file: where and what, and nothing of what stands there."""
    row = _import(request, import_pk)
    told = parts.told(row, ImportPart.Kind.PREVIEW)
    if told is None:
        return redirect("reporting:import_detail", import_pk=row.pk)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow([_("Sheet"), _("Row"), _("Column"), _("What is wrong")])
    for sheet, line, column, message in told["errors"]:
        cells = (sheet, str(line), preview.column_name(row, sheet, column), message)
        writer.writerow([quoted(cell) for cell in cells])
    name = f"fel-i-import-{row.pk}.csv"
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@fresh_factor_required
@require_POST
def import_apply(request: Request, import_pk: int) -> HttpResponse:
    row = _import(request, import_pk)
    access.require(request.user, Permission.IMPORT, row)
    try:
        with transaction.atomic():
            deeds.order_apply(row=row, by=request.user)
            tasks.send_work_on_import(row.pk)
    except ValidationError as refusal:
        return _detail(request, row, refusal)
    return redirect("reporting:import_detail", import_pk=row.pk)


@fresh_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: Request, import_pk: int) -> HttpResponse:
    """Take back what an import saved, while nobody has built on it."""
    row = _import(request, import_pk)
    access.require(request.user, Permission.IMPORT, row)
    refusal = None
    try:
        if request.method == "POST":
            with transaction.atomic():
                deeds.order_undo(row=row, by=request.user)
                tasks.send_work_on_import(row.pk)
            return redirect("reporting:import_detail", import_pk=row.pk)
        rules.check_may_undo(row)
    except ValidationError as error:
        refusal = error
    context = {"row": row, "refusal": refusal, "sums": sums(row)}
    status = 422 if refusal and request.method == "POST" else 200
    return render(request, "reporting/import_undo.html", context, status=status)


@require_POST
def import_cancel(request: Request, import_pk: int) -> HttpResponse:
    row = _import(request, import_pk)
    access.require(request.user, Permission.IMPORT, row)
    deeds.cancel_import(row=row, by=request.user)
    messages.success(request, _("The import is put aside. Nothing was saved, and the file is deleted."))
    return redirect("reporting:import_list")
