"""The list of participants as a file: asked for with a reason, fetched for some days, and known of by the office."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from participants import actions, forms, rules, tasks
from participants.listing import Listing
from participants.listing_columns import parts_of
from participants.listing_file import Asked, Reader
from participants.models import ExportFile
from participants.opening import log_looks
from participants.views.bulk import ticked_in
from participants.views.frame import GET_AND_POST
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog, Membership, User
from partners.step_up import fresh_factor_required

logger = logging.getLogger(__name__)

SHOWN, PER_PAGE = 50, 50
CONTENT_TYPES = {
    ExportFile.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFile.Format.CSV: "text/csv; charset=utf-8",
}


# --- Asking ---------------------------------------------------------------------------------------


@fresh_factor_required
@require_http_methods(GET_AND_POST)
def export_create(request: Request) -> HttpResponse:
    """What will be in the file, what it is for, and as what."""
    access.require(request.user, Permission.PARTICIPANT_EXPORT)
    listing = _listing(request)
    if listing.search_is_forgotten:
        messages.warning(request, _("The search is no longer kept. Search again, and then export."))
        return redirect("participants:participation_list")
    ticked = ticked_in(request.POST)
    asked = Asked.ticked(listing, ticked) if ticked else Asked.on_screen(listing, settings.EXPORT_ROWS)
    count = asked.participations(request.user).order_by("pk")[: settings.EXPORT_ROWS + 1].count()
    is_sent = request.method == "POST" and "ticked" not in request.POST
    form = forms.ExportForm(request.POST if is_sent else None, initial={"query": listing.query()})
    if form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("purpose", "format", "submission")}
        try:
            export = actions.request_export(
                asked=asked, count=count, membership=_hat(request.user), by=request.user, **data
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            tasks.send_write_export(export.pk)
            messages.success(request, _("You find the file here until %(day)s.") % {"day": _last(export)})
            return redirect("participants:export_list")
    context = {
        "form": form,
        "count": count,
        "problems": _problems(count),
        "words": asked.in_words(request.user),
        "columns": parts_of(listing.columns),
        "days": settings.EXPORT_DAYS,
        "purposes": form.PURPOSES,
        "back": listing.query(),
        "ticked": sorted(ticked),
    }
    return render(request, "participants/export_form.html", context, status=422 if form.errors else 200)


def _listing(request: Request) -> Listing:
    """The list as it stood when the button was pressed; a form that is sent brings its address along."""
    if request.method != "POST":
        return Listing(request)
    return Listing(Reader(request.user, QueryDict(request.POST.get("query", "")[:2000]), request.session))


def _hat(user: User) -> Membership:
    """The role she has now, which gives her the right."""
    return next(hat for hat in access.of(user).memberships if Permission.PARTICIPANT_EXPORT in access.rights(hat))


def _problems(count: int) -> list[str]:
    try:
        rules.check_export(count)
    except ValidationError as refusal:
        return refusal.messages
    return []


def _last(export: ExportFile) -> str:
    return timezone.localdate(export.expires_at).isoformat()


# --- Mine -----------------------------------------------------------------------------------------


@require_safe
def export_list(request: Request) -> HttpResponse:
    """My files, the newest first; while one is being made, the list asks for itself again."""
    access.require(request.user, Permission.PARTICIPANT_EXPORT)
    exports = list(ExportFile.objects.visible_to(request.user).order_by("-requested_at", "-pk")[:SHOWN])
    context: dict[str, Any] = {
        "exports": exports,
        "is_under_way": any(export.is_under_way for export in exports),
        "days": settings.EXPORT_DAYS,
        "may_audit": access.has(request.user, Permission.LOG_REVIEW),
    }
    part = "#exports" if request.htmx.target == "exports" else ""
    return render(request, f"participants/export_list.html{part}", context)


@require_safe
def export_download(request: Request, export_id: str) -> HttpResponseBase:
    """The file, to her who asked for it, while she may still read about everybody in it."""
    export = get_object_or_404(ExportFile.objects.visible_to(request.user), public_id=export_id)
    if export.is_under_way or export.state == ExportFile.State.FAILED:
        return redirect("participants:export_list")
    try:
        rules.check_download(export, request.user)
    except ValidationError as refusal:
        context = {"export": export, "reasons": refusal.messages}
        return render(request, "participants/export_gone.html", context, status=410)
    try:
        file = export.file.open("rb")
    except OSError:
        logger.exception("%s cannot be opened", export)
        messages.error(
            request, _("The file cannot be read right now. Try again; if it stays so, tell the administrator.")
        )
        return redirect("participants:export_list")
    log_looks(
        request,
        AccessLog.Action.DOWNLOAD,
        export.contents.values_list("participation_id", flat=True),
        fields=Asked.of(export).listing(request.user).fields_class,
        purpose=export.purpose,
        object_ref=str(export),
    )
    return FileResponse(
        file,
        as_attachment=True,
        filename=export.file_name,
        content_type=CONTENT_TYPES[ExportFile.Format(export.format)],
    )


@require_POST
def export_delete(request: Request, export_id: str) -> HttpResponse:
    export = get_object_or_404(ExportFile.objects.visible_to(request.user), public_id=export_id)
    actions.delete_export(export=export, by=request.user)
    messages.success(request, _("The file is deleted. That it was made stays on record."))
    return redirect("participants:export_list")


# --- Everybody's ----------------------------------------------------------------------------------


@require_safe
def export_audit(request: Request) -> HttpResponse:
    """Who has taken what out of the project, when and what for. Nobody opens another's file."""
    access.require(request.user, Permission.LOG_REVIEW)
    exports = (
        ExportFile.objects.overseen_by(request.user)
        .select_related("requested_by", "membership__organisation")
        .order_by("-requested_at", "-pk")
    )
    page = Paginator(exports, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "previous": f"sida={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"sida={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "participants/export_audit.html", context)
