"""Silence, and measures that end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants.inbox.frame import Line, Source
from participants.measure_reminders import ending_measures
from participants.models import Consent, Measure, Participation
from participants.models.measure import MeasureQuerySet
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

SILENCE, MEASURE = "silence", "measure"


def _silent(user: User, visible: ParticipationQuerySet) -> Any:
    return visible.silent().select_related("participant").order_by("last_event_on", "pk")


def _silence(participation: Participation) -> Line:
    last_event_on = participation.last_event_on or today()
    return Line(
        kind=SILENCE,
        row_id=participation.pk,
        participation=participation,
        due_on=last_event_on + dt.timedelta(days=settings.SILENCE_DAYS),
        why=_("Nothing recorded since %(day)s. Is the person still taking part?") % {"day": last_event_on},
        action=_("Log"),
        url=reverse("participants:journal_create", args=[participation.pk]),
    )


def _ending(user: User, visible: ParticipationQuerySet) -> MeasureQuerySet:
    return ending_measures(user).filter(participation__in=visible)


def _measure(measure: Measure) -> Line:
    participation = measure.participation
    return Line(
        kind=MEASURE,
        row_id=measure.pk,
        participation=participation,
        due_on=measure.ended_on or today(),
        # Which support a protected person has could lead to where she is.
        why=_("A measure ends. What comes after?")
        if participation.participant.is_protected
        else _("%(measure)s ends. What comes after?") % {"measure": measure.kind},
        action=_("Apply again"),
        url=reverse("participants:measure_create", args=[participation.pk]),
    )


SOURCES = (
    Source(
        SILENCE,
        gettext_lazy("People without any event for a long time"),
        Permission.JOURNAL_WRITE,
        _silent,
        _silence,
        query="tyst=1&sort=senast",
    ),
    Source(
        MEASURE,
        gettext_lazy("Measures that end"),
        Permission.MEASURE_RECORD,
        _ending,
        _measure,
        category=Consent.Category.JOURNEY,
    ),
)
