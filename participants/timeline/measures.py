"""What authorities decide: asked for, decided, begun, ended."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import Measure, Participation
from participants.timeline.frame import Entry, joined
from partners.models import User

MEASURES = "insatser"


def measures(user: User, participation: Participation) -> Iterator[Entry]:
    rows = Measure.objects.visible_to(user).filter(participation=participation)
    for measure in rows.with_card().order_by("asked_on", "pk"):
        is_gone = measure.withdrawn_at is not None
        words = {"measure": measure.kind}
        yield Entry(
            measure.asked_on,
            MEASURES,
            _("Asked for: %(measure)s") % words,
            joined(measure.asked_by, measure.withdrawn_reason),
            is_gone=is_gone,
            order=measure.pk,
        )
        if measure.decided_on:
            yield Entry(
                measure.decided_on,
                MEASURES,
                _decision(measure) % words,
                joined(measure.decided_by, measure.support_rate),
                is_gone=is_gone,
                order=measure.pk,
            )
        if not is_gone:
            yield from _period(measure)


def _decision(measure: Measure) -> str:
    return {
        Measure.Decision.GRANTED: _("Granted: %(measure)s"),
        Measure.Decision.REFUSED: _("Refused: %(measure)s"),
        Measure.Decision.TAKEN_BACK: _("Application taken back: %(measure)s"),
    }[Measure.Decision(measure.decision)]


def _period(measure: Measure) -> Iterator[Entry]:
    for day, title in [(measure.started_on, _("Begins: %(activity)s")), (measure.ended_on, _("Ends: %(activity)s"))]:
        if day:
            yield Entry(
                day,
                MEASURES,
                title % {"activity": measure.kind},
                measure.place_name if day == measure.started_on else "",
                is_planned=day > today(),
                order=measure.pk,
            )
