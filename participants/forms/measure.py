"""What the person typed about a measure: that it is asked for, and what the authority decided."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants.forms.journey import outcome_in_words
from participants.forms.shared import enterprises, partner_organisations
from participants.models import Activity, Measure, MeasureKind, Outcome, Participation
from partners.models import Organisation


class DecisionFields(Refusable):
    """What is decided, by whom, and what it gives."""

    decided_on = DayField(label=_("Decided on"), required=False)
    decided_by = forms.ModelChoiceField(
        label=_("Decided by"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("The authority that usually decides"),
    )
    started_on = DayField(label=_("From"), required=False, help_text=_("The first day, when it is granted"))
    ended_on = DayField(label=_("To"), required=False, help_text=_("Empty: until further notice"))
    extent_percent = forms.IntegerField(
        label=_("Extent, per cent"),
        required=False,
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    enterprise = forms.ModelChoiceField(
        label=_("Social enterprise"),
        queryset=Enterprise.objects.none(),
        required=False,
        empty_label=_("None or another one"),
    )
    employer = forms.CharField(label=_("Employer or place"), required=False, max_length=160)
    support_rate = forms.CharField(
        label=_("Level of support"), required=False, max_length=80, help_text=_("In the decision's own words")
    )
    activity = forms.ModelChoiceField(
        label=_("Supports the activity"), queryset=Activity.objects.none(), required=False, empty_label=_("None")
    )
    outcome = forms.ModelChoiceField(
        label=_("Supports the outcome"), queryset=Outcome.objects.none(), required=False, empty_label=_("None")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=400)

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields
        choices["decided_by"].queryset = partner_organisations(participation.project)
        choices["enterprise"].queryset = enterprises()
        choices["activity"].queryset = participation.activities.select_related("enterprise__organisation")
        choices["outcome"].queryset = participation.outcomes.standing()
        choices["outcome"].label_from_instance = outcome_in_words


class MeasureDecisionForm(DecisionFields):
    """The answer to what was asked for."""

    decision = Radios(label=_("Decision"), choices=capital(Measure.Decision.choices))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decided_on"].required = True
        self.fields["decided_on"].initial = today


class MeasureForm(DecisionFields):
    """A measure as it is known: asked for, or decided already. The token makes a second submit harmless."""

    kind = forms.ModelChoiceField(
        label=_("Measure"),
        queryset=MeasureKind.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose which measure.")},
    )
    asked_on = DayField(label=_("Asked for on"), initial=today)
    asked_by = forms.ModelChoiceField(
        label=_("Asked for by"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose who asked for it.")},
    )
    decision = Radios(label=_("Decision"), required=False, choices=[])
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, participation=participation, **kwargs)
        choices: Any = self.fields
        choices["kind"].queryset = MeasureKind.objects.offered(participation.project)
        choices["kind"].label_from_instance = _kind_in_words
        choices["asked_by"].queryset = partner_organisations(participation.project)
        choices["decision"].choices = [
            ("", gettext("Not decided yet")),
            *((value, capfirst(str(label))) for value, label in Measure.Decision.choices),
        ]


def _kind_in_words(kind: MeasureKind) -> str:
    """The name, and when it was given if it no longer is."""
    if kind.valid_to is None or kind.valid_to >= today():
        return str(kind)
    return gettext("%(measure)s (until %(day)s)") % {"measure": kind, "day": kind.valid_to}
