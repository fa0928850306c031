"""What the person typed about consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from participants import rules
from participants.forms.shared import DayField, Radios, Refusable, capital
from participants.models import (
    Consent,
)
from partners.models import Organisation, Project


class ConsentForm(Refusable):
    organisation = forms.ModelChoiceField(
        label=_("To"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose which organisation the consent is for.")},
    )
    purpose = Radios(label=_("Purpose"), choices=capital(Consent.Purpose.choices), initial=Consent.Purpose.SECRECY)
    given_on = DayField(label=_("Given on"), initial=today)
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("Empty: until it is withdrawn"))
    form_version = forms.CharField(
        label=_("Form"), required=False, max_length=40, help_text=_("Which form was signed, and where it is kept")
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = rules.partners_to_ask(project)  # type: ignore[attr-defined]


class ConsentWithdrawForm(Refusable):
    withdrawn_on = DayField(label=_("Withdrawn on"), initial=today)
