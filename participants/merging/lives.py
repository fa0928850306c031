"""What the page tells of the two records: their codes, first entry and last exit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from participants.models import ExitReason, Merge, Participation, Stint


def former_refs(merge: Merge) -> list[str]:
    """The codes of the record that was joined to the other one."""
    return sorted(Participation.objects.filter(participant=merge.former_id).values_list("ref", flat=True))


@dataclass(frozen=True)
class Life:
    """First entry and last exit over several records. (P-2, P-3)"""

    entered_on: dt.date | None
    left_on: dt.date | None
    stints: list[Stint]


def life_of(*participations: Participation) -> Life:
    stints = list(
        Stint.objects.filter(participation__in=[p.pk for p in participations])
        .exclude(exit_reason=ExitReason.MISTAKE)
        .select_related("exit_reason", "participation")
        .order_by("started_on", "pk")
    )
    is_open = any(stint.ended_on is None for stint in stints)
    ends = [stint.ended_on for stint in stints if stint.ended_on]
    return Life(
        entered_on=stints[0].started_on if stints else None,
        left_on=None if is_open or not ends else max(ends),
        stints=stints,
    )
