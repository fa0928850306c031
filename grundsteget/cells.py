"""Cells of files that people open in a spreadsheet: every text stays a text, whatever somebody once typed. (P-41)

A comma-separated file has no types, so a text that a spreadsheet would run gets a quote before it, which our own
imports take away again (P-42). In a workbook a text is written as one, and marked so that editing the cell runs
nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

MISSING = "\N{REPLACEMENT CHARACTER}"
LONGEST_TEXT = 32_767  # Characters that a workbook's cell holds.
FIRST_YEAR = 1900  # A workbook counts its days from here.
Cell = str | int | float | Decimal | dt.date | None

# A text that a spreadsheet would run as a formula, however many quotes and spaces stand before it. The last five are
# full-width = + - @ |.
_RUN = r"[\s']*[=+\-@|\uff1d\uff0b\uff0d\uff20\uff5c\t\r\n\0]"
FORMULA = re.compile(_RUN)
_QUOTED_FORMULA = re.compile(f"'{_RUN}")

# For `xlsxwriter.Workbook`: nothing becomes a formula or a link by what it looks like.
SAFE_BOOK = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def visible(text: str) -> str:
    """Control characters and those that change the reading direction become visible; the rest stays as it is."""
    return "".join(
        c if c in "\t\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"} else MISSING for c in text
    )


# --- Comma-separated files ------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A spreadsheet runs a text that looks like a formula; the quote keeps it a text, and an import removes it."""
    return f"'{text}" if FORMULA.match(text) else text


def unquoted(text: str) -> str:
    """Without the quote that keeps a spreadsheet from running a text as a formula; exports add it."""
    return text[1:] if _QUOTED_FORMULA.match(text) else text


# --- Workbooks ------------------------------------------------------------------------------------


def fitted(text: str) -> str:
    """As much of it as a cell holds, nothing in it invisible."""
    return visible(text)[:LONGEST_TEXT]


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 — a workbook knows no time zones.


def write_cell(page: Any, row: int, column: int, value: Cell, looks: Mapping[str, Any]) -> None:
    """Dates as dates, numbers as numbers, texts as texts. `looks` has a format for each: text, number, date."""
    match value:
        case None:
            page.write_blank(row, column, None, looks["text"])
        case dt.date() if value.year < FIRST_YEAR:
            page.write_string(row, column, value.isoformat(), looks["text"])
        case dt.date():
            page.write_datetime(row, column, midnight(value), looks["date"])
        case str():
            page.write_string(row, column, fitted(value), looks["text"])
        case _:
            page.write_number(row, column, value, looks["number"])
