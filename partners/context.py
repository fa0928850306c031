"""What every page's frame needs: the menu the user may see, the project's name, the demo's banner."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from grundsteget.dates import today
from partners import access
from partners.access import Permission
from partners.models import Project


def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        demo = {"demo_password": settings.DEMO_PASSWORD} if settings.DEMO_MODE else {}
        return {"demo_mode": settings.DEMO_MODE, "today": today(), "permissions": set(), **demo}
    return {
        "demo_mode": settings.DEMO_MODE,
        "today": today(),
        "permissions": {permission.value for permission in access.permissions(user)},
        "shell_project": _project_of(user),
        "shell_memberships": access.of(user).memberships,
        "shell_hats": access.of(user).hats,
    }


def _project_of(user: Any) -> Project | None:
    """The newest project the user's organisations take part in."""
    if not hasattr(user, "_shell_project"):
        user._shell_project = access.of(user).projects(Permission.DASHBOARD_VIEW).first()
    return user._shell_project
