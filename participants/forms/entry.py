"""What the person typed about a participant and her entry."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants import identity, rules
from participants.forms.shared import UNKNOWN, lead_workers, partner_organisations, three_states
from participants.models import (
    EntryRecord,
    Participant,
    SensitiveAnswer,
)
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User


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

    SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("The person"), PersonFields.PERSON_FIELDS),
        (_("The entry"), ("started_on", "referred_by", "lead")),
        (_("Entry record"), EntryRecordFields.ENTRY_FIELDS),
        (_("Sensitive answers"), tuple(SensitiveAnswer.Question.values)),
        (_("Consent"), ("consent_to", "consent_on", "consent_valid_to")),
    )

    @property
    def answers(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """All that was typed, to be read through once more: (heading, [(question, answer in words)])."""
        told = []
        for heading, names in self.SECTIONS:
            lines = [(str(self.fields[name].label), self._in_words(name)) for name in names if name in self.fields]
            if lines:
                told.append((str(heading), lines))
        return told

    def _in_words(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data.get(name)
        if isinstance(value, QuerySet):
            return ", ".join(map(str, value)) or gettext("nobody")
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        return "–" if value in (None, "") else str(value)

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Name and value of every answer as it was sent, to be sent once more."""
        return [
            (name, value)
            for name in self.fields
            for value in (self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data.get(name, "")])
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
