"""What the person typed about a document."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Refusable, radio_buttons
from participants.evidence import DOCUMENTS
from participants.forms.shared import EvidenceField, who_reads
from participants.models import DocumentKind
from partners.models import Organisation

_NUMBER = re.compile(r"(?<!\d)(\d\d)?\d{6}\s?[-+]?\s?\d{4}(?!\d)")


class DocumentVersionForm(Refusable):
    """A file and what it is. The token makes a second submit of the same form harmless."""

    file = EvidenceField(label=_("File"), kinds=DOCUMENTS)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Empty: the kind is enough. The file's own name is not kept. Write no identity number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    dated_on = DayField(label=_("Date of the document"), initial=today, help_text=_("The day that stands on it"))
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_title(self) -> str:
        """One line of readable signs: nothing that turns the text around or hides in it."""
        text = unicodedata.normalize("NFC", self.cleaned_data["title"])
        title = " ".join("".join(sign for sign in text if unicodedata.category(sign)[0] != "C").split())
        if _NUMBER.search(title):
            raise ValidationError(gettext("Write the title without the identity number."))
        return title


class DocumentForm(DocumentVersionForm):
    field_order = ["file", "kind", "title", "dated_on", "proves", "is_shared"]

    kind = forms.ModelChoiceField(
        label=_("Kind"),
        queryset=DocumentKind.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose what kind of document it is.")},
    )
    proves = forms.ChoiceField(label=_("What it shows"), required=False)
    is_shared = forms.TypedChoiceField(
        label=_("Who may read it"), widget=radio_buttons(), coerce=lambda value: value == "shared", initial="own"
    )

    def __init__(
        self,
        *args: Any,
        own: Organisation,
        readers: Iterable[Organisation],
        shown: dict[str, tuple[str, Model]],
        **kwargs: Any,
    ) -> None:
        """`shown` is what a document may show: address → words and row."""
        super().__init__(*args, **kwargs)
        self.shown = shown
        self.fields["kind"].queryset = DocumentKind.objects.filter(  # type: ignore[attr-defined]
            Q(retired_on__isnull=True) | Q(retired_on__gte=today())
        )
        self.fields["proves"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Nothing that is recorded here")),
            *((address, words) for address, (words, _row) in shown.items()),
        ]
        self.fields["is_shared"].choices = who_reads(own, readers)  # type: ignore[attr-defined]

    def clean_proves(self) -> Model | None:
        chosen = self.cleaned_data["proves"]
        return self.shown[chosen][1] if chosen else None
