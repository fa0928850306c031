"""How many rows an import adds, updates and leaves alone, and whose."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

NAMED = 10


@dataclass
class Tally:
    sheet: str
    added: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    # Participations of the project that get new or other values.
    touched: set[int] = field(default_factory=set)

    def add(self, ref: str) -> None:
        self.added[ref] += 1

    def count(self, ref: str, *, changed: bool) -> None:
        if changed:
            self.updated[ref] += 1
        else:
            self.unchanged += 1

    def line(self, *, whole: bool) -> str:
        """`stints: 2 added (A-1, A-2), 0 updated, 14 unchanged`; every ref when `whole`."""
        added, updated = _named(self.added, "added", whole), _named(self.updated, "updated", whole)
        return f"{self.sheet}: {added}, {updated}, {self.unchanged} unchanged"


def _named(refs: Counter[str], what: str, whole: bool) -> str:
    if not refs:
        return f"0 {what}"
    names = sorted(refs)
    shown = names if whole else names[:NAMED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{refs.total()} {what} ({', '.join(shown)}{more})"
