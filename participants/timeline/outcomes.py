"""Steps towards work."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import rules
from participants.models import Outcome, Participation
from participants.timeline.corrections import corrections, of_readers
from participants.timeline.frame import Entry, joined, lasting_to
from partners.models import User

OUTCOMES = "utfall"


def outcomes(user: User, participation: Participation) -> Iterator[Entry]:
    rows = list(
        Outcome.objects.visible_to(user)
        .filter(participation=participation)
        .select_related("enterprise__organisation")
        .order_by("started_on", "pk")
    )
    changed = corrections(participation, Outcome, of_readers(user, participation, rows))
    for outcome in rows:
        where = str(outcome.enterprise) if outcome.enterprise else outcome.employer
        withdrawn = _("withdrawn: %(reason)s") % {"reason": outcome.withdrawn_reason} if outcome.withdrawn_at else ""
        yield Entry(
            outcome.started_on,
            OUTCOMES,
            outcome.get_kind_display().capitalize(),
            joined(where, outcome.support, lasting_to(outcome.ended_on), withdrawn),
            is_planned=outcome.started_on > today(),
            is_milestone=True,
            is_goal_b=outcome.kind not in rules.IN_SOCIAL_ENTERPRISE,
            is_gone=outcome.withdrawn_at is not None,
            order=outcome.pk,
            corrections=changed.get(outcome.pk, []),
        )
