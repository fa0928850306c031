"""The participant's rights: everything about her as a file, and the erasure when the time is over."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from participants.models import Participation
from participants.opening import check_reason, log_opening, reason_given
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, Project
from partners.step_up import fresh_factor_required
from reporting import tasks
from reporting.forms import EraseForm, ExtractForm
from reporting.models import Erasure
from reporting.rights import erasure as deeds
from reporting.rights import rules
from reporting.rights.archive import others_notes
from reporting.rights.certificate import certificate
from reporting.rights.extract import as_json, register_extract
from reporting.rights.letter import as_pdf, extract_as_pdf

logger = logging.getLogger(__name__)

PEOPLE_LISTED = 12  # Certificates on the page; all are in the admin's hands by their number.


def _find(request: Request, pk: int) -> Participation:
    """The participation, for the project owner's own people who answer for her rights."""
    visible = Participation.objects.visible_to(request.user).select_related("participant", "project__owner")
    participation = get_object_or_404(visible, pk=pk)
    check_reason(request, participation)
    access.require_owners(request.user, Permission.RIGHTS_ANSWER, participation)
    return participation


# --- The register extract -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def extract_create(request: Request, pk: int) -> HttpResponse:
    """Everything about one person, to be handed to her: who made it for what reason is in the read log."""
    participation = _find(request, pk)
    form = ExtractForm(request.POST or None)
    if form.is_valid():
        return _extract(request, participation, form)
    log_opening(request, participation)
    context = {
        "participation": participation,
        "form": form,
        "may_erase": access.has(request.user, Permission.PROJECT_ERASE, participation.project),
    }
    return render(request, "reporting/extract_form.html", context, status=422 if form.errors else 200)


def _extract(request: Request, participation: Participation, form: ExtractForm) -> HttpResponse:
    protected = participation.participant.is_protected
    log_access(
        request,
        AccessLog.Action.EXPORT,
        participation_ids=[participation.pk],
        fields=AccessLog.FieldsClass.PROTECTED if protected else AccessLog.FieldsClass.SENSITIVE,
        purpose=" · ".join(filter(None, [form.purpose(), reason_given(request, participation)]))[:200],
        object_ref="register extract",
    )
    with override("sv"):  # It is written to her, whoever makes it.
        extract = register_extract(participation, by=request.user, asked_on=form.cleaned_data["asked_on"])
        if request.POST.get("format") == "json":
            return _file(as_json(extract), "application/json", f"registerutdrag-{extract['asked_on']}.json")
        return _file(extract_as_pdf(extract), "application/pdf", f"registerutdrag-{extract['asked_on']}.pdf")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    """A download whose name says what and when, and nothing about anybody."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)


# --- One person, registered by mistake ----------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def person_erase(request: Request, pk: int) -> HttpResponse:
    participation = _find(request, pk)
    access.require_owners(request.user, Permission.PROJECT_ERASE, participation)
    refusal = _refused(rules.check_person_may_be_erased, participation)
    label = _("Write the participant's code, %(code)s, to erase everything about her") % {"code": participation.ref}
    form = EraseForm(request.POST or None, expected=participation.ref, asks_partners=False, label=label)
    if form.is_valid():
        log_opening(request, participation, object_ref="erasure")
        try:
            done = deeds.erase_mistake(participation=participation, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The mistaken registration is erased."))
            return redirect("reporting:project_erase", project=done.project.slug)
    else:
        log_opening(request, participation)
    context = {"participation": participation, "form": form, "refusal": refusal}
    return render(request, "reporting/person_erase.html", context, status=422 if form.errors else 200)


def _refused(check: Any, subject: object) -> ValidationError | None:
    try:
        check(subject)
    except ValidationError as refusal:
        return refusal
    return None


# --- A project whose time is over ---------------------------------------------------------------------


def _find_project(request: Request, slug: str) -> Project:
    """The project, for its owner's own people who erase."""
    visible = access.of(request.user).projects(Permission.ENTERPRISE_VIEW).select_related("owner")
    project = get_object_or_404(visible, slug=slug)
    access.require_owners(request.user, Permission.PROJECT_ERASE, project)
    return project


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def project_erase(request: Request, project: str) -> HttpResponse:
    """What would be erased, the archive package, and the last step; what has been erased before stands beneath."""
    row = _find_project(request, project)
    current = (
        Erasure.objects.visible_to(request.user)
        .filter(project=row, kind=Erasure.Kind.PROJECT)
        .exclude(state=Erasure.State.DONE)
        .select_related("asked_by")
        .first()
    )
    others = others_notes(row)
    label = _("Write the project's diary number, %(dnr)s, to erase everything about the participants") % {
        "dnr": row.dnr
    }
    form = EraseForm(request.POST or None, expected=row.dnr, asks_partners=bool(others), label=label)
    if form.is_valid() and _ordered(request, current, form):
        messages.success(request, _("The erasure is under way. The certificate appears here when it is done."))
        return redirect("reporting:project_erase", project=project)
    if request.htmx.target == "erasure" and (current is None or not current.is_under_way):
        return HttpResponseClientRefresh()  # Done: the whole page has something new to say.
    context = {
        "project": row,
        "current": current,
        "refusal": _refused(rules.check_project_may_be_erased, row),
        "people": row.participations.count(),
        "persons_elsewhere": _persons_elsewhere(row),
        "others": others,
        "form": form,
        "done": _done(request, row),
    }
    part = "#erasure" if request.htmx.target == "erasure" else ""
    return render(request, f"reporting/project_erase.html{part}", context, status=422 if form.errors else 200)


def _ordered(request: Request, current: Erasure | None, form: EraseForm) -> bool:
    if current is None:
        form.refuse(ValidationError(_("The archive package is not ready. Make it first.")))
        return False
    try:
        with transaction.atomic():
            tasks.send_erasure(
                deeds.order_erasure(erasure=current, reason=form.cleaned_data["reason"], by=request.user)
            )
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    return True


def _persons_elsewhere(project: Project) -> int:
    """People who take part in another project too, and are kept there."""
    return (
        project.participations.values("participant")
        .annotate(projects=Count("participant__participations"))
        .filter(projects__gt=1)
        .count()
    )


def _done(request: Request, project: Project) -> list[Erasure]:
    rows = Erasure.objects.visible_to(request.user).filter(project=project, state=Erasure.State.DONE)
    return list(rows.select_related("ordered_by")[:PEOPLE_LISTED])


@require_POST
@fresh_factor_required
def archive_create(request: Request, project: str) -> HttpResponse:
    row = _find_project(request, project)
    try:
        with transaction.atomic():
            tasks.send_erasure(deeds.order_archive(project=row, by=request.user))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("reporting:project_erase", project=project)


def _find_erasure(request: Request, pk: int) -> Erasure:
    rows = Erasure.objects.visible_to(request.user).select_related("project__owner", "ordered_by", "asked_by")
    return get_object_or_404(rows, pk=pk)


@require_POST
@fresh_factor_required
def archive_download(request: Request, erasure_pk: int) -> HttpResponseBase:
    """The package with everything about everybody. A deed: that it was taken home opens the way to the erasure."""
    erasure = _find_erasure(request, erasure_pk)
    if not erasure.archive:
        raise Http404
    try:
        file = erasure.archive.open("rb")
    except OSError:
        logger.exception("archive package of erasure %s cannot be opened", erasure.pk)
        messages.error(request, _("The file cannot be read right now. Make the package again."))
        return redirect("reporting:project_erase", project=erasure.project.slug)
    log_access(
        request,
        AccessLog.Action.DOWNLOAD,
        participation_ids=erasure.project.participations.values_list("pk", flat=True),
        fields=AccessLog.FieldsClass.SENSITIVE,
        purpose="arkivpaket före gallring",
        object_ref=f"erasure {erasure.pk}",
    )
    deeds.mark_downloaded(erasure=erasure, by=request.user)
    name = f"arkivpaket-{erasure.project.slug}-{erasure.asked_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_safe
def erasure_certificate(request: Request, erasure_pk: int) -> HttpResponse:
    erasure = _find_erasure(request, erasure_pk)
    if erasure.state != Erasure.State.DONE:
        raise Http404
    with override("sv"):
        data = as_pdf(certificate(erasure))
    return _file(data, "application/pdf", f"gallringsintyg-{erasure.project.slug}-{deeds.day_of(erasure)}.pdf")
