"""What the person typed about who follows the participant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grundsteget.forms import DayField, Refusable
from participants import rules
from participants.models import Participation
from partners.models import Membership


class ColleagueField(forms.ModelChoiceField):
    """A person at her workplace: whoever works at two is there twice."""

    def label_from_instance(self, membership: Any) -> str:
        return f"{membership.user.name}, {membership.organisation}"


class ColleagueForm(Refusable):
    member = ColleagueField(
        label=_("Who"),
        queryset=Membership.objects.none(),
        empty_label=_("Choose"),
        help_text=_("The project's own team, and people of the organisations that the person has consented to."),
        error_messages={"required": _("Choose who it is.")},
    )

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = rules.colleagues(participation)  # type: ignore[attr-defined]


class CareTeamForm(ColleagueForm):
    pass


class CareTeamGrantForm(ColleagueForm):
    until = DayField(label=_("Until"), help_text=_("The access ends by itself after that day; at most six months."))
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("The reason is kept with the access."),
        error_messages={"required": _("Say why. The reason is kept with the access.")},
    )


class CareTeamEndForm(Refusable):
    reason = forms.CharField(
        label=_("Why it ends"), max_length=200, error_messages={"required": _("Say why the place ends.")}
    )


class LeadOfferForm(ColleagueForm):
    note = forms.CharField(
        label=_("Message"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_staying = forms.BooleanField(label=_("The lead worker of today stays in the network"), required=False)


class LeadAnswerForm(Refusable):
    reason = forms.CharField(label=_("Why not"), required=False, max_length=400, help_text=_("Only if you decline."))
