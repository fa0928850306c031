"""What the person typed to put something right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants.forms.journal import JournalForm
from participants.forms.journey import ReasonForm
from participants.models import Break, ExitReason, JournalEntry, Stint
from partners.models import Organisation


class StintEditForm(ReasonForm):
    """The dates and the reason as they should have been. An open period has no exit to correct."""

    field_order = ["started_on", "ended_on", "exit_reason", "exit_note", "reason"]

    started_on = DayField(label=_("First day"))
    ended_on = DayField(label=_("Last day in the project"))
    exit_reason = forms.ModelChoiceField(
        label=_("Why the person left"), queryset=ExitReason.objects.none(), empty_label=None
    )
    exit_note = forms.CharField(
        label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stint: Stint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why it is corrected")
        if stint.ended_on is None:
            for name in ("ended_on", "exit_reason", "exit_note"):
                del self.fields[name]
            names = ["started_on"]
        else:
            names = ["started_on", "ended_on", "exit_reason", "exit_note"]
            chosen = Q(retired_on__isnull=True) | Q(retired_on__gte=today()) | Q(pk=stint.exit_reason_id)
            self.fields["exit_reason"].queryset = (  # type: ignore[attr-defined]
                ExitReason.objects.filter(chosen).exclude(pk=ExitReason.MISTAKE)
            )
        self.initial = {name: getattr(stint, name) for name in names} | {"version": stint.corrections.count()}


class JournalEditForm(JournalForm):
    """The words of one's own note."""

    next_step = next_step_on = submission = None  # type: ignore[assignment]  # Said elsewhere, or of no use here.
    edition = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, entry: JournalEntry, readers: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, own=entry.organisation, readers=readers, **kwargs)
        self.initial = {name: getattr(entry, name) for name in ("kind", "happened_on", "minutes", "text", "edition")}
        self.initial["is_shared"] = "shared" if entry.is_shared else "own"


class BreakForm(Refusable):
    kind = Radios(label=_("Why"), choices=capital(Break.Kind.choices))
    started_on = DayField(label=_("From"), initial=today)
    ended_on = DayField(label=_("To"), required=False, help_text=_("Empty: until further notice"))
