"""What the person typed about a participant's request to have something corrected."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants.models import RectificationRequest


class RectificationForm(Refusable):
    what = forms.CharField(
        label=_("What is wrong, and what it should say"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In her own words. She will see this text."),
    )
    asked_on = DayField(label=_("Asked on"), initial=today, help_text=_("She is to have an answer within a month."))
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())


class RectificationAnswerForm(Refusable):
    outcome = Radios(label=_("What was done"), choices=capital(RectificationRequest.Outcome.choices))
    answer = forms.CharField(
        label=_("What she was told"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("If it is not corrected: why, and that she may complain to the data protection authority (IMY)."),
    )
    answered_on = DayField(label=_("Answered on"), initial=today)
