"""Measures that end soon: whoever is employed with support must know in time what comes after."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from grundsteget.dates import add_months, today
from participants import rules
from participants.models import Measure
from participants.models.measure import MeasureQuerySet
from partners.models import User

# How long before the last day one is reminded: first to plan, then to act.
REMIND_DAYS, URGENT_DAYS = 90, 30


def ending_measures(user: User, days: int = REMIND_DAYS) -> MeasureQuerySet:
    """Those that end within so many days and have no successor, the nearest first.

    Of people who take part, and of leavers while their follow-up runs. One query, whatever it finds.
    """
    followed_since = _earliest_followed_exit()
    return (
        Measure.objects.visible_to(user)
        .ending(days)
        .filter(Q(participation__left_on__isnull=True) | Q(participation__left_on__gte=followed_since))
        .select_related("kind", "participation__participant")
        .order_by("ended_on", "pk")
    )


def _earliest_followed_exit() -> dt.date:
    return add_months(today(), -rules.MONTHS_AFTER)
