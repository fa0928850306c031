"""Reads one workbook as a program of its own, so that a file made to harm can end this process and nothing else.

Knows nothing of the application. `python sandboxed.py FILE TARGET MEMORY SECONDS SHEET…` writes JSON lines to TARGET: a
sheet's name as an object, then each of its rows as a list; a date is an object. Without sheets all of them are read.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys

UNREADABLE = 3
LARGEST_TARGET = 2 * 1024**3


def main(path: str, target: str, memory: str, seconds: str, *wanted: str) -> int:
    _confine(int(memory), int(seconds))
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as workbook, open(target, "w", encoding="utf-8") as out:
            for name in workbook.sheet_names:
                out.write(json.dumps({"sheet": name}) + "\n")
                if not wanted or name in wanted:
                    for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False):
                        out.write(json.dumps([cell(value) for value in row]) + "\n")
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    return 0


def _confine(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_TARGET, LARGEST_TARGET))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def cell(value: object) -> str | dict[str, str]:
    if isinstance(value, bool):
        return "j" if value else "n"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return {"date": value.date().isoformat()} if value.time() == dt.time() else value.isoformat()
    return {"date": value.isoformat()} if isinstance(value, dt.date) else clean(str(value))


def clean(text: str) -> str:
    """Without spaces around it, and otherwise as it came: what was written is what goes back."""
    return text.strip(" \u00a0\ufeff")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
