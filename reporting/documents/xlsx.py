"""The report as a workbook: numbers as numbers, dates as dates, every text as text, and the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from grundsteget.cells import SAFE_BOOK, Cell, fitted, midnight, visible, write_cell
from partners.models import Project
from reporting.charts import COLOUR, COLOUR_ON_THE_WAY, INK, PENDING
from reporting.content import Content
from reporting.documents import parts
from reporting.indicators import ENTITY_INDICATORS


@dataclass(frozen=True)
class Column:
    """A column as the first sheet explains it."""

    label: str
    width: int
    meaning: str = ""
    kind: str = "number"  # How its numbers look: number, percent (kept as a fraction of one), or year.


@dataclass(frozen=True)
class Sheet:
    """Rows of one kind under a header."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def as_xlsx(content: Content, *, project: Project, fingerprint: str) -> bytes:
    target = io.BytesIO()
    # In memory, the archive's entries carry a fixed date.
    book = xlsxwriter.Workbook(target, {"in_memory": True, **SAFE_BOOK})
    book.set_properties({"title": visible(content["project_name"]), "created": midnight(parts.cut_off(content))})
    writer = Writer(book, content, fingerprint)
    sheets = _sheets(content)
    writer.read_me(_about_sheet(content, project, fingerprint), sheets)
    for sheet in sheets:
        written = writer.sheet(sheet)
        if sheet is sheets[0]:
            _goal_chart(book, written, sheet)
    book.close()
    return target.getvalue()


# --- What the sheets hold -------------------------------------------------------------------------


def _sheets(content: Content) -> list[Sheet]:
    return [
        _goals(content),
        _shares(content),
        _figures(content),
        _years(content),
        _checks(content),
        _definitions(content),
    ]


def _by_sex() -> list[Column]:
    return [
        Column(_("Women"), 10, _("people, legal sex woman")),
        Column(_("Men"), 10, _("people, legal sex man")),
        Column(_("All"), 10, _("people; more than women and men together where sex is not known")),
    ]


def _goals(content: Content) -> Sheet:
    columns = [
        Column(_("Goal"), 9, _("the project's own goal")),
        Column(_("What counts"), 52, _("see the sheet with definitions")),
        *_by_sex(),
        Column(_("Target"), 10, _("people")),
        Column(_("On the way"), 12, _("people who still take part and already have what would count")),
        Column(
            _("Not yet measurable"),
            12,
            _("people who have left and whose 28 days are not over; the same for both goals"),
        ),
    ]
    rows: list[list[Cell]] = []
    for letter in "AB":
        goal = content["goals"][letter]
        way, pending = content["on_the_way"][letter]["total"], content["goals"]["pending"]
        rows.append([parts.goal_name(letter), parts.goal_title(letter), *_three(goal), goal["target"], way, pending])
    return Sheet(_("Goals"), columns, rows)


def _shares(content: Content) -> Sheet:
    whole = _("the number of people that the share is taken of; empty where it was not set by sex")
    columns = [
        Column(_("Goal"), 9, _("the project's own goal")),
        Column(_("Share"), 38, _("what the people counted are compared with")),
        *_by_sex(),
        *(Column(label, 12, whole) for label in (_("Of women"), _("Of men"), _("Of all"))),
        *(Column(label, 12, _("people / of people"), "percent") for label in (_("Women, %"), _("Men, %"), _("All, %"))),
    ]
    shares = [(parts.goal_name(letter), share) for letter in "AB" for share in parts.goal_shares(content, letter)]
    shares.append((_("follow-up"), parts.follow_up(content)))
    rows: list[list[Cell]] = []
    for goal, share in shares:
        fractions = [_fraction(share.part[who], share.whole[who]) for who in WHO]
        rows.append([goal, share.label, *_three(share.part), *(share.whole[who] for who in WHO), *fractions])
    return Sheet(_("Shares"), columns, rows)


def _figures(content: Content) -> Sheet:
    columns = [
        Column(_("Code"), 14, _("the indicator's code in the regulation")),
        Column(_("Indicator"), 58),
        *_by_sex(),
        Column(_("Measured"), 28, _("when the situation is read")),
        Column(_("Source"), 9, _("section of the collection of rules")),
    ]
    rows: list[list[Cell]] = [
        [i.code, str(i.name), *_three(content["figures"][i.code]), parts.measured(when), i.source]
        for when, _title, members in parts.groups(content)
        for i in members
    ]
    rows += [[e.code, str(e.name), None, None, content["entities"][e.code], "", "1.7"] for e in ENTITY_INDICATORS]
    return Sheet(_("Indicators"), columns, rows)


def _years(content: Content) -> Sheet:
    columns = [
        Column(_("Year"), 9, _("of entry for outputs, of leaving for results"), "year"),
        Column(_("Code"), 14, _("the indicator's code in the regulation")),
        *_by_sex(),
    ]
    rows: list[list[Cell]] = [
        [int(year), code, *_three(numbers)]
        for year, figures in content["by_year"].items()
        for code, numbers in figures.items()
    ]
    return Sheet(_("By year"), columns, rows)


def _checks(content: Content) -> Sheet:
    columns = [
        Column(_("Check"), 9),
        Column(_("Kind"), 9, _("an error stops the report; the others ask for a look")),
        Column(_("Holds"), 9),
        Column(_("Should hold"), 58),
        Column(_("Number and pseudonyms"), 58, _("whom the check found")),
    ]
    rows: list[list[Cell]] = [
        [
            c["id"],
            parts.severity(c["severity"]),
            _("yes") if c["holds"] else _("no"),
            parts.check_name(c["id"]),
            c["detail"],
        ]
        for c in content["checks"]
    ]
    return Sheet(_("Checks"), columns, rows)


def _definitions(content: Content) -> Sheet:
    columns = [
        Column(_("Code"), 14, _("the indicator's code in the regulation")),
        Column(_("Name"), 48),
        Column(_("Rule"), 90, _("the condition in words")),
        Column(_("Measured"), 28, _("when the situation is read")),
        Column(_("Source"), 14, parts.sources_note()),
    ]
    rows = [[d.code, d.name, d.rule, d.measured, d.source] for d in [*parts.terms(), *parts.definitions(content)]]
    return Sheet(_("Definitions"), columns, rows)


WHO = ("women", "men", "total")


def _three(numbers: parts.Numbers) -> list[int]:
    return [numbers[who] for who in WHO]


def _fraction(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None


# --- How they are written -------------------------------------------------------------------------


@dataclass(frozen=True)
class About:
    """What the first sheet says above the columns' meanings."""

    opening: str
    lines: Sequence[parts.About]


def _about_sheet(content: Content, project: Project, fingerprint: str) -> About:
    lines = parts.about(content, project, fingerprint)
    lines.append(parts.About(_("Selection"), _("the whole project, all partners"), _("No filter was used.")))
    lines.append(parts.About(_("Funder"), f"{_('European Union')}, {_('European Social Fund')}"))
    return About(parts.opening(content), lines)


class Writer:
    """A workbook and its formats. Texts carry the mark that keeps them texts when somebody edits the cell."""

    def __init__(self, book: xlsxwriter.Workbook, content: Content, fingerprint: str) -> None:
        self.book = book
        union = f"{_('European Union')}, {_('European Social Fund')}"
        self.footer = f"&L{_of_ampersand(content['project'])} · {content['cut_off']} · {fingerprint[:16]}&R&P/&N"
        self.header = f"&L{union}&R{_of_ampersand(visible(content['project_name'][:80]))}"
        top = {"valign": "top"}
        self.text = book.add_format({**top, "quote_prefix": True, "text_wrap": True})
        looks = {"number": "#,##0", "year": "0", "percent": "0.0%"}
        self.numbers = {kind: book.add_format({**top, "num_format": look}) for kind, look in looks.items()}
        self.number_left = book.add_format({**top, "num_format": "#,##0", "align": "left"})
        self.date = book.add_format({**top, "num_format": "yyyy-mm-dd", "align": "left"})
        self.head = book.add_format(
            {
                "bold": True,
                "font_color": "#55606b",
                "bottom": 1,
                "bottom_color": "#55606b",
                "text_wrap": True,
                "valign": "bottom",
            }
        )
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": COLOUR["A"], "quote_prefix": True})
        self.lead = book.add_format({"text_wrap": True, "valign": "top", "font_size": 12, "quote_prefix": True})

    def read_me(self, about: About, sheets: Sequence[Sheet]) -> None:
        page = self._page(_("Read me"), [Column("", 26), Column("", 44), Column("", 90)])
        page.write_string(0, 0, fitted(str(about.lines[0].value)), self.title)
        page.merge_range(1, 0, 1, 2, "", self.lead)
        page.write_string(1, 0, fitted(about.opening), self.lead)
        page.set_row(1, 50)
        row = self._head(page, 3, [_("Parameter"), _("Value"), _("Meaning")])
        for line in about.lines:
            self._row(page, row, [line.label, line.value, line.meaning], [self.number_left] * 3)
            row += 1
        row = self._head(page, row + 1, [_("Sheet"), _("Column"), _("Meaning")])
        for sheet in sheets:
            for column in sheet.columns:
                if column.meaning:
                    self._row(page, row, [sheet.name, column.label, column.meaning], [self.number_left] * 3)
                    row += 1

    def sheet(self, sheet: Sheet) -> Worksheet:
        page = self._page(sheet.name, sheet.columns)
        self._head(page, 0, [column.label for column in sheet.columns])
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        numbers = [self.numbers[column.kind] for column in sheet.columns]
        for row, cells in enumerate(sheet.rows, start=1):
            self._row(page, row, cells, numbers)
        if sheet.rows:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        return page

    def _page(self, name: str, columns: Sequence[Column]) -> Worksheet:
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.8)
        page.set_header(self.header)
        page.set_footer(self.footer)
        page.hide_gridlines(2)
        for index, column in enumerate(columns):
            page.set_column(index, index, column.width)
        return page

    def _head(self, page: Worksheet, row: int, labels: Sequence[str]) -> int:
        for index, label in enumerate(labels):
            page.write_string(row, index, fitted(label), self.head)
        return row + 1

    def _row(self, page: Worksheet, row: int, cells: Sequence[Cell], numbers: Sequence[Format]) -> None:
        for index, (cell, look) in enumerate(zip(cells, numbers, strict=True)):
            write_cell(page, row, index, cell, {"text": self.text, "date": self.date, "number": look})


def _of_ampersand(text: str) -> str:
    """In headers and footers an ampersand begins a code."""
    return text.replace("&", "&&")


# --- The chart ------------------------------------------------------------------------------------

GOAL_COLUMN, TOTAL_COLUMN, TARGET_COLUMN, WAY_COLUMN, PENDING_COLUMN = 0, 4, 5, 6, 7


def _goal_chart(book: xlsxwriter.Workbook, page: Worksheet, sheet: Sheet) -> None:
    """Counted, on the way and not yet measurable, stacked, with the target as a dash across."""
    last = len(sheet.rows)

    def cells(column: int) -> list[str | int]:
        return [sheet.name, 1, column, last, column]

    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    stack = [
        (_("counted"), TOTAL_COLUMN, None, [COLOUR["A"], COLOUR["B"]]),
        (_("on the way"), WAY_COLUMN, "wide_upward_diagonal", [COLOUR_ON_THE_WAY["A"], COLOUR_ON_THE_WAY["B"]]),
        (_("not yet measurable"), PENDING_COLUMN, "percent_20", [PENDING, PENDING]),
    ]
    for name, column, pattern, colours in stack:
        points = [
            {"pattern": {"pattern": pattern, "fg_color": COLOUR[letter], "bg_color": colour}}
            if pattern
            else {"fill": {"color": colour}}
            for letter, colour in zip("AB", colours, strict=True)
        ]
        chart.add_series(
            {"name": name, "categories": cells(GOAL_COLUMN), "values": cells(column), "points": points, "gap": 60}
        )
    target = book.add_chart({"type": "line"})
    mark = {"type": "long_dash", "size": 20, "fill": {"color": INK}, "border": {"color": INK}}
    target.add_series(
        {
            "name": _("target"),
            "categories": cells(GOAL_COLUMN),
            "values": cells(TARGET_COLUMN),
            "line": {"none": True},
            "marker": mark,
            "data_labels": {"value": True, "position": "above"},
        }
    )
    chart.combine(target)
    chart.set_title({"name": _("Both goals against their targets"), "name_font": {"size": 12, "color": INK}})
    chart.set_y_axis(
        {"name": _("people"), "major_gridlines": {"visible": True, "line": {"color": "#e3dfd5"}}, "min": 0}
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 360})
    page.insert_chart(
        last + 2, 1, chart, {"description": _("The goals of the rows above: counted, on the way, target.")}
    )
