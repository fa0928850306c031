"""What participants ask to have corrected."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.inbox.frame import Line, Source
from participants.models import RectificationRequest
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

RECTIFICATION = "rectification"


def _rectifications(user: User, visible: ParticipationQuerySet) -> QuerySet[RectificationRequest]:
    """What participants ask to have corrected, until they have an answer."""
    requests = RectificationRequest.objects.visible_to(user).unanswered()
    return requests.filter(participation__in=visible).select_related("participation__participant")


def _rectification(request: RectificationRequest) -> Line:
    return Line(
        kind=RECTIFICATION,
        row_id=request.pk,
        participation=request.participation,
        due_on=request.due_on,
        why=_("Asked on %(day)s to have something corrected.") % {"day": request.asked_on},
        action=_("Answer"),
        url=reverse("participants:rectification_answer", args=[request.participation_id, request.pk]),
    )


SOURCES = (
    Source(
        RECTIFICATION,
        gettext_lazy("Requests to correct"),
        Permission.RIGHTS_ANSWER,
        _rectifications,
        _rectification,
        page="participants:rectification_list",
    ),
)
