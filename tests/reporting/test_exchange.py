"""The exchange format: what it takes, what it refuses and how it says so, and that nothing is lost on the way."""

import csv
import datetime as dt
import io
import itertools
import os
import stat
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from participants.models import Activity, Consent, EntryRecord, HoursMonth, Outcome, Participant, Participation, Stint
from partners.models import Organisation
from reporting.exchange import reading
from reporting.exchange.sheets import BY_NAME, SHEETS
from reporting.models import Fact
from tests import factories
from tests.factories import invented_number

DNR = "2015/00254"
ANNA, BO = invented_number("1985-06-15", "K"), invented_number("1979-02-03", "M")


@pytest.fixture
def source(tmp_path):
    """`source(stints="ref,start\\nA,2016-03-01")` is a folder with these sheets."""
    numbers = itertools.count()

    def write(**sheets: str | bytes) -> Path:
        folder = tmp_path / f"source{next(numbers)}"
        folder.mkdir()
        for name, content in sheets.items():
            (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


def run(source: Path, **options) -> str:
    out = io.StringIO()
    call_command("import_exchange", str(source), project=DNR, stdout=out, **options)
    return out.getvalue()


def refusal(source: Path) -> list[str]:
    before = Participation.objects.count()
    with pytest.raises(CommandError) as refused:
        run(source)
    assert Participation.objects.count() == before
    return str(refused.value).splitlines()


def export(target: Path) -> Path:
    call_command("export_exchange", str(target), project=DNR, stdout=io.StringIO())
    return target


def exported(folder: Path, sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / f"{sheet}.csv").read_text("utf-8"), newline="")))


def as_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


PEOPLE = f"""\
ref,identity,sex,birth_date,first_name,last_name,protection,municipality,district,entry_status,unemployed_since,\
in_education,isced,household_jobless,household_children,household_single_adult,co15,co16,co17
A,{ANNA},,,Anna,Åkesson,,Göteborg,Angered,u,2014-01-15,n,2,J,n,,j,vill_ej,
B,{BO[2:8]}-{BO[8:]},,,,,sekretessmarkering,,,I,,j,0,,,,,,n
C,,,,,,,,,,,,,,,,,,
"""
STINTS = """\
ref,start,end,exit_reason,referred_by
A,2016-03-01,2016-06-30,Sjukdom,socialtjänsten i angered
A,2016-09-01,,,
B,2016-05-02,2017-02-01,arbete_asf,Coompanion
"""
OUTCOMES = """\
ref,kind,from,to,employer,support
B,job_asf,2017-01-15,,Kooperativet Provbageriet,lönebidrag
A,education,2016-10-01,2018-01-01,Folkhögskola,
"""
HOURS = 'ref,month,hours\nA,2016-03,37.5\nA,2016-04,"40,25"\nB,2016-05,0\n'
ACTIVITIES = """\
ref,kind,place,from,to,hours_per_week
A,arbete,Kooperativet Provbageriet,2016-03-01,,20
A,snickarkurs,Skolan,2016-03-01,2018-01-01,7.5
"""
CONSENTS = """\
ref,organisation,purpose,given_on,valid_to,withdrawn_on
A,Socialtjänsten i Angered,samverkan,2016-03-01,2017-03-01,
A,Arbetsförmedlingen i Göteborg,samverkan,2016-03-01,,2016-12-01
"""
ALL = {
    "participants": PEOPLE,
    "stints": STINTS,
    "outcomes": OUTCOMES,
    "hours": HOURS,
    "activities": ACTIVITIES,
    "consents": CONSENTS,
}

# --- What it takes --------------------------------------------------------------------------------


def test_import_adds_everything_and_counts_rows(cast, source):
    said = run(source(**ALL))

    assert said.endswith("15 added, 0 updated, 0 unchanged\n")
    assert "participants: 3 added (A, B, C), 0 updated, 0 unchanged" in said
    anna = Participation.objects.select_related("participant", "entry_record").get(ref="A")
    assert anna.participant.number == ANNA
    assert (anna.participant.sex, anna.participant.birth_date) == ("K", dt.date(1985, 6, 15))
    assert anna.participant.last_name_key
    assert (anna.entry_record.labour_status, anna.entry_record.isced, anna.entry_record.household_jobless) == (
        "U",
        "2",
        "j",
    )
    assert dict(anna.sensitive_answers.values_list("question", "answer")) == {"co15": "j", "co16": "vill_ej"}
    assert (anna.entered_on, anna.left_on) == (dt.date(2016, 3, 1), None)
    assert set(HoursMonth.objects.values_list("hours", flat=True)) == {Decimal("37.5"), Decimal("40.25"), Decimal(0)}


def test_import_finds_organisations_and_enterprises(cast, source):
    run(source(**ALL))

    assert Stint.objects.get(participation__ref="B").referred_by == cast.owner
    assert Stint.objects.get(started_on="2016-03-01").referred_by == cast.social_services
    assert Outcome.objects.get(kind="job_asf").enterprise == cast.enterprise
    assert Outcome.objects.get(kind="education").enterprise is None
    assert Activity.objects.get(kind="arbete").enterprise == cast.enterprise
    assert Activity.objects.get(kind="snickarkurs").place == "Skolan"


def test_import_adds_an_organisation_nobody_knew_and_says_so(cast, source):
    stints = "ref,start,referred_by\nA,2016-03-01,Vårdcentralen Norr\n"
    consents = "ref,organisation,purpose,given_on\nA,Arbetsförmedlingen Göteborg,samverkan,2016-03-01\n"
    errors = io.StringIO()
    run(source(participants="ref\nA\n", stints=stints, consents=consents), stderr=errors)
    assert Stint.objects.get().referred_by.name == "Vårdcentralen Norr"
    assert errors.getvalue().splitlines() == [
        "organisations: “Vårdcentralen Norr” is new — give it a role in the partnership if it is a partner",
        "organisations: “Arbetsförmedlingen Göteborg” is new — correct it if “arbetsförmedlingen i göteborg” was meant",
    ]
    assert not Participation.objects.visible_to(cast.employment_officer).exists()


def test_dry_run_adds_no_organisation(cast, source):
    stints = "ref,start,referred_by\nA,2016-03-01,Vårdcentralen Norr\n"
    run(source(participants="ref\nA\n", stints=stints), dry_run=True)
    assert not Organisation.objects.filter(name="Vårdcentralen Norr").exists()


def test_import_makes_facts(cast, source):
    run(source(**ALL))

    assert dict(Fact.objects.values_list("ref", "goal")) == {"A": "ongoing", "B": "A"}


def test_import_names_default_to_the_ref(cast, source):
    run(source(participants="ref\nP-17\n"))

    assert Participation.objects.get().display_name == "P-17"
    assert Participant.objects.get().full_name == "P-17"


def test_import_again_changes_nothing(cast, source):
    run(source(**ALL))
    versions = list(Participation.objects.values_list("version", flat=True))

    assert run(source(**ALL)).endswith("0 added, 0 updated, 15 unchanged\n")
    assert list(Participation.objects.values_list("version", flat=True)) == versions


def test_import_updates_by_ref_and_says_whom(cast, source):
    run(source(**ALL))

    said = run(source(participants="ref,municipality\nA,Partille\nB,\nC,\n"))

    assert said.endswith("0 added, 1 updated, 2 unchanged\n")
    assert "1 updated (A)" in said
    anna = Participation.objects.get(ref="A")
    assert (anna.participant.municipality, anna.participant.first_name) == ("Partille", "Anna")
    assert anna.version == 1


def test_import_sets_empty_cells_empty(cast, source):
    run(source(**ALL))

    run(source(participants="ref,isced,co15,identity\nA,,,\n"))

    anna = Participation.objects.get(ref="A")
    assert anna.entry_record.isced == ""
    assert not anna.sensitive_answers.filter(question="co15").exists()
    assert anna.sensitive_answers.filter(question="co16").exists()
    assert anna.participant.number == ""
    assert anna.participant.identity_hash is None


def test_import_closes_the_open_stint_and_opens_another(cast, source):
    run(source(**ALL))

    said = run(source(stints="ref,start,end\nA,2016-09-01,2016-12-31\nA,2017-01-02,\n"))

    assert said.endswith("1 added, 1 updated, 0 unchanged\n")
    closed = Stint.objects.get(started_on="2016-09-01")
    assert closed.ended_on == dt.date(2016, 12, 31)
    assert closed.exit_recorded_at is not None


def test_import_lets_stints_change_places(cast, source):
    """What counted becomes a mistake and the other way round, in any order."""
    rows = "A,2016-03-01,{first}\nA,2016-04-01,2016-06-30,{second}\n"
    head = "ref,start,end,exit_reason\n"
    run(source(participants="ref\nA\n", stints=head + rows.format(first="2016-12-31,ovrigt", second="felregistrering")))

    run(source(stints=head + rows.format(first="2016-12-31,felregistrering", second="ovrigt")))
    run(source(stints=head + rows.format(first="2016-12-31,ovrigt", second="felregistrering")))

    assert set(Stint.objects.counted().values_list("started_on", flat=True)) == {dt.date(2016, 3, 1)}


def test_import_lets_numbers_change_hands(cast, source):
    run(source(participants=f"ref,identity\nA,{ANNA}\nB,{BO}\n"))

    assert run(source(participants=f"ref,identity\nA,{BO}\nB,{ANNA}\n")).endswith("0 added, 2 updated, 0 unchanged\n")
    assert Participation.objects.get(ref="A").participant.number == BO


def test_import_knows_a_person_from_another_project(cast, source):
    known = factories.make_participant(ANNA, first_name="Anna", last_name="Åkesson")

    run(source(participants=f"ref,identity,first_name,municipality\nX,{ANNA},,Kungälv\n"))

    assert Participation.objects.get(ref="X").participant == known
    known.refresh_from_db()
    assert (known.first_name, known.municipality) == ("Anna", "Kungälv")


@pytest.mark.parametrize(
    "content", ["\ufeffref;first_name\r\nA;Anna\r\n", "ref\tfirst_name\nA\tAnna\n", "ref,first_name\nA,Anna"]
)
def test_import_reads_other_dialects(cast, source, content):
    run(source(participants=content))

    assert Participant.objects.get().first_name == "Anna"


def test_import_skips_blank_lines_and_counts_them(cast, source):
    lines = refusal(source(participants="ref,isced\n\nA,2\n,,\nB,9\n"))

    assert lines[0].startswith("participants:5: isced: ")


def test_dry_run_says_the_same_and_saves_nothing(cast, source):
    said = run(source(**ALL), dry_run=True)

    assert said.endswith("15 added, 0 updated, 0 unchanged\n")
    assert not Participation.objects.exists()
    assert not Fact.objects.exists()


def test_import_takes_no_more_queries_for_more_rows(cast, source, django_assert_max_num_queries):
    many = "ref\n" + "".join(f"P{number}\n" for number in range(300))
    stints = "ref,start\n" + "".join(f"P{number},2016-03-01\n" for number in range(300))

    with django_assert_max_num_queries(60):
        run(source(participants=many, stints=stints))


# --- What it refuses ------------------------------------------------------------------------------

BAD_CELLS = [
    ("participants", "ref,identity\nA,19850615-2384\n", "participants:2: identity: "),
    ("participants", "ref,identity\nA,hello\n", "participants:2: identity: "),
    ("participants", "ref,sex\nA,X\n", "participants:2: sex: is not one of the values K, M"),
    ("participants", "ref,birth_date\nA,1985-02-30\n", "participants:2: birth_date: is a date that does not exist"),
    ("participants", "ref,birth_date\nA,15/6 1985\n", "participants:2: birth_date: is no date"),
    ("participants", "ref,birth_date\nA,2050-01-01\n", "participants:2: birth_date: lies in the future"),
    ("participants", "ref,isced\nA,9\n", "participants:2: isced: "),
    ("participants", "ref,co15\nA,kanske\n", "participants:2: co15: "),
    ("participants", 'ref,first_name\nA,"An\nna"\n', "participants:2: first_name: holds a control character"),
    ("participants", "ref,first_name\nA,An\x00na\n", "participants:2: first_name: holds a control character"),
    ("participants", f"ref,first_name\nA,{'a' * 81}\n", "participants:2: first_name: is 81 characters long"),
    ("participants", "ref,first_name\n,Anna\n", "participants:2: ref: is empty"),
    ("participants", "ref,first_name\nA,Anna,extra\n", "participants:2: row: has more cells"),
    ("stints", "ref,start\nP,\n", "stints:2: start: is empty"),
    ("stints", "ref,start\nQ,2016-03-01\n", "stints:2: ref: Q is neither in the sheet participants nor"),
    ("stints", "ref,start,end\nP,2016-03-01,2016-02-01\n", "stints:2: end: is before “start”"),
    ("stints", "ref,start\nP,2015-09-30\n", "stints:2: start: is outside the project, 2015-10-01 to 2018-09-30"),
    ("stints", "ref,start,end\nP,2016-03-01,2018-10-01\n", "stints:2: end: is after the project's end"),
    ("stints", "ref,start\nP,2017-03-16\n", "stints:2: start: lies in the future (today is 2017-03-15)"),
    (
        "stints",
        "ref,start,end,exit_reason\nP,2016-03-01,2016-04-01,sjukdm\n",
        "stints:2: exit_reason: is no reason we know",
    ),
    ("stints", "ref,start,exit_reason\nP,2016-03-01,sjukdom\n", "stints:2: exit_reason: stands without an end"),
    ("outcomes", "ref,kind,from\nP,anställd,2016-03-01\n", "outcomes:2: kind: is not one of the values job, job_asf"),
    ("outcomes", "ref,kind,from\nP,job,\n", "outcomes:2: from: is empty"),
    ("outcomes", "ref,kind,from,to\nP,job,2016-03-01,2016-02-01\n", "outcomes:2: to: is before “from”"),
    ("hours", "ref,month,hours\nP,2016-13,10\n", "hours:2: month: "),
    ("hours", "ref,month,hours\nP,mars 2016,10\n", "hours:2: month: is no month"),
    ("hours", "ref,month,hours\nP,2016-03,745\n", "hours:2: hours: is more than 744"),
    ("hours", "ref,month,hours\nP,2016-03,-1\n", "hours:2: hours: is no number"),
    ("hours", "ref,month,hours\nP,2016-03,1.234\n", "hours:2: hours: has more than two decimals"),
    ("hours", "ref,month,hours\nP,2015-11,10\n", "hours:2: month: holds no day of any stint"),
    ("activities", "ref,kind,from\nP,=HYPERLINK(1),2016-03-01\n", "activities:2: kind: is no word"),
    (
        "consents",
        "ref,organisation,purpose,given_on\nP,Coompanion,samverkan,2017-04-01\n",
        "consents:2: given_on: lies in",
    ),
    *(
        (
            "consents",
            f'ref,organisation,purpose,given_on\nP,Coompanion,"{purpose}",2016-04-01\n',
            "consents:2: purpose: ",
        )
        for purpose in (
            "samverkan ()",
            "samverkan (ej:)",
            "samverkan (ej: )",
            "samverkan (ej: basic)",
            "samverkan (ej: noter)",
            "samverkan (ej: notes, notes)",
            "samverkan (ej: notes,contact)",
            "samverkan (ej: notes; ej: contact)",
            "samverkan (ej: notes) (ej: contact)",
            "samverkan (ej: notes",
            "samverkan(ej: notes)",
            "Samverkan (ej: notes)",
            "samverkan [ej: notes]",
            "samverkan (bara: notes)",
            "samverkan (lag: )",
            f"samverkan (lag: {'§' * 121})",
            "samverkan (lag: 26 kap. 9 § OSL; ej: notes",
            "publicitet (ej: notes)",
            "sus (lag: 26 kap. 9 § OSL)",
        )
    ),
]


@pytest.mark.parametrize(("sheet", "content", "message"), BAD_CELLS)
def test_import_refuses_a_bad_cell(cast, source, sheet, content, message):
    factories.make_participation(cast.project, ref="P", started_on="2016-03-01", ended_on="2016-10-01")

    lines = refusal(source(**{sheet: content}))

    assert any(line.startswith(message) for line in lines), lines
    assert lines[-1].endswith("correct them and import again")


def test_import_lists_every_bad_row_in_order(cast, source):
    people = "ref,sex,isced\nA,X,9\nB,K,2\nC,K,10\n"
    stints = "ref,start\nA,2014-01-01\nD,2016-03-01\n"

    lines = refusal(source(stints=stints, participants=people))

    where = [line.split(": ")[0] + ":" + line.split(": ")[1] for line in lines[:-1]]
    assert where == [
        "participants:2:isced",
        "participants:2:sex",
        "participants:4:isced",
        "stints:2:start",
        "stints:3:ref",
    ]
    assert "4 rows cannot be imported, so nothing was saved" in lines[-1]


def test_import_repeats_nothing_of_a_person(cast, source):
    people = "ref,identity,first_name,birth_date,sex\nA,19850615-9999,Hemliga\tAnna,Hemlig-dag,Hemlig\n"
    stints = "ref,start,exit_reason,referred_by\nA,Hemlig,Hemlig,Hemlig\n"

    said = "\n".join(refusal(source(participants=people, stints=stints)))

    assert "emlig" not in said
    assert "9999" not in said


def test_import_refuses_one_number_on_two_refs(cast, source):
    lines = refusal(source(participants=f"ref,identity\nA,{ANNA}\nB,{ANNA[2:8]}{ANNA[8:]}\n"))

    assert lines[0].startswith("participants:3: identity: A and B have the same number")
    assert ANNA[8:] not in lines[0]


def test_import_refuses_a_number_that_somebody_in_the_project_has(cast, source):
    factories.make_participation(cast.project, ref="OLD", number=ANNA)

    lines = refusal(source(participants=f"ref,identity\nNEW,{ANNA}\n"))

    assert lines[0].startswith("participants:2: identity: OLD and NEW have the same number")


@pytest.mark.parametrize(
    ("stints", "row"),
    [
        ("A,2016-03-01,\nA,2016-05-01,\n", 3),
        ("A,2016-03-01,2016-05-01\nA,2016-05-01,\n", 3),
        ("A,2016-05-01,\nA,2016-03-01,2016-06-01\n", 2),
        ("A,2016-03-01,\nA,2016-03-01,2016-06-01\n", 3),
    ],
)
def test_import_refuses_stints_that_share_a_day(cast, source, stints, row):
    lines = refusal(source(participants="ref\nA\n", stints="ref,start,end\n" + stints))

    assert lines[0].startswith(f"stints:{row}: ")


def test_import_refuses_a_stint_that_overlaps_one_in_the_project(cast, source):
    factories.make_participation(cast.project, ref="A", started_on="2016-03-01")

    lines = refusal(source(stints="ref,start\nA,2016-09-01\n"))

    assert lines[0].startswith("stints:2: start: the stint from 2016-03-01 is still open")


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"participant": "ref\nA\n"}, "the sheet “participant” is unknown — did you mean “participants”?"),
        ({"participants": "ref,frist_name\nA,B\n"}, "the column “frist_name” is unknown — did you mean “first_name”?"),
        ({"participants": "ref,ref\nA,B\n"}, "the column “ref” stands there 2 times"),
        ({"participants": "first_name\nA\n"}, "the column “ref” is missing"),
        ({"participants": "ref,,sex\nA,,K\n"}, "column 2 has no name"),
        ({"participants": ""}, "participants: is empty"),
        ({"participants": "ref\nÅ".encode("latin-1")}, "is not UTF-8"),
        ({"participants": 'ref\n"A\n'}, "cannot be read"),
        ({}, "holds none of the sheets"),
    ],
)
def test_import_refuses_a_file_of_another_form(cast, source, sheets, message):
    assert message in "\n".join(refusal(source(**sheets)))


def test_import_refuses_a_start_before_the_birth(cast, source):
    lines = refusal(source(participants="ref,birth_date\nA,2016-03-01\n", stints="ref,start\nA,2016-03-01\n"))

    assert lines[0].startswith("stints:2: start: is not after the birth date")


def test_import_refuses_an_unknown_project(db, source):
    with pytest.raises(CommandError, match="project: 2015/99999 is unknown — load one first"):
        call_command("import_exchange", str(source(participants="ref\nA\n")), project="2015/99999")


def test_import_refuses_what_is_not_there(cast, tmp_path):
    assert "there is no such file or folder" in refusal(tmp_path / "nowhere")[0]


# --- Workbooks ------------------------------------------------------------------------------------


def workbook(path: Path, sheets: dict[str, list[list]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for position, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(line, position, dt.datetime.combine(value, dt.time()), as_date)
                else:
                    page.write(line, position, value)
    book.close()
    return path


def test_import_reads_a_workbook_with_dates_and_numbers(cast, tmp_path):
    book = workbook(
        tmp_path / "data.xlsx",
        {
            "participants": [["ref", "identity", "isced", "in_education"], [17, int(ANNA), 2, True]],
            "stints": [["ref", "start", "end"], [17, dt.date(2016, 3, 1), "2016-12-31"]],
            "hours": [["ref", "month", "hours"], [17, "2016-03", 37.5], [17, dt.date(2016, 4, 1), 40]],
        },
    )

    assert run(book).endswith("4 added, 0 updated, 0 unchanged\n")
    assert Participation.objects.get(ref="17").participant.number == ANNA
    assert EntryRecord.objects.get().in_education == "j"
    assert Stint.objects.get().started_on == dt.date(2016, 3, 1)


def test_import_keeps_two_activities_that_look_the_same(cast, source):
    """Two courses that start on the same day differ in their titles, which are not exchanged."""
    same = "ref,kind,place,from\nA,kurs,Skolan,2016-03-01\nA,kurs,Skolan,2016-03-01\n"
    run(source(participants="ref\nA\n", activities=same))

    assert run(source(activities=same)).endswith("0 added, 0 updated, 2 unchanged\n")
    assert Activity.objects.count() == 2


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("outcomes", "ref,kind,from,to\nA,job,2016-03-01,\nA,job,2016-03-01,2016-04-01\n"),
        ("consents", "ref,organisation,purpose,given_on\n" + 2 * "A,Coompanion,samverkan,2016-03-01\n"),
        ("participants", "ref\nA\nA\n"),
    ],
)
def test_import_refuses_a_row_twice(cast, source, sheet, rows):
    lines = refusal(source(**{"participants": "ref\nA\n", sheet: rows}))

    assert lines[0].startswith(f"{sheet}:3: ")
    assert "row 2 — keep one of them" in lines[0]


def test_import_names_the_row_of_a_workbook(cast, tmp_path):
    book = workbook(tmp_path / "data.xlsx", {"participants": [[], ["ref", "isced"], ["A", 2], [], ["B", 9]]})

    assert refusal(book)[0].startswith("participants:5: isced: ")


def test_import_refuses_a_workbook_with_a_cell_far_out(cast, tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "far.xlsx"))
    page = book.add_worksheet("participants")
    page.write_string(0, 0, "ref")
    page.write_string(1_048_575, 16_383, "x")
    book.close()

    assert "has something in cell XFD1048576, far outside any table" in refusal(tmp_path / "far.xlsx")[0]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0 an old or encrypted one", b"ref\nA\n"]
)
def test_import_refuses_what_is_no_workbook(cast, tmp_path, content):
    (tmp_path / "odd.xlsx").write_bytes(content)

    assert "is no workbook" in refusal(tmp_path / "odd.xlsx")[0]


def test_import_refuses_a_truncated_workbook(cast, tmp_path):
    book = workbook(tmp_path / "data.xlsx", {"participants": [["ref"], ["A"]]})
    book.write_bytes(book.read_bytes()[:-200])

    assert "is no workbook" in refusal(book)[0]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("xl/worksheets/bomb.xml", b"0" * 50_000_000, "packed more tightly"),
        ("xl/vbaProject.bin", b"x", "macros"),
        ("xl/externalLinks/externalLink1.xml", b"x", "macros, links"),
    ],
)
def test_import_refuses_a_dangerous_workbook(cast, tmp_path, name, content, message):
    book = workbook(tmp_path / "data.xlsx", {"participants": [["ref"], ["A"]]})
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)

    assert message in refusal(book)[0]


def test_import_refuses_too_many_rows(cast, source, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 2)

    assert "has more than 2 rows" in refusal(source(participants="ref\nA\nB\nC\n"))[0]


# --- Export ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["out", "out.xlsx"])
def test_export_and_import_change_nothing(cast, source, tmp_path, target):
    run(source(**ALL))

    assert run(export(tmp_path / target)).endswith("0 added, 0 updated, 15 unchanged\n")


def test_export_writes_what_was_imported(cast, source, tmp_path):
    run(source(**ALL))

    out = export(tmp_path / "out")

    anna, bo, nobody = exported(out, "participants")
    assert anna["identity"] == f"{ANNA[:8]}-{ANNA[8:]}"
    assert (anna["entry_status"], anna["co16"], anna["co17"]) == ("U", "vill_ej", "")
    assert (bo["protection"], bo["sex"], bo["first_name"]) == ("sekretessmarkering", "M", "")
    assert nobody["ref"] == "C"
    assert [row["hours"] for row in exported(out, "hours")] == ["37.5", "40.25", "0"]
    assert exported(out, "stints")[0]["referred_by"] == "Socialtjänsten i Angered"
    assert {sheet.name: list(exported(out, sheet.name)[0]) for sheet in SHEETS} == {
        sheet.name: sheet.names for sheet in SHEETS
    }


def test_export_twice_gives_the_same_bytes(cast, source, tmp_path):
    run(source(**ALL))

    assert as_bytes(export(tmp_path / "one")) == as_bytes(export(tmp_path / "two"))
    assert export(tmp_path / "one.xlsx").read_bytes() == export(tmp_path / "two.xlsx").read_bytes()


HOSTILE = [
    "=1+1",
    "+46 31",
    "-x",
    "@SUM(A1)",
    "'=1+1",
    "''=1",
    "'t Hooft",
    "|cmd",
    "\uff1d1",
    'a,b;"c"',
    "Ö\u202eÅ",
    "<b>&",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("target", ["out", "out.xlsx"])
def test_export_keeps_formulas_texts_and_gives_them_back(cast, tmp_path, text, target):
    factories.make_participation(cast.project, ref="A", first_name=text, last_name="", started_on=None, record=None)

    out = export(tmp_path / target)

    if out.is_dir():
        cell = exported(out, "participants")[0]["first_name"]
        assert cell[0] not in "=+-@|\uff1d"
    else:
        with zipfile.ZipFile(out) as archive:
            pages = b"".join(archive.read(name) for name in archive.namelist())
        assert b"<f>" not in pages
        assert b"hyperlink" not in pages
    assert run(out).endswith("0 added, 0 updated, 1 unchanged\n")
    Participation.objects.all().delete()
    Participant.objects.all().delete()
    run(out)
    assert Participant.objects.get().first_name == text


def test_export_writes_dates_and_numbers_into_a_workbook(cast, source, tmp_path):
    run(source(**ALL))

    book = CalamineWorkbook.from_path(str(export(tmp_path / "out.xlsx")))

    assert book.sheet_names == list(BY_NAME)
    assert book.get_sheet_by_name("stints").to_python()[1][1] == dt.date(2016, 3, 1)
    assert book.get_sheet_by_name("hours").to_python()[1][2] == 37.5


def test_export_leaves_withdrawn_outcomes_out(cast, source, tmp_path):
    run(source(**ALL))
    Outcome.objects.filter(kind="education").update(withdrawn_at=dt.datetime(2017, 1, 1, tzinfo=dt.UTC))

    assert [row["kind"] for row in exported(export(tmp_path / "out"), "outcomes")] == ["job_asf"]


def test_export_files_are_for_their_owner_only(cast, source, tmp_path):
    run(source(**ALL))

    modes = {stat.S_IMODE(path.stat().st_mode) for path in export(tmp_path / "out").iterdir()}

    assert modes == {0o600}


def test_export_refuses_a_folder_with_other_files(cast, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(CommandError, match="holds other files"):
        export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_export_writes_over_its_own_files(cast, source, tmp_path):
    run(source(**ALL))
    first = as_bytes(export(tmp_path / "out"))

    assert as_bytes(export(tmp_path / "out")) == first


# --- The terms of a consent -----------------------------------------------------------------------

TERMS = {
    "samverkan": {},
    "samverkan (ej: notes, contact)": {"covers_notes": False, "covers_contact": False},
    "samverkan (ej: journey)": {"covers_journey": False},
    "samverkan (lag: 26 kap. 9 § OSL (2009:400))": {"legal_ground": "statute", "statute": "26 kap. 9 § OSL (2009:400)"},
    "samverkan (ej: contact; lag: 10 kap. 28 § OSL)": {
        "legal_ground": "statute",
        "statute": "10 kap. 28 § OSL",
        "covers_contact": False,
    },
    "publicitet": {"purpose": "publicitet", "covers_notes": False},
}


def may_read(day: str = "2017-03-15") -> dict[str, list[str]]:
    """Category of what is kept → refs whose consents open it that day."""
    return {
        category: sorted(
            Consent.objects.lifting_secrecy(category, on=dt.date.fromisoformat(day)).values_list(
                "participation__ref", flat=True
            )
        )
        for category in Consent.Category.values
    }


@pytest.mark.parametrize("suffix", ["", ".xlsx"])
def test_consents_come_back_with_their_terms(cast, tmp_path, suffix):
    for number, fields in enumerate(TERMS.values()):
        participation = factories.make_participation(cast.project, ref=f"T-{number}", started_on="2016-03-01")
        factories.make_consent(participation, cast.social_services, **fields)
    before = may_read()
    there, first = export(tmp_path / f"there{suffix}"), export(tmp_path / "first")

    assert [row["purpose"] for row in exported(first, "consents")] == list(TERMS)
    assert run(there).endswith("0 added, 0 updated, 18 unchanged\n")
    assert may_read() == before
    Participation.objects.all().delete()
    Participant.objects.all().delete()
    run(there)
    assert may_read() == before
    assert as_bytes(export(tmp_path / "second")) == as_bytes(first)


def _consent_row(purpose: str) -> str:
    return f'ref,organisation,purpose,given_on\nA,Socialtjänsten i Angered,"{purpose}",2016-03-01\n'


def test_import_narrows_a_known_consent_and_never_widens_it(cast, source):
    participation = factories.make_participation(cast.project, ref="A", started_on="2016-03-01")
    factories.make_consent(participation, cast.social_services, covers_contact=False)
    assert may_read()["notes"] == ["A"]

    said = run(source(consents=_consent_row("samverkan (ej: contact, notes)")))
    assert said.endswith("0 added, 1 updated, 0 unchanged\n")
    assert may_read() == {"basic": ["A"], "journey": ["A"], "notes": [], "contact": []}

    said = run(source(consents=_consent_row("samverkan")))
    assert said.endswith("0 added, 0 updated, 1 unchanged\n")
    lines = refusal(source(consents=_consent_row("samverkan (ej: notes)")))
    assert lines[0].startswith("consents:2: purpose: would open more than the known consent")
    assert may_read() == {"basic": ["A"], "journey": ["A"], "notes": [], "contact": []}


@pytest.mark.parametrize("purpose", ["samverkan (lag: 26 kap. 9 § OSL)", "samverkan (ej: notes; lag: 1 kap. 1 § OSL)"])
def test_import_puts_no_other_ground_under_a_known_consent(cast, source, purpose):
    participation = factories.make_participation(cast.project, ref="A", started_on="2016-03-01")
    factories.make_consent(participation, cast.social_services)

    lines = refusal(source(consents=_consent_row(purpose)))

    assert lines[0].startswith("consents:2: purpose: rests on something else than the known consent")


# --- Any project, there and back ------------------------------------------------------------------

names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
days = st.dates(dt.date(2015, 10, 1), dt.date(2017, 3, 15))
maybe_days = st.none() | days
terms = st.fixed_dictionaries(
    {f"covers_{category}": st.booleans() for category in ("journey", "notes", "contact")}
    | {"statute": names | st.just("")}
)


@st.composite
def cases(draw):
    """Somebody with any answers, up to three stints apart from each other, and events of any kind."""
    borders = sorted(draw(st.sets(days, min_size=1, max_size=6)))
    pairs = itertools.zip_longest(borders[::2], borders[1::2])
    yes_no = st.sampled_from(["", "j", "n", "vill_ej"])
    return {
        "person": {
            "first_name": draw(names | st.just("")),
            "last_name": draw(names | st.just("")),
            "birth_date": draw(st.none() | st.dates(dt.date(1950, 1, 1), dt.date(1999, 12, 31))),
            "sex": draw(st.sampled_from(["", "K", "M"])),
            "has_number": draw(st.booleans()),
        },
        "record": {
            "labour_status": draw(st.sampled_from(["", "U", "I", "E"])),
            "isced": draw(st.sampled_from(["", "0", "3", "8"])),
            "unemployed_since": draw(maybe_days),
            "in_education": draw(yes_no),
        },
        "stints": list(pairs),
        "outcomes": draw(
            st.dictionaries(
                st.tuples(st.sampled_from(Outcome.Kind.values), days, names | st.just("")), st.booleans(), max_size=3
            )
        ),
        "hours": draw(st.decimals(0, 744, places=2)),
        "activities": draw(
            st.lists(st.tuples(st.sampled_from(["arbete", "kurs 2"]), days, names | st.just("")), max_size=3)
        ),
        "consents": draw(st.dictionaries(days, st.tuples(maybe_days, terms), max_size=2)),
    }


def build(cast, number: int, case: dict) -> None:
    person = dict(case["person"])
    born = dt.date(1960, 1, 1) + dt.timedelta(days=97 * number)
    if person.pop("has_number"):
        person |= {"number": invented_number(born)}
    participation = factories.make_participation(
        cast.project, ref=f"R{number}", started_on=None, record=case["record"], **person
    )
    for start, end in case["stints"]:
        Stint.objects.create(participation=participation, started_on=start, ended_on=end)
    for (kind, start, employer), is_open in case["outcomes"].items():
        end = None if is_open else start
        Outcome.objects.create(
            participation=participation, kind=kind, started_on=start, ended_on=end, employer=employer.strip()
        )
    HoursMonth.objects.create(
        participation=participation, month=case["stints"][0][0].replace(day=1), hours=case["hours"]
    )
    for kind, start, place in case["activities"]:
        Activity.objects.create(participation=participation, kind=kind, started_on=start, place=place)
    for given_on, (valid_to, terms_given) in case["consents"].items():
        Consent.objects.create(
            **terms_given,
            legal_ground="statute" if terms_given["statute"] else "consent",
            participation=participation,
            organisation=cast.social_services,
            given_on=given_on,
            valid_to=valid_to if valid_to and valid_to >= given_on else None,
        )


@pytest.mark.django_db
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=st.lists(cases(), min_size=1, max_size=4), suffix=st.sampled_from(["", ".xlsx"]))
def test_any_project_comes_back_the_same(people, suffix):
    with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        cast = factories.make_cast()
        for number, case in enumerate(people):
            build(cast, number, case)
        first = export(Path(folder) / "first")
        there = export(Path(folder) / f"there{suffix}")
        assert " 0 added, 0 updated, " in f" {run(there).splitlines()[-1]}"

        Participation.objects.all().delete()
        Participant.objects.all().delete()
        run(there)

        assert as_bytes(export(Path(folder) / "second")) == as_bytes(first)
        transaction.set_rollback(True)


# --- From outside ---------------------------------------------------------------------------------


def command(*arguments: str, database: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "DEMO_MODE": "", "ENVIRONMENT": "development"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_commands_exit_0_1_or_2_and_never_with_a_traceback(tmp_path, source):
    database = tmp_path / "own.sqlite3"
    good = source(participants=f"ref,identity\nA,{ANNA}\n")
    bad = source(participants="ref,isced\nA,99\n")

    unmigrated = command("import_exchange", str(good), "--project", DNR, database=database)
    assert unmigrated.returncode == 1
    assert unmigrated.stderr.startswith("database: cannot be used")
    assert command("migrate", "-v0", database=database).returncode == 0
    assert command("load_grundsteget", database=database).returncode == 0

    accepted = command("import_exchange", str(good), "--project", DNR, database=database)
    assert (accepted.returncode, accepted.stdout.splitlines()[-1]) == (0, "1 added, 0 updated, 0 unchanged")
    refused = command("import_exchange", str(bad), "--project", DNR, database=database)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("participants:2: isced: ")
    assert command("import_exchange", str(good), database=database).returncode == 2
    (tmp_path / "file").write_text("")
    unwritable = command("export_exchange", str(tmp_path / "file" / "out"), "--project", DNR, database=database)
    assert unwritable.returncode == 1
    for answer in (unmigrated, refused, unwritable):
        assert "Traceback" not in answer.stderr
        assert " — " in answer.stderr
