"""The files of a report say what its content says, give the same bytes every time, and hold nothing that acts."""

import csv
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reporting import documents, facts
from reporting.content import as_json, report_content
from reporting.documents import parts, pdf
from reporting.documents.emblem import eu_emblem
from reporting.documents.text import MISSING, typeset, visible
from reporting.indicators import RULE_SETS
from tests.factories import make_outcome, make_participation

CUT_OFF = dt.date(2017, 3, 15)
FINGERPRINT = "0123456789abcdef" * 4
HOSTILE = [
    "<script>alert(1)</script>",
    '#read("/etc/passwd") #eval("1") $x$ *b* `r`',
    "]]> & {=1+1}",
    "\u202egnissap",
    "😀 مرحبا 漢字",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "http://example.com",
    "a\x00b\x07c\ufffe",
    "&L&P &amp;",
    "w" * 10_000,
]


@pytest.fixture
def content(project):
    """Five people: one in each state, and one whose record is incomplete and who counts in goal 2 all the same."""
    in_enterprise = make_participation(ref="D-1", ended_on="2016-08-31")
    make_outcome(in_enterprise, "job_asf", "2016-08-01")
    elsewhere = make_participation(ref="D-2", ended_on="2016-09-30", sex="M", record=None)
    make_outcome(elsewhere, "job", "2016-09-15")
    make_participation(ref="D-3", ended_on="2016-08-15", sex="M")
    make_participation(ref="D-4", ended_on="2017-03-01")
    make_outcome(make_participation(ref="D-5", started_on="2016-04-01"), "job_asf", "2017-02-01")
    return content_of(project)


def content_of(project, rule_set="2018-08-02"):
    rules = RULE_SETS[rule_set]
    with facts.facts_as_of(project, CUT_OFF) as rows:
        return report_content(project, CUT_OFF, rules, rows)


@pytest.fixture(params=["sv", "en"])
def language(request):
    with override(request.param):
        yield request.param


@pytest.fixture
def render(project):
    def rendered(format_: str, content: dict) -> bytes:
        return documents.render(format_, content, project=project, fingerprint=FINGERPRINT)

    return rendered


def read_pdf(data: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    """Runs of white space as one space, so that a line's end is no difference."""
    pages = " ".join(page.extract_text() for page in read_pdf(data).pages)
    return re.sub(r"\s+", " ", pages.replace("\u200b", ""))


def sheets_of(data: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def as_person_reads(value: float | str) -> float | str:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# --- All formats ----------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", documents.FORMATS)
def test_render_gives_the_same_bytes_twice(render, content, format_):
    assert render(format_, content) == render(format_, content)


def test_render_refuses_an_unknown_format(render, content):
    with pytest.raises(KeyError):
        render("docx", content)


def test_render_json_is_the_content(render, content):
    assert json.loads(render("json", content)) == content


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_render_serves_every_rule_set_and_language(render, content, project, language, rule_set):
    under_it = content_of(project, rule_set)

    assert all(render(format_, under_it) for format_ in documents.FORMATS)


def test_render_serves_a_project_with_nobody_in_it_and_no_targets(render, project):
    project.target_base = project.planned_participants_register = None
    project.goal_a_percent = project.goal_b_percent = None
    empty = content_of(project)

    for format_ in documents.FORMATS:
        assert render(format_, empty)


def test_render_survives_hostile_names(render, content, project):
    content["project_name"] = " ".join(HOSTILE)
    for check, name in zip(content["checks"], HOSTILE, strict=False):
        check |= {"holds": False, "detail": f"1: {name}"}

    project.owner.name = " ".join(HOSTILE)
    assert_pdf_is_passive(render("pdf", content))
    assert_workbook_is_passive(render("xlsx", content))


# --- PDF ------------------------------------------------------------------------------------------


def assert_pdf_is_passive(data: bytes) -> None:
    """No script, no link, no file, no form: nothing in the document acts."""
    reader = read_pdf(data)
    for key in ("/OpenAction", "/AA", "/AcroForm", "/Names"):
        assert key not in reader.trailer["/Root"]
    assert not any("/Annots" in page or "/AA" in page for page in reader.pages)
    assert not reader.attachments
    for marker in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile"):
        assert marker not in data
    assert "root:x:" not in text_of(data)


def test_pdf_says_the_state_and_both_goals_with_every_denominator(render, content, language):
    text = text_of(render("pdf", content))

    assert re.sub(r"\s+", " ", parts.opening(content)) in text
    for letter in "AB":
        goal = content["goals"][letter]
        for share in parts.goal_shares(content, letter):
            assert share.label in text
            assert re.sub(r"\s+", " ", share.in_words("total")) in text
        assert str(goal["target"]) in text


def test_pdf_shows_every_indicator_with_its_figures(render, content):
    text = text_of(render("pdf", content))

    for _when, _title, members in parts.groups(content):
        for indicator in members:
            figure = content["figures"][indicator.code]
            numbers = f"{figure['women']} {figure['men']} {figure['total']}"
            assert f"{indicator.code.replace('_', ' ')} {indicator.name} {numbers}" in text
            assert str(indicator.rule).split()[0] in text


def test_pdf_shows_the_years_the_checks_and_what_is_preliminary(render, content):
    content["checks"][0] |= {"severity": "W", "holds": False, "detail": "1: D-1"}

    text = text_of(render("pdf", content))

    assert all(year in text for year in content["by_year"])
    assert all(re.sub(r"\s+", " ", line) in text for line in parts.preliminary(content))
    failing = parts.failing_checks(content)
    assert [c["severity"] for c in failing][-1] == "W"
    places = [text.index(f"{c['id']} {parts.severity(c['severity'])}") for c in failing]
    assert places == sorted(places)
    assert all(c["detail"].split(",")[0] in text for c in failing)


def test_pdf_prints_fingerprint_and_page_on_every_page(render, content):
    reader = read_pdf(render("pdf", content))

    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert FINGERPRINT in text
        assert re.search(rf"\b{number}\D+{len(reader.pages)}\b", text)


def test_pdf_is_tagged_and_kept_to_the_standards(render, content, language):
    root = read_pdf(render("pdf", content)).trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith(language)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert re.search(r"<pdfaid:part>2</pdfaid:part>", metadata)
    assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", metadata)
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", metadata)


def test_pdf_names_nobody_and_carries_the_cut_off_date_only(render, content):
    reader = read_pdf(render("pdf", content))

    assert reader.metadata.title == content["project_name"]
    assert reader.metadata.author is None
    assert reader.metadata.creation_date.date() == CUT_OFF


def test_pdf_describes_its_pictures(render, content):
    with override("en"):
        data = render("pdf", content)

    described = [element["/Alt"] for element in structure(read_pdf(data)) if element.get("/S") == "/Figure"]
    assert any("European Social Fund" in words for words in described)
    assert sum("counted" in words and "140" in words for words in described) == 1
    assert all(described)


def structure(reader: Any):
    """Every element of the tag tree."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop()
        yield element
        children = element.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            child = child.get_object() if hasattr(child, "get_object") else child
            if isinstance(child, dict) and "/S" in child:
                waiting.append(child)


def test_pdf_headings_go_down_one_level_at_a_time(render, content):
    levels = [element["/S"] for element in structure(read_pdf(render("pdf", content))) if "/S" in element]

    assert levels.count("/H1") == 1
    assert levels.count("/H2") >= 8
    assert "/TH" in levels


def test_pdf_does_not_depend_on_the_machine(render, content, project, tmp_path):
    """Another process in another folder, with another clock zone and no fonts of its own, makes the same bytes."""
    with override("sv"):
        data = pdf._typeset(pdf._report(content, project, FINGERPRINT))
        here = render("pdf", content)
    report = tmp_path / "report.json"
    report.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    program = (
        "import sys, typst\n"
        "template, report = (open(path, 'rb').read() for path in sys.argv[1:])\n"
        "pdf = typst.compile(template, ignore_system_fonts=True, sys_inputs={'report': report.decode()},"
        " pdf_standards=['a-2a', 'ua-1'])\n"
        "sys.stdout.buffer.write(pdf)"
    )
    environment = {**os.environ, "TZ": "Pacific/Auckland", "LANG": "C", "SOURCE_DATE_EPOCH": "1"}
    made = subprocess.run(
        [sys.executable, "-c", program, str(pdf.TEMPLATE), str(report)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert made.stdout == here


def test_pdf_template_reads_nothing_and_evaluates_nothing():
    template = pdf.TEMPLATE.read_text(encoding="utf-8")

    assert not re.findall(r"\b(?:eval|read|plugin|csv|yaml|toml|xml|import|include|link)\b *[(\"]", template)


# --- XLSX -----------------------------------------------------------------------------------------


def assert_workbook_is_passive(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            xml = archive.read(name)
            ElementTree.fromstring(xml)  # noqa: S314 — our own workbook; it must be well-formed.
            assert b"<f>" not in xml
            assert b"<hyperlink" not in xml
            assert b'TargetMode="External"' not in xml
        assert not [name for name in archive.namelist() if "vba" in name or "externalLink" in name]


def test_xlsx_figures_equal_the_content(render, content, language):
    sheets = list(sheets_of(render("xlsx", content)).values())
    figures, years = sheets[3], sheets[4]

    read = {row[0]: [int(n) for n in row[2:5]] for row in figures[1:] if row[0] in content["figures"]}
    assert read == {code: [f["women"], f["men"], f["total"]] for code, f in content["figures"].items()}
    entities = {row[0]: as_person_reads(row[4]) for row in figures[1:] if row[0] in content["entities"]}
    assert entities == content["entities"]
    by_year = {(str(int(row[0])), row[1]): [int(n) for n in row[2:5]] for row in years[1:]}
    assert by_year == {
        (year, code): [f["women"], f["men"], f["total"]]
        for year, row in content["by_year"].items()
        for code, f in row.items()
    }


def test_xlsx_goals_equal_the_content(render, content):
    sheets = list(sheets_of(render("xlsx", content)).values())
    goals, shares = sheets[1], sheets[2]

    for row, letter in zip(goals[1:3], "AB", strict=True):
        goal = content["goals"][letter]
        expected = [goal["women"], goal["men"], goal["total"], goal["target"], content["on_the_way"][letter]["total"]]
        assert [as_person_reads(value) for value in row[2:7]] == expected
    of_base = shares[1]
    assert of_base[7] == content["target_base"]
    assert round(100 * of_base[10], 1) == content["goals"]["A"]["share_of_base"]


def test_xlsx_has_numbers_and_dates_as_such_and_every_column_explained(render, content):
    sheets = sheets_of(render("xlsx", content))
    read_me = next(iter(sheets.values()))

    values = [row[1] for row in read_me]
    assert CUT_OFF in values
    assert 280 in values
    assert FINGERPRINT in values
    explained = {row[0] for row in read_me}
    assert set(list(sheets)[1:]) <= explained


def test_xlsx_lists_every_check(render, content):
    checks = list(sheets_of(render("xlsx", content)).values())[5]

    assert [(row[0], row[4]) for row in checks[1:]] == [(c["id"], c["detail"]) for c in content["checks"]]


def test_xlsx_keeps_texts_as_texts(render, content):
    content["checks"][0]["detail"] = "=1+1"

    data = render("xlsx", content)

    assert "=1+1" in [row[4] for row in list(sheets_of(data).values())[5]]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    assert_workbook_is_passive(data)


def test_xlsx_names_nobody(render, content):
    with zipfile.ZipFile(io.BytesIO(render("xlsx", content))) as archive:
        properties = archive.read("docProps/core.xml").decode()
        dates = {entry.date_time for entry in archive.infolist()}

    assert "<dc:creator></dc:creator>" in properties
    assert "2017-03-15T00:00:00Z" in properties
    assert dates == {(1980, 1, 1, 0, 0, 0)}


# --- CSV ------------------------------------------------------------------------------------------


def test_csv_is_tidy_and_equals_the_content(render, content):
    data = render("csv", content)
    rows = list(csv.DictReader(io.StringIO(data.decode()), delimiter=";"))

    assert data.startswith(b"year;code;women;men;total\r\n")
    whole = {row["code"]: row for row in rows if not row["year"]}
    for code, figure in content["figures"].items():
        assert {name: int(whole[code][name]) for name in figure} == figure
    assert int(whole["GOAL_A"]["total"]) == content["goals"]["A"]["total"]
    by_year = {(row["year"], row["code"]): int(row["total"]) for row in rows if row["year"]}
    assert by_year == {(y, c): f["total"] for y, row in content["by_year"].items() for c, f in row.items()}


def test_csv_holds_codes_and_numbers_only(render, content):
    rows = csv.reader(io.StringIO(render("csv", content).decode()), delimiter=";")

    next(rows)
    assert all(re.fullmatch(r"[A-Z0-9_]*", cell) for row in rows for cell in row)


# --- Parts ----------------------------------------------------------------------------------------


def test_states_and_ways_add_up(content):
    assert sum(count for _name, count in parts.states(content)) == content["figures"]["GRAND_TOTAL"]["total"]
    for letter in "AB":
        through = sum(numbers["total"] for _name, numbers in parts.goal_ways(content, letter))
        assert through == content["goals"][letter]["total"]


def test_preliminary_counts_who_may_still_move_the_figures(content):
    with override("en"):
        assert parts.preliminary(content) == [
            parts.preliminary_statement(),
            "1 still take part. They count in no goal and in no result.",
            "1 have left, but the 28 days in which results on leaving are read are not over.",
            "2 have left less than six months ago and count in no result after six months.",
            "1 are not followed up: six months have passed and their situation is not known.",
            "1 have an incomplete record and count in the grand total only.",
        ]


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(58, 280, "58 of 280 = 20.7 %"), (0, 0, "0 of 0"), (3, None, "3")]
)
def test_share_in_words_never_gives_a_percentage_alone(part, whole, words):
    with override("en"):
        assert parts.share_in_words(part, whole) == words


# --- Text and emblem ------------------------------------------------------------------------------


@given(st.text())
def test_typeset_text_can_be_typeset_and_hides_nothing(text):
    shown = typeset(text)

    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b")
    assert all(len(word) < 60 for word in re.split(r"\s|\u200b", shown))
    assert visible(visible(text)) == visible(text)


def test_typeset_letters_are_all_in_the_typeface():
    letters = [
        chr(code) for code in range(0x21, 0x3000) if typeset(chr(code)) == chr(code) or typeset(chr(code)) != MISSING
    ]

    data = pdf.typst.compile(
        b'#set document(title: "t", date: datetime(year: 2017, month: 1, day: 1))\n'
        b'#set text(font: "Libertinus Serif")\n#sys.inputs.letters',
        ignore_system_fonts=True,
        sys_inputs={"letters": " ".join(typeset(letter) for letter in letters)},
        pdf_standards=["a-2a", "ua-1"],
    )

    assert {"å", "Ł", "ß", "Ж", "ω", "≤", "€"} <= set(letters)
    assert data.startswith(b"%PDF")


def test_emblem_has_twelve_stars_in_the_colours_of_the_union():
    root: Any = ElementTree.fromstring(eu_emblem())  # noqa: S314 — our own text.

    rect, stars = root
    assert (int(rect.get("width")) * 2, rect.get("fill")) == (int(rect.get("height")) * 3, "#003399")
    assert stars.get("fill") == "#ffcc00"
    assert stars.get("d").count("M") == 12


def test_as_json_is_what_the_fingerprint_is_taken_over(content):
    assert json.loads(as_json(content)) == content
