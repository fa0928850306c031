"""What is said about several people at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grundsteget.forms import Refusable
from participants.forms.care_team import ColleagueField
from partners.models import Membership


class BulkNetworkForm(Refusable):
    """Who gets a place with each of them."""

    member = ColleagueField(
        label=_("Who"),
        queryset=Membership.objects.none(),
        empty_label=_("Choose"),
        help_text=_("Whom a participant has not consented to is refused at her name; the others go through."),
        error_messages={"required": _("Choose who it is.")},
    )

    def __init__(self, *args: Any, members: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class BulkLeadForm(BulkNetworkForm):
    """Who is asked to take the lead of each."""

    note = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The same to all of them. Write nothing about one person here."),
    )
    is_staying = forms.BooleanField(label=_("The lead worker of today stays in the network"), required=False)
