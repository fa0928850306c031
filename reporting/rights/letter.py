"""The extract and the certificate on paper: tagged, for screen readers and for the archive (PDF/A-2a and PDF/UA-1)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import typst
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reporting.documents.text import typeset
from reporting.rights.extract import Extract

TEMPLATE = Path(__file__).with_name("letter.typ")
# What a table on paper may hold: so many columns with texts so long; other rows are told beneath each other.
TABLES = ((6, 44), (4, 200))

Letter = dict[str, Any]


def as_pdf(letter: Letter) -> bytes:
    """The same letter gives the same bytes."""
    return typst.compile(
        TEMPLATE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(_fit(letter), ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
    )


def _fit(data: Any) -> Any:
    """Every text made fit for the typeface."""
    match data:
        case dict():
            return {key: _fit(value) for key, value in data.items()}
        case list():
            return [_fit(value) for value in data]
        case str():
            return typeset(data)
    return data


def letter(
    *,
    title: str,
    kind: str,
    subtitle: str,
    opening: list[str],
    footer: str,
    day: dt.date,
    sections: list[dict[str, Any]],
) -> Letter:
    return {
        "lang": (get_language() or "sv").split("-")[0],
        "date": [day.year, day.month, day.day],
        "title": title,
        "kind": kind,
        "subtitle": subtitle,
        "opening": opening,
        "footer": footer,
        "page": _("page {page} of {pages}"),
        "sections": sections,
    }


def section(
    title: str,
    *,
    note: str = "",
    lines: list[str] | None = None,
    columns: list[str] | None = None,
    rows: list[list[str]] | None = None,
    after: list[str] | None = None,
) -> dict[str, Any]:
    """A heading with sentences, and rows as a table or, where they are long, each as a list of its own."""
    shown: dict[str, Any] = {
        "title": title,
        "note": note,
        "lines": lines or [],
        "table": None,
        "records": [],
        "after": after or [],
    }
    if columns and rows:
        columns, rows = _without_empty(columns, rows)
        if _fits(rows):
            shown["table"] = {"columns": columns, "rows": rows, "widths": _widths(columns, rows)}
        else:
            shown["records"] = [
                [[label, cell] for label, cell in zip(columns, row, strict=True) if cell] for row in rows
            ]
    return shown


def _fits(rows: list[list[str]]) -> bool:
    longest = max(len(cell) for row in rows for cell in row)
    return any(len(rows[0]) <= columns and longest <= letters for columns, letters in TABLES)


def _without_empty(columns: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    kept = [n for n in range(len(columns)) if any(row[n] for row in rows)]
    return [capfirst(columns[n]) for n in kept], [[row[n] for n in kept] for row in rows]


def _widths(columns: list[str], rows: list[list[str]]) -> list[int]:
    """Short columns as wide as they are, long ones share the rest."""
    longest = [max(len(row[n]) for row in [columns, *rows]) for n in range(len(columns))]
    return [0 if length <= 12 else length for length in longest]


# --- The register extract -------------------------------------------------------------------------


def extract_as_pdf(extract: Extract) -> bytes:
    empty = [part["title"] for part in extract["sections"] if not part["rows"] and not part["elsewhere"]]
    sections = [section(part["title"], lines=part["lines"]) for part in extract["information"]]
    sections += [_part(part) for part in extract["sections"] if part["rows"] or part["elsewhere"]]
    if empty:
        sections.append(section(_("Nothing is kept about"), lines=empty))
    project = extract["project"]
    return as_pdf(
        letter(
            title=_("Register extract"),
            kind=_("About you, under article 15 of the General Data Protection Regulation"),
            subtitle=_("About %(who)s in %(project)s (%(dnr)s). Asked for on %(asked)s, made on %(made)s by %(by)s.")
            % {
                "who": extract["about"],
                "project": project["name"],
                "dnr": project["diary_number"],
                "asked": extract["asked_on"],
                "made": extract["made_at"],
                "by": extract["made_by"],
            },
            opening=[
                _("This is what is kept about you in the project. Keep the paper safe: it tells much about you."),
                _("First it says why the data are kept, who sees them and what you may ask for. Then come the data."),
            ],
            footer=f"{_('Register extract')} · {extract['code']} · {extract['made_at']}",
            day=dt.date.fromisoformat(extract["made_at"][:10]),
            sections=sections,
        )
    )


def _part(part: dict[str, Any]) -> dict[str, Any]:
    names = list(part["columns"])
    return section(
        part["title"],
        note=part["note"],
        columns=list(part["columns"].values()),
        rows=[[row[name] for name in names] for row in part["rows"]],
        after=[*part["elsewhere"], *([part["not_printed"]] if part["not_printed"] else [])],
    )
