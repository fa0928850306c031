"""What the person typed about consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants import rules
from participants.evidence import SCANS
from participants.forms.shared import EvidenceField
from participants.models import (
    Consent,
)
from partners.models import Organisation, Project

Category = Consent.Category
# The first category goes without saying and is not asked.
ASKED = [(category.value, category.label) for category in Category if category != Category.BASIC]


class ConsentForm(Refusable):
    organisation = forms.ModelChoiceField(
        label=_("To"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose which organisation the consent is for.")},
    )
    legal_ground = Radios(
        label=_("Why it may read"), choices=capital(Consent.Ground.choices), initial=Consent.Ground.CONSENT
    )
    statute = forms.CharField(
        label=_("Paragraph"),
        required=False,
        max_length=120,
        help_text=_("Only for a statute, for example 10 kap. 28 § OSL. Then no signature is needed."),
    )
    purpose = Radios(label=_("Purpose"), choices=capital(Consent.Purpose.choices), initial=Consent.Purpose.SECRECY)
    categories = forms.MultipleChoiceField(
        label=_("What it may read"),
        required=False,
        choices=capital(ASKED),
        initial=[value for value, label in ASKED],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("Name, stage and lead worker always. Untick what the person has said no to."),
    )
    given_on = DayField(label=_("Given on"), initial=today)
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("Empty: until it is withdrawn"))
    language = forms.ChoiceField(
        label=_("Language of the form"),
        required=False,
        choices=capital(Consent.Language.choices, empty=gettext_lazy("Not known")),
        initial=Consent.Language.SWEDISH,
    )
    form_version = forms.CharField(
        label=_("Form"), required=False, max_length=40, help_text=_("Which form was signed, and where it is kept")
    )
    evidence = EvidenceField(label=_("Signed form"), required=False, kinds=SCANS)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = rules.partners_to_ask(project)  # type: ignore[attr-defined]

    def clean_statute(self) -> str:
        return " ".join(self.cleaned_data["statute"].split())


class ConsentWithdrawForm(Refusable):
    withdrawn_on = DayField(label=_("Withdrawn on"), initial=today)

    def __init__(self, *args: Any, is_statute: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_statute:
            self.fields["withdrawn_on"].label = _("Ended on")


class DayShownForm(forms.Form):
    """On which day the consents are to be shown."""

    dag = DayField(label=_("Who might read what on"), initial=today)


class ProtectionReasonForm(Refusable):
    reason = forms.CharField(
        label=_("Why you open this"),
        max_length=200,
        min_length=4,
        help_text=_("The reason is kept in the log. Write no names or numbers."),
        error_messages={
            "required": _("Say why you open this. The reason is kept in the log."),
            "min_length": _("Say a little more about why you open this."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if sum(sign.isdigit() for sign in reason) > 4:
            raise ValidationError(gettext("Write the reason without numbers: it is kept in the log."))
        return reason
