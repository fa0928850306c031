"""Rows whose every cell has been read, and the faults of those that could not be."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from reporting.exchange.reading import Table
from reporting.exchange.sheets import SHEETS, Cell, Column, Sheet

# Line breaks, tabs and the rest of what no cell of a table needs, and halves of characters that no database stores.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_POSITION = {sheet.name: position for position, sheet in enumerate(SHEETS)}


@dataclass(frozen=True)
class Row:
    """A line of a file: its values by column. A column that the file lacks is not among them; an empty cell is None."""

    line: int
    values: dict[str, Any]

    @property
    def ref(self) -> str:
        return self.values["ref"]

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    def __contains__(self, column: str) -> bool:
        return column in self.values


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in one cell."""

    position: int  # Of the sheet among the sheets.
    line: int
    column: str
    message: str

    @property
    def sheet(self) -> str:
        return SHEETS[self.position].name

    def __str__(self) -> str:
        return f"{self.sheet}:{self.line}: {self.column}: {self.message}"


@dataclass
class Faults:
    """What is wrong, by sheet and line. Nothing of a person is repeated; a ref is a pseudonym and may be."""

    found: list[Fault] = field(default_factory=list)
    broken_refs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, sheet: Sheet, row: Row | int, column: str, message: str) -> None:
        line = row if isinstance(row, int) else row.line
        if isinstance(row, Row):
            self.broken_refs[sheet.name].add(row.ref)
        self.found.append(Fault(_POSITION[sheet.name], line, column, message))

    def lines(self) -> tuple[str, ...]:
        return tuple(str(fault) for fault in sorted(self.found, key=lambda one: (one.position, one.line, str(one))))

    @property
    def number_of_rows(self) -> int:
        return len({(fault.position, fault.line) for fault in self.found})


def read_rows(table: Table, faults: Faults) -> list[Row]:
    """The rows in which every cell could be read; the others are reported, and their refs remembered as broken."""
    columns = [table.sheet.column(name) for name in table.header]
    rows = []
    for line, cells in table.rows:
        before = len(faults.found)
        if any(cell != "" for cell in cells[len(columns) :]):
            message = _("has more cells than the header has columns — remove or name them")
            faults.add(table.sheet, line, "row", message)
        pairs = _pairs(columns, cells)
        values = {column.name: _value(table.sheet, line, column, cell, faults) for column, cell in pairs}
        if len(faults.found) == before:
            rows.append(Row(line, values))
        elif isinstance(values["ref"], str):
            faults.broken_refs[table.sheet.name].add(values["ref"])
    return rows


def _pairs(columns: list[Column], cells: list[Cell]) -> zip[tuple[Column, Cell]]:
    return zip(columns, cells + [""] * (len(columns) - len(cells)), strict=False)


def _value(sheet: Sheet, line: int, column: Column, cell: Cell, faults: Faults) -> Any:
    if cell == "":
        if column.is_required:
            faults.add(sheet, line, column.name, _("is empty — every row needs it"))
        return None
    if isinstance(cell, str) and _CONTROL.search(cell):
        message = _("holds a control character, such as a line break — remove it")
        faults.add(sheet, line, column.name, message)
        return None
    try:
        return column.parse(cell)
    except ValueError as refusal:
        faults.add(sheet, line, column.name, str(refusal))
        return None
