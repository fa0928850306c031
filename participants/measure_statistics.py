"""How many got which measure, women and men: people, not decisions, each counted once for each kind. (goal 6)"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When

from grundsteget.dates import today
from participants.models import Measure, MeasureKind, Participant
from participants.models.measure import MeasureQuerySet
from partners.models import Project

State, Sex = Measure.State, Participant.Sex

# Somebody with several measures of one kind stands where she has come furthest.
FURTHEST_FIRST = (State.ONGOING, State.GRANTED, State.ENDED, State.ASKED, State.REFUSED, State.TAKEN_BACK)
GOT_IT = (State.GRANTED, State.ONGOING, State.ENDED)


@dataclass(frozen=True)
class People:
    """A number of people; where the sex is unknown they are in the total alone."""

    total: int = 0
    women: int = 0
    men: int = 0

    def __add__(self, other: People) -> People:
        return People(self.total + other.total, self.women + other.women, self.men + other.men)


@dataclass(frozen=True)
class KindCount:
    """One kind of measure: in which state its people stood on the last day of the period."""

    kind: MeasureKind
    states: dict[Measure.State, People] = field(default_factory=dict)

    def people(self, states: Iterable[Measure.State] = FURTHEST_FIRST) -> People:
        return sum((self.states.get(state, People()) for state in states), People())


def measure_counts(project: Project, first: dt.date | None = None, last: dt.date | None = None) -> list[KindCount]:
    """Kinds with somebody in them, in the kinds' order: whoever had one asked for, or had it, in the period.

    Without `first` since the beginning, without `last` until today. Two queries, however many people.
    """
    day = min(last or today(), today())
    rows = (
        _furthest(project, first, day)
        .order_by()
        .values_list("kind", "state_then", "participation__participant__sex")
        .annotate(people=Count("pk"))
    )
    counts: dict[str, KindCount] = {kind.pk: KindCount(kind) for kind in MeasureKind.objects.all()}
    for kind, state, sex, number in rows:
        states = counts[kind].states
        more = People(number, number if sex == Sex.WOMAN else 0, number if sex == Sex.MAN else 0)
        states[State(state)] = states.get(State(state), People()) + more
    return [count for count in counts.values() if count.states]


def _furthest(project: Project, first: dt.date | None, day: dt.date) -> MeasureQuerySet:
    """Of each person and kind the one measure that has come furthest, with `state_then`."""
    of_project = {"participation__project": project, "participation__merged_into__isnull": True}
    measures = _ranked(Measure.objects.in_period(first, day).filter(**of_project), day)
    others = _ranked(Measure.objects.in_period(first, day), day).filter(
        Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk")),
        participation=OuterRef("participation"),
        kind=OuterRef("kind"),
    )
    return measures.filter(~Exists(others))


def _ranked(measures: MeasureQuerySet, day: dt.date) -> MeasureQuerySet:
    ranks = [When(state_then=state, then=Value(rank)) for rank, state in enumerate(FURTHEST_FIRST)]
    return measures.with_state(day).annotate(rank=Case(*ranks, default=Value(len(ranks)), output_field=IntegerField()))
