"""What one dot on the line says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from participants.models import Participation
from partners.models import User


@dataclass(frozen=True)
class Correction:
    """That a row was changed after it was recorded: when, by whom, and what stood there before."""

    on: dt.date
    who: str
    was: list[str]  # Empty where the reader may know that it was changed, and not what it said.


@dataclass(frozen=True)
class Entry:
    """One dot on the line."""

    on: dt.date
    kind: str
    title: str = ""
    text: str = ""
    who: str = ""
    is_planned: bool = False
    is_late: bool = False
    is_milestone: bool = False
    is_goal_b: bool = False
    is_shared: bool = False
    is_gone: bool = False
    order: int = 0  # Among those of one day: what was recorded last stands first.
    edit_url: str = ""  # Where its writer puts it right.
    corrections: list[Correction] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """One filter chip, and what it holds."""

    label: str | Promise
    entries: Callable[[User, Participation], Iterator[Entry]]


def joined(*parts: object) -> str:
    """The parts that say something, in one line."""
    return " · ".join(str(part) for part in parts if part)


def lasting_to(day: dt.date | None) -> str:
    return _("to %(day)s") % {"day": day} if day else ""
