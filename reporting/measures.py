"""Authorities' measures by sex as each reader may see them: exact for the team, small numbers hidden from others.

A person is counted once for each kind of measure, where she has come furthest. Kinds are not added up: one person may
have several of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from participants.measure_statistics import GOT_IT, KindCount, People, measure_counts
from participants.models import Measure, MeasureKind
from partners.models import Project
from reporting.dashboard import Line, Share
from reporting.disclosure import Shown, Sum, disclose, everything
from reporting.figures import Figure

State = Measure.State
WHOLE, DECIDED, GOT = "whole", "decided", "got"

# The rows of one kind, each with its depth; what is indented is a part of the nearest row above it that is less so.
ROWS: tuple[tuple[str, int, Promise], ...] = (
    (State.ASKED, 1, gettext_lazy("Asked for, not decided")),
    (DECIDED, 1, gettext_lazy("Decided")),
    (GOT, 2, pgettext_lazy("people", "Granted")),
    (State.GRANTED, 3, gettext_lazy("not begun")),
    (State.ONGOING, 3, gettext_lazy("going on")),
    (State.ENDED, 3, pgettext_lazy("measure", "ended")),
    (State.REFUSED, 2, pgettext_lazy("people", "Refused")),
    (State.TAKEN_BACK, 1, gettext_lazy("Application taken back")),
)


@dataclass(frozen=True)
class Row:
    """One line under a kind."""

    line: Line
    depth: int


@dataclass(frozen=True)
class Kind:
    """One kind of measure: its people, where they stand, and how many of those decided on were granted it."""

    kind: MeasureKind
    people: Line
    rows: list[Row]
    granted: Line


def measures_of(
    project: Project, *, is_exact: bool, first: dt.date | None = None, last: dt.date | None = None
) -> list[Kind]:
    """Every kind that somebody has had or asked for. Only the team may choose a period.

    Two periods that overlap would tell by subtraction what each of them hides.
    """
    if not is_exact:
        first = last = None
    counts = measure_counts(project, first, last)
    # Rows with nobody are left out of the page, and so must be left out of what hides others: a reader sees the gap.
    rows = {name: figure for count in counts for name, figure in _figures(count) if figure.total}
    sums = [Sum(one.whole, parts) for count in counts for one in _sums(count) if (parts := _present(one, rows))]
    shown = everything(rows) if is_exact else disclose(rows, sums)
    return [_kind(count, shown) for count in counts]


def _present(one: Sum, rows: Mapping[str, Figure]) -> tuple[str, ...]:
    return tuple(part for part in one.parts if part in rows)


def _name(count: KindCount, row: str) -> str:
    return f"{count.kind.pk} {row}"


def _figures(count: KindCount) -> Iterator[tuple[str, Figure]]:
    yield _name(count, WHOLE), _figure(count.people())
    yield _name(count, DECIDED), _figure(count.people([*GOT_IT, State.REFUSED]))
    yield _name(count, GOT), _figure(count.people(GOT_IT))
    for state in (State.ASKED, *GOT_IT, State.REFUSED, State.TAKEN_BACK):
        yield _name(count, state), _figure(count.people([state]))


def _figure(people: People) -> Figure:
    return Figure(people.total, people.women, people.men)


def _sums(count: KindCount) -> Iterator[Sum]:
    """Everything on the page that adds up, and so everything a reader could subtract."""
    yield Sum(_name(count, WHOLE), tuple(_name(count, row) for row in (State.ASKED, DECIDED, State.TAKEN_BACK)))
    yield Sum(_name(count, DECIDED), tuple(_name(count, row) for row in (GOT, State.REFUSED)))
    yield Sum(_name(count, GOT), tuple(_name(count, row) for row in GOT_IT))


def _kind(count: KindCount, shown: Mapping[str, Shown]) -> Kind:
    nobody = Shown(0, 0, 0)
    got, decided = shown.get(_name(count, GOT), nobody), shown.get(_name(count, DECIDED), nobody)
    return Kind(
        kind=count.kind,
        people=_line(str(count.kind), shown[_name(count, WHOLE)]),
        rows=[
            Row(_line(str(label), shown[_name(count, row)]), depth)
            for row, depth, label in ROWS
            if _name(count, row) in shown
        ],
        granted=Line(
            str(gettext_lazy("Granted, of those decided on")),
            Share(got.women, decided.women),
            Share(got.men, decided.men),
            Share(got.total, decided.total),
        ),
    )


def _line(label: str, shown: Shown) -> Line:
    return Line(label, shown.women, shown.men, shown.total)
