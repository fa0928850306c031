"""What is typed to ask for a report."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from grundsteget.dates import add_months, first_of_month, today
from grundsteget.forms import DayField, Radios, Refusable, capital
from partners import access
from partners.access import Permission
from partners.models import Project, User
from reporting.indicators import DEFAULT_RULE_SET, RULE_SETS


class ReportForm(forms.Form):
    """A project, a cut-off date and a rule set. `submission` makes the same form sent twice one report."""

    project = forms.ModelChoiceField(Project.objects.none(), label=gettext_lazy("Project"), empty_label=None)
    cut_off = forms.DateField(
        label=gettext_lazy("Cut-off date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("The report tells what was true at the end of this day."),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty it becomes “Progress report, quarter 4 2016”, after the cut-off date."),
    )
    rule_set = forms.ChoiceField(
        label=gettext_lazy("Rule set"),
        help_text=gettext_lazy("Choose another only if the ESF Council asks for it."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, cut_off: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "cut_off": parsed_day(cut_off) or last_quarter_end(today()),
            "rule_set": DEFAULT_RULE_SET,
            "submission": uuid.uuid4(),
        }
        projects = access.of(user).projects(Permission.REPORT_BUILD)
        project, rule_set = self.fields["project"], self.fields["rule_set"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101 – for the type checker
        assert isinstance(rule_set, forms.ChoiceField)  # noqa: S101
        project.queryset = projects
        project.initial = projects.first()
        rule_set.choices = [(code, f"{code} – {one.name}") for code, one in RULE_SETS.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("title") and cleaned.get("cut_off"):
            cleaned["title"] = title_for(cleaned["cut_off"])
        return cleaned


def parsed_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def last_quarter_end(day: dt.date) -> dt.date:
    """The last day of the newest calendar quarter that is over."""
    first = first_of_month(day)
    return add_months(first, -((first.month - 1) % 3)) - dt.timedelta(days=1)


def title_for(cut_off: dt.date) -> str:
    """A report's name after its cut-off date, in the language that reports are written in."""
    with override(settings.LANGUAGE_CODE):
        if last_quarter_end(cut_off + dt.timedelta(days=1)) == cut_off:
            quarter = {"quarter": cut_off.month // 3, "year": cut_off.year}
            return _("Progress report, quarter %(quarter)s %(year)s") % quarter
        return _("Progress report up to %(day)s") % {"day": cut_off.isoformat()}


# --- The participant's rights -----------------------------------------------------------------------


class ExtractForm(Refusable):
    """When she asked, and how it is known that it is she. Both go into the read log."""

    HOW = {
        "meeting": gettext_lazy("at a meeting, known or with identification"),
        "signed": gettext_lazy("in a signed letter, sent to her registered address"),
        "proxy": gettext_lazy("through somebody with a power of attorney"),
    }

    asked_on = DayField(label=gettext_lazy("Asked for on"), initial=today)
    how = Radios(label=gettext_lazy("How she asked, and how you know that it is she"), choices=capital(HOW.items()))

    def clean_asked_on(self) -> dt.date:
        asked_on: dt.date = self.cleaned_data["asked_on"]
        if asked_on > today():
            raise ValidationError(_("This date has not come yet. Choose today or an earlier day."))
        return asked_on

    def purpose(self) -> str:
        """For the read log, in the language of the log's readers."""
        with override(settings.LANGUAGE_CODE):
            words = {"day": self.cleaned_data["asked_on"].isoformat(), "how": self.HOW[self.cleaned_data["how"]]}
            return _("Register extract, asked for on %(day)s %(how)s") % words


class EraseForm(Refusable):
    """The last word before people are erased: typed, so that no slip of the hand does it."""

    typed = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        label=gettext_lazy("Decision"),
        max_length=300,
        help_text=gettext_lazy("Who decided and when, for example a diary number. No names of participants."),
    )
    partners_agree = forms.BooleanField(
        label=gettext_lazy("The organisations above have taken out or no longer need what is their own"),
        error_messages={"required": gettext_lazy("Ask them first: what is theirs is erased with the rest.")},
    )

    def __init__(self, *args: Any, expected: str, asks_partners: bool, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed"].label = label
        if not asks_partners:
            del self.fields["partners_agree"]

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"]).strip()
        if typed != self.expected:
            raise ValidationError(
                _("This is not %(expected)s. Look once more at what you are about to erase.")
                % {"expected": self.expected}
            )
        return typed


class PeriodForm(forms.Form):
    """From a day to a day, both included; the names stand in the address."""

    fran = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    till = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("fran") and data.get("till") and data["till"] < data["fran"]:
            self.add_error("till", _("The period ends before it begins. Correct one of the two dates."))
        return data
