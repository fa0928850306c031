"""Who may do what, and in which organisation. Nothing else compares a role by name."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from grundsteget.dates import today
from partners.models import Membership, Organisation, Partnership, Project, User, in_force

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Permission(enum.Enum):
    """A deed or a sight. Which rows it reaches is decided by `visible_to` on the model."""

    PARTICIPANT_VIEW = "participant_view"
    PARTICIPANT_ENROL = "participant_enrol"
    PARTICIPANT_EDIT = "participant_edit"
    PARTICIPANT_EXPORT = "participant_export"  # To take rows out of the system as a file, apart from reading them.
    IDENTITY_UNMASK = "identity_unmask"
    SENSITIVE_VIEW = "sensitive_view"
    JOURNAL_WRITE = "journal_write"
    ACTIVITY_RECORD = "activity_record"
    HOURS_RECORD = "hours_record"
    ATTENDANCE_RECORD = "attendance_record"
    ATTENDANCE_CERTIFY = "attendance_certify"  # That the month's hours are true: who was there with the person.
    ATTENDANCE_APPROVE = "attendance_approve"  # The project's economy: approve, and lock.
    COURSE_MANAGE = "course_manage"
    COFINANCING_VIEW = "cofinancing_view"
    UNIT_COST_EDIT = "unit_cost_edit"
    OUTCOME_RECORD = "outcome_record"
    FOLLOW_UP_RECORD = "follow_up_record"
    PLAN_WRITE = "plan_write"  # Also to judge progress. A partner ticks its own steps with JOURNAL_WRITE.
    HEALTH_VIEW = "health_view"  # What plan and progress say about health: never a workplace.
    MEASURE_RECORD = "measure_record"  # What authorities decide: the owner's team and the authorities' own people.
    PARTICIPATION_CLOSE = "participation_close"
    CONSENT_RECORD = "consent_record"
    DOCUMENT_ADD = "document_add"  # Each keeps its own organisation's; what is shared is read by others.
    REFERRAL_SEND = "referral_send"
    REFERRAL_ANSWER = "referral_answer"
    REFERRAL_OVERRIDE = "referral_override"  # Send without consent, on one's own name and with a reason.
    CARE_TEAM_EDIT = "care_team_edit"
    CARE_TEAM_GRANT = "care_team_grant"  # Let somebody in for a time, protected persons among them.
    DASHBOARD_VIEW = "dashboard_view"
    FIGURES_EXACT = "figures_exact"  # Small numbers are shown; everybody else sees them hidden.
    REPORT_VIEW = "report_view"
    REPORT_BUILD = "report_build"
    REPORT_FREEZE = "report_freeze"
    ENTERPRISE_VIEW = "enterprise_view"
    ENTERPRISE_EDIT = "enterprise_edit"
    ACCOUNTS_MANAGE = "accounts_manage"
    OVERSIGHT_GRANT = "oversight_grant"  # To give somebody a role that looks over everybody's shoulder.
    MEMBERS_MANAGE = "members_manage"  # Of one organisation: comes with the mark on a membership.
    PARTNERSHIP_EDIT = "partnership_edit"
    NETWORK_COORDINATE = "network_coordinate"
    TRACE_VIEW = "trace_view"  # Who has looked at a participant, to be told to her.
    LOG_REVIEW = "log_review"  # The monthly sample of looks.
    RIGHTS_ANSWER = "rights_answer"  # The register extract, and what a participant asks to have corrected.
    PARTICIPANT_MERGE = "participant_merge"  # To join two records that are one person, and to part them again.
    RETENTION_DECIDE = "retention_decide"  # Until when a project's documents are kept.
    PROJECT_ERASE = "project_erase"  # The archive package, then everything about the participants.
    IMPORT = "import"  # To add and change a project's rows by a file.


P, R = Permission, Membership.Role

_CASEWORK = {
    P.PARTICIPANT_VIEW,
    P.JOURNAL_WRITE,
    P.DOCUMENT_ADD,
    P.REFERRAL_ANSWER,
    P.DASHBOARD_VIEW,
    P.ENTERPRISE_VIEW,
}
_COORDINATION = _CASEWORK | {
    P.PARTICIPANT_ENROL,
    P.PARTICIPANT_EDIT,
    P.PARTICIPANT_EXPORT,
    P.IDENTITY_UNMASK,
    P.SENSITIVE_VIEW,
    P.ACTIVITY_RECORD,
    P.HOURS_RECORD,
    P.ATTENDANCE_RECORD,
    P.ATTENDANCE_CERTIFY,
    P.COURSE_MANAGE,
    P.OUTCOME_RECORD,
    P.FOLLOW_UP_RECORD,
    P.PLAN_WRITE,
    P.HEALTH_VIEW,
    P.MEASURE_RECORD,
    P.PARTICIPATION_CLOSE,
    P.CONSENT_RECORD,
    P.REFERRAL_SEND,
    P.CARE_TEAM_EDIT,
    P.TRACE_VIEW,
    P.RIGHTS_ANSWER,
}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    R.COORDINATOR: frozenset(_COORDINATION | {P.FIGURES_EXACT}),
    R.CASEWORKER: frozenset(_CASEWORK | {P.REFERRAL_SEND, P.HEALTH_VIEW, P.MEASURE_RECORD, P.NETWORK_COORDINATE}),
    R.SUPERVISOR: frozenset(_CASEWORK | {P.ACTIVITY_RECORD, P.HOURS_RECORD, P.ATTENDANCE_RECORD, P.ATTENDANCE_CERTIFY}),
    R.PROJECT_OFFICE: frozenset(
        _COORDINATION
        | {P.FIGURES_EXACT, P.REPORT_VIEW, P.REPORT_BUILD, P.REPORT_FREEZE, P.ENTERPRISE_EDIT, P.ACCOUNTS_MANAGE}
        | {P.MEMBERS_MANAGE, P.PARTNERSHIP_EDIT, P.NETWORK_COORDINATE}
        | {P.REFERRAL_OVERRIDE, P.CARE_TEAM_GRANT, P.LOG_REVIEW}
        | {P.ATTENDANCE_APPROVE, P.COFINANCING_VIEW, P.UNIT_COST_EDIT}
        | {P.RETENTION_DECIDE, P.PROJECT_ERASE, P.IMPORT, P.PARTICIPANT_MERGE}
    ),
    R.STEERING_GROUP: frozenset({P.DASHBOARD_VIEW, P.ENTERPRISE_VIEW}),
    R.CONTROLLER: frozenset({P.DASHBOARD_VIEW, P.REPORT_VIEW, P.ENTERPRISE_VIEW}),
    R.ADMINISTRATOR: frozenset({P.ACCOUNTS_MANAGE, P.MEMBERS_MANAGE, P.OVERSIGHT_GRANT, P.ENTERPRISE_VIEW}),
}

# What a kind of organisation adds to a role: whoever gives courses keeps their groups and their attendance.
KIND_PERMISSIONS: dict[tuple[str, str], frozenset[Permission]] = {
    (R.CASEWORKER, Organisation.Kind.ADULT_EDUCATION): frozenset(
        {P.COURSE_MANAGE, P.ATTENDANCE_RECORD, P.ATTENDANCE_CERTIFY}
    ),
}

# Roles that only the owner of a project gives, and roles that any kind of organisation may give.
_OF_OWNER = [R.COORDINATOR, R.PROJECT_OFFICE, R.ADMINISTRATOR]
_OF_ANY = [R.STEERING_GROUP, R.CONTROLLER]
_OF_KIND: dict[str, list[Membership.Role]] = {
    **{kind: [R.CASEWORKER] for kind in Organisation.AUTHORITIES},
    Organisation.Kind.SOCIAL_ENTERPRISE: [R.SUPERVISOR],
}
# Given by administrators alone.
OVERSIGHT = frozenset({R.CONTROLLER, R.ADMINISTRATOR})

# In these roles a person of the project's owner sees every participant of the project; anybody else needs consent.
OWNER_WIDE = frozenset({R.COORDINATOR, R.PROJECT_OFFICE})
# In these roles even consent reaches no further than the people placed in the organisation.
PLACED_ONLY = frozenset({R.SUPERVISOR})


_NO_REQUEST = object()


class Access:
    """One person's rights today: loaded once per request, asked many times.

    In a request somebody who works for several organisations acts for one of them: `memberships` is that one alone,
    `hats` are all. Outside a request (a task, somebody else's name on a page) both are the same.
    """

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user
        self.hats: list[Membership] = []
        if user.is_authenticated and user.is_active:
            self.hats = list(
                Membership.objects.ongoing()
                .filter(user=user)
                .select_related("organisation")
                .order_by("started_on", "organisation__name", "role", "pk")
            )
        self.memberships = self._worn(getattr(user, "_acting_membership_id", _NO_REQUEST))

    def _worn(self, chosen: object) -> list[Membership]:
        """What the session chose; without a choice, or when that is over, the oldest: it never changes by itself."""
        if chosen is _NO_REQUEST:
            return self.hats
        return [hat for hat in self.hats if hat.pk == chosen] or self.hats[:1]

    def organisation_ids(self, permission: Permission | None = None) -> set[int]:
        """Organisations in which the user holds the permission (or any role)."""
        return {
            membership.organisation_id
            for membership in self.memberships
            if permission is None or permission in rights(membership)
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

    def reach(self, permission: Permission) -> QuerySet[Organisation]:
        """Organisations about which the permission lets the user decide: her own, and for a project's owner its
        partners and those who take part nowhere. Owners of other projects, and their partners alone, stay out of it.
        """
        reached = Q(pk__in=self.organisation_ids(permission))
        if owners := self.organisation_ids(Permission.ACCOUNTS_MANAGE) & self.organisation_ids(permission):
            others = Project.objects.exclude(owner__in=owners).values("owner")
            partners = Partnership.objects.filter(project__owner__in=owners).values("organisation")
            reached |= (Q(pk__in=partners) | Q(partnerships=None)) & ~Q(pk__in=others)
        return Organisation.objects.filter(reached).distinct()

    def organisations(self) -> QuerySet[Organisation]:
        """Organisations the user may read about: her own, those in her projects then or now, those in her reach."""
        projects = self.projects(Permission.ENTERPRISE_VIEW)
        taking_part = Partnership.objects.filter(project__in=projects).values("organisation")
        reached = self.reach(Permission.MEMBERS_MANAGE).values("pk")
        return Organisation.objects.filter(
            Q(pk__in=self.organisation_ids()) | Q(pk__in=taking_part) | Q(pk__in=reached)
        )

    def edited_projects(self, permission: Permission) -> QuerySet[Project]:
        """Projects whose owner's own people the user is one of, with this permission."""
        return Project.objects.filter(owner__in=self.organisation_ids(permission))

    def coordinates_network(self, project: Project) -> bool:
        """Whether the user keeps the network of competence bearers: the owner's, or the organisation with that role."""
        ids = self.organisation_ids(Permission.NETWORK_COORDINATE)
        return project.owner_id in ids or (
            Partnership.objects.filter(
                in_force(today()), project=project, role=Partnership.Role.COORDINATES, organisation__in=ids
            ).exists()
        )

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


def rights(membership: Membership) -> frozenset[Permission]:
    """What a membership gives in its organisation: by its role there, and by the mark of an administrator."""
    of_kind = KIND_PERMISSIONS.get((membership.role, membership.organisation.kind), frozenset())
    of_role = ROLE_PERMISSIONS[membership.role] | of_kind
    return of_role | {Permission.MEMBERS_MANAGE} if membership.is_administrator else of_role


def roles_at(organisation: Organisation) -> list[str]:
    """The roles this kind of organisation may give. A project's owner alone has coordinators and a project office."""
    owns = organisation.owned_projects.exists()
    roles = [*(_OF_OWNER if owns else []), *_OF_KIND.get(organisation.kind, []), *_OF_ANY]
    return [role for role in Membership.Role.values if role in roles]


def in_role(user_id: int, membership_id: int) -> User | None:
    """The user in the role she once asked in, for work done later in her name; nobody where that role has ended."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or membership_id not in {hat.pk for hat in of(user).hats}:
        return None
    user._acting_membership_id = membership_id  # type: ignore[attr-defined]
    user._access = Access(user)  # type: ignore[attr-defined]
    return user


def of(user: User | AnonymousUser) -> Access:
    """The user's rights, loaded once: the user object lives as long as the request does."""
    if not hasattr(user, "_access"):
        user._access = Access(user)  # type: ignore[union-attr]
    return user._access  # type: ignore[union-attr]


def has(user: User | AnonymousUser, permission: Permission, project: Project | int | None = None) -> bool:
    return of(user).has(permission, project)


def require(user: User | AnonymousUser, permission: Permission, subject: object | None = None) -> None:
    """Refuse (403) unless the user holds the permission in the project that the subject belongs to.

    The subject is a project, anything with a `project_id`, or nothing: then the right in any project will do. For an
    organisation it is asked whether the permission reaches it.
    """
    if isinstance(subject, Organisation):
        if not of(user).reach(permission).filter(pk=subject.pk).exists():
            raise PermissionDenied
        return
    project = subject.pk if isinstance(subject, Project) else getattr(subject, "project_id", None)
    if not of(user).has(permission, project):
        raise PermissionDenied


def require_owners(user: User | AnonymousUser, permission: Permission, subject: Any) -> None:
    """Refuse (403) unless the user is one of the project owner's own people with the permission.

    What only the owner answers for, a partner does not do for it, whatever role she has at home.
    """
    project_id = subject.pk if isinstance(subject, Project) else subject.project_id
    if not of(user).edited_projects(permission).filter(pk=project_id).exists():
        raise PermissionDenied


def sees_exact_figures(user: User | AnonymousUser, project: Project) -> bool:
    """Small numbers are hidden from everybody outside the owner's own team. (esf-rules.md 1.9)"""
    return project.owner_id in of(user).organisation_ids(Permission.FIGURES_EXACT)


def roles_with(permission: Permission) -> set[str]:
    """The roles that carry the permission: for finding out who else holds it."""
    return {role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions}


def permissions(user: User | AnonymousUser) -> Iterable[Permission]:
    """All permissions the user holds anywhere: for menus, never for a decision about a row."""
    return {permission for m in of(user).memberships for permission in rights(m)}


def permissions_in(user: User | AnonymousUser, project: Project | int) -> set[Permission]:
    """All permissions the user holds in the project: `has` for a page with many buttons, in one query."""
    project_id = project if isinstance(project, int) else project.pk
    partners = set(
        Partnership.objects.filter(in_force(today()), project=project_id).values_list("organisation_id", flat=True)
    )
    return {permission for m in of(user).memberships if m.organisation_id in partners for permission in rights(m)}
