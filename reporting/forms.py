"""What is typed to ask for a report."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from grundsteget.dates import add_months, first_of_month, today
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
