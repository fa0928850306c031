"""What was typed about courses, their groups, and who joins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Refusable, capital
from participants.models import Course, CourseGroup
from partners.models import Organisation


class CourseForm(Refusable):
    organisation = forms.ModelChoiceField(label=_("Given by"), queryset=Organisation.objects.none(), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=capital(Course.Kind.choices))
    description = forms.CharField(
        label=_("What one learns"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["organisation"].initial = organisations.first()


def _weekdays() -> list[tuple[str, str]]:
    return [(str(number), capfirst(str(name))) for number, name in WEEKDAYS.items()]


class CourseGroupForm(Refusable):
    name = forms.CharField(label=_("Name of the group"), max_length=60)
    started_on = DayField(label=_("From"))
    ended_on = DayField(label=_("To"))
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        choices=_weekdays,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With the hours each day they let the attendance be filled in for the whole group."),
    )
    times = forms.CharField(label=_("Times"), required=False, max_length=80, help_text=_("For example 9.00–12.00."))
    hours_per_day = forms.DecimalField(
        label=_("Hours each day"),
        required=False,
        min_value=0,
        max_value=24,
        max_digits=4,
        decimal_places=2,
        localize=True,
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=160)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=500)
    is_open = forms.BooleanField(label=_("Open to new people"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_weekdays(self) -> str:
        return "".join(sorted(self.cleaned_data["weekdays"]))


class CourseJoinForm(Refusable):
    """Which group, and from when. A full one stands in the list, so that one sees that it exists."""

    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=CourseGroup.objects.none(),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        empty_label=None,
        error_messages={"required": _("Choose a group."), "invalid_choice": _("Choose a group in the list.")},
    )
    started_on = DayField(label=_("First day"), initial=today)

    def __init__(self, *args: Any, groups: QuerySet[CourseGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
