"""Who works together, and in which role."""

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grundsteget.dates import today
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import Organisation, Partnership


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
    projects = list(access.of(request.user).projects(Permission.ENTERPRISE_VIEW).select_related("owner"))
    project = next((p for p in projects if p.slug == request.GET.get("projekt")), projects[0] if projects else None)
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
    }
    return render(request, "partners/partnership_list.html", context)
