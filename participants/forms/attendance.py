"""What was typed about a month's certificate, and about what an hour counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import first_of_month, today
from grundsteget.forms import DayField, Radios, Refusable
from participants.models import AttendanceSignature, CompensationType

Step = AttendanceSignature.Step
ON_SCREEN, ON_PAPER = "skarm", "papper"


class CertificateStepForm(Refusable):
    """One step of the chain. `seen` is the fingerprint of what was on the screen."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    step = forms.ChoiceField(choices=Step.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "steg")
        super().__init__(*args, **kwargs)

    @property
    def answers(self) -> dict[str, Any]:
        """The words of `sign_certificate`."""
        data = dict(self.cleaned_data)
        how = data.pop("how", ON_SCREEN)
        return {**data, "is_on_paper": how == ON_PAPER}


class ParticipantSignForm(CertificateStepForm):
    how = Radios(
        label=_("How it was signed"),
        choices=[(ON_PAPER, _("On the printed certificate")), (ON_SCREEN, _("On the screen, together with me"))],
        initial=ON_PAPER,
    )
    signed_on = DayField(label=_("Signed on"), initial=today)
    evidence = forms.CharField(
        label=_("Where the paper is kept"),
        required=False,
        max_length=200,
        help_text=_("For example the binder, or the document's number."),
    )


class SupervisorSignForm(CertificateStepForm):
    how = Radios(
        label=_("How it was certified"),
        choices=[(ON_SCREEN, _("I certify it here")), (ON_PAPER, _("Somebody signed on paper"))],
        initial=ON_SCREEN,
    )
    signed_on = DayField(label=_("Certified on"), initial=today)
    name = forms.CharField(label=_("Who signed on the paper"), required=False, max_length=160)
    organisation = forms.CharField(label=_("For which organisation"), required=False, max_length=200)
    evidence = forms.CharField(label=_("Where the paper is kept"), required=False, max_length=200)


STEP_FORMS: dict[str, type[CertificateStepForm]] = {
    Step.PARTICIPANT: ParticipantSignForm,
    Step.SUPERVISOR: SupervisorSignForm,
}


def step_form(step: str) -> type[CertificateStepForm]:
    return STEP_FORMS.get(step, CertificateStepForm)


class CertificateReturnForm(Refusable):
    reason = forms.CharField(
        label=_("What has to be corrected"),
        max_length=200,
        error_messages={"required": _("Say what has to be corrected.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "ater")
        super().__init__(*args, **kwargs)


class MonthField(forms.DateField):
    """A month, written or chosen as YYYY-MM: its first day."""

    default_error_messages = {
        "invalid": _("Write the month as YYYY-MM, for example 2017-03."),
        "required": _("Give the month."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m", attrs={"type": "month"}))
        kwargs.setdefault("input_formats", ["%Y-%m", "%Y-%m-%d"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        day = super().to_python(value)
        return first_of_month(day) if day else day


class UnitCostForm(Refusable):
    compensation = forms.ModelChoiceField(
        label=_("Compensation"), queryset=CompensationType.objects.none(), required=False, empty_label=_("(staff)")
    )
    staff_function = forms.CharField(
        label=_("or function of staff"),
        required=False,
        max_length=120,
        help_text=_("For example project leader, larger project."),
    )
    valid_from = MonthField(label=_("From the month"))
    sek_per_hour = forms.DecimalField(
        label=_("SEK an hour"),
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=2,
        localize=True,
        error_messages={"required": _("Give the amount as the decision has it.")},
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("The decision or page that gives the amount."),
        error_messages={"required": _("Say where the amount comes from.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = CompensationType.objects.filter(Q(retired_on__isnull=True) | Q(retired_on__gte=today()))
        self.fields["compensation"].queryset = types  # type: ignore[attr-defined]
