"""Activities and measures in parallel, as bars over whole months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.formats import date_format

from grundsteget.dates import add_months, first_of_month, last_of_month, today
from participants.models import Activity, Measure, Participation
from participants.timeline.activities import hours

WIDTH = 1000  # The drawing's own units: the page stretches it.
AHEAD_MONTHS = 6
WORK = frozenset({Activity.Kind.WORK, Activity.Kind.WORK_TRAINING, Activity.Kind.INTERNSHIP, Activity.Kind.OCCUPATION})


@dataclass(frozen=True)
class Bar:
    activity: Activity | Measure
    x: int
    width: int
    tone: str
    hours: str

    @property
    def is_over(self) -> bool:
        return self.activity.ended_on is not None and self.activity.ended_on < today()


@dataclass(frozen=True)
class Gantt:
    """Activities side by side over whole months, with a line for each year's and each quarter's first day."""

    bars: list[Bar]
    lines: list[int]
    today_x: int | None
    first: str
    last: str


def gantt(activities: list[Activity], participation: Participation, measures: Iterable[Measure] = ()) -> Gantt | None:
    """Nothing to draw without activities or measures. Open ones reach to today, or to the exit."""
    bars_of: list[Activity | Measure] = [*activities, *(one for one in measures if _is_drawn(one))]
    if not bars_of:
        return None
    starts = [one.started_on for one in bars_of if one.started_on]
    horizon = max([participation.left_on or today(), *starts])
    first = first_of_month(min(starts))
    # Wage support may go on for years: it is cut off where nothing else is left to see.
    furthest = add_months(horizon, AHEAD_MONTHS)
    ends = [one.ended_on for one in activities if one.ended_on]
    ends += [min(one.ended_on, furthest) for one in bars_of if isinstance(one, Measure) and one.ended_on]
    last = last_of_month(max([horizon, *ends]))
    days = (last - first).days + 1

    def x(day: dt.date) -> int:
        return round((day - first).days * WIDTH / days)

    bars = []
    for one in bars_of:
        start = one.started_on or first
        end = min(one.ended_on or max(horizon, start), last)
        start_x = x(start)
        width = max(x(end + dt.timedelta(days=1)) - start_x, 6)
        bars.append(Bar(one, start_x, width, _tone(one), _extent(one)))
    return Gantt(
        bars=bars,
        lines=[x(month) for month in _quarters(first, last)],
        today_x=x(today()) if first <= today() <= last else None,
        first=_short_month(first),
        last=_short_month(last),
    )


def _is_drawn(measure: Measure) -> bool:
    return measure.started_on is not None and measure.withdrawn_at is None


def _extent(one: Activity | Measure) -> str:
    if isinstance(one, Activity):
        return hours(one)
    return f"{one.extent_percent} %" if one.extent_percent else ""


def _tone(activity: Activity | Measure) -> str:
    if isinstance(activity, Measure):
        return "support"
    if activity.kind in WORK:
        return "work"
    return "learn" if activity.kind == Activity.Kind.EDUCATION else "guide"


def _quarters(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    day = add_months(first_of_month(first), (1 - first.month) % 3 or 3)
    while day <= last:
        yield day
        day = add_months(day, 3)


def _short_month(day: dt.date) -> str:
    return date_format(day, "M Y").lower()
