"""Rows that hold for a period: which of them a day finds in force, and that none ends before it starts."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def in_force(on: dt.date, prefix: str = "") -> Q:
    """Rows whose period (`started_on` … `ended_on`, both included, no end = continuing) holds the day."""
    return Q(**{f"{prefix}started_on__lte": on}) & (
        Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gte": on})
    )


def period_is_ordered(name: str) -> models.CheckConstraint:
    """The constraint that a period does not end before it starts."""
    return models.CheckConstraint(
        name=name,
        condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
        violation_error_message=_("The end date is before the start date."),
    )
