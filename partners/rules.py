"""What may happen in the partnership: functions of objects, no writes, no request."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from grundsteget.dates import today
from partners import access, retention
from partners.access import Permission
from partners.models import (
    CompetenceBearer,
    Membership,
    MembershipQuerySet,
    NetworkEvent,
    Organisation,
    Partnership,
    Project,
    User,
)


def refused(sentence: str, field: str = "") -> ValidationError:
    return ValidationError(sentence, code=field or None)


# --- People of an organisation ----------------------------------------------------------------------


def administrators(organisation: Organisation) -> MembershipQuerySet:
    """Those who administer the organisation's people today: by the mark, or by their role there."""
    by_role = [role for role, held in access.ROLE_PERMISSIONS.items() if Permission.MEMBERS_MANAGE in held]
    return Membership.objects.ongoing().filter(
        Q(is_administrator=True) | Q(role__in=by_role), organisation=organisation, user__is_active=True
    )


def is_last_administrator(membership: Membership) -> bool:
    """Whether nobody would be left to administer the organisation's people without this membership."""
    left = administrators(membership.organisation)
    return left.filter(pk=membership.pk).exists() and not left.exclude(pk=membership.pk).exists()


def roles_to_give(organisation: Organisation, by: User) -> list[str]:
    """What this kind of organisation may give, and this person: oversight is given by administrators alone."""
    may_give_oversight = Permission.OVERSIGHT_GRANT in access.permissions(by)
    return [role for role in access.roles_at(organisation) if may_give_oversight or role not in access.OVERSIGHT]


def check_role_may_be_given(organisation: Organisation, role: str, email: str, by: User) -> None:
    if role not in roles_to_give(organisation, by):
        raise refused(_("This role cannot be given here, or not by you. Choose another one."), "role")
    if email.strip().lower() == by.email.lower():
        raise refused(_("Nobody gives herself a role. Ask another administrator."), "email")


def may_hand_out_link(user: User, by: User | None) -> bool:
    """Whether `by` could have given the user everything she has: whoever holds her first link could become her."""
    if by is None:
        return True
    reached = access.of(by).reach(Permission.MEMBERS_MANAGE)
    return all(
        reached.filter(pk=one.organisation_id).exists() and one.role in roles_to_give(one.organisation, by)
        for one in user.memberships.present().select_related("organisation").order_by("pk")
    )


def check_may_hand_out_link(user: User, by: User) -> None:
    if user.has_usable_password():
        raise refused(_("%(name)s has chosen a password already.") % {"name": user.name})
    if not may_hand_out_link(user, by):
        raise refused(
            _("%(name)s has roles that you do not give. Ask the project office or an administrator for the link.")
            % {"name": user.name}
        )


def check_keeps_an_administrator(membership: Membership) -> None:
    """An organisation is never left without somebody who administers its people."""
    if is_last_administrator(membership):
        raise nobody_left(membership)


def nobody_left(membership: Membership) -> ValidationError:
    return refused(
        _("%(name)s is the last administrator of %(organisation)s. Make somebody else administrator first.")
        % {"name": membership.user, "organisation": membership.organisation}
    )


def check_is_not_over(membership: Membership) -> None:
    if membership.is_over:
        raise refused(
            _("%(name)s does not work here any longer. Add the person anew.") % {"name": membership.user.name}
        )


def check_ending(started_on: dt.date, ended_on: dt.date) -> None:
    if ended_on < started_on:
        raise refused(
            _("The last day is before the first, %(day)s. Choose that day or a later one.") % {"day": started_on},
            "ended_on",
        )


# --- Roles in a project -----------------------------------------------------------------------------


def check_role_in_project(organisation: Organisation, project: Project, role: str, started_on: dt.date) -> None:
    """One role at a time of a kind, within the project's period; the owner's role follows from the project."""
    if not project.started_on <= started_on <= project.ended_on:
        raise refused(
            _("The project runs from %(first)s to %(last)s. Choose a day within it.")
            % {"first": project.started_on, "last": project.ended_on},
            "started_on",
        )
    same = Partnership.objects.filter(organisation=organisation, project=project, role=role)
    if same.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=started_on)).exists():
        raise refused(_("The organisation has this role already on that day."), "role")


def check_role_may_end(partnership: Partnership, ended_on: dt.date) -> None:
    if partnership.role == Partnership.Role.OWNER:
        raise refused(_("The owner's role lasts as long as the project."))
    if partnership.ended_on is not None and partnership.ended_on < today():
        raise refused(_("This role has ended already."))
    check_ending(partnership.started_on, ended_on)


# --- The network of competence bearers --------------------------------------------------------------


def check_appointment(appointed_on: dt.date) -> None:
    if appointed_on > today():
        raise refused(_("The day is still to come. Write the appointment down when it holds."), "appointed_on")


def check_bearer_may_end(bearer: CompetenceBearer, ended_on: dt.date) -> None:
    if bearer.is_over:
        raise refused(_("This appointment has ended already."))
    check_ending(bearer.appointed_on, ended_on)


def check_has_been_held(event: NetworkEvent) -> None:
    if event.held_on > today():
        raise refused(
            _("Attendance is written down when it has happened: this is on %(day)s.") % {"day": event.held_on}
        )


# --- How long a project's documents are kept ---------------------------------------------------------


def check_retention(project: Project, retention_until: dt.date) -> None:
    """The longest period holds for all documents of the project. (esf-rules.md 2.6)"""
    longest = retention.longest(project)
    if retention_until < longest.until:
        raise refused(
            _("%(source)s asks for %(day)s. Choose that day or a later one.")
            % {"source": longest.source.capitalize(), "day": longest.until},
            "retention_until",
        )
