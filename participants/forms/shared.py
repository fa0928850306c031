"""Choices that several forms about participants give."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy

from enterprises.models import Enterprise
from grundsteget.forms import Radios, capital
from participants.evidence import JPG, Upload, allowed, checked
from participants.models.participation import YesNo
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User

UNKNOWN = gettext_lazy("Unknown")


def three_states(label: Any, help_text: Any = "") -> Radios:
    """Yes or no, `vill ej uppge`, `uppgift saknas`. (esf-rules.md K-7)"""
    return Radios(label=label, help_text=help_text, required=False, choices=capital([*YesNo.choices, ("", UNKNOWN)]))


class EvidenceField(forms.FileField):
    """A file that is looked into before anything is kept of it. Its answer is an `Upload`, or None."""

    default_error_messages = {
        "required": gettext_lazy("Choose the file."),
        "empty": gettext_lazy("The file is empty. Open it and see whether anything is in it."),
    }

    def __init__(self, *, kinds: Collection[str], **kwargs: Any) -> None:
        self.kinds = kinds
        endings = [f".{kind}" for kind in kinds] + ([".jpeg"] if JPG in kinds else [])
        widget = forms.FileInput(attrs={"accept": ",".join(endings)})
        super().__init__(widget=widget, help_text=lazy(allowed, str)(kinds), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        file = super().clean(data, initial)
        return checked(file, self.kinds) if file else None


def who_reads(own: Organisation, readers: Iterable[Organisation] | None) -> list[tuple[str, str]]:
    """Only the writer's organisation, or shared: and with whom. None when the participant is not chosen yet."""
    return [("own", gettext("Only %(organisation)s") % {"organisation": own}), ("shared", _audience(own, readers))]


def _audience(own: Organisation, readers: Iterable[Organisation] | None) -> str:
    if readers is None:
        return gettext("Shared with the partners who have the person's consent")
    others = [str(reader) for reader in readers if reader != own]
    if not others:
        return gettext("Shared with partners – nobody has consent today")
    return gettext("Shared: %(organisations)s") % {"organisations": ", ".join([str(own), *others])}


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
