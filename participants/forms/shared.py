"""What all forms share: fields, choices, and where a refusal is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from participants.models.participation import YesNo
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User

UNKNOWN = gettext_lazy("Unknown")


class Refusable(forms.Form):
    """A form that can show what the rules refused, beside the answer at fault."""

    def refuse(self, refusal: ValidationError) -> None:
        for field, errors in _by_field(refusal):
            self.add_error(field if field in self.fields else None, errors)


def _by_field(refusal: ValidationError) -> Iterable[tuple[str | None, list[ValidationError]]]:
    if hasattr(refusal, "error_dict"):
        return [(None if name == NON_FIELD_ERRORS else name, errors) for name, errors in refusal.error_dict.items()]
    return [(error.code, [error]) for error in refusal.error_list]


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


def three_states(label: Any, help_text: Any = "") -> Radios:
    """Yes or no, `vill ej uppge`, `uppgift saknas`. (esf-rules.md K-7)"""
    return Radios(label=label, help_text=help_text, required=False, choices=capital([*YesNo.choices, ("", UNKNOWN)]))


def enterprises() -> QuerySet[Enterprise]:
    return Enterprise.objects.select_related("organisation")


def partner_organisations(project: Project) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        Q(pk=project.owner_id) | Q(pk__in=project.partnerships.values("organisation"))
    ).order_by("name")


def lead_workers(user: User, project: Project) -> QuerySet[User]:
    """The user and those of her organisations who may write in the journal."""
    roles = [role for role, rights in access.ROLE_PERMISSIONS.items() if Permission.PARTICIPANT_ENROL in rights]
    own = access.of(user).organisation_ids(Permission.PARTICIPANT_ENROL)
    return (
        User.objects.filter(
            Q(pk=user.pk)
            | Q(
                memberships__organisation__in=own,
                memberships__role__in=roles,
                memberships__ended_on__isnull=True,
                memberships__paused_on__isnull=True,
            ),
            is_active=True,
        )
        .distinct()
        .order_by("name")
    )
