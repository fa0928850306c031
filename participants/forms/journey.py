"""What the person typed about the way: journal, activities, hours, outcomes, leaving and following up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import months_between, today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants import rules
from participants.forms.care_team import ColleagueField
from participants.forms.shared import UNKNOWN, enterprises, partner_organisations, three_states
from participants.models import (
    Activity,
    ExitReason,
    FollowUp,
    JournalEntry,
    Outcome,
    Participation,
    PlanStep,
    Referral,
)
from participants.models.participation import Support
from partners.models import Membership, Organisation, Project


class ActivityForm(Refusable):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=capital(Activity.Kind.choices), initial=Activity.Kind.WORK_TRAINING
    )
    title = forms.CharField(
        label=_("What"),
        required=False,
        max_length=120,
        help_text=_("As it shall stand on the bar, for example Swedish at work"),
    )
    enterprise = forms.ModelChoiceField(
        label=_("Enterprise"), queryset=Enterprise.objects.none(), required=False, empty_label=_("None")
    )
    place = forms.CharField(
        label=_("Place"), required=False, max_length=160, help_text=_("Where, when it is in no enterprise")
    )
    started_on = DayField(label=_("From"), initial=today)
    ended_on = DayField(label=_("To"), required=False, help_text=_("Empty: until further notice"))
    hours_per_week = forms.DecimalField(
        label=_("Hours a week"),
        required=False,
        min_value=0,
        max_value=168,
        max_digits=5,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = enterprises()  # type: ignore[attr-defined]


class EndForm(Refusable):
    """Something that goes on gets its last day."""

    ended_on = DayField(label=_("Last day"), initial=today)


class HoursForm(Refusable):
    """One box for each month in which the person took part. Only what was changed on this page is saved."""

    confirmed = forms.BooleanField(label=_("Yes, more than 200 hours in a month is right"), required=False)

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.months = hours_months(participation)
        known = {row.month: row.hours for row in participation.hours.all()}
        for month in self.months:
            self.fields[self.name(month)] = forms.DecimalField(
                label=capfirst(date_format(month, "F")),
                required=False,
                max_digits=6,
                decimal_places=2,
                localize=True,
                initial=_plain(known.get(month)),
                show_hidden_initial=True,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )

    @staticmethod
    def name(month: dt.date) -> str:
        return f"hours_{month:%Y_%m}"

    @property
    def by_year(self) -> list[tuple[int, list[forms.BoundField]]]:
        years: dict[int, list[forms.BoundField]] = {}
        for month in self.months:
            years.setdefault(month.year, []).append(self[self.name(month)])
        return list(years.items())

    @property
    def changes(self) -> list[tuple[dt.date, Any]]:
        """(month, hours or None) for what this page changed, oldest first."""
        return [
            (month, self.cleaned_data[self.name(month)])
            for month in sorted(self.months)
            if self.name(month) in self.changed_data
        ]


def _plain(hours: Decimal | None) -> Decimal | None:
    """80, not 80.00."""
    return hours.quantize(Decimal(1)) if hours is not None and hours == hours.to_integral_value() else hours


def hours_months(participation: Participation) -> list[dt.date]:
    """Months of taking part up to this one, newest first, and any other month that has hours."""
    months = {row.month for row in participation.hours.all()}
    for stint in participation.stints.counted():
        last = min(stint.ended_on or today(), today())
        months.update(months_between(stint.started_on, last))
    return sorted(months, reverse=True)


class OutcomeFields(Refusable):
    """What an outcome is made of, besides its kind and dates."""

    enterprise = forms.ModelChoiceField(
        label=_("Social enterprise"),
        queryset=Enterprise.objects.none(),
        required=False,
        empty_label=_("None or another one"),
    )
    employer = forms.CharField(label=_("Employer or school"), required=False, max_length=160)
    support = forms.CharField(
        label=_("Support"), required=False, max_length=80, help_text=_("For example lönebidrag or nystartsjobb")
    )
    evidence = forms.CharField(
        label=_("Evidence"), required=False, max_length=200, help_text=_("What shows it, and where it is kept")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = enterprises()  # type: ignore[attr-defined]


class OutcomeForm(OutcomeFields):
    field_order = ["kind", "started_on", "ended_on", "enterprise", "employer", "support", "evidence"]

    kind = Radios(label=_("Kind"), choices=capital(Outcome.Kind.choices))
    started_on = DayField(label=_("From"))
    ended_on = DayField(label=_("To"), required=False, help_text=_("Empty: continues. A planned last day is fine."))


class SituationForm(OutcomeFields):
    """What the person does now, told in the same form as the exit or the follow-up."""

    UNCHANGED, NOTHING = "unchanged", "nothing"
    SITUATIONS = (
        Outcome.Kind.JOB_ASF,
        Outcome.Kind.OCCUPATION_ASF,
        Outcome.Kind.JOB,
        Outcome.Kind.EDUCATION,
        Outcome.Kind.INTERNSHIP,
        Outcome.Kind.JOB_SEARCH,
    )

    kind = Radios(label=_("What the person does"), required=False)
    started_on = DayField(
        label=_("Since"), required=False, help_text=_("The first day of it. Needed when you say what the person does.")
    )

    def __init__(self, *args: Any, ongoing: list[Outcome], unknown: Any, **kwargs: Any) -> None:
        """`ongoing` are recorded outcomes without an end; `unknown` is the word for not knowing."""
        super().__init__(*args, **kwargs)
        self.ongoing = ongoing
        choices = [(kind.value, capfirst(str(kind.label))) for kind in self.SITUATIONS]
        if ongoing:
            choices.insert(0, (self.UNCHANGED, gettext("As already recorded, nothing new")))
        choices += [(self.NOTHING, gettext("None of these")), ("", str(unknown))]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    @property
    def outcome(self) -> dict[str, Any] | None:
        """The words of `record_outcome`, or None when there is nothing new to record."""
        data = self.cleaned_data
        if data["kind"] in {"", self.UNCHANGED, self.NOTHING}:
            return None
        return {name: data[name] for name in ("kind", "started_on", "enterprise", "employer", "support", "evidence")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_new = data.get("kind") not in {"", None, self.UNCHANGED, self.NOTHING}
        if is_new and not data.get("started_on") and "started_on" not in self.errors:
            self.add_error("started_on", gettext("Give the first day of what the person does."))
        return data


class StepsField(forms.ModelMultipleChoiceField):
    """What is still open, to be ticked off."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def label_from_instance(self, row: Any) -> str:
        if isinstance(row, JournalEntry):
            return f"{row.next_step_on} {row.next_step}"
        if isinstance(row, Referral):
            return f"{row.to_organisation}"
        return f"{row.due_on or ''} {row.what}".strip()


class StintCloseForm(SituationForm):
    ended_on = DayField(label=_("Last day in the project"), initial=today)
    exit_reason = forms.ModelChoiceField(
        label=_("Why the person leaves"),
        queryset=ExitReason.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose why the person leaves.")},
    )
    exit_note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The situation at the exit, and who takes over what remains to be done"),
    )
    exit_support = forms.ChoiceField(
        label=_("What the person mainly lives on"), required=False, choices=capital(Support.choices, empty=UNKNOWN)
    )
    exit_registered = three_states(_("Registered at Arbetsförmedlingen"))
    done = StepsField(label=_("Next steps that are done, or no longer needed"), queryset=JournalEntry.objects.none())
    dropped = StepsField(label=_("Steps in the plan that are dropped"), queryset=PlanStep.objects.none())
    withdrawn = StepsField(label=_("Referrals that are withdrawn"), queryset=Referral.objects.none())
    lead_to = ColleagueField(
        label=_("Offer the lead to"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("Nobody: the lead worker stays until the follow-ups are made"),
    )

    OPEN = ("done", "dropped", "withdrawn")

    def __init__(
        self, *args: Any, participation: Participation, still_open: Mapping[str, QuerySet[Any]], **kwargs: Any
    ) -> None:
        """`still_open`: what of the person's is not finished and the user may close, by field."""
        super().__init__(*args, unknown=gettext("Not known yet"), **kwargs)
        fields: Any = self.fields
        for name in self.OPEN:
            fields[name].queryset = still_open[name]
            if not still_open[name]:
                del fields[name]
        fields["lead_to"].queryset = rules.colleagues(participation)
        self.fields["exit_reason"].queryset = ExitReason.objects.filter(  # type: ignore[attr-defined]
            Q(retired_on__isnull=True) | Q(retired_on__gte=today())
        )

    @property
    def open_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OPEN if name in self.fields]

    @property
    def leaving(self) -> dict[str, Any]:
        """The words of `leave_project`."""
        data, own = self.cleaned_data, ("ended_on", "exit_reason", "exit_note", "exit_support", "exit_registered")
        chosen = {name: data[name] for name in self.OPEN if name in self.fields}
        return {name: data[name] for name in own} | chosen | {"lead_to": data["lead_to"], "outcome": self.outcome}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        reason = data.get("exit_reason")
        if reason is not None and reason.code == ExitReason.MISTAKE and data.get("kind"):
            self.add_error("kind", gettext("A mistaken registration has no outcome. Choose “Not known yet”."))
        return data


class StintOpenForm(Refusable):
    started_on = DayField(label=_("First day of the new period"), initial=today)
    referred_by = forms.ModelChoiceField(
        label=_("Referred by"), queryset=Organisation.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referred_by"].queryset = partner_organisations(project)  # type: ignore[attr-defined]


class FollowUpForm(SituationForm):
    answer = Radios(label=_("The answer"), choices=capital(FollowUp.Answer.choices))
    channel = forms.ChoiceField(
        label=_("How"), choices=capital(FollowUp.Channel.choices), initial=FollowUp.Channel.PHONE
    )
    answered_on = DayField(label=_("Asked on"), initial=today)
    note = forms.CharField(label=_("Note"), required=False, max_length=400)
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, unknown=gettext("Not told"), **kwargs)
        for outcome in self.ongoing:
            self.fields[self.end_name(outcome)] = DayField(
                required=False, label=outcome_in_words(outcome), help_text=gettext("Last day, if it has ended")
            )

    @staticmethod
    def end_name(outcome: Outcome) -> str:
        return f"ended_{outcome.pk}"

    @property
    def end_fields(self) -> list[forms.BoundField]:
        return [self[self.end_name(outcome)] for outcome in self.ongoing]

    @property
    def ended(self) -> dict[int, dt.date]:
        """Outcome id → its last day, for those said to have ended."""
        days = {outcome.pk: self.cleaned_data.get(self.end_name(outcome)) for outcome in self.ongoing}
        return {pk: day for pk, day in days.items() if day}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        answer, kind = data.get("answer"), data.get("kind")
        if answer == FollowUp.Answer.REACHED and not kind and "kind" not in self.errors:
            self.add_error("kind", gettext("Say what the person does, also when it is none of these."))
        told = kind or any(data.get(self.end_name(outcome)) for outcome in self.ongoing)
        if answer and answer != FollowUp.Answer.REACHED and told:
            self.add_error(
                "answer", gettext("Nobody answered, yet something was told. Choose “Reached” or empty the situation.")
            )
        return data


def outcome_in_words(outcome: Outcome) -> str:
    where = f", {outcome.employer}" if outcome.employer else ""
    return gettext("%(kind)s%(where)s, since %(day)s") % {
        "kind": capfirst(str(outcome.get_kind_display())),
        "where": where,
        "day": outcome.started_on,
    }


class ReasonForm(Refusable):
    """Why something recorded is taken back."""

    reason = forms.CharField(
        label=_("Why"), max_length=200, error_messages={"required": _("Say why. The reason is kept.")}
    )


class NearEmploymentForm(Refusable):
    value = forms.BooleanField(label=_("Very near employment"), required=False)
    note = forms.CharField(
        label=_("What makes it very near"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What has been promised, by whom, until when"),
    )
