"""What stored rows were before an import changed them: to be shown beforehand, and to be put back afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

Key = tuple[str, int]  # A model's label and a row's id.


@dataclass
class Trail:
    """Field by field from what to what; rows that are removed whole."""

    before: dict[Key, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    after: dict[Key, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    owner: dict[Key, int] = field(default_factory=dict)  # Whose row it is: a participation's id.
    removed: list[models.Model] = field(default_factory=list)

    def note(self, row: Any, values: dict[str, Any], participation_id: int | None) -> None:
        """A row is about to get these values; new ones have nothing to go back to."""
        if row.pk is None:
            return
        key = row._meta.label_lower, row.pk
        for name, value in values.items():
            self.before[key].setdefault(name, getattr(row, name))
            self.after[key][name] = value
        if participation_id is not None:
            self.owner[key] = participation_id

    def changes(self) -> Iterable[tuple[Key, str, Any, Any]]:
        for key, values in self.before.items():
            for name, value in values.items():
                if self.after[key][name] != value:
                    yield key, name, value, self.after[key][name]

    def add(self, other: Trail) -> None:
        for key, values in other.before.items():
            self.before[key].update(values)
            self.after[key].update(other.after[key])
        self.owner.update(other.owner)
        self.removed += other.removed
