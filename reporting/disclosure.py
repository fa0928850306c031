"""What outsiders may see of small numbers.

Three things are done to a table before it leaves the project's own team: a count below the threshold is hidden; more is
hidden until nothing hidden can be computed from what is left — from women + men = all, from rows that add up, or from a
percentage and its denominator, which are never printed for a hidden count; and a curve becomes quarters in steps of
the threshold. What is hidden is an object that no template can print, add or compare as a number.

How sure it is: the reader is taken to know every sum declared here and that nobody of unknown sex exists where nobody
does. Bounds are passed along the sums until they no longer change; every hidden small count keeps at least `threshold`
further possible values. Overlapping pages and earlier days are not yet compared (SAFETY.md P-47).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from django.conf import settings
from django.utils.translation import gettext as _

from grundsteget.dates import add_months, first_of_month
from reporting.figures import Figure, percent


class Hidden:
    """A count that outsiders may not see. It prints as a word; whoever calculates with it gets an error."""

    is_hidden = True

    def __str__(self) -> str:
        return _("hidden")

    def __repr__(self) -> str:
        return "<hidden>"

    def _refuse(self, *_others: object) -> NoReturn:
        raise TypeError("a hidden count is no number")

    __int__ = __float__ = __index__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __lt__ = __le__ = __gt__ = __ge__ = __round__ = _refuse


HIDDEN = Hidden()
Number = int | Hidden


@dataclass(frozen=True)
class Shown:
    """A figure as this reader may see it."""

    total: Number
    women: Number
    men: Number

    @property
    def has_hidden(self) -> bool:
        return any(isinstance(cell, Hidden) for cell in (self.total, self.women, self.men))


@dataclass(frozen=True)
class Sum:
    """A row that is the sum of others. With a `rest`, the others fall short of it by something nobody prints."""

    whole: str
    parts: tuple[str, ...]
    rest: bool = False


def share(numerator: Number, denominator: Number | None) -> float | Hidden | None:
    """A percentage only where both its numbers are shown."""
    if isinstance(numerator, Hidden) or isinstance(denominator, Hidden):
        return HIDDEN
    return percent(numerator, denominator)


def everything(rows: Mapping[str, Figure]) -> dict[str, Shown]:
    """The table as the project's own team sees it."""
    return {name: Shown(f.total, f.women, f.men) for name, f in rows.items()}


def disclose(rows: Mapping[str, Figure], sums: Sequence[Sum], threshold: int | None = None) -> dict[str, Shown]:
    """The table as everybody else sees it.

    `sums` are what a reader knows to add up. They must not form a ring: bounds then travel along them exactly.
    """
    table = _Table(rows, sums, settings.SMALL_NUMBER_THRESHOLD if threshold is None else threshold)
    table.hide_small()
    table.hide_until_safe()
    table.show_what_may_stay()
    return {name: table.shown(name) for name in rows}


# --- How it is decided --------------------------------------------------------------------------------

TOTAL, WOMEN, MEN, UNKNOWN = "total", "women", "men", "unknown"
COLUMNS = (TOTAL, WOMEN, MEN, UNKNOWN)
SPLIT = (WOMEN, MEN, UNKNOWN)
ENDLESS = 10**9
Cell = tuple[str, str]
Bounds = dict[Cell, tuple[int, int]]


class _Table:
    """Rows of which the total, and beside it the split by sex, are shown or hidden."""

    def __init__(self, rows: Mapping[str, Figure], sums: Sequence[Sum], threshold: int) -> None:
        self.threshold = threshold
        self.counts = {name: _columns(figure) for name, figure in rows.items()}
        self.printed = set(rows)
        self.sums = [self._with_rest(one, index) for index, one in enumerate(sums)]
        self.wholes = {one.whole for one in sums}
        _refuse_rings(self.sums)
        self.totals = set(rows)
        self.splits = set(rows)

    def _with_rest(self, one: Sum, index: int) -> Sum:
        """The unprinted remainder is a row like the others, always hidden."""
        if not one.rest:
            return one
        name = f"rest {index}"
        whole, parts = self.counts[one.whole], [self.counts[part] for part in one.parts]
        self.counts[name] = {column: whole[column] - sum(part[column] for part in parts) for column in COLUMNS}
        return Sum(one.whole, (*one.parts, name))

    def shown(self, name: str) -> Shown:
        count = self.counts[name]
        total = count[TOTAL] if name in self.totals else HIDDEN
        women, men = (count[WOMEN], count[MEN]) if name in self.splits else (HIDDEN, HIDDEN)
        return Shown(total, women, men)

    def _is_small(self, name: str, column: str) -> bool:
        return 0 < self.counts[name][column] < self.threshold

    def hide_small(self) -> None:
        for name in self.printed:
            if self._is_small(name, TOTAL):
                self._hide(name, TOTAL)
            elif any(self._is_small(name, column) for column in SPLIT):
                self._hide(name, WOMEN)

    def hide_until_safe(self) -> None:
        while exposed := self._exposed():
            name, column = exposed[0]
            if not self._hide_beside(name, column):
                return  # Nothing is left to hide.

    def show_what_may_stay(self) -> None:
        """Take back what a later step made unnecessary, largest first."""
        for name in sorted(self.printed - self.totals, key=self._size, reverse=True):
            if not self._is_small(name, TOTAL):
                self._try_to_show(self.totals, name)
        for name in sorted(self.totals - self.splits, key=self._size, reverse=True):
            if not any(self._is_small(name, column) for column in SPLIT):
                self._try_to_show(self.splits, name)

    def _try_to_show(self, shown: set[str], name: str) -> None:
        shown.add(name)
        if self._exposed():
            shown.discard(name)

    def _size(self, name: str) -> tuple[int, str]:
        return self.counts[name][TOTAL], name

    def _hide(self, name: str, column: str) -> None:
        self.splits.discard(name)
        if column == TOTAL:
            self.totals.discard(name)

    def _hide_beside(self, name: str, column: str) -> bool:
        """Hide one more row that adds up with this one: the smallest, and a sum only after its parts."""
        near = {other for one in self.sums if name in (one.whole, *one.parts) for other in (one.whole, *one.parts)}
        for rows in (near & self.printed, self.printed):
            for shown, what in ((self.splits, WOMEN), (self.totals, TOTAL)):
                choice = rows & (self.totals if column == TOTAL else shown)
                if choice:
                    self._hide(min(choice, key=self._cost), TOTAL if column == TOTAL else what)
                    return True
        return False

    def _cost(self, name: str) -> tuple[bool, int, str]:
        return name in self.wholes, *self._size(name)

    def _exposed(self) -> list[Cell]:
        """Hidden small counts, the unprinted ones too, that a reader can pin down."""
        bounds = self._bounds()
        return [
            (name, column)
            for name in self.counts
            for column in COLUMNS
            if self._is_small(name, column) and bounds[name, column][1] - bounds[name, column][0] < self.threshold
        ]

    def _is_known(self, name: str, column: str) -> bool:
        if name in self.printed:
            if column == TOTAL and name in self.totals:
                return True
            if name in self.splits:
                return True
        return column == UNKNOWN and self.counts[name][UNKNOWN] == 0

    def _bounds(self) -> Bounds:
        """What a reader can say of each cell: known ones as they are, the rest by passing bounds along the sums."""
        bounds: Bounds = {}
        for name, count in self.counts.items():
            for column in COLUMNS:
                known = self._is_known(name, column)
                bounds[name, column] = (count[column], count[column]) if known else (0, ENDLESS)
        links = list(self._links(bounds))
        changed = True
        while changed:
            changes = [_tighten(bounds, whole, parts) for whole, parts in links]
            changed = any(changes)
        return bounds

    def _links(self, bounds: Bounds) -> Iterable[tuple[Cell, list[Cell]]]:
        for name in self.counts:
            yield (name, TOTAL), [(name, column) for column in SPLIT]
        for one in self.sums:
            # Rows without a total are also one block, whose total a reader gets by subtraction.
            block = [part for part in one.parts if not self._is_known(part, TOTAL)]
            others = [part for part in one.parts if part not in block]
            name = f"block of {one.whole} {one.parts}"
            for column in COLUMNS:
                bounds[name, column] = (0, ENDLESS)
                yield (name, column), [(part, column) for part in block]
                yield (one.whole, column), [*((part, column) for part in others), (name, column)]
            yield (name, TOTAL), [(name, column) for column in SPLIT]


def _columns(figure: Figure) -> dict[str, int]:
    unknown = figure.total - figure.women - figure.men
    return {TOTAL: figure.total, WOMEN: figure.women, MEN: figure.men, UNKNOWN: unknown}


def _tighten(bounds: Bounds, whole: Cell, parts: list[Cell]) -> bool:
    """Narrow the bounds of a sum and of its parts by each other. Whether anything changed."""
    low, high = (sum(bounds[part][end] for part in parts) for end in (0, 1))
    changed = _narrow(bounds, whole, low, high)
    for part in parts:
        others_low, others_high = low - bounds[part][0], high - bounds[part][1]
        if _narrow(bounds, part, bounds[whole][0] - others_high, bounds[whole][1] - others_low):
            changed = True
            low, high = others_low + bounds[part][0], others_high + bounds[part][1]
    return changed


def _narrow(bounds: Bounds, cell: Cell, low: int, high: int) -> bool:
    before = bounds[cell]
    bounds[cell] = max(before[0], low), min(before[1], high)
    return bounds[cell] != before


def _refuse_rings(sums: Sequence[Sum]) -> None:
    """Rows tied to each other in two ways would need a solver: declare fewer sums, or print fewer rows."""
    group: dict[str, str] = {}

    def leader(name: str) -> str:
        while group.setdefault(name, name) != name:
            name = group[name]
        return name

    for index, one in enumerate(sums):
        for name in (one.whole, *one.parts):
            first, second = leader(f"sum {index}"), leader(name)
            if first == second:
                raise ValueError(f"the sums form a ring at {name!r}")
            group[first] = second


# --- Curves -----------------------------------------------------------------------------------------

Points = list[tuple[dt.date, int]]


def by_quarter(
    points: Sequence[tuple[dt.date, int]], start: dt.date, until: dt.date, threshold: int | None = None
) -> Points:
    """A growing count at the end of each quarter, rounded down to a multiple of the threshold.

    A month's exact growth would tell of single persons. Between two of these points lie `threshold` possible growths or
    more; a last quarter that the exact count of today would pin down is left out.
    """
    step = settings.SMALL_NUMBER_THRESHOLD if threshold is None else threshold
    now = _count_on(points, until)
    shown = [(end, _count_on(points, end) // step * step) for end in quarter_ends(start, until)]
    while shown and now - shown[-1][1] < step - 1:
        shown.pop()
    return shown


def quarter_ends(start: dt.date, until: dt.date) -> list[dt.date]:
    """The last day of each calendar quarter from `start` that has passed before `until`."""
    first = first_of_month(start)
    after = add_months(first, 3 - (first.month - 1) % 3)  # The first day of the next quarter.
    ends = []
    while after <= until:
        ends.append(after - dt.timedelta(days=1))
        after = add_months(after, 3)
    return ends


def _count_on(points: Sequence[tuple[dt.date, int]], day: dt.date) -> int:
    return max((number for on, number in points if on <= day), default=0)
