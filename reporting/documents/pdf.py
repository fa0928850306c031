"""The report as PDF: tagged, for the archive and for screen readers (PDF/A-2a and PDF/UA-1), the same bytes every time.

The typesetter gets the template and one JSON text. Nothing a person wrote is read as markup, no file is opened, and
only the typefaces inside the library are used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partners.models import Project
from reporting import charts
from reporting.content import Content
from reporting.documents import parts
from reporting.documents.emblem import eu_emblem
from reporting.documents.text import typeset

TEMPLATE = Path(__file__).with_name("report.typ")
CHART_WIDTH = "620"  # Pixels of a drawing, four of which are three points: as wide as the text.
YEARS_ACROSS = 4
ROWS_KEPT_TOGETHER = 40  # Of one line each: more would not fit on a page.
TEXT_ROWS_KEPT_TOGETHER = 8  # Of several lines each.

Table = dict[str, Any]
Cell = str | dict[str, str]  # See `cell-body` in the template.
Rows = Sequence[Sequence[Cell]]
Spans = list[tuple[str, int]]


def as_pdf(content: Content, *, project: Project, fingerprint: str) -> bytes:
    data = _typeset(_report(content, project, fingerprint))
    return typst.compile(
        TEMPLATE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
    )


def _typeset(data: Any) -> Any:
    """Every text made fit for the typeface; drawings are left as they are."""
    if isinstance(data, dict):
        return {key: value if key in DRAWINGS else _typeset(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_typeset(value) for value in data]
    return typeset(data) if isinstance(data, str) else data


DRAWINGS = {"chart", "swatch", "emblem", "lang", "fingerprint", "width"}


def _report(content: Content, project: Project, fingerprint: str) -> dict[str, Any]:
    day = parts.cut_off(content)
    reasons = parts.preliminary(content)
    return {
        "lang": (get_language() or "sv").split("-")[0],
        "date": [day.year, day.month, day.day],
        "title": content["project_name"],
        "kind": _("Progress report on participants"),
        "subtitle": _subtitle(content),
        "opening": parts.opening(content),
        "preliminary": parts.preliminary_statement(),
        "emblem": eu_emblem(),
        "fingerprint": fingerprint,
        "footer": f"{content['project_name'][:80]} · {content['project']} · {content['cut_off']} · {_union()}",
        "words": _words(),
        "goals": [_goal(content, project, letter) for letter in "AB"],
        "sections": [
            _standing(content),
            *_indicators(content),
            _follow_up(content),
            _entities(content),
            _years(content),
        ],
        "reasons": {"title": _("What is preliminary"), "lines": reasons},
        "appendix": [_checks(content), _terms(), _definitions(content), _about(content, project, fingerprint)],
    }


def _words() -> dict[str, str]:
    return {
        "union": _("European Union"),
        "fund": _("European Social Fund"),
        "emblem": _("The flag of the EU, European Union, European Social Fund"),
        "page": _("page {page} of {pages}"),
    }


def _union() -> str:
    return f"{_('European Union')}, {_('European Social Fund')}"


def _subtitle(content: Content) -> str:
    pieces = [
        _("diary number %(number)s") % {"number": content["project"]},
        _("cut-off date %(day)s") % {"day": content["cut_off"]},
        _("rule set %(code)s") % {"code": content["rule_set"]},
    ]
    if base := content["target_base"]:
        pieces.append(_("base of the goals %(number)s") % {"number": parts.number(base)})
    if planned := content["planned_participants_register"]:
        pieces.append(_("planned in the register %(number)s") % {"number": parts.number(planned)})
    return " · ".join(pieces)


# --- Tables ---------------------------------------------------------------------------------------


def _table(
    columns: list[tuple[str, str]],
    rows: Rows,
    *,
    numbers: int = 0,
    title: str = "",
    note: str = "",
    strong: set[int] | None = None,
    spans: Spans | None = None,
    gap: int = 12,
    size: float = 9.2,
) -> Table:
    """Columns are (label, width); the last `numbers` of them hold numbers and stand right, under `spans` if any."""
    first_number = len(columns) - numbers
    return {
        "title": title,
        "note": note,
        "columns": [
            {"label": label, "width": width, "number": index >= first_number}
            for index, (label, width) in enumerate(columns)
        ],
        "rows": rows,
        "strong": sorted(strong or ()),
        "whole": len(rows) <= (ROWS_KEPT_TOGETHER if numbers else TEXT_ROWS_KEPT_TOGETHER),
        "spans": [{"label": label, "columns": columns} for label, columns in spans or []],
        "gap": gap,
        "size": size,
    }


def _section(title: str, *tables: Table, intro: str = "", outro: str = "") -> dict[str, Any]:
    return {"title": title, "intro": intro, "tables": list(tables), "outro": outro}


def _by_sex() -> list[tuple[str, str]]:
    return [(_("Women"), "auto"), (_("Men"), "auto"), (_("All"), "auto")]


def _three(numbers: parts.Numbers) -> list[str]:
    return [parts.number(numbers[who]) for who in ("women", "men", "total")]


# --- Goals ----------------------------------------------------------------------------------------


def _goal(content: Content, project: Project, letter: str) -> dict[str, Any]:
    goal = content["goals"][letter]
    numbers = {
        "counted": goal["total"],
        "on_the_way": content["on_the_way"][letter]["total"],
        "pending": content["goals"]["pending"],
    }
    heading = f"{parts.goal_name(letter)} · {parts.goal_title(letter)}"
    chart = {"goal": letter, **numbers, "target": goal["target"], "title": heading}
    return {
        "goal": letter,
        "heading": heading,
        "counted": parts.number(goal["total"]),
        "of": _of_target(content, project, letter),
        "chart": charts.goal_bar(**chart, width=CHART_WIDTH),
        "chart-in-words": f"{heading}: {charts.bar_in_words(numbers, goal['target'])}",
        "legend": [
            {"swatch": charts.swatch(goal=letter, part=part), "number": parts.number(numbers[part]), "label": label}
            for part, label in _legend().items()
        ],
        "shares": _table(
            [(_("People counted"), "1fr"), *_by_sex()],
            [
                [share.label, *(share.in_words(who) for who in ("women", "men", "total"))]
                for share in parts.goal_shares(content, letter)
            ],
            numbers=3,
        ),
    }


def _legend() -> dict[str, str]:
    return {
        "counted": _("counted"),
        "on_the_way": _("on the way, still taking part"),
        "pending": _("not yet measurable, the same people in both goals"),
    }


def _of_target(content: Content, project: Project, letter: str) -> str:
    target = content["goals"][letter]["target"]
    if target is None:
        return _("people; no target is set")
    share = project.goal_a_percent if letter == "A" else project.goal_b_percent
    words = {"target": parts.number(target), "share": share, "base": parts.number(content["target_base"])}
    return _("of the target %(target)s, which is %(share)s %% of the base %(base)s") % words


# --- Sections -------------------------------------------------------------------------------------


def _standing(content: Content) -> dict[str, Any]:
    entered = parts.entered(content)["total"]
    standing = [[name, parts.share_in_words(count, entered)] for name, count in parts.states(content)]
    standing.append([_("all participants"), parts.number(entered)])
    near = content["near_employment"]
    ways = [
        [f"{parts.goal_name(letter)} · {name}", *_three(n)]
        for letter in "AB"
        for name, n in parts.goal_ways(content, letter)
    ]
    ways.append([_("beside the goals: judged to be very near employment"), *_three(near)])
    return _section(
        _("Where the participants stand"),
        _table(
            [(_("State on the cut-off date"), "1fr"), (_("People"), "auto")],
            standing,
            numbers=1,
            strong={len(standing) - 1},
        ),
        _table([(_("Counted through"), "1fr"), *_by_sex()], ways, numbers=3, title=_("Ways to the goals")),
    )


def _indicators(content: Content) -> list[dict[str, Any]]:
    figures, unknown = content["figures"], parts.of_unknown_sex(content)
    sections = []
    for number, (_when, title, members) in enumerate(parts.groups(content)):
        rows = [[_code(i.code), str(i.name), *_three(figures[i.code])] for i in members]
        strong = {n for n, i in enumerate(members) if i.code in parts.SUMS}
        note = ""
        if number == 0 and unknown:
            note = _("The sex of %(count)s in the grand total is not known.") % {"count": parts.number(unknown)}
        columns = [(_("Code"), "8em"), (_("Indicator"), "1fr"), *_by_sex()]
        sections.append(_section(title, _table(columns, rows, numbers=3, strong=strong, note=note)))
    return sections


def _follow_up(content: Content) -> dict[str, Any]:
    rate = parts.follow_up(content)
    missing = {who: (rate.whole[who] or 0) - rate.part[who] for who in rate.part}
    rows = [
        [_("six months have passed since leaving"), *_three({who: rate.whole[who] or 0 for who in rate.part})],
        [_("situation known: the response rate"), *(rate.in_words(who) for who in ("women", "men", "total"))],
        [_("not followed up"), *_three(missing)],
    ]
    return _section(
        _("Follow-up after six months"), _table([(_("People who have left"), "1fr"), *_by_sex()], rows, numbers=3)
    )


def _entities(content: Content) -> dict[str, Any]:
    rows = [[code, name, parts.number(count)] for code, name, count in parts.entities(content)]
    columns = [(_("Code"), "8em"), (_("Indicator"), "1fr"), (_("Number"), "auto")]
    return _section(_("Indicators of projects and enterprises"), _table(columns, rows, numbers=1))


def _years(content: Content) -> dict[str, Any]:
    """Years side by side, as many as the page holds, then the next ones beneath."""
    years = sorted(content["by_year"])
    codes = list(content["figures"])
    tables = []
    for shown in _evenly(years, YEARS_ACROSS):
        columns = [(_("Code"), "8em"), *((sex, "1fr") for _year in shown for sex in (_("W"), _("M"), _("all")))]
        rows: Rows = [
            [_code(code), *(cell for year in shown for cell in _three(content["by_year"][year][code]))]
            for code in codes
        ]
        strong = {n for n, code in enumerate(codes) if code in parts.SUMS}
        spans = [(year, 3) for year in shown]
        tables.append(_table(columns, rows, numbers=3 * len(shown), strong=strong, spans=spans, gap=3, size=8.6))
    intro = _("Outputs belong to the year of entry, results to the year of leaving. W is women, M is men.")
    return _section(_("Year by year"), *tables, intro=intro)


def _evenly(years: Sequence[str], at_most: int) -> Iterator[Sequence[str]]:
    """Slices of about the same length: nine by at most four are three times three."""
    slices = -(-len(years) // at_most)
    length = -(-len(years) // max(slices, 1))
    for start in range(0, len(years), max(length, 1)):
        yield years[start : start + length]


def _checks(content: Content) -> dict[str, Any]:
    failing = parts.failing_checks(content)
    number = {"all": len(content["checks"]), "failing": len(failing)}
    intro = (
        _("Of %(all)s checks, %(failing)s do not hold. Errors come first; people stand under their pseudonym.") % number
    )
    if not failing:
        return _section(_("Checks"), intro=_("All %(all)s checks hold.") % number)
    rows: Rows = [[c["id"], _kind(c["severity"]), parts.check_name(c["id"]), c["detail"]] for c in failing]
    columns = [
        (_("Check"), "3em"),
        (_("Kind"), "4.2em"),
        (_("Should hold"), "1fr"),
        (_("Number and pseudonyms"), "1.3fr"),
    ]
    return _section(_("Checks that do not hold"), _table(columns, rows), intro=intro)


def _kind(severity: str) -> Cell:
    return {"bad": parts.severity("E")} if severity == "E" else parts.severity(severity)


def _terms() -> dict[str, Any]:
    rows: Rows = [
        [d.code or d.name, {"strong": f"{d.name}.", "text": d.rule} if d.code else d.rule, d.measured]
        for d in parts.terms()
    ]
    columns = [(_("Word"), "8em"), *_definition_columns(_("Meaning"))]
    return _section(_("Definitions: the goals"), _table(columns, rows, size=8.6))


def _definitions(content: Content) -> dict[str, Any]:
    rows: Rows = [
        [_code(d.code), {"strong": f"{d.name}.", "text": d.rule}, d.measured] for d in parts.definitions(content)
    ]
    columns = [(_("Code"), "8em"), *_definition_columns(_("Indicator and rule"))]
    return _section(_("Definitions: the indicators"), _table(columns, rows, size=8.6), outro=parts.sources_note())


def _definition_columns(what: str) -> list[tuple[str, str]]:
    return [(what, "1fr"), (_("Measured"), "11em")]


def _code(code: str) -> str:
    """GRAND_TOTAL in letters for people."""
    return code.replace("_", "\N{NO-BREAK SPACE}")


def _about(content: Content, project: Project, fingerprint: str) -> dict[str, Any]:
    rows = []
    for line in parts.about(content, project, fingerprint):
        value = (
            parts.number(line.value)
            if isinstance(line.value, int)
            else str(line.value if line.value is not None else "–")
        )
        rows.append([line.label, value, line.meaning])
    columns = [(_("Parameter"), "9.5em"), (_("Value"), "1fr"), (_("Meaning"), "1.25fr")]
    return _section(_("About this report"), _table(columns, rows, size=8.6))
