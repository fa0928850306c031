"""Deeds of the participant's right to have things put right: her request is recorded, and answered."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import Participation, RectificationRequest
from partners.models import User


@transaction.atomic
def record_rectification(
    *, participation: Participation, what: str, asked_on: dt.date, submission: uuid.UUID | None = None, by: User
) -> RectificationRequest:
    """She asks to have something corrected. The same form sent twice is one request."""
    participation = locked(participation)
    known = RectificationRequest.objects.filter(submission=submission, participation=participation).first()
    if submission is not None and known is not None:
        return known
    rules.check_has_happened(asked_on, "asked_on")
    request = RectificationRequest(
        participation=participation, what=what, asked_on=asked_on, submission=submission, recorded_by=by
    )
    save(request)
    changed(participation.pk)
    return request


@transaction.atomic
def answer_rectification(
    *, request: RectificationRequest, outcome: str, answer: str, answered_on: dt.date, by: User
) -> RectificationRequest:
    """What was done and what she was told. The correction itself is a deed of its own, in the change log."""
    participation = locked(request.participation)
    request = RectificationRequest.objects.get(pk=request.pk)
    rules.check_rectification_answer(request, answered_on)
    request.outcome, request.answer = outcome, answer
    request.answered_on, request.answered_by = answered_on, by
    save(request)
    changed(participation.pk)
    return request
