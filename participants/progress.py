"""The project's own scale for steps forward (*stegförflyttning*): what is judged, and what each level means.

A level says what can be seen or what the person tells, so that two caseworkers give the same answer. When a wording
changes, the scale gets a new version and the old one stays here: an assessment is read in the words it was made with,
and levels of different versions are never joined by a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True)
class Dimension:
    """One thing that is judged. `levels` are five sentences, the first for level 1.

    `is_about_health` marks data about health in the sense of the law: read only by those who hold HEALTH_VIEW.
    """

    code: str
    name: Any
    levels: tuple[Any, Any, Any, Any, Any]
    is_about_health: bool = False

    def level(self, number: int) -> str:
        return str(self.levels[number - LOWEST])


@dataclass(frozen=True)
class Scale:
    version: int
    dimensions: tuple[Dimension, ...]

    def dimension(self, code: str) -> Dimension:
        return next(one for one in self.dimensions if one.code == code)

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.dimensions]


EVERYDAY, HEALTH, LANGUAGE, SOCIAL, WORK, BELIEF = "vardag", "halsa", "sprak", "socialt", "arbete", "tro"
# Of any version: the code of a dimension about health never means anything else.
ABOUT_HEALTH = frozenset({HEALTH})

_FIRST = Scale(
    1,
    (
        Dimension(
            EVERYDAY,
            _("Everyday life and energy"),
            (
                _("Everyday life takes all strength: meals, sleep or bills do not work without help."),
                _("Some days work, but nobody can say beforehand which ones."),
                _("Most days work, with support or reminders."),
                _("Everyday life works without support, and a few hours a week outside the home are manageable."),
                _("Everyday life works, and the energy lasts for an activity on most weekdays."),
            ),
        ),
        Dimension(
            HEALTH,
            _("Health"),
            (
                _("Health stops the person from taking part."),
                _("Health stops what was planned every week."),
                _("Health stops what was planned a few times a month."),
                _("Health needs consideration, but what was planned takes place."),
                _("Health does not stand in the way of what the person wants to do."),
            ),
            is_about_health=True,
        ),
        Dimension(
            LANGUAGE,
            _("Language and communication"),
            (
                _("Needs an interpreter or a helper in every conversation."),
                _("Manages short everyday talk; needs an interpreter when something is to be decided."),
                _("Follows an instruction that is both shown and said; reads short messages."),
                _("Follows spoken instructions and asks when something is unclear; writes short messages."),
                _("Understands, reads and writes what a job or a course asks for."),
            ),
        ),
        Dimension(
            SOCIAL,
            _("Being with others"),
            (
                _("Meets nobody outside the home except when it is unavoidable."),
                _("Meets one person at a time, together with somebody familiar."),
                _("Takes part in a small group where everybody is known."),
                _("Takes part in groups with new people."),
                _("Makes contact unasked, and can disagree without the contact breaking."),
            ),
        ),
        Dimension(
            WORK,
            _("Habit of working"),
            (
                _("Takes part in no activity outside the home."),
                _("Comes to single meetings or activities, not every week."),
                _("Comes every week, at most ten hours, and does simple tasks with guidance."),
                _("Comes about half time and does ordinary tasks with little guidance."),
                _("Does a job or a course at agreed hours, with no more support than others get."),
            ),
        ),
        Dimension(
            BELIEF,
            _("Belief in oneself"),
            (
                _("Says that nothing will change, whatever one tries."),
                _("Wants something else, but sees no way there."),
                _("Names something to try, and does it with support."),
                _("Takes own steps, and asks for help when it is hard."),
                _("Makes own plans, and goes on after a setback."),
            ),
        ),
    ),
)

SCALES: dict[int, Scale] = {_FIRST.version: _FIRST}


def current() -> Scale:
    """The scale that new assessments are made with."""
    return SCALES[max(SCALES)]


def current_version() -> int:
    return current().version
