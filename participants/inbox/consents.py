"""Consents that run out."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants.inbox.frame import Line, Source
from participants.listing_columns import EXPIRES_SOON_DAYS
from participants.models import Consent
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

CONSENT = "consent"


def _expiring(user: User, visible: ParticipationQuerySet) -> QuerySet[Consent]:
    """In force but soon over, for people who still take part, and not already renewed."""
    return (
        Consent.objects.visible_to(user)
        .expiring(EXPIRES_SOON_DAYS)
        .filter(participation__in=visible)
        .select_related("participation__participant", "organisation")
        .order_by("valid_to", "pk")
    )


def _consent(consent: Consent) -> Line:
    return Line(
        kind=CONSENT,
        row_id=consent.pk,
        participation=consent.participation,
        due_on=consent.valid_to or today(),
        # Where a protected person is, is not told in a list.
        why=_("A consent runs out.")
        if consent.participation.participant.is_protected
        else _("The consent to %(organisation)s runs out.") % {"organisation": consent.organisation},
        action=_("Renew"),
        url=f"{reverse('participants:consent_create', args=[consent.participation_id])}?fornya={consent.pk}",
    )


SOURCES = (
    Source(
        CONSENT,
        gettext_lazy("Consents that run out"),
        Permission.CONSENT_RECORD,
        _expiring,
        _consent,
        page="participants:consent_list",
        query="visa=snart",
    ),
)
