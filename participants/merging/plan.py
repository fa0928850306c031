"""What a plan to join two records holds: the steps, and what has to be looked at or settled first."""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from participants.models import Participant, Participation

Model = type[models.Model]
Values = dict[str, Any]


Key = models.ForeignKey


class Rule(enum.Enum):
    """Which of two rows counts where only one may stand."""

    KEPT = gettext_lazy("the one of the kept record counts; the other stays with the former record")
    FIRST = gettext_lazy("the one from the first entry counts")
    SUM = gettext_lazy("the hours are added up")
    LEAD = gettext_lazy("the lead worker of the kept record stays; the other one stays in the network")
    REFUSED = gettext_lazy("must be settled first")

    @property
    def words(self) -> str | Promise:
        return self.value


class Step(NamedTuple):
    """One row and what changes in it."""

    label: str
    pk: int
    before: Values
    after: Values


@dataclass(frozen=True)
class Choices:
    """What the project office decided: fields taken from the former record, and who may read more than before."""

    from_former: frozenset[str] = frozenset()
    consents: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()


AS_PROPOSED = Choices()


@dataclass(frozen=True)
class Conflict:
    """A field of the person on which the two records differ."""

    name: str
    label: str
    kept: str
    former: str


@dataclass(frozen=True)
class Widening:
    """Somebody who would read, by one consent or one place in the network, what she could not read before."""

    pk: int
    who: str
    what: str
    is_place: bool = False


@dataclass(frozen=True)
class Collision:
    what: str
    rule: Rule
    count: int


@dataclass(frozen=True)
class Pair:
    """Two participations in the same project, which become one."""

    kept: Participation
    former: Participation

    @property
    def first(self) -> Participation:
        """That of the first entry: what was asked then describes her. (P-2)"""
        if self.former.entered_on is None:
            return self.kept
        if self.kept.entered_on is None or self.former.entered_on < self.kept.entered_on:
            return self.former
        return self.kept


@dataclass
class Plan:
    """Everything that would happen."""

    kept: Participant
    former: Participant
    pairs: list[Pair] = field(default_factory=list)
    moving: list[Participation] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    widenings: list[Widening] = field(default_factory=list)
    collisions: Counter[tuple[str, Rule]] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    highest: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    protection: str = Participant.Protection.NONE

    @property
    def collided(self) -> list[Collision]:
        return [Collision(what, rule, count) for (what, rule), count in sorted(self.collisions.items(), key=str)]

    @property
    def counted(self) -> list[tuple[str, int]]:
        return sorted(self.moved.items())

    @property
    def participation_ids(self) -> list[int]:
        """All that must be computed anew."""
        return sorted({p.pk for pair in self.pairs for p in (pair.kept, pair.former)} | {p.pk for p in self.moving})

    def change(self, row: models.Model, **after: Any) -> None:
        before = {name: plain(getattr(row, name)) for name in after}
        changed = {name: plain(value) for name, value in after.items() if plain(value) != before[name]}
        if changed:
            self.steps.append(Step(row._meta.label, row.pk, {name: before[name] for name in changed}, changed))


def plain(value: Any) -> Any:
    """As JSON keeps it; the model's own field reads it again."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


def column(model: Model, name: str) -> models.Field[Any, Any]:
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)  # noqa: S101 – for the type checker
    return found


def name_of(model: Model, name: str) -> str:
    """The field in words."""
    return str(column(model, name).verbose_name)
