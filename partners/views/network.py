"""Goal 5: competence bearers for each office, trainings and meetings, guidelines. Everybody in the project reads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grundsteget.dates import today
from partners import access, actions, forms, network
from partners.access import Permission
from partners.http import Request
from partners.models import (
    Attendance,
    CompetenceBearer,
    Guideline,
    NetworkEvent,
    Organisation,
    Partnership,
    Project,
    in_force,
)
from partners.views.choosing import project_asked_for, project_of_network


def _require_coordination(request: Request, project: Project) -> None:
    if not access.of(request.user).coordinates_network(project):
        raise PermissionDenied


def _taking_part(project: Project) -> QuerySet[Organisation]:
    """Organisations with a role in the project today."""
    taking_part = Partnership.objects.filter(in_force(today()), project=project).values("organisation")
    return Organisation.objects.filter(pk__in=taking_part).order_by("name")


def _offices(project: Project) -> QuerySet[Organisation]:
    return _taking_part(project).filter(kind__in=Organisation.AUTHORITIES)


def _page(request: Request, template: str, form: forms.Refusable, **context: Any) -> HttpResponse:
    return render(request, f"partners/{template}.html", {"form": form, **context}, status=422 if form.errors else 200)


def _to_network(project: Project) -> HttpResponse:
    return redirect(reverse("partners:network_overview", query={"projekt": project.slug}))


@require_safe
def network_overview(request: Request) -> HttpResponse:
    """Offices with and without a competence bearer, the officials trained, the guidelines."""
    access.require(request.user, Permission.ENTERPRISE_VIEW)
    project, projects = project_asked_for(request)
    if project is None:
        return render(request, "partners/network_overview.html", {"project": None, "projects": projects})
    offices = network.offices(project)
    coordinator = _taking_part(project).filter(
        partnerships__project=project, partnerships__role=Partnership.Role.COORDINATES
    )
    events = (
        NetworkEvent.objects.visible_to(request.user)
        .filter(project=project)
        .select_related("organiser")
        .annotate(people=Count("attendances"), officials=Count("attendances", filter=Q(attendances__is_official=True)))
        .order_by("-held_on", "-pk")
    )
    context = {
        "project": project,
        "projects": projects,
        "offices": sorted(offices, key=lambda office: not office.is_gap),
        "goal": network.goal_5(project, offices),
        "coordinator": coordinator.first(),
        "events": events,
        "guidelines": Guideline.objects.visible_to(request.user)
        .filter(project=project)
        .select_related("organisation")
        .order_by("organisation__name", "title", "pk"),
        "may_edit": access.of(request.user).coordinates_network(project),
        "today": today(),
    }
    return render(request, "partners/network_overview.html", context)


# --- Competence bearers -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def bearer_create(request: Request) -> HttpResponse:
    project = project_of_network(request)
    _require_coordination(request, project)
    office = request.GET.get("kontor", "")
    form = forms.BearerForm(
        request.POST or None,
        organisations=_offices(project),
        initial={"organisation": office if office.isdecimal() and len(office) < 19 else ""},
    )
    if form.is_valid():
        try:
            actions.appoint_bearer(project=project, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The competence bearer is appointed."))
            return _to_network(project)
    return _page(request, "bearer_form", form, project=project)


@require_http_methods(["GET", "POST"])
def bearer_end(request: Request, bearer_pk: int) -> HttpResponse:
    bearer = get_object_or_404(
        CompetenceBearer.objects.visible_to(request.user).select_related("project", "organisation"), pk=bearer_pk
    )
    _require_coordination(request, bearer.project)
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_bearer(bearer=bearer, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The appointment has a last day."))
            return _to_network(bearer.project)
    return _page(request, "bearer_end_form", form, project=bearer.project, bearer=bearer)


# --- Trainings and meetings -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def event_create(request: Request) -> HttpResponse:
    project = project_of_network(request)
    _require_coordination(request, project)
    form = forms.EventForm(request.POST or None, organisations=_taking_part(project))
    if form.is_valid():
        try:
            event = actions.record_event(project=project, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is on the list. Write down who was there when it has been."))
            return redirect("partners:event_detail", event_pk=event.pk)
    return _page(request, "event_form", form, project=project)


def _event(request: Request, event_pk: int) -> NetworkEvent:
    return get_object_or_404(
        NetworkEvent.objects.visible_to(request.user).select_related("project", "organiser"), pk=event_pk
    )


@require_http_methods(["GET", "POST"])
def event_detail(request: Request, event_pk: int) -> HttpResponse:
    """Who was there; whoever coordinates the network writes down many at once."""
    event = _event(request, event_pk)
    may_edit = access.of(request.user).coordinates_network(event.project)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = forms.AttendanceForm(request.POST if is_sent else None, organisations=_taking_part(event.project))
    if form.is_valid():
        try:
            attended = actions.record_attendance(event=event, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            sentence = ngettext("One person is added.", "%(count)s people are added.", attended.added)
            already = ngettext("One was on the list.", "%(count)s were on the list.", attended.known)
            told = sentence % {"count": attended.added}
            messages.success(request, f"{told} {already % {'count': attended.known}}" if attended.known else told)
            return redirect("partners:event_detail", event_pk=event_pk)
    attendances = list(event.attendances.select_related("organisation"))
    return _page(
        request,
        "event_detail",
        form,
        event=event,
        attendances=attendances,
        officials=sum(one.is_official for one in attendances),
        may_edit=may_edit,
        is_held=event.held_on <= today(),
    )


@require_POST
def attendance_remove(request: Request, event_pk: int, attendance_pk: int) -> HttpResponse:
    event = _event(request, event_pk)
    attendance = get_object_or_404(Attendance.objects.visible_to(request.user).filter(event=event), pk=attendance_pk)
    _require_coordination(request, event.project)
    actions.remove_attendance(attendance=attendance, by=request.user)
    messages.success(request, _("%(name)s is taken off the list.") % {"name": attendance.name})
    return redirect("partners:event_detail", event_pk=event_pk)


# --- Guidelines -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def guideline_create(request: Request) -> HttpResponse:
    project = project_of_network(request)
    _require_coordination(request, project)
    return _save_guideline(request, project, None)


@require_http_methods(["GET", "POST"])
def guideline_edit(request: Request, guideline_pk: int) -> HttpResponse:
    guideline = get_object_or_404(Guideline.objects.visible_to(request.user).select_related("project"), pk=guideline_pk)
    _require_coordination(request, guideline.project)
    return _save_guideline(request, guideline.project, guideline)


def _save_guideline(request: Request, project: Project, guideline: Guideline | None) -> HttpResponse:
    offices = _offices(project)
    if guideline is not None:  # An authority that has left keeps what it had.
        offices = (offices | Organisation.objects.filter(pk=guideline.organisation_id)).order_by("name")
    names = ("organisation", "title", "in_place_since", "communicated_on", "reference", "link")
    initial = {name: getattr(guideline, name) for name in names} if guideline else {}
    form = forms.GuidelineForm(request.POST or None, organisations=offices, initial=initial)
    if form.is_valid():
        try:
            actions.save_guideline(guideline=guideline, project=project, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The guideline is saved."))
            return _to_network(project)
    return _page(request, "guideline_form", form, project=project, guideline=guideline)
