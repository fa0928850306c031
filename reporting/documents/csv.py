"""The figures as plain rows: `year;code;women;men;total`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from reporting.content import Content
from reporting.models import Goal

HEADER = ["year", "code", "women", "men", "total"]
Row = list[str | int]


def as_csv(content: Content) -> bytes:
    """Semicolons, UTF-8 without byte order mark, lines ended by CR LF. Codes and whole numbers need no quotes."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(HEADER)
    writer.writerows(_rows(content))
    return target.getvalue().encode()


def _rows(content: Content) -> Iterator[Row]:
    """The whole period first, with an empty year; then year by year."""
    yield from _figures("", content["figures"])
    yield from _figures("", {f"GOAL_{letter}": content["goals"][letter] for letter in "AB"})
    for state in (Goal.ONGOING, Goal.PENDING, Goal.NONE):
        yield ["", state.upper(), "", "", content["goals"][state]]
    for code, number in content["entities"].items():
        yield ["", code, "", "", number]
    for year, figures in content["by_year"].items():
        yield from _figures(year, figures)


def _figures(year: str, figures: dict[str, dict[str, int]]) -> Iterator[Row]:
    for code, numbers in figures.items():
        yield [year, code, numbers["women"], numbers["men"], numbers["total"]]
