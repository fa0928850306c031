"""Choices that several forms about participants give."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from enterprises.models import Enterprise
from grundsteget.forms import Radios, capital
from participants.models.participation import YesNo
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User

UNKNOWN = gettext_lazy("Unknown")


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
