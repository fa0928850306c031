"""Who may do what, and in which organisation. Nothing else compares a role by name."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from grundsteget.dates import today
from partners.models import Membership, Organisation, Partnership, Project, User, in_force

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Permission(enum.Enum):
    """A deed or a sight. Which rows it reaches is decided by `visible_to` on the model."""

    PARTICIPANT_VIEW = "participant_view"
    PARTICIPANT_ENROL = "participant_enrol"
    PARTICIPANT_EDIT = "participant_edit"
    IDENTITY_UNMASK = "identity_unmask"
    SENSITIVE_VIEW = "sensitive_view"
    JOURNAL_WRITE = "journal_write"
    ACTIVITY_RECORD = "activity_record"
    HOURS_RECORD = "hours_record"
    OUTCOME_RECORD = "outcome_record"
    FOLLOW_UP_RECORD = "follow_up_record"
    PARTICIPATION_CLOSE = "participation_close"
    CONSENT_RECORD = "consent_record"
    DASHBOARD_VIEW = "dashboard_view"
    FIGURES_EXACT = "figures_exact"  # Small numbers are shown; everybody else sees them hidden.
    REPORT_VIEW = "report_view"
    REPORT_BUILD = "report_build"
    REPORT_FREEZE = "report_freeze"
    ENTERPRISE_VIEW = "enterprise_view"
    ENTERPRISE_EDIT = "enterprise_edit"
    ACCOUNTS_MANAGE = "accounts_manage"


P, R = Permission, Membership.Role

_CASEWORK = {
    P.PARTICIPANT_VIEW,
    P.JOURNAL_WRITE,
    P.DASHBOARD_VIEW,
    P.ENTERPRISE_VIEW,
}
_COORDINATION = _CASEWORK | {
    P.PARTICIPANT_ENROL,
    P.PARTICIPANT_EDIT,
    P.IDENTITY_UNMASK,
    P.SENSITIVE_VIEW,
    P.ACTIVITY_RECORD,
    P.HOURS_RECORD,
    P.OUTCOME_RECORD,
    P.FOLLOW_UP_RECORD,
    P.PARTICIPATION_CLOSE,
    P.CONSENT_RECORD,
}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    R.COORDINATOR: frozenset(_COORDINATION | {P.FIGURES_EXACT}),
    R.CASEWORKER: frozenset(_CASEWORK),
    R.SUPERVISOR: frozenset(_CASEWORK | {P.ACTIVITY_RECORD, P.HOURS_RECORD}),
    R.PROJECT_OFFICE: frozenset(
        _COORDINATION
        | {P.FIGURES_EXACT, P.REPORT_VIEW, P.REPORT_BUILD, P.REPORT_FREEZE, P.ENTERPRISE_EDIT, P.ACCOUNTS_MANAGE}
    ),
    R.STEERING_GROUP: frozenset({P.DASHBOARD_VIEW, P.ENTERPRISE_VIEW}),
    R.CONTROLLER: frozenset({P.DASHBOARD_VIEW, P.REPORT_VIEW, P.ENTERPRISE_VIEW}),
    R.ADMINISTRATOR: frozenset({P.ACCOUNTS_MANAGE, P.ENTERPRISE_VIEW}),
}

# In these roles a person of the project's owner sees every participant of the project; anybody else needs consent.
OWNER_WIDE = frozenset({R.COORDINATOR, R.PROJECT_OFFICE})
# In these roles even consent reaches no further than the people placed in the organisation.
PLACED_ONLY = frozenset({R.SUPERVISOR})


class Access:
    """One person's rights today: loaded once per request, asked many times."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user
        self.memberships: list[Membership] = []
        if user.is_authenticated and user.is_active:
            self.memberships = list(Membership.objects.ongoing().filter(user=user).select_related("organisation"))

    def organisation_ids(self, permission: Permission | None = None) -> set[int]:
        """Organisations in which the user holds the permission (or any role)."""
        return {
            membership.organisation_id
            for membership in self.memberships
            if permission is None or permission in ROLE_PERMISSIONS[membership.role]
        }

    def owner_wide_ids(self, permission: Permission) -> set[int]:
        """Organisations for whose own projects the permission reaches every participant."""
        return {
            membership.organisation_id
            for membership in self.memberships
            if membership.role in OWNER_WIDE and permission in ROLE_PERMISSIONS[membership.role]
        }

    def placed_only_ids(self) -> set[int]:
        """Organisations in which the user sees nobody but those placed there."""
        everywhere = {m.organisation_id for m in self.memberships if m.role not in PLACED_ONLY}
        return {m.organisation_id for m in self.memberships if m.role in PLACED_ONLY} - everywhere

    def projects(self, permission: Permission) -> QuerySet[Project]:
        """Projects in which one of the user's organisations takes part today and gives her the permission."""
        return Project.objects.filter(
            pk__in=Partnership.objects.filter(
                in_force(today()), organisation__in=self.organisation_ids(permission)
            ).values("project")
        )

    def has(
        self, permission: Permission, project: Project | int | None = None, organisation: Organisation | None = None
    ) -> bool:
        ids = self.organisation_ids(permission)
        if organisation is not None:
            ids &= {organisation.pk}
        if not ids:
            return False
        if project is None:
            return True
        project_id = project if isinstance(project, int) else project.pk
        return Partnership.objects.filter(in_force(today()), project=project_id, organisation__in=ids).exists()


def of(user: User | AnonymousUser) -> Access:
    """The user's rights, loaded once: the user object lives as long as the request does."""
    if not hasattr(user, "_access"):
        user._access = Access(user)  # type: ignore[union-attr]
    return user._access  # type: ignore[union-attr]


def has(user: User | AnonymousUser, permission: Permission, project: Project | int | None = None) -> bool:
    return of(user).has(permission, project)


def require(user: User | AnonymousUser, permission: Permission, subject: object | None = None) -> None:
    """Refuse (403) unless the user holds the permission in the project that the subject belongs to.

    The subject is a project, anything with a `project_id`, or nothing: then the right in any project will do.
    """
    project = subject.pk if isinstance(subject, Project) else getattr(subject, "project_id", None)
    if not of(user).has(permission, project):
        raise PermissionDenied


def sees_exact_figures(user: User | AnonymousUser, project: Project) -> bool:
    """Small numbers are hidden from everybody outside the owner's own team. (esf-rules.md 1.9)"""
    return project.owner_id in of(user).organisation_ids(Permission.FIGURES_EXACT)


def permissions(user: User | AnonymousUser) -> Iterable[Permission]:
    """All permissions the user holds anywhere: for menus, never for a decision about a row."""
    return {permission for m in of(user).memberships for permission in ROLE_PERMISSIONS[m.role]}


def permissions_in(user: User | AnonymousUser, project: Project | int) -> set[Permission]:
    """All permissions the user holds in the project: `has` for a page with many buttons, in one query."""
    project_id = project if isinstance(project, int) else project.pk
    partners = set(
        Partnership.objects.filter(in_force(today()), project=project_id).values_list("organisation_id", flat=True)
    )
    return {
        permission
        for m in of(user).memberships
        if m.organisation_id in partners
        for permission in ROLE_PERMISSIONS[m.role]
    }
