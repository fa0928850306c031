"""What may be done to several people at once."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from participants.models import Consent, Participation
from participants.models.participation import ParticipationQuerySet
from participants.rules.care_team import colleagues
from participants.rules.frame import refused
from partners import access
from partners.access import Permission
from partners.models import Membership, User

MOST_IN_BULK = 100


def colleagues_of_any(participations: ParticipationQuerySet) -> QuerySet[Membership]:
    """Who could follow at least one of them. Of each it is asked again: `check_colleague`."""
    viewing = access.roles_with(Permission.PARTICIPANT_VIEW)
    consented = Consent.objects.lifting_secrecy().filter(participation__in=participations).values("organisation")
    own_team = Q(organisation__in=participations.values("project__owner"), role__in=access.OWNER_WIDE & set(viewing))
    return (
        Membership.objects.ongoing()
        .filter(own_team | Q(organisation__in=consented, role__in=viewing), user__is_active=True)
        .select_related("user", "organisation")
        .order_by("user__name", "pk")
    )


def check_in_bulk(participation: Participation, by: User, permission: Permission) -> None:
    """The right in this person's project; and nobody protected among many: there one looks twice."""
    if not access.has(by, permission, participation.project_id):
        raise refused(_("You do not have the right to do this in the project."))
    if participation.participant.is_protected:
        raise refused(_("Protected personal data. Do it on the participant's own page."))


def check_colleague(participation: Participation, member: Membership) -> None:
    """One of those whom the person's own page would offer."""
    if not colleagues(participation).filter(pk=member.pk).exists():
        raise refused(
            _("%(name)s has no right to read about this person. A place in the network does not give one.")
            % {"name": member.user.name},
            "member",
        )
