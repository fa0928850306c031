"""What the pages of the partnership begin with: which project is meant, and which organisation."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import Organisation, Project


def project_asked_for(request: Request) -> tuple[Project | None, list[Project]]:
    """The project named in the address, else the newest; and all that the user could have named."""
    projects = list(access.of(request.user).projects(Permission.ENTERPRISE_VIEW).select_related("owner"))
    named = request.GET.get("projekt")
    return next((p for p in projects if p.slug == named), projects[0] if projects else None), projects


def project_of_network(request: Request) -> Project:
    """The project whose network is about to be changed; somebody outside every project finds none."""
    project, _projects = project_asked_for(request)
    if project is None:
        raise Http404
    return project


def find_organisation(request: Request, pk: int) -> Organisation:
    return get_object_or_404(access.of(request.user).organisations().select_related("parent"), pk=pk)
