"""The process map of a project: who refers, prepares, decides, educates, employs, and who stands around it.

`process_map(project)` places the organisations that have a role today; the template draws. Places are whole units of
the drawing's own grid, so that no number in the page depends on the language.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grundsteget.dates import today
from partners.models import Organisation, Partnership, Project, in_force

Role = Partnership.Role

WIDTH, GAP, MARGIN = 1000, 26, 8
HEAD, LINE, FOOT = 50, 19, 10  # Height of a box's heading, of a line of names, and of the room beneath them.
NAMES = 6  # So many names in a box; the list beneath has them all.
LETTERS = 27  # As many letters as a line of a step's box takes.

# The participant's way: each column is one step; what stands in one column happens at the same time.
STEPS: tuple[tuple[tuple[str, Any], ...], ...] = (
    ((Role.REFERS, _("Refers")),),
    ((Role.PREPARES, _("Guides and prepares")),),
    ((Role.DECIDES, _("Decides on measures")),),
    ((Role.EDUCATES, _("Educates")), (Role.EMPLOYS, _("Employs and supervises"))),
)
# Those who make the way possible, and those who are met at its end.
AROUND: tuple[tuple[str, Any], ...] = (
    (Role.COORDINATES, _("Coordinates the competence bearers")),
    (Role.FINANCES, _("Finances and establishes")),
    (Role.SELLS, _("Sells together")),
    (Role.BUYS, _("Customers and employers")),
    (Role.EXCHANGES, _("Exchange")),
)


@dataclass
class Box:
    """One role and the organisations that have it, with its place in the drawing."""

    role: str
    title: Any
    organisations: list[Organisation]
    x: int = 0
    y: int = 0
    width: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)  # Height and text of each line of names.

    @property
    def height(self) -> int:
        return HEAD + LINE * max(len(self.lines), 1) + FOOT

    @property
    def is_empty(self) -> bool:
        return not self.organisations

    @property
    def text_x(self) -> int:
        return self.x + 14

    @property
    def title_y(self) -> int:
        return self.y + 27

    @property
    def empty_y(self) -> int:
        return self.y + HEAD

    def put(self, x: int, y: int, width: int) -> None:
        self.x, self.y, self.width = x, y, width
        letters = LETTERS * width // 223
        names = [shortened(str(one), letters) for one in self.organisations]
        if len(names) > NAMES:
            more = len(names) - NAMES + 1
            names = [*names[: NAMES - 1], ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}]
        self.lines = [(y + HEAD + LINE * number, name) for number, name in enumerate(names)]


@dataclass(frozen=True)
class Arrow:
    """From the right side of a step to the left side of the next."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def points(self) -> str:
        """The head, as the three corners of a polygon."""
        return f"{self.x2},{self.y2} {self.x2 - 9},{self.y2 - 5} {self.x2 - 9},{self.y2 + 5}"

    @property
    def bend(self) -> int:
        return (self.x1 + self.x2) // 2


@dataclass
class ProcessMap:
    owner: Organisation
    steps: list[list[Box]]
    around: list[Box]
    arrows: list[Arrow]
    height: int
    around_y: int
    width: int = WIDTH
    owner_width: int = WIDTH - 2 * MARGIN
    margin: int = MARGIN

    @property
    def boxes(self) -> list[Box]:
        return [box for column in self.steps for box in column] + self.around

    @property
    def in_words(self) -> list[list[Box]]:
        """The way as an ordered list: one item for a step, with what happens beside each other in it."""
        return self.steps


def process_map(project: Project) -> ProcessMap:
    """The map as it is today. One query."""
    held: dict[str, list[Organisation]] = {}
    partnerships = (
        Partnership.objects.filter(in_force(today()), project=project)
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )
    for partnership in partnerships:
        held.setdefault(partnership.role, []).append(partnership.organisation)
    steps = [[Box(role, title, held.get(role, [])) for role, title in column] for column in STEPS]
    around = [Box(role, title, held[role]) for role, title in AROUND if role in held]
    bottom = _place_steps(steps)
    around_y = bottom + 34
    height = _place_around(around, around_y) if around else bottom + MARGIN
    return ProcessMap(project.owner, steps, around, list(_arrows(steps)), height, around_y)


def shortened(name: str, letters: int) -> str:
    return name if len(name) <= letters else name[: letters - 1].rstrip() + "…"


def _place_steps(steps: list[list[Box]], top: int = 66) -> int:
    """Columns of equal width beneath the owner's band. Returns where they end."""
    width = (WIDTH - 2 * MARGIN - GAP * (len(steps) - 1)) // len(steps)
    bottom = top
    for number, column in enumerate(steps):
        y = top
        for box in column:
            box.put(MARGIN + number * (width + GAP), y, width)
            y += box.height + 16
        bottom = max(bottom, y - 16)
    return bottom


def _place_around(around: list[Box], top: int) -> int:
    """Boxes in rows of three beneath the way. Returns the height of the whole drawing."""
    gap, in_row = 16, min(3, len(around))
    width = (WIDTH - 2 * MARGIN - gap * (in_row - 1)) // in_row
    y = top + 16
    for start in range(0, len(around), in_row):
        row = around[start : start + in_row]
        for number, box in enumerate(row):
            box.put(MARGIN + number * (width + gap), y, width)
        y += max(box.height for box in row) + gap
    return y - gap + MARGIN


def _arrows(steps: list[list[Box]]) -> Iterator[Arrow]:
    for column, following in itertools.pairwise(steps):
        for box in column:
            for target in following:
                yield Arrow(
                    box.x + box.width, box.y + box.height // 2, target.x - 2, target.y + min(target.height, 90) // 2
                )
