"""Is a goal reached in time? One rule, used by the dashboard and explained on it.

The plan is a straight line from nobody on the project's first day to the target on its last. A project that has counted
what the line asks for is on plan, one with at least 85 % of it is close, any other is behind. [D]
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CLOSE_FROM = Fraction(85, 100)


class Pace(enum.Enum):
    ON_PLAN = "on_plan"
    CLOSE = "close"
    BEHIND = "behind"

    @property
    def word(self) -> Promise:
        """The word on the badge."""
        return _WORDS[self]

    @property
    def phrase(self) -> Promise:
        """The words in a sentence: "Goal 1 is …"."""
        return _PHRASES[self]

    @property
    def tone(self) -> str:
        return {Pace.ON_PLAN: "ok", Pace.CLOSE: "warn", Pace.BEHIND: "bad"}[self]

    @property
    def sign(self) -> str:
        return {Pace.ON_PLAN: "▲", Pace.CLOSE: "◆", Pace.BEHIND: "▼"}[self]


_WORDS = {Pace.ON_PLAN: _("on plan"), Pace.CLOSE: pgettext_lazy("pace", "close"), Pace.BEHIND: _("behind")}
_PHRASES = {Pace.ON_PLAN: _("on plan"), Pace.CLOSE: _("close to the plan"), Pace.BEHIND: _("behind the plan")}


@dataclass(frozen=True)
class Standing:
    """Where a goal stands today; `plan` and `close_from` are the persons it takes to be on plan and close."""

    pace: Pace
    plan: int
    close_from: int


def planned(target: int, start: dt.date, end: dt.date, on: dt.date) -> Fraction:
    """How many the line asks for on a day: nobody before the first day, the whole target from the last."""
    days = (end - start).days
    if on >= end or days <= 0:
        return Fraction(target) if on >= end else Fraction(0)
    return Fraction(target * max(0, (on - start).days), days)


def standing(counted: int, target: int, start: dt.date, end: dt.date, on: dt.date) -> Standing:
    """The word for what is counted on a day. People are whole, so what the line asks for is rounded up."""
    line = planned(target, start, end, on)
    plan, close_from = ceil(line), ceil(line * CLOSE_FROM)
    pace = Pace.ON_PLAN if counted >= plan else Pace.CLOSE if counted >= close_from else Pace.BEHIND
    return Standing(pace, plan, close_from)
