"""What an import would do, for a person to look at before it is done; and what keeps it from being done."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from participants.models import ExitReason, Participant, Participation
from partners.models import Organisation
from reporting.exchange.importing import Plan
from reporting.exchange.rows import Faults
from reporting.exchange.trail import Trail
from reporting.imports.columns import BY_KEY
from reporting.imports.translation import Double
from reporting.models import Import
from reporting.rights.register import LABELS

# Keys that are computed from what stands beside them.
NOT_SHOWN = {"first_name_key", "last_name_key", "identity_hash", "identity_kind", "exit_recorded_at", "asked_on"}
# That they change is told, and neither from what nor to what.
SECRET = {"identity_cipher", "answer"}


@dataclass(frozen=True)
class Change:
    """One field of one row, as it is shown."""

    ref: str
    participation_id: int
    what: str
    before: str
    after: str
    is_hidden: bool


def told(plan: Plan, faults: Faults, doubles: Iterable[Double]) -> dict[str, Any]:
    """Everything that is shown, as it is kept: sealed, and of the values only ids and words."""
    return {
        "errors": [
            [fault.sheet, fault.line, fault.column, fault.message]
            for fault in sorted(faults.found, key=lambda one: (one.position, one.line, one.column, one.message))
        ],
        "doubles": [[double.line, double.ref, double.participation_id] for double in doubles],
        "notices": plan.notices,
        "changes": _changes(plan.trail),
    }


def _changes(trail: Trail) -> list[list[Any]]:
    """Model, participation, field, from, to: sorted by participation, so that a person's changes stand together."""
    found = [
        [label, trail.owner.get((label, pk)), name, *([None, None] if name in SECRET else [before, after])]
        for (label, pk), name, before, after in trail.changes()
        if name not in NOT_SHOWN
    ]
    removed = [[row._meta.label_lower, row.participation_id, "answer", None, None] for row in _answers(trail)]
    return sorted(found + removed, key=lambda one: (one[1] or 0, one[0], one[2]))


def _answers(trail: Trail) -> list[Any]:
    return list(trail.removed)


def shown_changes(kept: list[list[Any]]) -> list[Change]:
    """A page of changes in words. Of protected persons, and of secrets, only that something changes."""
    ids = {pk for _label, pk, *_rest in kept if pk}
    people = {
        pk: (ref, protection != Participant.Protection.NONE)
        for pk, ref, protection in Participation.objects.filter(pk__in=ids).values_list(
            "pk", "ref", "participant__protection"
        )
    }
    words = _Words(kept)
    found = []
    for label, pk, name, before, after in kept:
        ref, is_protected = people.get(pk, (_("in another project"), True))
        column = words.field(label, name)
        is_hidden = is_protected or name in SECRET
        sides = ("", "") if is_hidden else (words.say(column, before), words.say(column, after))
        found.append(Change(ref, pk or 0, words.label(column), *sides, is_hidden))
    return found


class _Words:
    """Values as people say them: the names of choices and of organisations."""

    def __init__(self, kept: list[list[Any]]) -> None:
        ids = {value for row in kept if row[2] == "referred_by_id" for value in row[3:] if value}
        self.organisations = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))
        self.reasons = {reason.pk: str(reason) for reason in ExitReason.objects.all()}

    def field(self, label: str, name: str) -> models.Field:
        return next(one for one in apps.get_model(label)._meta.concrete_fields if one.attname == name)

    def label(self, column: models.Field) -> str:
        if column.name == "identity_cipher":
            return _("identity number")
        if column.name == "answer":
            return _("sensitive answer")
        return str(
            column.verbose_name if getattr(column, "_verbose_name", None) else LABELS.get(column.name, column.name)
        )

    def say(self, column: models.Field, value: Any) -> str:
        if value in (None, "", []):
            return "–"
        if column.name == "referred_by":
            return self.organisations.get(value, "–")
        if column.name == "exit_reason":
            return self.reasons.get(value, str(value))
        return str(dict(column.flatchoices).get(value, value))


# --- Errors ---------------------------------------------------------------------------------------

_SINGLE = re.compile(r"[\w“-]*\d[\w”:/.-]*")  # A date, a code, a row's number: what differs from row to row.


@dataclass
class Cause:
    """One thing to mend, and the rows that it mends."""

    sheet: str
    column: str
    message: str
    lines: list[int]

    name: str = ""

    NAMED = 12

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def first_lines(self) -> list[int]:
        return self.lines[: self.NAMED]

    @property
    def more(self) -> int:
        return max(0, len(self.lines) - self.NAMED)


def column_name(row: Import, sheet: str, column: str) -> str:
    """As it is called in the exchange format, or as the person chose it for a table of her own."""
    field = BY_KEY.get(f"{sheet}.{column}") if row.kind == Import.Kind.MAPPED else None
    return str(field.label) if field else column


def causes(errors: list[list[Any]]) -> list[Cause]:
    """The errors by what is wrong, that which spoils most rows first."""
    groups: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for sheet, line, column, message in errors:
        groups[sheet, column, _SINGLE.sub("…", message)].append((line, message))
    found = []
    for (sheet, column, general), rows in groups.items():
        messages = {message for _line, message in rows}
        text = messages.pop() if len(messages) == 1 else general
        found.append(Cause(sheet, column, text, sorted({line for line, _message in rows})))
    return sorted(found, key=lambda cause: (-cause.count, cause.sheet, cause.column, cause.lines, cause.message))


def summary(plan: Plan, faults: Faults, doubles: int) -> dict[str, Any]:
    """Numbers only: what stays with the import when everything else is gone."""
    return {
        "sheets": [
            [tally.sheet, tally.added.total(), tally.updated.total(), tally.unchanged] for tally in plan.tallies
        ],
        "rows_with_errors": faults.number_of_rows,
        "doubles": doubles,
    }


def undecided(row: Import, doubles: list[list[Any]]) -> list[list[Any]]:
    return [double for double in doubles if str(double[0]) not in row.decisions]
