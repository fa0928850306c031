"""What the person typed. Choices hold only what she may see; the sentences say what is wrong, where, and what to do."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import months_between, today
from participants import identity, rules
from participants.models import (
    Activity,
    Consent,
    EntryRecord,
    ExitReason,
    FollowUp,
    JournalEntry,
    Outcome,
    Participant,
    Participation,
    SensitiveAnswer,
)
from participants.models.participation import YesNo
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User

UNKNOWN = gettext_lazy("Unknown")


# --- What all forms share ---------------------------------------------------------------------------


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
            | Q(memberships__organisation__in=own, memberships__role__in=roles, memberships__ended_on__isnull=True),
            is_active=True,
        )
        .distinct()
        .order_by("name")
    )


# --- The journal ----------------------------------------------------------------------------------


class JournalForm(Refusable):
    """One note. The token makes a second submit of the same form harmless."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=capital(JournalEntry.Kind.choices), initial=JournalEntry.Kind.MEETING
    )
    happened_on = DayField(label=_("Date"), initial=today)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what happened. A few words are enough.")},
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = DayField(label=_("When"), required=False)
    is_shared = forms.TypedChoiceField(
        label=_("Who may read it"), widget=radio_buttons(), coerce=lambda value: value == "shared", initial="own"
    )
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self, *args: Any, own: Organisation, readers: Iterable[Organisation] | None = None, **kwargs: Any
    ) -> None:
        """`readers` are those who would read a shared note; None when the participant is not chosen yet."""
        super().__init__(*args, **kwargs)
        self.fields["is_shared"].choices = [  # type: ignore[attr-defined]
            ("own", gettext("Only %(organisation)s") % {"organisation": own}),
            ("shared", self._audience(own, readers)),
        ]

    @staticmethod
    def _audience(own: Organisation, readers: Iterable[Organisation] | None) -> str:
        if readers is None:
            return gettext("Shared with the partners who have the person's consent")
        others = [str(reader) for reader in readers if reader != own]
        if not others:
            return gettext("Shared with partners – nobody has consent today")
        return gettext("Shared: %(organisations)s") % {"organisations": ", ".join([str(own), *others])}


class JournalQuickForm(JournalForm):
    """A note from anywhere: first about whom."""

    field_order = ["participation", "kind", "happened_on", "minutes", "text", "next_step", "next_step_on", "is_shared"]

    participation = forms.ModelChoiceField(
        label=_("Participant"),
        queryset=Participation.objects.none(),
        error_messages={
            "required": _("Choose who the note is about: search by name, then choose in the list."),
            "invalid_choice": _("Choose a participant in the list."),
        },
    )

    def __init__(self, *args: Any, participations: QuerySet[Participation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participation"].queryset = participations  # type: ignore[attr-defined]


# --- Parallel activities and hours ------------------------------------------------------------------


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


# --- Outcomes, leaving, follow-ups ------------------------------------------------------------------


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
    started_on = DayField(label=_("Since"), required=False, help_text=_("The first day"))

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, unknown=gettext("Not known yet"), **kwargs)
        self.fields["exit_reason"].queryset = ExitReason.objects.filter(  # type: ignore[attr-defined]
            Q(retired_on__isnull=True) | Q(retired_on__gte=today())
        )

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


# --- What was asked at the entry ------------------------------------------------------------------


class EntryRecordFields(Refusable):
    """The questions of the ESF entry record: a value, unknown, or does not want to say."""

    labour_status = Radios(
        label=_("Situation on the labour market at entry"),
        required=False,
        choices=capital([*EntryRecord.LabourStatus.choices, ("", UNKNOWN)]),
        help_text=_("Internship, work training and occupation without a wage are never employment."),
    )
    unemployed_since = DayField(
        label=_("Unemployed since"), required=False, help_text=_("Only for somebody unemployed at entry")
    )
    in_education = three_states(_("In education or training at entry"))
    isced = forms.ChoiceField(
        label=_("Highest completed education"),
        required=False,
        choices=capital(EntryRecord.Education.choices, empty=UNKNOWN),
        help_text=_("A foreign education is given as the Swedish one it corresponds to."),
    )
    household_jobless = three_states(_("Nobody in the household has work"))
    household_children = three_states(_("Dependent children in the household"))
    household_single_adult = three_states(_("Only adult in the household"))
    asked_on = DayField(label=_("Asked on"), required=False, initial=today)

    ENTRY_FIELDS = (
        "labour_status",
        "unemployed_since",
        "in_education",
        "isced",
        "household_jobless",
        "household_children",
        "household_single_adult",
        "asked_on",
    )

    @property
    def entry(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.ENTRY_FIELDS}


class EntryRecordForm(EntryRecordFields):
    version = forms.IntegerField(widget=forms.HiddenInput)


class SensitiveFields(Refusable):
    """CO15–CO17: freely answered, and never needed for a complete record."""

    co15 = three_states(
        _("Foreign background or minority"),
        _("Born abroad, or both parents born abroad; or belongs to a national minority"),
    )
    co16 = three_states(_("Disability"), _("That reduces the capacity for work"))
    co17 = three_states(_("Other disadvantage"), _("For example no completed school, homelessness, addiction, prison"))

    @property
    def sensitive(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in SensitiveAnswer.Question.values}


class SensitiveForm(SensitiveFields):
    asked_on = DayField(label=_("Asked on"), initial=today)


# --- The person -----------------------------------------------------------------------------------


def clean_number(text: str) -> identity.Identity | None:
    return identity.parse(text) if text.strip() else None


class PersonFields(Refusable):
    """Who somebody is and how she is reached."""

    first_name = forms.CharField(
        label=_("First name"), max_length=80, error_messages={"required": _("Write the first name.")}
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=80, error_messages={"required": _("Write the last name.")}
    )
    birth_date = DayField(label=_("Birth date"))
    sex = Radios(label=_("Legal sex"), choices=capital(Participant.Sex.choices))
    protection = Radios(
        label=_("Protected personal data"),
        choices=capital(Participant.Protection.choices),
        initial=Participant.Protection.NONE,
        help_text=_(
            "A protected person is seen by her care team alone, by code instead of name, and without contact data."
        ),
    )
    municipality = forms.CharField(label=_("Municipality"), required=False, max_length=60)
    district = forms.CharField(label=_("District"), required=False, max_length=60)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)

    PERSON_FIELDS = (
        "first_name",
        "last_name",
        "birth_date",
        "sex",
        "protection",
        "municipality",
        "district",
        "phone",
        "email",
    )

    def clean_birth_date(self) -> dt.date:
        born: dt.date = self.cleaned_data["birth_date"]
        rules.check_has_happened(born, "birth_date")
        return born

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.PERSON_FIELDS}


class ContactForm(PersonFields):
    number = forms.CharField(
        label=_("Identity number"),
        required=False,
        max_length=20,
        help_text=_("Only when the person has got one or it was missing"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if participant.identity_kind == identity.Kind.PERSONAL:
            del self.fields["number"]
        for name in ("birth_date", "sex"):
            # What is unknown may stay so here: an imported person must not block the correction of a phone number.
            self.fields[name].required = bool(getattr(participant, name))

    def clean_birth_date(self) -> dt.date | None:  # type: ignore[override]
        return super().clean_birth_date() if self.cleaned_data["birth_date"] else None

    def clean_number(self) -> identity.Identity | None:
        return clean_number(self.cleaned_data["number"])


class IdentityShowForm(Refusable):
    reason = forms.CharField(
        label=_("Why you need the number"),
        max_length=200,
        min_length=4,
        help_text=_("The reason is kept in the log. Write no names or numbers."),
        error_messages={
            "required": _("Say why you need the number. The reason is kept in the log."),
            "min_length": _("Say a little more about why you need the number."),
        },
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if sum(sign.isdigit() for sign in reason) > 4:
            raise ValidationError(gettext("Write the reason without numbers: it is kept in the log."))
        return reason


# --- Consent --------------------------------------------------------------------------------------


class ConsentForm(Refusable):
    organisation = forms.ModelChoiceField(
        label=_("To"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose which organisation the consent is for.")},
    )
    purpose = Radios(label=_("Purpose"), choices=capital(Consent.Purpose.choices), initial=Consent.Purpose.SECRECY)
    given_on = DayField(label=_("Given on"), initial=today)
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("Empty: until it is withdrawn"))
    form_version = forms.CharField(
        label=_("Form"), required=False, max_length=40, help_text=_("Which form was signed, and where it is kept")
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = rules.partners_to_ask(project)  # type: ignore[attr-defined]


class ConsentWithdrawForm(Refusable):
    withdrawn_on = DayField(label=_("Withdrawn on"), initial=today)


# --- Enrolment ------------------------------------------------------------------------------------


class NumberForm(Refusable):
    """First of all the number: who is already here is not enrolled twice."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), empty_label=None)
    number = forms.CharField(
        label=_("Identity number"),
        required=False,
        max_length=20,
        help_text=_("Personal identity number, coordination number or temporary number, as ÅÅÅÅMMDD-NNNN"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    without_number = forms.BooleanField(label=_("The person has no number"), required=False)

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["project"].initial = projects.first()

    def clean_number(self) -> identity.Identity | None:
        return clean_number(self.cleaned_data["number"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, without = data.get("number"), data.get("without_number")
        if not number and not without and "number" not in self.errors:
            self.add_error("number", gettext("Write the number, or tick that the person has none."))
        if number and without:
            self.add_error("without_number", gettext("You wrote a number. Untick this, or empty the number."))
        return data


class EnrolForm(PersonFields, EntryRecordFields, SensitiveFields):
    """Everything else about somebody who enters."""

    started_on = DayField(label=_("First day in the project"), initial=today)
    referred_by = forms.ModelChoiceField(
        label=_("Referred by"), queryset=Organisation.objects.none(), required=False, empty_label=_("Nobody")
    )
    lead = forms.ModelChoiceField(label=_("Lead worker"), queryset=User.objects.none(), empty_label=None)
    consent_to = forms.ModelMultipleChoiceField(
        label=_("Written consent to share information with"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    consent_on = DayField(label=_("Consent given on"), required=False, initial=today)
    consent_valid_to = DayField(
        label=_("Consent valid to"), required=False, help_text=_("Empty: until it is withdrawn")
    )
    other_person = forms.BooleanField(label=_("It is another person with the same name and birth date"), required=False)

    def __init__(
        self, *args: Any, project: Project, user: User, number: identity.Identity | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own_organisation = own_needing_consent(user, project)
        fields: Any = self.fields
        if not access.has(user, Permission.SENSITIVE_VIEW, project):
            for name in SensitiveAnswer.Question.values:
                del fields[name]
        fields["referred_by"].queryset = partner_organisations(project).exclude(pk=project.owner_id)
        fields["lead"].queryset = lead_workers(user, project)
        fields["lead"].initial = user.pk
        fields["consent_to"].queryset = rules.partners_to_ask(project)
        fields["consent_to"].initial = [self.own_organisation] if self.own_organisation else []
        if number is not None:
            fields["birth_date"].initial, fields["sex"].initial = number.birth_date, number.sex

    @property
    def asks_sensitive(self) -> bool:
        return "co15" in self.fields

    @property
    def sensitive(self) -> dict[str, str]:
        return super().sensitive if self.asks_sensitive else {}

    @property
    def consents(self) -> list[dict[str, Any]]:
        given_on, valid_to = self.cleaned_data["consent_on"], self.cleaned_data["consent_valid_to"]
        return [
            {"organisation": organisation, "given_on": given_on, "valid_to": valid_to}
            for organisation in self.cleaned_data["consent_to"]
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("consent_to") and not data.get("consent_on") and "consent_on" not in self.errors:
            self.add_error("consent_on", gettext("Give the day on which the consent was given."))
        if self.own_organisation and self.own_organisation not in (data.get("consent_to") or []):
            self.add_error(
                "consent_to",
                gettext("Without the person's consent to %(organisation)s you could not open the page afterwards.")
                % {"organisation": self.own_organisation},
            )
        return data


def own_needing_consent(user: User, project: Project) -> Organisation | None:
    """The user's organisation, when she will see the person only by consent."""
    rights = access.of(user)
    if project.owner_id in rights.owner_wide_ids(Permission.PARTICIPANT_VIEW):
        return None
    own = rights.organisation_ids(Permission.PARTICIPANT_ENROL)
    return rules.partners_to_ask(project).filter(pk__in=own).order_by("name").first()
