"""What somebody typed about the partnership; choices are those the view gives."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Refusable, capital
from partners.models import Membership, NetworkEvent, Organisation, Partnership, Project, ReviewSample

AT_ONCE = 200  # People on one list.


class OrganisationField(forms.ModelChoiceField):
    """One of the given organisations, by its full name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Organisation.objects.none(), empty_label=_("Choose"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


# --- People of an organisation ----------------------------------------------------------------------


class MemberForm(Refusable):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("Needed for somebody without an account here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))
    is_administrator = forms.BooleanField(
        label=_("Administers the organisation's people"),
        required=False,
        help_text=_("Adds, confirms and ends people here. Gives no sight of participants."),
    )

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Membership._meta.get_field("role").flatchoices)
        self.fields["role"].choices = capital((role, labels[role]) for role in roles)  # type: ignore[attr-defined]


class EndForm(Refusable):
    ended_on = DayField(label=_("Last day"), initial=today)


# --- Roles in a project -----------------------------------------------------------------------------


class RoleForm(Refusable):
    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), empty_label=None)
    role = forms.ChoiceField(label=_("Role"))
    started_on = DayField(label=_("From"), initial=today)

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.initial.setdefault("project", projects.first())
        roles = [choice for choice in Partnership.Role.choices if choice[0] != Partnership.Role.OWNER]
        self.fields["role"].choices = capital(roles, empty=_("Choose"))  # type: ignore[attr-defined]


# --- The network of competence bearers --------------------------------------------------------------


class BearerForm(Refusable):
    organisation = OrganisationField(label=_("Office"))
    name = forms.CharField(label=_("Name"), max_length=120)
    appointed_on = DayField(label=_("Appointed"), initial=today)

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return checked_name(self.cleaned_data["name"])


class EventForm(Refusable):
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: capital(NetworkEvent.Kind.choices))
    title = forms.CharField(label=_("Title"), max_length=160)
    held_on = DayField(label=_("Day"), initial=today)
    organiser = OrganisationField(label=_("Organiser"))
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    country = forms.CharField(label=_("Country"), max_length=60, required=False, help_text=_("Empty means Sweden."))
    hours = forms.DecimalField(
        label=_("Hours"), max_digits=5, decimal_places=1, min_value=0, max_value=999, required=False
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = organisations  # type: ignore[attr-defined]


class AttendanceForm(Refusable):
    organisation = OrganisationField(label=_("Organisation"))
    names = forms.CharField(
        label=_("Names"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=AT_ONCE * 121,
        help_text=_("One name on each line. Those on the list already are not added twice."),
    )
    is_official = forms.BooleanField(
        label=_("They are officials"),
        required=False,
        initial=True,
        help_text=_("Counts towards the trained officials."),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean_names(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if len(names) > AT_ONCE:
            raise ValidationError(_("At most %(count)s names at once. Send the rest after.") % {"count": AT_ONCE})
        return [checked_name(name) for name in names]


class GuidelineForm(Refusable):
    organisation = OrganisationField(label=_("Authority"))
    title = forms.CharField(label=_("Title"), max_length=160)
    in_place_since = DayField(
        label=_("In place since"), required=False, help_text=_("Empty while it is being written.")
    )
    communicated_on = DayField(label=_("Made known"), required=False, help_text=_("When those concerned were told."))
    reference = forms.CharField(
        label=_("Reference"),
        max_length=80,
        required=False,
        help_text=_("Diary number, or where the document is kept."),
    )
    link = forms.URLField(label=_("Link"), max_length=300, required=False, assume_scheme="https")

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"])
        if link and not link.startswith(("https://", "http://")):
            raise ValidationError(_("The link has to begin with https:// or http://."))
        return link


def checked_name(name: str) -> str:
    """A name and nothing more: these lists are no place for identity numbers or addresses."""
    if re.search(r"\d{4}|@", name) or len(name) > 120:
        raise ValidationError(_("Write only the name: “%(name)s” holds something else.") % {"name": name[:20]})
    return name


class ReviewForm(Refusable):
    """What came out of looking into a look. (partners/review.py)"""

    verdict = forms.ChoiceField(label=_("What came out"), choices=ReviewSample.Verdict, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}))


class RetentionForm(Refusable):
    """Until when a project's documents are kept. (partners/retention.py)"""

    gave_state_aid = forms.BooleanField(
        label=_("The project gave state aid to enterprises"),
        required=False,
        help_text=_("Then ten years are asked for. Tick it and save to see the day."),
    )
    retention_until = DayField(label=_("Kept until"), help_text=_("That day included. Nothing is erased before it."))
    retention_source = forms.CharField(
        label=_("Where this is said"),
        max_length=200,
        help_text=_("For example the ESF Council's letter with its date and diary number."),
    )
    hold_reason = forms.CharField(
        label=_("On hold because of"),
        max_length=300,
        required=False,
        help_text=_("Legal proceedings or an audit that is not over. While something stands here nothing is erased."),
    )
