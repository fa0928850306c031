"""Progress over time as one small line for each dimension: places in a drawing, and the words that say the same.

Small lines under each other, not six in one plot: each is read by its own name, so no colour has to be told apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from participants import progress
from participants.models import Participation, ProgressAssessment, ProgressLevel
from participants.progress import HIGHEST, LOWEST, Dimension
from partners.models import User

WIDTH, HEIGHT = 1000, 100  # The drawing's own units: the page stretches it. Strokes and dots keep their size.
EDGE_X, EDGE_Y = 12, 12


@dataclass(frozen=True)
class Point:
    on: dt.date
    level: int
    scale: int
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """One dimension over time, in the words of the scale it was last assessed with."""

    dimension: Dimension
    points: list[Point]

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def path(self) -> str:
        """Straight from point to point; levels of different scales are not joined."""
        parts, scale = [], None
        for point in self.points:
            parts.append(f"{'L' if point.scale == scale else 'M'}{point.x} {point.y}")
            scale = point.scale
        return "".join(parts)

    @property
    def sentence(self) -> str:
        return self.dimension.level(self.last.level)

    @property
    def change(self) -> str:
        """How it moved since the first assessment on the same scale."""
        first = next(point for point in self.points if point.scale == self.last.scale)
        if first is self.last:
            return _("assessed once")
        if first.level == self.last.level:
            return _("as at the start")
        words = _("up from %(level)s") if first.level < self.last.level else _("down from %(level)s")
        return words % {"level": first.level}


@dataclass(frozen=True)
class Row:
    """One assessment in the table: what the lines are drawn from, and what they leave out."""

    assessment: ProgressAssessment
    levels: list[Told]


@dataclass(frozen=True)
class Told:
    name: str
    level: int | None
    sentence: str


@dataclass(frozen=True)
class Progress:
    lines: list[Line] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    first_on: dt.date | None = None
    last_on: dt.date | None = None

    @property
    def gridlines(self) -> list[int]:
        return [_y(level) for level in range(LOWEST, HIGHEST + 1)]


def progress_of(user: User, participation: Participation) -> Progress:
    """All assessments that the user may read, the newest first in the table; withdrawn ones are in no line."""
    assessments = list(
        ProgressAssessment.objects.visible_to(user)
        .filter(participation=participation)
        .select_related("recorded_by")
        .order_by("assessed_on", "pk")
    )
    levels: dict[int, dict[str, int]] = {}
    known = ProgressLevel.objects.visible_to(user).filter(assessment__in=assessments)
    for pk, dimension, level in known.order_by("assessment", "dimension").values_list(
        "assessment", "dimension", "level"
    ):
        levels.setdefault(pk, {})[dimension] = level
    standing = [one for one in assessments if one.withdrawn_at is None]
    return Progress(
        lines=list(_lines(standing, levels)),
        rows=[Row(one, _told(one, levels.get(one.pk, {}))) for one in reversed(assessments)],
        first_on=standing[0].assessed_on if standing else None,
        last_on=standing[-1].assessed_on if standing else None,
    )


def _lines(assessments: list[ProgressAssessment], levels: dict[int, dict[str, int]]) -> Iterator[Line]:
    """In the order of the newest scale; a dimension that only an older one has comes after."""
    if not assessments:
        return
    first, last = assessments[0].assessed_on, assessments[-1].assessed_on
    points: dict[str, list[Point]] = {}
    for one in assessments:
        for code, level in levels.get(one.pk, {}).items():
            x = _x(one.assessed_on, first, last)
            points.setdefault(code, []).append(Point(one.assessed_on, level, one.scale, x, _y(level)))
    order = list(dict.fromkeys(code for version in sorted(progress.SCALES, reverse=True) for code in _codes(version)))
    for code in order:
        if code in points:
            yield Line(progress.SCALES[points[code][-1].scale].dimension(code), points[code])


def _codes(version: int) -> list[str]:
    return progress.SCALES[version].codes


def _told(assessment: ProgressAssessment, levels: dict[str, int]) -> list[Told]:
    """Every dimension of the scale it was made with. What the reader may not know is left out, not called unknown."""
    scale = progress.SCALES[assessment.scale]
    return [
        Told(str(one.name), level := levels.get(one.code), one.level(level) if level else "")
        for one in scale.dimensions
        if one.code in levels or not one.is_about_health
    ]


def _x(day: dt.date, first: dt.date, last: dt.date) -> int:
    days = (last - first).days
    return EDGE_X + round((day - first).days * (WIDTH - 2 * EDGE_X) / days) if days else WIDTH // 2


def _y(level: int) -> int:
    return HEIGHT - EDGE_Y - round((level - LOWEST) * (HEIGHT - 2 * EDGE_Y) / (HIGHEST - LOWEST))
