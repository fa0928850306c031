"""What waits for those who administer an organisation's people: data that any page or inbox may show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import ngettext

from grundsteget.dates import today
from partners import access
from partners.access import Permission
from partners.models import Membership, Organisation, User


@dataclass(frozen=True)
class Reminder:
    """People of one organisation who are to be confirmed: how many, and until when before they are paused."""

    organisation: Organisation
    count: int
    paused: int  # Paused already because nobody answered, and waiting to be confirmed or ended.
    due_on: dt.date
    why: str
    url: str

    @property
    def is_late(self) -> bool:
        return self.due_on < today()


def reminders_for(user: User) -> list[Reminder]:
    """For the organisations in which the user herself administers people, the most urgent first. One query."""
    own = access.of(user).organisation_ids(Permission.MEMBERS_MANAGE)
    return reminders_at(own) if own else []


def reminders_at(organisation_ids: set[int]) -> list[Reminder]:
    waiting: dict[Organisation, list[Membership]] = {}
    first_due = today() - dt.timedelta(days=settings.MEMBERS_CONFIRMED_DAYS - settings.MEMBERS_WARNING_DAYS)
    people = (
        Membership.objects.present()
        .filter(organisation__in=organisation_ids, confirmed_on__lte=first_due)
        .select_related("organisation")
        .order_by("confirmed_on", "pk")
    )
    for membership in people:
        if not membership.is_over:
            waiting.setdefault(membership.organisation, []).append(membership)
    return [_reminder(organisation, found) for organisation, found in waiting.items()]


def _reminder(organisation: Organisation, people: list[Membership]) -> Reminder:
    due_on = people[0].confirm_by
    why = ngettext(
        "One person at %(organisation)s is to be confirmed. Unconfirmed people are paused after %(day)s.",
        "%(count)s people at %(organisation)s are to be confirmed. Unconfirmed people are paused after %(day)s.",
        len(people),
    ) % {"count": len(people), "organisation": organisation, "day": due_on}
    return Reminder(
        organisation=organisation,
        count=len(people),
        paused=sum(one.paused_on is not None for one in people),
        due_on=due_on,
        why=why,
        url=reverse("partners:member_list", args=[organisation.pk]),
    )
