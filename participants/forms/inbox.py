"""What the person typed about Today: until when a line rests, and how often she wants mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants.models import DigestChoice

# Days ahead that a button offers.
SOON = {1: _("Tomorrow"), 7: _("In a week"), 30: _("In 30 days")}


class SnoozeForm(Refusable):
    """Which line, and until when: by one of the buttons, or by the date."""

    kind = forms.CharField(max_length=24)
    row = forms.IntegerField(min_value=1, max_value=2**62)
    soon = forms.TypedChoiceField(choices=list(SOON.items()), coerce=int, empty_value=None, required=False)
    until = DayField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if soon := data.get("soon"):
            data["until"] = today() + dt.timedelta(days=soon)
        elif "until" in data and data["until"] is None:
            self.add_error("until", _("Give the date."))
        return data

    @property
    def sentence(self) -> str:
        """What is wrong with the answer, to stand beside the line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class DigestForm(Refusable):
    frequency = Radios(label=_("Mail about what waits"), choices=capital(DigestChoice.Frequency.choices))
    weekday = forms.TypedChoiceField(
        label=_("On which day"),
        help_text=_("For the mail once a week."),
        choices=DigestChoice.Weekday.choices,
        coerce=int,
    )
