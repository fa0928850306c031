"""Who works together, and in which role: the matrix, the process map, an organisation and its roles."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grundsteget.dates import today
from partners import access, actions, forms, reminders
from partners.access import Permission
from partners.http import Request
from partners.models import Membership, Organisation, Partnership
from partners.process_map import process_map as make_process_map
from partners.step_up import fresh_factor_required
from partners.views.choosing import find_organisation, project_asked_for
from partners.views.retention import decides_retention


@dataclass
class Line:
    """One organisation's place in the shared process: a cell for each role that anybody has in the project."""

    organisation: Organisation
    roles: dict[str, Partnership] = field(default_factory=dict)
    cells: list[Partnership | None] = field(default_factory=list)
    is_over: bool = True


@require_safe
def partnership_list(request: Request) -> HttpResponse:
    """A project's organisations × roles. Ended roles stay, greyed: history is not filtered away."""
    if not access.has(request.user, Permission.ENTERPRISE_VIEW):
        raise PermissionDenied
    project, projects = project_asked_for(request)
    partnerships = (
        Partnership.objects.filter(project=project)
        .select_related("organisation__parent")
        .order_by("organisation__name", "started_on", "pk")
    )
    lines: dict[int, Line] = {}
    for partnership in partnerships:
        line = lines.setdefault(partnership.organisation_id, Line(partnership.organisation))
        line.roles[partnership.role] = partnership
        line.is_over &= partnership.ended_on is not None and partnership.ended_on < today()
    taken = {role for line in lines.values() for role in line.roles}
    roles = [role for role in Partnership.Role if role in taken]
    for line in lines.values():
        line.cells = [line.roles.get(role) for role in roles]
    context = {
        "project": project,
        "projects": projects,
        "roles": roles,
        "lines": sorted(lines.values(), key=lambda line: (line.is_over, [cell is None for cell in line.cells])),
        "today": today(),
        "decides_retention": decides_retention(request, project),
    }
    return render(request, "partners/partnership_list.html", context)


@require_safe
def process_map(request: Request) -> HttpResponse:
    """Who refers, who decides, who educates, who employs: a drawing and the same in words."""
    access.require(request.user, Permission.ENTERPRISE_VIEW)
    project, projects = project_asked_for(request)
    context = {"project": project, "projects": projects, "map": make_process_map(project) if project else None}
    return render(request, "partners/process_map.html", context)


@require_safe
def organisation_detail(request: Request, pk: int) -> HttpResponse:
    organisation = find_organisation(request, pk)
    access.require(request.user, Permission.ENTERPRISE_VIEW)
    rights = access.of(request.user)
    administers = rights.reach(Permission.MEMBERS_MANAGE).filter(pk=pk).exists()
    projects = rights.projects(Permission.ENTERPRISE_VIEW)
    partnerships = list(
        organisation.partnerships.filter(project__in=projects).select_related("project").order_by("started_on", "pk")
    )
    works_here = any(one.ended_on is None or one.ended_on >= today() for one in partnerships)
    edited = set(rights.edited_projects(Permission.PARTNERSHIP_EDIT).values_list("pk", flat=True))
    members = (
        Membership.objects.filter(organisation=organisation).select_related("user").order_by("user__name", "started_on")
    )
    context = {
        "organisation": organisation,
        "units": organisation.units.order_by("name"),
        "partnerships": partnerships,
        "may_end": {
            one.pk
            for one in partnerships
            if one.project_id in edited and one.ended_on is None and one.role != Partnership.Role.OWNER
        },
        "may_add_role": bool(edited),
        "administers": administers,
        "shows_names": administers or works_here,
        "groups": _by_role(list(members)),
        "reminders": reminders.reminders_at({pk}) if administers else [],
        "today": today(),
    }
    return render(request, "partners/organisation_detail.html", context)


@dataclass
class Group:
    """Those with one role in an organisation, now and before."""

    label: str
    present: list[Membership] = field(default_factory=list)
    before: list[Membership] = field(default_factory=list)


def _by_role(members: list[Membership]) -> list[Group]:
    groups: dict[str, Group] = {}
    for member in members:
        group = groups.setdefault(member.role, Group(member.get_role_display()))
        (group.before if member.is_over else group.present).append(member)
    return [groups[role] for role in access.ROLE_PERMISSIONS if role in groups]


# --- The organisation's roles in projects -------------------------------------------------------------


@fresh_factor_required
@require_http_methods(["GET", "POST"])
def role_create(request: Request, pk: int) -> HttpResponse:
    organisation = find_organisation(request, pk)
    access.require(request.user, Permission.PARTNERSHIP_EDIT)
    projects = access.of(request.user).edited_projects(Permission.PARTNERSHIP_EDIT)
    form = forms.RoleForm(request.POST or None, projects=projects)
    if form.is_valid():
        try:
            actions.add_role(organisation=organisation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The role is added."))
            return redirect("partners:organisation_detail", pk=pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "partners/role_form.html", context, status=422 if form.errors else 200)


@fresh_factor_required
@require_http_methods(["GET", "POST"])
def role_end(request: Request, pk: int, role_pk: int) -> HttpResponse:
    organisation = find_organisation(request, pk)
    projects = access.of(request.user).projects(Permission.ENTERPRISE_VIEW)
    partnership = get_object_or_404(
        organisation.partnerships.select_related("project").filter(project__in=projects), pk=role_pk
    )
    edited = access.of(request.user).edited_projects(Permission.PARTNERSHIP_EDIT)
    if not edited.filter(pk=partnership.project_id).exists():
        raise PermissionDenied
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_role(partnership=partnership, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The role has a last day."))
            return redirect("partners:organisation_detail", pk=pk)
    context = {"organisation": organisation, "partnership": partnership, "form": form}
    return render(request, "partners/role_end_form.html", context, status=422 if form.errors else 200)
