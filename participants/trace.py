"""Who has looked at a participant and who may see what: told to her, in words that need no explanation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from participants.models import CareTeamMember, Consent, Participation
from partners import access
from partners.access import Permission
from partners.models import AccessLog, AccessSubject, Membership, User, in_force

SHOWN = 200  # Lines on the page; all of them when asked for.

PAGES: dict[str, Promise] = {
    "participants:today": _("reminders on the start page"),
    "participants:participation_list": _("the list of participants"),
    "participants:participation_print": _("the list of participants, to print"),
    "participants:participation_bulk": _("the list of participants, to do something for several"),
    "participants:bulk_result": _("the list of participants, to do something for several"),
    "participants:participation_detail": _("the participant's page"),
    "participants:participation_create": _("a check whether the person is already enrolled"),
    "participants:identity_show": _("the identity number"),
    "participants:contact_edit": _("the contact details"),
    "participants:entry_record_edit": _("the answers given at the start"),
    "participants:sensitive_edit": _("the sensitive answers"),
    "participants:journal_quick": _("the form for writing notes"),
    "participants:journal_create": _("the form for writing notes"),
    "participants:consent_list": _("the list of consents"),
    "participants:follow_up_list": _("the list of follow-ups"),
    "participants:follow_up_contact": _("the phone number, to make a follow-up"),
    "participants:follow_up_print": _("the call list with phone numbers"),
    "participants:enterprise_people": _("who is placed in an enterprise"),
    "participants:export_create": _("a file with the list of participants"),
    "participants:export_download": _("a file with the list of participants"),
    "participants:merge_list": _("the search for two records of one person"),
    "participants:merge_create": _("whether two records are one person"),
    "participants:trace": _("this page: who has looked"),
    "participants:rectification_create": _("a request to correct"),
    "participants:rectification_answer": _("a request to correct"),
    "participants:rectification_list": _("the list of requests to correct"),
    "reporting:extract_create": _("the register extract: everything that is kept"),
    "reporting:person_erase": _("the erasure of a mistaken registration"),
    "reporting:standing": _("how the participant counts in the report"),
    "reporting:report_detail": _("the people behind a report's figures"),
    "reporting:report_download": _("a report's file"),
    "participants:protection_reason": _("the question why a protected person's page is opened"),
    "partners:review_edit": _("the monthly review of who has looked"),
}
OTHER_PAGE = _("another page about the participant")


@dataclass(frozen=True)
class Look:
    """What one person looked at on one day, however many times."""

    day: dt.date
    first: dt.datetime
    last: dt.datetime
    times: int
    who: str
    organisation: str
    role: str
    page: str
    action: str
    purpose: str


def looks(participation: Participation, limit: int | None = SHOWN) -> list[Look]:
    """The newest first."""
    rows = (
        AccessSubject.objects.filter(participation_id__in=participation.own_ids)
        .values(
            day=TruncDate("entry__at"),
            who=F("entry__actor__name"),
            organisation=F("entry__organisation__name"),
            role=F("entry__role"),
            view=F("entry__view"),
            action=F("entry__action"),
            purpose=F("entry__purpose"),
        )
        .annotate(times=Count("pk"), first=Min("entry__at"), last=Max("entry__at"))
        .order_by("-last", "who", "view")
    )
    return [_look(row) for row in rows[:limit]]


def _look(row: Mapping[str, Any]) -> Look:
    return Look(
        day=row["day"],
        first=row["first"],
        last=row["last"],
        times=row["times"],
        who=row["who"],
        organisation=row["organisation"] or "",
        role=str(Membership(role=row["role"]).get_role_display()),
        page=str(PAGES.get(row["view"], OTHER_PAGE)),
        action=str(dict(AccessLog.Action.choices).get(row["action"], row["action"])),
        purpose=row["purpose"],
    )


@dataclass(frozen=True)
class Viewer:
    """Somebody who may open the participant today: why, what, and until when (None: as long as she takes part)."""

    who: str
    why: str
    sees: str
    until: dt.date | None


EVERYTHING = _("everything that is kept")


def viewers(user: User, participation: Participation) -> list[Viewer]:
    """The owner's team and the partners with a consent in force; of a protected person, the named circle alone."""
    if participation.participant.is_protected:
        return _circle(user, participation)
    return [*_owners(participation), *_partners(user, participation)]


def _owners(participation: Participation) -> list[Viewer]:
    """The people at the project's owner whose role shows them every participant, whatever has been consented to."""
    project = participation.project
    roles = access.roles_with(Permission.PARTICIPANT_VIEW) & access.OWNER_WIDE
    members = Membership.objects.ongoing().filter(organisation=project.owner, role__in=roles).select_related("user")
    return [
        Viewer(
            f"{member.user.name}, {project.owner.name}",
            str(member.get_role_display()),
            str(EVERYTHING),
            member.ended_on or project.ended_on,
        )
        for member in members.order_by("role", "user__name")
    ]


def _partners(user: User, participation: Participation) -> list[Viewer]:
    consents = Consent.objects.visible_to(user).filter(participation=participation).lifting_secrecy()
    return [
        Viewer(
            consent.organisation.name,
            consent.statute or str(consent.get_legal_ground_display()),
            ", ".join(_categories(consent)),
            consent.valid_to,
        )
        for consent in consents.select_related("organisation").order_by("organisation__name", "pk")
    ]


def _categories(consent: Consent) -> list[str]:
    Category = Consent.Category
    covered = {
        Category.BASIC: True,
        Category.JOURNEY: consent.covers_journey,
        Category.NOTES: consent.covers_notes,
        Category.CONTACT: consent.covers_contact,
    }
    return [str(category.label) for category, is_covered in covered.items() if is_covered]


def _circle(user: User, participation: Participation) -> list[Viewer]:
    members = CareTeamMember.objects.visible_to(user).filter(in_force(today()), participation=participation)
    return [
        Viewer(
            f"{member.user.name}, {member.organisation.name}",
            str(_("in the circle around the protected person")),
            str(EVERYTHING),
            member.ended_on,
        )
        for member in members.select_related("user", "organisation").order_by("user__name", "pk")
    ]
