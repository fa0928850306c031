"""What the commands about a project share."""

from __future__ import annotations

from grundsteget.commands import Refused
from partners.models import Project


def project_of(dnr: str) -> Project:
    """The project of this diary number, or a refusal that names those there are."""
    try:
        return Project.objects.get(dnr=dnr.strip())
    except Project.DoesNotExist:
        known = ", ".join(Project.objects.order_by("dnr").values_list("dnr", flat=True)[:10])
        advice = f"use one of: {known}" if known else "load one first: python manage.py load_grundsteget"
        raise Refused("project", f"{dnr} is unknown", advice) from None
