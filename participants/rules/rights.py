"""What may happen to a participant's request to have something corrected."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from participants.models import RectificationRequest
from participants.rules.frame import check_has_happened, refused


def check_rectification_answer(request: RectificationRequest, answered_on: dt.date) -> None:
    """A request is answered once, not before it was made and not in advance."""
    if not request.is_open:
        raise refused(_("The request is answered already. If she asks again, record a new one."))
    check_has_happened(answered_on, "answered_on")
    if answered_on < request.asked_on:
        raise refused(
            _("She asked on %(day)s. Choose that day or a later one.") % {"day": request.asked_on}, "answered_on"
        )
