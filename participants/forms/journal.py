"""What is typed to write a note, on one person's page or from anywhere."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Refusable, capital, radio_buttons
from participants.forms.shared import who_reads
from participants.models import JournalEntry, NoteTemplate, Participation
from participants.shorthand import read_day, read_minutes
from partners.models import Organisation

MOST_AT_ONCE = 40  # People in one group note.


class NoteForm(Refusable):
    """What every note says. The token makes a second submit of the same form harmless."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=capital(JournalEntry.Kind.choices), initial=JournalEntry.Kind.MEETING
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what happened. A few words are enough.")},
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    is_shared = forms.TypedChoiceField(
        label=_("Who may read it"), widget=radio_buttons(), coerce=lambda value: value == "shared", initial="own"
    )
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self, *args: Any, own: Organisation, readers: Iterable[Organisation] | None = None, **kwargs: Any
    ) -> None:
        """`readers` are those who would read a shared note; None when the participant is not chosen yet."""
        super().__init__(*args, **kwargs)
        self.fields["is_shared"].choices = who_reads(own, readers)  # type: ignore[attr-defined]


class JournalForm(NoteForm):
    """A note on one participant's page."""

    field_order = ["kind", "happened_on", "minutes", "text", "next_step", "next_step_on", "is_shared"]

    happened_on = DayField(label=_("Date"), initial=today)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    next_step_on = DayField(label=_("When"), required=False)


class ShorthandDayField(forms.Field):
    """A day in as few keys as the writer likes. Shown again as a whole date."""

    def __init__(self, *, ahead: bool = False, **kwargs: Any) -> None:
        self.ahead = ahead
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        text = str(value or "").strip()
        if not text:
            return None
        day = read_day(text, today(), ahead=self.ahead)
        if day is None:
            raise ValidationError(_("Write the date as yesterday, Monday, 14/3 or 2017-03-14."))
        return day


class MinutesField(forms.Field):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}), **kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        minutes = read_minutes(text)
        if minutes is None:
            raise ValidationError(_("Write the time as 45, 1h30 or 1.5 h, at most a day."))
        return minutes


class ChosenField(forms.ModelMultipleChoiceField):
    """Those whom the note is about."""

    default_error_messages = {
        "required": _("Choose who the note is about: search by name, then choose in the list."),
        "invalid_choice": _("Choose a participant in the list."),
        "invalid_pk_value": _("Choose a participant in the list."),
        "too_many": _("One note at most for %(most)s people at once. Divide the group."),
    }

    def clean(self, value: Any) -> Any:
        if len(value or []) > MOST_AT_ONCE:
            raise ValidationError(self.error_messages["too_many"] % {"most": MOST_AT_ONCE})
        return super().clean(value)


class JournalQuickForm(NoteForm):
    """A note from anywhere: first about whom, one or several; then in as few keys as possible."""

    field_order = ["participation", "kind", "happened_on", "minutes", "text", "next_step", "next_step_on", "is_shared"]

    participation = ChosenField(label=_("Participant"), queryset=Participation.objects.none())
    happened_on = ShorthandDayField(
        label=_("Date"),
        initial=today,
        error_messages={"required": _("Give the date.")},
        help_text=_("Also: yesterday, Mon, 14/3"),
    )
    minutes = MinutesField(label=_("Minutes"), required=False, help_text=_("Also: 1h30"))
    next_step_on = ShorthandDayField(label=_("When"), required=False, ahead=True, help_text=_("Also: Fri, +7"))

    def __init__(self, *args: Any, participations: QuerySet[Participation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participation"].queryset = participations  # type: ignore[attr-defined]


class NoteTemplateForm(Refusable):
    title = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kind = forms.ChoiceField(label=_("Kind"), choices=capital(JournalEntry.Kind.choices))
    minutes = MinutesField(label=_("Minutes"), required=False, help_text=_("Filled in from the start, if you like"))
    text = forms.CharField(
        label=_("Text"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Headings and questions to fill in. Your whole organisation sees it: nothing about anybody."),
    )

    def __init__(self, *args: Any, template: NoteTemplate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if template is not None:
            self.initial = {name: getattr(template, name) for name in ("title", "kind", "minutes", "text")}
