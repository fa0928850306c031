"""What happened to a participant, as one stream, and her activities as bars.

Each kind is read set-based, through what the reader may see; the page loops and formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from grundsteget.dates import first_of_month
from participants import rules
from participants.models import Participation
from participants.timeline.activities import ACTIVITIES, activities
from participants.timeline.bars import WIDTH, Bar, Gantt, gantt
from participants.timeline.consents import CONSENTS, consents
from participants.timeline.documents import DOCUMENTS, documents
from participants.timeline.frame import Correction, Entry, Kind
from participants.timeline.measures import MEASURES, measures
from participants.timeline.network import NETWORK, network
from participants.timeline.notes import NOTES, notes
from participants.timeline.outcomes import OUTCOMES, outcomes
from participants.timeline.periods import PERIODS, periods
from participants.timeline.plan import PLAN, plan
from partners.models import User

__all__ = [
    "KINDS",
    "PLAN",
    "SHOWN",
    "WIDTH",
    "Bar",
    "Correction",
    "Entry",
    "Gantt",
    "Kind",
    "Timeline",
    "gantt",
    "timeline",
]

SHOWN = 100
KINDS = {
    NOTES: Kind(_("Notes"), notes),
    ACTIVITIES: Kind(_("Activities"), activities),
    PLAN: Kind(_("Plan"), plan),
    MEASURES: Kind(_("Measures"), measures),
    OUTCOMES: Kind(_("Outcomes"), outcomes),
    NETWORK: Kind(_("Working together"), network),
    CONSENTS: Kind(_("Consents"), consents),
    DOCUMENTS: Kind(_("Documents"), documents),
    PERIODS: Kind(_("Periods and follow-ups"), periods),
}


@dataclass(frozen=True)
class Month:
    name: str
    entries: list[Entry]


@dataclass
class Timeline:
    """Planned entries above today, then the months, newest first."""

    planned: list[Entry] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    hidden: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.planned and not self.months


def timeline(
    user: User,
    participation: Participation,
    kind: str = "",
    limit: int | None = SHOWN,
    without: frozenset[str] = frozenset(),
) -> Timeline:
    """The stream of one kind, or of all save those left out. As many queries however long the story is."""
    kinds = {kind} if kind in KINDS else KINDS.keys() - without
    entries = [entry for key in kinds for entry in KINDS[key].entries(user, participation)]
    entries.sort(key=lambda entry: (entry.on, entry.order, entry.kind), reverse=True)
    planned = [entry for entry in entries if entry.is_planned]
    past = [entry for entry in entries if not entry.is_planned]
    shown = past if limit is None else past[:limit]
    return Timeline(planned, list(_by_month(shown)), len(past) - len(shown))


def _by_month(entries: Iterable[Entry]) -> Iterator[Month]:
    for month, of_month in groupby(entries, key=lambda entry: first_of_month(entry.on)):
        yield Month(rules.month_name(month), list(of_month))
