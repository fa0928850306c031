"""Charts as SVG text: the same drawing for the page, for print and for PDF, and the same bytes for the same numbers.

    goal_bar(*, goal: "A" | "B", counted, on_the_way, pending, target: int | None, title, width="100%") -> str
    pace(*, goal_a, goal_b: list[tuple[date, int]], target_a, target_b: int | None, start, end, today: date,
         title, description, width="100%") -> str
    swatch(*, goal: "A" | "B", part: "counted" | "on_the_way" | "pending") -> str

The title is a sentence, the caller's; unit and number of people belong in text beneath. `swatch` is the key of
`goal_bar` for a legend in the caller's own words. Horizontal places are percentages, so letters keep their size on a
narrow screen; PDF asks for a width in points. Only presentation attributes are used: the content policy forbids inline
styles. Goal 1 is teal and goal 2 amber everywhere, and every part also differs in pattern, line or mark.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grundsteget.dates import months_between

INK, INK_2, LINE, TRACK, PENDING, PENDING_MARK = "#1d2731", "#55606b", "#e3dfd5", "#efece4", "#d8d4c9", "#77736a"
COLOUR = {"A": "#0b5d63", "B": "#a8650a"}
COLOUR_ON_THE_WAY = {"A": "#8fc0bd", "B": "#e7c893"}
PARTS = ("counted", "on_the_way", "pending")
FONT = "system-ui, Segoe UI, Roboto, Helvetica Neue, Noto Sans, Liberation Sans, sans-serif"

Points = Sequence[tuple[dt.date, int]]


# --- One goal as a bar ----------------------------------------------------------------------------


def goal_bar(
    *, goal: str, counted: int, on_the_way: int, pending: int, target: int | None, title: str, width: str = "100%"
) -> str:
    """People counted, on the way and not yet measurable, end to end, with the target as a mark."""
    numbers = dict(zip(PARTS, (counted, on_the_way, pending), strict=True))
    scale = max((target or 0) * 1.2, sum(numbers.values()) * 1.02, 1)
    key = _key("bar", goal, numbers, target, title, width)
    body = [
        _defs(key, [goal], f'<clipPath id="{key}-clip"><rect y="7" width="100%" height="24" rx="5"/></clipPath>'),
        f'<g clip-path="url(#{key}-clip)"><rect y="7" width="100%" height="24" fill="{TRACK}"/>',
        *_segments(key, goal, numbers, scale),
        "</g>",
        _target_mark(target, scale) if target else "",
    ]
    return _svg(key, title, bar_in_words(numbers, target), width, 54, body)


def swatch(*, goal: str, part: str) -> str:
    """A small square filled as that part of the bar. For the eye only: the word stands beside it."""
    key = _key("swatch", goal, part)
    square = f'<rect width="12" height="12" rx="2" fill="{_fill(key, goal, part)}"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">'
        f"{_defs(key, [goal])}{square}</svg>"
    )


def _segments(key: str, goal: str, numbers: dict[str, int], scale: float) -> Iterator[str]:
    start = 0.0
    for part, number in numbers.items():
        if number:
            share = 100 * number / scale
            yield f'<rect x="{_n(start)}%" y="7" width="{_n(share)}%" height="24" fill="{_fill(key, goal, part)}"/>'
            start += share
            yield _line(f"{_n(start)}%", f"{_n(start)}%", 7, 31, "#fff", 1.5)


def _target_mark(target: int, scale: float) -> str:
    place = _n(100 * target / scale)
    anchor = "end" if target > scale / 2 else "start"
    label = _("target %(number)s") % {"number": target}
    return _line(f"{place}%", f"{place}%", 1, 37, INK, 2) + _text(f"{place}%", 50, label, anchor=anchor)


def bar_in_words(numbers: dict[str, int], target: int | None) -> str:
    words = _("%(counted)s counted, %(on_the_way)s on the way, %(pending)s not yet measurable.") % numbers
    return words + " " + _("The target is %(number)s.") % {"number": target} if target else words


def _fill(key: str, goal: str, part: str) -> str:
    return COLOUR[goal] if part == "counted" else f"url(#{key}-{goal}-{part})"


def _defs(key: str, goals: Sequence[str], more: str = "") -> str:
    return "<defs>" + "".join(_patterns(key, goal) for goal in goals) + more + "</defs>"


def _patterns(key: str, goal: str) -> str:
    """Stripes for on the way, dots for not yet measurable: told apart without colour."""
    stripes = f'<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="{COLOUR[goal]}" stroke-width="1" stroke-opacity=".55"/>'
    dots = f'<circle cx="2" cy="2" r=".8" fill="{PENDING_MARK}"/><circle cx="5" cy="5" r=".8" fill="{PENDING_MARK}"/>'
    return _pattern(f"{key}-{goal}-on_the_way", COLOUR_ON_THE_WAY[goal], stripes) + _pattern(
        f"{key}-{goal}-pending", PENDING, dots
    )


def _pattern(id_: str, ground: str, marks: str) -> str:
    return (
        f'<pattern id="{id_}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{ground}"/>{marks}</pattern>'
    )


# --- Both goals over time -------------------------------------------------------------------------

HEIGHT, TOP, BOTTOM = 290, 18, 240  # Of the drawing, and of the plot in it.
LEFT, RIGHT = 8, 98  # Of the plot, in per cent of the drawing's width.
ACROSS = 1000  # Units across the plot, stretched to whatever width it gets.
LABEL = 16  # Height that a line of letters needs.


@dataclass(frozen=True)
class Frame:
    """From days and people to places in the drawing."""

    start: dt.date
    end: dt.date
    today: dt.date
    highest: int

    def share(self, day: dt.date) -> float:
        """Of the way from start to end; days outside the project stand at its edge."""
        days = (day - self.start).days / max((self.end - self.start).days, 1)
        return min(max(days, 0.0), 1.0)

    def across(self, day: dt.date) -> float:
        """Per cent of the drawing's width."""
        return LEFT + (RIGHT - LEFT) * self.share(day)

    def down(self, people: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * people / self.highest

    @property
    def is_late(self) -> bool:
        """The data's day is far to the right: labels go to the left of it."""
        return self.share(self.today) > 0.6


@dataclass(frozen=True)
class Course:
    """One goal's way: the people counted so far, and the target."""

    goal: str
    name: str
    points: Points
    target: int | None

    @property
    def last(self) -> int:
        return self.points[-1][1] if self.points else 0


def pace(
    *,
    goal_a: Points,
    goal_b: Points,
    target_a: int | None,
    target_b: int | None,
    start: dt.date,
    end: dt.date,
    today: dt.date,
    title: str,
    description: str,
    width: str = "100%",
) -> str:
    """People counted so far in each goal, against an even pace from the project's start to the target at its end."""
    courses = [Course("A", _("Goal 1"), goal_a, target_a), Course("B", _("Goal 2"), goal_b, target_b)]
    reached = max(course.last for course in courses)
    highest = max(reached + 1, target_a or 0, target_b or 0, 4)
    step = _round_step(highest)
    frame = Frame(start, end, today, highest=step * -(-highest // step))
    key = _key("pace", goal_a, goal_b, target_a, target_b, start, end, today, title, description, width)
    body = [
        *_people_axis(frame, step),
        *_time_axis(frame),
        *_data_day(frame),
        _lines(frame, courses, width),
        *_targets(frame, courses),
        *_state_today(frame, courses),
    ]
    return _svg(key, title, description, width, HEIGHT, body)


def _round_step(highest: int) -> int:
    """1, 2 or 5 times a power of ten, so that three to six lines span the numbers."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 6 * factor * power and factor * power >= highest / 6:
                return factor * power
        power *= 10


def _people_axis(frame: Frame, step: int) -> Iterator[str]:
    for people in range(0, frame.highest + 1, step):
        y = frame.down(people)
        yield _line(f"{LEFT}%", "100%", y, y, INK_2 if people == 0 else LINE)
        yield _text("0", y + 4, str(people), fill=INK_2)


def _time_axis(frame: Frame) -> Iterator[str]:
    """Januaries, and Julys of a short project; beneath them the months in which the project begins and ends."""
    years = (frame.end - frame.start).days / 365
    months, every = ({1} if years > 2 else {1, 7}), max(-(-years // 4), 1)
    for day in months_between(frame.start, frame.end):
        if day > frame.start and day.month in months and day.year % every == 0:
            place = frame.across(day)
            yield _line(f"{_n(place)}%", f"{_n(place)}%", BOTTOM, BOTTOM + 4, INK_2)
            yield _text(f"{_n(place)}%", BOTTOM + 19, _month(day), anchor=_anchor(place), fill=INK_2)
    for place, anchor, words, day in ((LEFT, "start", _("starts"), frame.start), (RIGHT, "end", _("ends"), frame.end)):
        yield _text(f"{place}%", BOTTOM + 39, f"{words} {_month(day)}", anchor=anchor, fill=INK_2)


def _month(day: dt.date) -> str:
    # Translators: a date format of Django; "b Y" where months are written small.
    return date_format(day, _("M Y"))


def _anchor(place: float) -> str:
    """Labels in the middle of their place, but inside the drawing."""
    return "start" if place < 14 else "end" if place > 90 else "middle"


def _data_day(frame: Frame) -> Iterator[str]:
    place = frame.across(frame.today)
    yield _line(f"{_n(place)}%", f"{_n(place)}%", TOP, BOTTOM, INK_2)
    yield _text(f"{_n(place)}%", TOP - 6, date_format(frame.today, "Y-m-d"), anchor=_anchor(place), fill=INK_2)


def _lines(frame: Frame, courses: Sequence[Course], width: str) -> str:
    """Targets, plans and courses. An own viewport stretches with the width; the strokes do not."""
    across = int(width) * (RIGHT - LEFT) // 100 if width.isdigit() else ACROSS
    paths = []
    for course in courses:
        colour = COLOUR[course.goal]
        if course.target:
            y = _n(frame.down(course.target))
            paths.append(_path(f"M0 {y}H{across}", INK, 1.25, "1 3"))
            paths.append(_path(f"M0 {BOTTOM}L{across} {y}", colour, 1.25, "6 4"))
        paths.append(_path(_staircase(frame, course.points, across), colour, 3 if course.goal == "A" else 2.25))
    return (
        f'<svg x="{LEFT}%" width="{RIGHT - LEFT}%" height="{HEIGHT}" viewBox="0 0 {across} {HEIGHT}"'
        f' preserveAspectRatio="none">{"".join(paths)}</svg>'
    )


def _path(d: str, colour: str, stroke: float, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    look = f'fill="none" stroke="{colour}" stroke-width="{stroke}"{dashed}'
    return f'<path d="{d}" {look} vector-effect="non-scaling-stroke"/>'


def _staircase(frame: Frame, points: Points, across: int) -> str:
    """People are whole: the line rises on the day somebody counted and is level until the next."""
    steps = [f"M0 {BOTTOM}"]
    for day, people in points:
        if day <= frame.today:
            steps.append(f"H{_n(frame.share(day) * across)}V{_n(frame.down(people))}")
    return "".join(steps) + f"H{_n(frame.share(frame.today) * across)}"


def _targets(frame: Frame, courses: Sequence[Course]) -> Iterator[str]:
    """The target's number on its line and the plan's name on its slope, both away from the state today."""
    place, anchor = (LEFT + 2, "start") if frame.is_late else (RIGHT, "end")
    along = 0.3 if frame.is_late else 0.8
    for course in courses:
        if course.target:
            label = _("%(goal)s: target %(number)s") % {"goal": course.name, "number": course.target}
            yield _halo(
                f"{place}%", frame.down(course.target) - 5, label, anchor=anchor, fill=COLOUR[course.goal], weight=600
            )
            x = LEFT + (RIGHT - LEFT) * along
            yield _halo(
                f"{_n(x)}%", frame.down(course.target * along) + 4, _("plan"), anchor="middle", fill=COLOUR[course.goal]
            )


def _state_today(frame: Frame, courses: Sequence[Course]) -> Iterator[str]:
    """A disc for goal 1, a square for goal 2, each with its number; labels that would touch are moved apart."""
    place = frame.across(frame.today)
    anchor, right, up = ("end", 5, 10) if frame.is_late else ("start", 10, -4)
    heights = {course.goal: frame.down(course.last) for course in courses}
    labels = _apart(heights)
    for course in reversed(courses):
        label = f"{course.name}: {course.last}"
        yield _mark(course.goal, place, heights[course.goal])
        yield _halo(
            f"{_n(place)}%",
            labels[course.goal] - up,
            label,
            anchor=anchor,
            fill=COLOUR[course.goal],
            weight=700,
            dx=right,
        )


def _mark(goal: str, place: float, y: float) -> str:
    look = f'fill="{COLOUR[goal]}" stroke="#fff" stroke-width="1.5"'
    if goal == "A":
        return f'<circle cx="{_n(place)}%" cy="{_n(y)}" r="5" {look}/>'
    return (
        f'<svg x="{_n(place)}%" y="{_n(y)}" width="1" height="1" overflow="visible">'
        f'<rect x="-5" y="-5" width="10" height="10" {look}/></svg>'
    )


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Heights of the labels: those of the points, but a label's height from each other and above the axis."""
    upper, lower = sorted(heights, key=lambda goal: heights[goal])
    missing = max(LABEL - (heights[lower] - heights[upper]), 0) / 2
    floor = min(heights[lower] + missing, BOTTOM - LABEL / 2)
    return {lower: floor, upper: min(heights[upper] - missing, floor - LABEL)}


# --- Shared ---------------------------------------------------------------------------------------


def _svg(key: str, title: str, description: str, width: str, height: int, body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img"'
        f' aria-labelledby="{key}-title {key}-desc" font-family="{FONT}" font-size="12">'
        f'<title id="{key}-title">{_escape(title)}</title><desc id="{key}-desc">{_escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def _line(x1: str, x2: str, y1: float, y2: float, colour: str, stroke: float = 1) -> str:
    return f'<line x1="{x1}" x2="{x2}" y1="{_n(y1)}" y2="{_n(y2)}" stroke="{colour}" stroke-width="{stroke}"/>'


def _text(
    x: str,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    fill: str = INK,
    weight: int = 400,
    dx: int = 0,
    more: str = "",
) -> str:
    moved = f' dx="{dx}"' if dx else ""
    place = f'x="{x}" y="{_n(y)}"{moved} text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}" font-weight="{weight}"{more}>{_escape(words)}</text>'


def _halo(x: str, y: float, words: str, *, anchor: str, fill: str, weight: int = 400, dx: int = 0) -> str:
    """Letters on a white rim of their own, readable where lines cross them."""
    rim = ' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return _text(x, y, words, anchor=anchor, fill=fill, weight=weight, dx=dx, more=rim)


def _key(*what: object) -> str:
    """A name for ids: the same for the same chart, another for any other on the page."""
    return "c" + hashlib.sha256(repr(what).encode()).hexdigest()[:10]


def _n(number: float) -> str:
    """At most two decimals, none when they are nought: the same text on every machine."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _escape(words: str) -> str:
    """Safe in XML: markup escaped, characters that XML forbids left out."""
    return escape("".join(c for c in str(words) if c >= " " or c in "\t\n"))
