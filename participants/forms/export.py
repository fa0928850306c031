"""What the person says when she takes the list out as a file."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from grundsteget.forms import Radios, Refusable, capital
from participants.models import ExportFile


class ExportForm(Refusable):
    """What for, and as what. The list's address travels along; the token makes a second submit harmless."""

    PURPOSES = (
        _("Planning of a meeting"),
        _("Follow-up of the project's work"),
        _("Quality control of what is registered"),
        _("Basis for the financial report"),
    )

    purpose = forms.CharField(
        label=_("What you need the file for"),
        max_length=200,
        min_length=5,
        widget=forms.TextInput(attrs={"list": "purposes", "autocomplete": "off"}),
        help_text=_("Kept with the file and shown to whoever follows up. Name nobody here."),
        error_messages={"required": _("Say what the file is for."), "min_length": _("Say a little more.")},
    )
    format = Radios(label=_("Kind of file"), choices=capital(ExportFile.Format.choices), initial=ExportFile.Format.XLSX)
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
