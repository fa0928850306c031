"""Who may follow a person, and how the lead is handed over."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grundsteget.dates import add_months, today
from participants.models import CareTeamMember, LeadTransfer, Participation
from participants.rules.frame import refused
from participants.rules.journey import MONTHS_AFTER
from partners import access
from partners.access import Permission
from partners.models import Membership, User


def colleagues(participation: Participation) -> QuerySet[Membership]:
    """Who could follow the person: the owner's own team, and people of the organisations she consents to."""
    viewing = access.roles_with(Permission.PARTICIPANT_VIEW)
    consented = participation.consents.lifting_secrecy().values("organisation")
    own_team = Q(organisation=participation.project.owner_id, role__in=access.OWNER_WIDE & set(viewing))
    return (
        Membership.objects.ongoing()
        .filter(own_team | Q(organisation__in=consented, role__in=viewing), user__is_active=True)
        .select_related("user", "organisation")
        .order_by("user__name", "pk")
    )


def check_within_reach(participation: Participation, user: User) -> None:
    """Nobody gets a place that she could not use: no access as a side effect."""
    if not Participation.objects.within_reach(user).filter(pk=participation.pk).exists():
        raise refused(
            _("%(name)s has no right to read about this person. A place in the network does not give one.")
            % {"name": user.name},
            "member",
        )


def check_member(participation: Participation, user: User) -> None:
    if participation.participant.is_protected:
        raise refused(
            _("The network of a protected person is widened by the project office, for a time and with a reason.")
        )
    check_within_reach(participation, user)


def check_grant(participation: Participation, user: User, until: dt.date, reason: str) -> None:
    """Access for a time: a reason, and at most half a year. (SAFETY.md P-13)"""
    check_within_reach(participation, user)
    if until < today():
        raise refused(_("The last day has passed. Choose today or a later day."), "until")
    if until > add_months(today(), MONTHS_AFTER):
        raise refused(_("At most six months at a time. Choose an earlier day."), "until")
    if not reason.strip():
        raise refused(_("Say why. The reason is kept with the access."), "reason")


def check_member_may_leave(member: CareTeamMember) -> None:
    if member.ended_on is not None and member.ended_on < today():
        raise refused(_("This place already ended, on %(day)s.") % {"day": member.ended_on})
    if member.is_lead and member.participation.is_ongoing:
        raise refused(_("The lead worker hands the lead over before leaving, so that somebody answers for the person."))


def check_lead_offer(participation: Participation, user: User, lead: CareTeamMember | None) -> None:
    if lead is not None and lead.user_id == user.pk:
        raise refused(_("%(name)s is already lead worker.") % {"name": user.name}, "member")
    check_within_reach(participation, user)
    if not Participation.objects.visible_to(user).filter(pk=participation.pk).exists():
        raise refused(
            _("%(name)s is not in the network of this protected person.") % {"name": user.name},
            "member",
        )


def check_lead_answer(transfer: LeadTransfer, by: User) -> None:
    if transfer.state != LeadTransfer.State.OFFERED:
        raise refused(_("This offer is already answered: %(state)s.") % {"state": transfer.get_state_display()})
    if transfer.to_user_id != by.pk:
        raise refused(_("Only the one who is asked can answer."))
