"""The read log."""

from participants.models import Participation
from partners import audit
from partners.models import AccessLog, ReviewSample, User


def make_look(by: User, *participations: Participation, view: str = "participants:participation_detail") -> AccessLog:
    """A row as `log_access` writes it, without a request."""
    membership = by.memberships.earliest("started_on")
    ids = sorted(participation.pk for participation in participations)
    return audit.append(
        {
            "actor_id": by.pk,
            "organisation_id": membership.organisation_id,
            "role": membership.role,
            "action": "view",
            "view": view,
            "participations": ids,
            "count": len(ids),
            "criterion": "",
            "fields_class": "basic",
            "purpose": "",
            "object_ref": "",
            "request_id": "",
            "client_ip": None,
        }
    )


def make_review_sample(by: User, *participations: Participation) -> ReviewSample:
    """A look drawn for review."""
    look = make_look(by, *participations)
    organisation = by.memberships.earliest("started_on").organisation
    return ReviewSample.objects.create(entry=look, organisation=organisation, month=look.day.replace(day=1))
