"""A project's own table, one row a person, said in the words of the exchange format.

What is checked and saved is the exchange's own rows, by the exchange's own code; here they are only translated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from participants import identity
from participants.actions.entry import next_ref
from participants.models import Participant, Participation
from participants.names import name_key
from partners.models import Project
from reporting.exchange.importing import read_all
from reporting.exchange.reading import Lines, Table
from reporting.exchange.rows import Faults, Row
from reporting.exchange.sheets import BY_NAME, Cell
from reporting.imports.columns import BY_KEY, IDENTITY, REF, WHOLE_NAME, Field, choices_of, folded, meaning
from reporting.models import ImportMapping

SAME = "same"  # A decision: the row is about the person who is there already.


@dataclass(frozen=True)
class Double:
    """A row about somebody who may be there already: the same name and birth date, and no number that says so."""

    line: int
    ref: str
    participation_id: int


@dataclass
class Translated:
    rows: dict[str, list[Row]]
    faults: Faults
    doubles: list[Double]


@dataclass
class Known:
    """Who is in the project: by the key of the number, and by name and birth date unless protected."""

    project: Project
    by_number: dict[str, str] = field(default_factory=dict)
    by_name: dict[tuple[str, str, str], list[Double]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, project: Project) -> Known:
        known = cls(project)
        columns = ("participant__identity_hash", "participant__protection", "participant__first_name_key")
        more = ("participant__last_name_key", "participant__birth_date")
        for pk, ref, key, protection, first, last, born in Participation.objects.filter(project=project).values_list(
            "pk", "ref", *columns, *more
        ):
            if key:
                known.by_number[key] = ref
            # That a name belongs to somebody protected is told to nobody.
            if born and protection == Participant.Protection.NONE:
                known.by_name[first, last, born.isoformat()].append(Double(0, ref, pk))
        return known

    def ref_of_number(self, cell: str) -> str | None:
        number = _parsed(cell)
        return self.by_number.get(identity.search_hash(number, self.project.pk)) if number else None

    def namesake(self, line: int, values: dict[str, str]) -> Double | None:
        first, last = values.get("participants.first_name", ""), values.get("participants.last_name", "")
        number = _parsed(values.get(IDENTITY, ""))
        born = values.get("participants.birth_date") or (
            number.birth_date.isoformat() if number and number.birth_date else ""
        )
        found = self.by_name.get((name_key(first), name_key(last), born), []) if first or last else []
        return Double(line, found[0].ref, found[0].participation_id) if found else None


def _parsed(cell: str) -> identity.Identity | None:
    try:
        return identity.parse(cell) if cell else None
    except ValidationError:
        return None


class _Refs:
    """Codes for people who are new: the project's next ones. Only safe while the project's row is locked."""

    def __init__(self, project: Project, taken: set[str]) -> None:
        self.number, self.taken = int(next_ref(project)[2:]), taken

    def next(self) -> str:
        while True:
            ref = f"D-{self.number:04d}"
            self.number += 1
            if ref not in self.taken:
                return ref


def translate(lines: Lines, mapping: ImportMapping, project: Project, decisions: dict[str, str]) -> Translated:
    """The rows beneath the heading as rows of the exchange. An empty cell says nothing: what is known stays."""
    reader = _Reader(mapping)
    read = [(line, values) for line, cells in beneath(lines) if (values := reader.values(cells))]
    known = Known.of(project)
    refs = _Refs(project, {values[REF] for _line, values in read if values.get(REF)})
    doubles: list[Double] = []
    rows: dict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
    for line, values in read:
        ref = values.get(REF) or known.ref_of_number(values.get(IDENTITY, ""))
        if not ref and (double := known.namesake(line, values)):
            doubles.append(double)
            ref = double.ref if decisions.get(str(line)) == SAME else None
        ref = ref or refs.next()
        for sheet, cells in _by_sheet(values):
            rows[sheet].append((line, {**cells, "ref": ref}))
    found, faults = read_all({name: _table(name, rows[name]) for name in BY_NAME if name in rows})
    return Translated({name: [_said(row) for row in found[name]] for name in found}, faults, doubles)


def beneath(lines: Lines) -> Iterator[tuple[int, list[Cell]]]:
    """What stands under the first row that is not empty."""
    filled = (one for one in lines if any(cell != "" for cell in one[1]))
    next(filled, None)
    return filled


def headings(lines: Lines) -> list[Cell]:
    found = next((cells for _line, cells in lines if any(cell != "" for cell in cells)), [])
    while found and found[-1] == "":
        found = found[:-1]
    return found


def _by_sheet(values: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Everybody has a row among the participants; a period and a result only who has something in their columns."""
    parts: dict[str, dict[str, str]] = {"participants": {}}
    for key, value in values.items():
        one = BY_KEY[key]
        if key != REF:
            parts.setdefault(one.sheet, {})[one.column] = value
    yield from parts.items()


def _table(name: str, rows: list[tuple[int, dict[str, str]]]) -> Table:
    sheet = BY_NAME[name]
    used = {column for _line, cells in rows for column in cells}
    required = {column.name for column in sheet.columns if column.is_required}
    header = [column for column in sheet.names if column in used | required]
    return Table(sheet, header, [(line, [cells.get(column, "") for column in header]) for line, cells in rows])


def _said(row: Row) -> Row:
    return Row(row.line, {name: value for name, value in row.values.items() if value is not None})


# --- Cells ----------------------------------------------------------------------------------------


class _Reader:
    """Reads a row's cells as the exchange writes them."""

    def __init__(self, mapping: ImportMapping) -> None:
        self.columns = [(BY_KEY[key], position) for key, position in mapping.columns.items() if key in BY_KEY]
        self.words = mapping.values
        self.is_month_first = mapping.is_month_first
        self.choices = {one.key: choices_of(one) for one, _position in self.columns}

    def values(self, cells: list[Cell]) -> dict[str, str]:
        """Field → text, for the cells that hold something."""
        found: dict[str, str] = {}
        for one, position in self.columns:
            cell = cells[position] if position < len(cells) else ""
            if cell != "" and (text := self._text(one, cell)):
                found[one.key] = text
        name = found.pop(WHOLE_NAME, "")
        return {**_split(name), **found} if name else found

    def _text(self, one: Field, cell: Cell) -> str:
        if one.is_date:
            return day(cell, is_month_first=self.is_month_first)
        if self.choices[one.key]:
            chosen = self.words.get(one.key, {}).get(folded(cell))
            return (meaning(one, str(cell), self.choices[one.key]) or str(cell)) if chosen is None else chosen
        return _whole_number(str(cell)) if one.key == IDENTITY else str(cell)


def _split(name: str) -> dict[str, str]:
    """“Åkesson, Anna” and “Anna Åkesson”: one word before the space is the first name."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _space, last = name.partition(" ")
    parts = {"participants.first_name": first.strip(), "participants.last_name": last.strip()}
    return {key: value for key, value in parts.items() if value}


def _whole_number(text: str) -> str:
    """A spreadsheet that took the number for a sum has lost the noughts before it."""
    return text.zfill(10) if text.isdecimal() and 7 < len(text) < 10 else text


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?: 00:00(?::00)?)?", re.ASCII)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ENDING = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)


def day(cell: Cell, *, is_month_first: bool = False) -> str:
    """A date as YYYY-MM-DD; what is none stays as it came, and the check says so."""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if found := _ISO.fullmatch(cell) or _PACKED.fullmatch(cell):
        year, month, number = found.groups()
    elif found := _ENDING.fullmatch(cell):
        first, second, year = found.groups()
        month, number = (first, second) if is_month_first else (second, first)
    else:
        return cell
    return f"{year}-{int(month):02d}-{int(number):02d}"
