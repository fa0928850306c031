"""Follow-ups after leaving: the same people as the follow-up list asks now."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants import follow_ups, rules
from participants.inbox.frame import Line, Source
from participants.models import Consent, FollowUp, Participation
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

FOUR_WEEKS, SIX_MONTHS = FollowUp.Milestone.FOUR_WEEKS.value, FollowUp.Milestone.SIX_MONTHS.value


def _four_weeks_open(user: User, visible: ParticipationQuerySet) -> Any:
    return follow_ups.to_ask(visible, FOUR_WEEKS)


def _six_months_open(user: User, visible: ParticipationQuerySet) -> Any:
    return follow_ups.to_ask(visible, SIX_MONTHS)


def _follow_up(participation: Participation, milestone: str, why: str) -> Line:
    exit_on = participation.left_on
    assert exit_on is not None  # noqa: S101 — the queries above ask for those who left
    return Line(
        kind=milestone,
        row_id=participation.pk,
        participation=participation,
        due_on=rules.follow_up_closes_on(exit_on, milestone) or exit_on,
        why=why,
        action=_("Answer"),
        url=reverse("participants:follow_up_create", args=[participation.pk, milestone]),
    )


def _four_weeks(participation: Participation) -> Line:
    why = _("Left %(day)s. What is the situation within 28 days?") % {"day": participation.left_on}
    return _follow_up(participation, FOUR_WEEKS, why)


def _six_months(participation: Participation) -> Line:
    why = _("Left %(day)s. What is the situation six months later?") % {"day": participation.left_on}
    return _follow_up(participation, SIX_MONTHS, why)


SOURCES = (
    Source(
        FOUR_WEEKS,
        gettext_lazy("Follow-ups after four weeks"),
        Permission.FOLLOW_UP_RECORD,
        _four_weeks_open,
        _four_weeks,
        category=Consent.Category.JOURNEY,
        page="participants:follow_up_list",
    ),
    Source(
        SIX_MONTHS,
        gettext_lazy("Follow-ups after six months"),
        Permission.FOLLOW_UP_RECORD,
        _six_months_open,
        _six_months,
        category=Consent.Category.JOURNEY,
        page="participants:follow_up_list",
    ),
)
