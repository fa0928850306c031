"""What somebody says about a view that she saves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grundsteget.forms import Refusable
from participants.models import SavedView
from partners.models import Organisation


class SavedViewForm(Refusable):
    """Name, with whom, and whether the list opens with it. The list's address travels along."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Say what the list shows, for example Consents to renew. Name nobody here."),
        error_messages={"required": _("Give the view a name.")},
    )
    is_shared = forms.BooleanField(required=False)
    is_start = forms.BooleanField(
        label=_("My start view"),
        required=False,
        help_text=_("The list of participants opens with it."),
    )
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: Organisation, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_shared"].label = _now("Share with %(organisation)s") % {"organisation": own}
        self.fields["is_shared"].help_text = _now(
            "Colleagues see the view's name and filters. Each sees those participants that she may see."
        )
        if view is not None:
            self.initial = {
                "name": view.name,
                "is_shared": view.shared_with_id is not None,
                "is_start": view.is_start,
            }
