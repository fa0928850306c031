"""What all forms share: a date, a few choices, and where a refusal is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class Refusable(forms.Form):
    """A form that can show what the rules refused, beside the answer at fault."""

    def refuse(self, refusal: ValidationError) -> None:
        for field, errors in _by_field(refusal):
            self.add_error(field if field in self.fields else None, errors)


def _by_field(refusal: ValidationError) -> Iterable[tuple[str | None, list[ValidationError]]]:
    """The answer at fault is named by the key, or where there is none by the error's own code."""
    if hasattr(refusal, "error_dict"):
        for name, errors in refusal.error_dict.items():
            yield from ((error.code if name == NON_FIELD_ERRORS else name, [error]) for error in errors)
    else:
        yield from ((error.code, [error]) for error in refusal.error_list)


class DayField(forms.DateField):
    """A date, chosen in the browser's own calendar or typed as YYYY-MM-DD."""

    default_error_messages = {
        "invalid": _("Write the date as YYYY-MM-DD, for example 2017-03-15."),
        "required": _("Give the date."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


class Radios(forms.ChoiceField):
    """One of a few, all of them in sight."""

    default_error_messages = {"required": _("Choose one.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=radio_buttons(), **kwargs)


def radio_buttons() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "form-check-input"})


def capital(choices: Iterable[tuple[str, Any]], empty: Any = None) -> Any:
    """Choices as they stand in a form: with a capital letter, and first an empty one where that is allowed."""

    def in_this_language() -> list[tuple[str, str]]:
        first = [] if empty is None else [("", str(empty))]
        return first + [(value, capfirst(str(label))) for value, label in choices]

    return in_this_language
