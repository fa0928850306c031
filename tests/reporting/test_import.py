"""Imports through the screen: looked through, shown, saved whole or not at all, and undone."""

import datetime as dt
import io
import struct
import uuid

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from participants.models import Outcome, Participant, Participation, SensitiveAnswer, Stint
from partners.models import AccessLog, Change
from reporting import tasks
from reporting.exchange import reading
from reporting.imports import deeds, files, preview, work
from reporting.imports.columns import BY_KEY, STATUS_WORDS, meaning, proposed_columns
from reporting.imports.translation import day
from reporting.models import Fact, Import, ImportMapping, ImportPart, Report
from tests import factories
from tests.factories import invented_number
from tests.reporting.workbooks import changed, part, workbook, zipped

ANNA, BO, CILLA = (
    invented_number("1985-06-15", "K"),
    invented_number("1979-02-03", "M"),
    invented_number("1990-01-20", "K"),
)
EXCHANGE = {
    "participants": [
        ["ref", "identity", "first_name", "last_name", "isced", "co16"],
        ["A", ANNA, "Anna", "Åkesson", "2", "j"],
        ["B", BO, "Bo", "Öberg", "3", ""],
    ],
    "stints": [["ref", "start", "end"], ["A", dt.date(2016, 3, 1), ""], ["B", dt.date(2016, 4, 1), ""]],
    "outcomes": [["ref", "kind", "from"], ["A", "praktik", dt.date(2016, 9, 1)]],
}
OWN = [
    ["Förnamn", "Efternamn", "Personnummer", "Kön", "Status", "Startdatum", "Slutdatum", "Anteckning"],
    ["Anna", "Åkesson", ANNA, "Kvinna", "arbetslös", "2016-03-01", "", "hemligt"],
    ["Bo", "Öberg", BO, "Man", "försörjningsstöd", "1/4 2016", "2016-12-31", ""],
]
State = Import.State


@pytest.fixture
def bring(as_project_office, project, django_capture_on_commit_callbacks):
    """Upload these bytes; the answer leads to the import's page."""

    def upload(content: bytes, name: str = "tabell.xlsx", **fields):
        data = {"project": project.pk, "submission": uuid.uuid4(), "file": SimpleUploadedFile(name, content), **fields}
        with django_capture_on_commit_callbacks(execute=True):
            return as_project_office.post(reverse("reporting:import_create"), data)

    return upload


@pytest.fixture
def press(as_project_office, django_capture_on_commit_callbacks):
    def send(name: str, row: Import, **data):
        address = reverse(f"reporting:{name}", kwargs={"import_pk": row.pk})
        with django_capture_on_commit_callbacks(execute=True):
            return as_project_office.post(address, data)

    return send


@pytest.fixture
def page(as_project_office):
    def show(row: Import, name: str = "import_detail", **query) -> str:
        answer = as_project_office.get(reverse(f"reporting:{name}", kwargs={"import_pk": row.pk}), query)
        assert answer.status_code == 200
        return answer.content.decode()

    return show


def latest() -> Import:
    return Import.objects.latest("pk")


def everything() -> dict:
    """All that an import could touch, as plain values."""
    return {
        model._meta.label: sorted(
            tuple(sorted((name, str(value)) for name, value in row.items() if name not in VOLATILE))
            for row in model._default_manager.values()
        )
        for model in (Participant, Participation, Stint, Outcome, SensitiveAnswer, Fact)
    }


VOLATILE = {"version", "id", "identity_cipher"}


def columns(book: list[list], **other: int) -> dict[str, str]:
    """The form's answers for these headings, as they are proposed."""
    return {f"kolumn_{position}": key for key, position in {**proposed_columns(book[0]), **other}.items()}


# --- The exchange workbook ----------------------------------------------------------------------------


def test_a_file_is_looked_through_and_nothing_is_saved(bring, page):
    answer = bring(workbook(EXCHANGE))

    row = latest()
    assert answer["Location"] == reverse("reporting:import_detail", kwargs={"import_pk": row.pk})
    assert (row.state, row.kind) == (State.CHECKED, Import.Kind.EXCHANGE)
    assert row.summary["sheets"] == [["participants", 2, 0, 0], ["stints", 2, 0, 0], ["outcomes", 1, 0, 0]]
    assert not Participation.objects.exists()
    assert reverse("reporting:import_apply", kwargs={"import_pk": row.pk}) in page(row)


def test_saving_saves_everything_and_forgets_the_file(bring, press):
    bring(workbook(EXCHANGE))
    stored = latest().file.name

    press("import_apply", latest())

    row = latest()
    assert (row.state, row.progress, row.file.name) == (State.APPLIED, 100, "")
    assert row.applied_by.email == "kontor@test.example"
    assert set(Participation.objects.values_list("ref", flat=True)) == {"A", "B"}
    assert Fact.objects.count() == 2
    assert not default_storage.exists(stored)
    assert list(row.parts.values_list("kind", flat=True)) == ["undo"]


@pytest.mark.parametrize("form", ["zip", "csv"])
def test_csv_files_are_taken_too(bring, press, form):
    people = "ref,isced\nA,2\n"
    content = zipped(participants=people, stints="ref,start\nA,2016-03-01\n") if form == "zip" else people.encode()

    bring(content, f"x.{form}")
    press("import_apply", latest())

    assert (latest().format, latest().state) == (form, State.APPLIED)
    assert Participation.objects.get().ref == "A"


def test_what_is_stored_while_it_waits_names_nobody(bring, own_files):
    bring(workbook(EXCHANGE), "Anna Åkesson.xlsx")

    stored = [path for path in own_files.rglob("*") if path.is_file()]
    assert [path.parent.name for path in stored] == ["imports"]
    assert all(path.read_bytes()[:2] != b"PK" for path in stored)
    assert "kesson" not in stored[0].name
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reporting_import")
        assert "kesson" not in str(cursor.fetchall())
    assert all(b"kesson" not in bytes(one.sealed) for one in ImportPart.objects.all())


def test_the_change_log_says_who_imported(bring, press, project_office):
    bring(workbook(EXCHANGE))
    press("import_apply", latest())

    line = Change.objects.filter(label="participants.stint").first()
    assert (line.actor_id, line.source) == (project_office.pk, f"reporting.import {latest().pk}")


def test_the_same_file_again_has_nothing_to_do(bring, press, as_project_office):
    content = workbook(EXCHANGE)
    bring(content)
    press("import_apply", latest())

    answer = bring(content)

    assert Import.objects.count() == 1
    assert "2017-03-15" in as_project_office.get(answer["Location"]).content.decode()


def test_two_presses_are_one(bring, press):
    bring(workbook(EXCHANGE))
    row = latest()

    first, second = press("import_apply", row), press("import_apply", row)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Participation.objects.count() == 2
    token = uuid.uuid4()
    bring(workbook({"participants": [["ref"], ["C"]]}), submission=token)
    bring(workbook({"participants": [["ref"], ["C"]]}), submission=token)
    assert Import.objects.count() == 2


def test_a_project_has_one_import_at_a_time(bring, press):
    bring(workbook(EXCHANGE))

    answer = bring(workbook({"participants": [["ref"], ["C"]]}))

    assert answer.status_code == 422
    assert Import.objects.count() == 1
    press("import_cancel", latest())
    assert bring(workbook({"participants": [["ref"], ["C"]]})).status_code == 302


def test_what_is_put_aside_leaves_no_file(bring, press, own_files):
    bring(workbook(EXCHANGE))

    press("import_cancel", latest())

    assert latest().state == State.CANCELLED
    assert not [path for path in own_files.rglob("*") if path.is_file()]
    assert not ImportPart.objects.exists()


# --- What is shown beforehand -------------------------------------------------------------------------


def test_changes_are_shown_from_what_to_what(bring, press, page):
    bring(workbook(EXCHANGE))
    press("import_apply", latest())

    bring(workbook({"participants": [["ref", "last_name", "co16"], ["A", "Berg", "n"], ["B", "Öberg", ""]]}))

    row = latest()
    assert row.summary["sheets"] == [["participants", 0, 1, 1]]
    shown = page(row)
    assert "Åkesson" in shown
    assert "Berg" in shown
    sensitive = [
        change for change in preview.shown_changes(work.parts.told(row, "preview")["changes"]) if change.is_hidden
    ]
    assert [(change.ref, change.before, change.after) for change in sensitive] == [("A", "", "")]
    entry = AccessLog.objects.filter(object_ref=f"import {row.pk}").latest("pk")
    assert entry.participations == [Participation.objects.get(ref="A").pk]


def test_of_protected_persons_no_values_are_shown(bring, press, page):
    bring(workbook(EXCHANGE))
    press("import_apply", latest())
    Participant.objects.filter(first_name="Anna").update(protection=Participant.Protection.SECRECY_FLAG)

    bring(workbook({"participants": [["ref", "municipality", "last_name"], ["A", "Partille", "Hemlig"]]}))

    shown = page(latest())
    assert not {"Åkesson", "Hemlig", "Partille"} & set(shown.replace("<", " ").replace(">", " ").split())


def test_what_has_moved_since_the_check_is_shown_anew(bring, press, cast):
    factories.make_participation(cast.project, ref="A", first_name="Anna", last_name="Åkesson")
    bring(workbook({"participants": [["ref", "last_name"], ["A", "Berg"]]}))
    Participant.objects.update(last_name="Dahl")

    press("import_apply", latest())

    row = latest()
    assert (row.state, row.problem) == (State.CHECKED, Import.Problem.MOVED)
    assert Participant.objects.get().last_name == "Dahl"
    press("import_apply", row)
    assert Participant.objects.get().last_name == "Berg"


def test_an_unknown_organisation_is_told_before_it_is_added(bring, page):
    bring(
        workbook(
            {"participants": [["ref"], ["A"]], "stints": [["ref", "start", "referred_by"], ["A", "2016-03-01", "Nytt"]]}
        )
    )

    assert "Nytt" in page(latest())


def test_the_page_takes_no_more_queries_for_more_rows(bring, press, page, cast):
    counts = []
    for position in range(25):
        factories.make_participation(cast.project, ref=f"R{position}", first_name="Anna", last_name="Å")
    for number in (1, 25):
        bring(
            workbook({"participants": [["ref", "last_name"], *([f"R{position}", "B"] for position in range(number))]})
        )
        page(latest())
        with CaptureQueriesContext(connection) as queries:
            page(latest())
        counts.append(len(queries))
        press("import_cancel", latest())

    assert counts[0] == counts[1]


# --- Errors -------------------------------------------------------------------------------------------

BAD = {
    "participants": [
        ["ref", "isced", "birth_date"],
        ["A", "99", "1985-06-15"],
        ["B", "x", "15 juni"],
        ["C", "99", "1985-06-15"],
        ["D", "2", "2999-01-01"],
    ]
}


def test_errors_are_sorted_by_how_many_rows_each_repairs(bring, page):
    bring(workbook(BAD))

    row = latest()
    assert (row.state, row.summary["rows_with_errors"]) == (State.REFUSED, 4)
    causes = preview.causes(work.parts.told(row, "preview")["errors"])
    assert [(cause.column, cause.lines) for cause in causes] == [
        ("isced", [2, 3, 4]),
        ("birth_date", [3]),
        ("birth_date", [5]),
    ]
    assert "15 juni" not in page(row)
    assert not Participation.objects.exists()


def test_the_list_of_errors_names_rows_and_no_values(bring, as_project_office):
    bring(workbook(BAD))

    answer = as_project_office.get(reverse("reporting:import_errors", kwargs={"import_pk": latest().pk}))

    text = answer.content.decode("utf-8-sig")
    assert len(text.splitlines()) == 6
    assert "participants;3;birth_date;" in text
    assert "15 juni" not in text


def test_errors_speak_the_readers_language(bring):
    bring(workbook(BAD))

    messages = [error[3] for error in work.parts.told(latest(), "preview")["errors"]]
    assert all(" — " in message or "–" in message for message in messages)


def test_a_file_with_errors_cannot_be_saved(bring, press):
    bring(workbook(BAD))

    assert press("import_apply", latest()).status_code == 422
    assert not Participation.objects.exists()


@pytest.mark.parametrize(
    ("messages", "shown"),
    [(["A-1 stands already on row 2", "B-7 stands already on row 9"], "… stands already on row …"), (["x"], "x")],
)
def test_causes_gather_what_differs_only_by_row(messages, shown):
    (cause,) = preview.causes([["participants", line, "ref", text] for line, text in enumerate(messages)])

    assert cause.message == shown


# --- A table of the project's own ---------------------------------------------------------------------


def test_headings_are_understood():
    assert {BY_KEY[key].label: position for key, position in proposed_columns(OWN[0]).items()}.keys() >= {
        BY_KEY["participants.first_name"].label
    }
    assert proposed_columns(OWN[0]) == {
        "participants.first_name": 0,
        "participants.last_name": 1,
        "participants.identity": 2,
        "participants.sex": 3,
        "participants.entry_status": 4,
        "stints.start": 5,
        "stints.end": 6,
    }


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Nystartsjobb", "E"),
        ("  öppet  ARBETSLÖS ", "U"),
        ("Sjukersättning", "I"),
        ("praktik", ""),
        ("försörjningsstöd", ""),
    ],
)
def test_situations_are_read_as_the_rules_say_and_what_is_unclear_is_asked(word, value):
    one = BY_KEY["participants.entry_status"]
    assert meaning(one, word, one.choices) == value
    assert set(STATUS_WORDS.values()) <= {"U", "I", "E", "vill_ej"}


@pytest.mark.parametrize(
    ("cell", "is_month_first", "text"),
    [
        (dt.date(2016, 3, 1), False, "2016-03-01"),
        ("20160301", False, "2016-03-01"),
        ("2016-3-1", False, "2016-03-01"),
        ("1/3 2016", False, "2016-03-01"),
        ("1.3.2016", False, "2016-03-01"),
        ("03/01/2016", True, "2016-03-01"),
        ("i mars", False, "i mars"),
    ],
)
def test_dates_are_read_as_people_write_them(cell, is_month_first, text):
    assert day(cell, is_month_first=is_month_first) == text


def test_words_that_are_not_known_are_asked_for_once_and_kept(bring, press, page):
    bring(workbook({"Deltagare": OWN}))
    row = latest()
    assert (row.state, row.kind) == (State.UPLOADED, Import.Kind.MAPPED)
    chosen = columns(OWN)

    asked = press("import_columns", row, **chosen)

    assert asked.status_code == 200
    assert "försörjningsstöd" in asked.content.decode()
    assert "hemligt" not in asked.content.decode()
    press("import_columns", row, **chosen, **{"ord_participants.entry_status_1": "I"})
    press("import_apply", row)
    row.refresh_from_db()
    assert row.state == State.APPLIED
    bo = Participation.objects.get(participant__first_name="Bo")
    assert (bo.entry_record.labour_status, bo.left_on, bo.ref) == ("I", dt.date(2016, 12, 31), "D-0002")
    assert bo.entered_on == dt.date(2016, 4, 1)
    mapping = ImportMapping.objects.get()
    assert mapping.values["participants.entry_status"] == {"försörjningsstöd": "I"}
    assert "nteckning" not in str(mapping.columns) + str(mapping.values)

    again = [*OWN, ["Cilla", "Dahl", CILLA, "Kvinna", "försörjningsstöd", "2017-01-02", "", ""]]
    bring(workbook({"Deltagare": again}))

    offered = page(latest(), "import_columns")
    assert 'value="participants.entry_status" selected' in offered
    assert press("import_columns", latest(), **chosen).status_code == 302
    assert latest().summary["sheets"] == [["participants", 1, 0, 2], ["stints", 1, 0, 2]]


def test_people_are_known_by_their_number_and_an_empty_cell_changes_nothing(bring, press, cast):
    known = factories.make_participation(
        cast.project, ref="G-7", number=ANNA, first_name="Anna", last_name="Åkesson", started_on="2016-03-01"
    )
    Participant.objects.update(municipality="Göteborg")
    own = [["Personnummer", "Kommun", "Startdatum"], [f"{ANNA[2:8]}-{ANNA[8:]}", "", "2016-03-01"]]

    bring(workbook({"x": own}))
    press("import_columns", latest(), **columns(own))

    assert latest().summary["sheets"] == [["participants", 0, 0, 1], ["stints", 0, 0, 1]]
    assert Participation.objects.get() == known


@pytest.mark.parametrize(("answer", "people"), [("same", 1), ("new", 2)])
def test_nobody_is_matched_by_name_alone(bring, press, page, cast, answer, people):
    factories.make_participation(
        cast.project,
        ref="G-7",
        first_name="Anna",
        last_name="Åkesson",
        birth_date="1985-06-15",
        started_on="2016-03-01",
    )
    own = [["Namn", "Född", "Stadsdel"], ["Åkesson, Anna", "1985-06-15", "Angered"]]
    bring(workbook({"x": own}))
    press("import_columns", latest(), **columns(own))
    row = latest()
    assert "G-7" in page(row)
    assert press("import_apply", row).status_code == 422

    press("import_doubles", row, rad_2=answer)
    press("import_apply", row)

    assert Participation.objects.count() == people
    assert Participant.objects.filter(district="Angered").count() == 1


def test_a_protected_namesake_is_told_to_nobody(bring, press, page, cast):
    known = factories.make_participation(
        cast.project, ref="G-7", first_name="Anna", last_name="Åkesson", birth_date="1985-06-15"
    )
    Participant.objects.filter(pk=known.participant_id).update(protection=Participant.Protection.SECRECY_FLAG)
    own = [["Namn", "Född"], ["Åkesson, Anna", "1985-06-15"]]

    bring(workbook({"x": own}))
    press("import_columns", latest(), **columns(own))

    assert latest().summary["doubles"] == 0
    assert "G-7" not in page(latest())


def test_errors_in_the_projects_own_table_are_named_as_the_project_named_them(bring, press, page):
    own = [["Kod", "Född"], ["Q1", "i våras"]]
    bring(workbook({"x": own}))

    press("import_columns", latest(), **columns(own))

    assert latest().state == State.REFUSED
    assert f"<b>{BY_KEY['participants.birth_date'].label}</b>" in page(latest())


def test_any_sheet_can_be_chosen(bring, press, page):
    bring(workbook({"Om": [["Läs mig"]], "Lista": [["Kod"], ["Q1"]]}))

    assert "Lista" in page(latest(), "import_columns", blad=1)
    press("import_columns", latest(), blad=1, kolumn_0="participants.ref")
    press("import_apply", latest())

    assert Participation.objects.get().ref == "Q1"


@pytest.mark.parametrize(
    "chosen", [{"kolumn_0": "participants.sex"}, {"kolumn_0": "participants.ref", "kolumn_1": "participants.ref"}]
)
def test_columns_that_say_nobody_or_one_thing_twice_are_refused(bring, press, chosen):
    bring(workbook({"x": [["Förnamn", "Efternamn"], ["Anna", "Åkesson"]]}))

    assert press("import_columns", latest(), **chosen).status_code == 422


# --- Undoing ------------------------------------------------------------------------------------------


@pytest.fixture
def saved(bring, press):
    def save(sheets: dict[str, list[list]]) -> Import:
        bring(workbook(sheets))
        press("import_apply", latest())
        row = latest()
        assert row.state == State.APPLIED
        return row

    return save


def test_undoing_leaves_everything_as_it_was(saved, press):
    saved(EXCHANGE)
    before = everything()
    row = saved(
        {
            "participants": [
                ["ref", "identity", "last_name", "isced", "co16"],
                ["A", BO, "Berg", "", ""],
                ["B", ANNA, "Öberg", "5", "n"],
                ["C", CILLA, "Cilla", "3", "j"],
            ],
            "stints": [
                ["ref", "start", "end", "exit_reason", "referred_by"],
                ["A", "2016-03-01", "2016-06-30", "sjukdom", "Socialtjänsten i Angered"],
                ["A", "2016-09-01", "", "", ""],
                ["C", "2016-09-01", "", "", ""],
            ],
            "outcomes": [["ref", "kind", "from", "to"], ["A", "praktik", "2016-09-01", "2016-10-01"]],
        }
    )
    assert everything() != before

    press("import_undo", row)

    row.refresh_from_db()
    assert (row.state, row.undone_by.email) == (State.UNDONE, "kontor@test.example")
    assert everything() == before
    assert Participation.objects.get(ref="A").participant.number == ANNA
    assert not row.parts.exists()


def test_what_was_undone_can_be_imported_again(saved, press):
    row = saved(EXCHANGE)
    press("import_undo", row)
    assert not Participant.objects.exists()

    again = saved(EXCHANGE)

    assert again.pk != row.pk
    assert Participation.objects.count() == 2


def test_undoing_is_refused_when_somebody_has_built_on_it(saved, press, coordinator, as_project_office):
    row = saved(EXCHANGE)
    factories.make_journal_entry(Participation.objects.get(ref="A"), coordinator)

    answer = press("import_undo", row)

    assert answer.status_code == 422
    assert "1 " in answer.content.decode()
    row.refresh_from_db()
    assert row.state == State.APPLIED
    assert Participation.objects.count() == 2


def test_undoing_is_refused_when_a_changed_value_was_changed_again(saved, press):
    saved(EXCHANGE)
    row = saved({"participants": [["ref", "last_name"], ["A", "Berg"]]})
    person = Participant.objects.get(last_name="Berg")
    person.last_name = "Dahl"
    person.save()

    assert press("import_undo", row).status_code == 422
    assert Participant.objects.get(pk=person.pk).last_name == "Dahl"


def test_undoing_does_not_mind_what_the_import_did_not_write(saved, press, coordinator):
    saved(EXCHANGE)
    row = saved({"participants": [["ref", "last_name"], ["A", "Berg"]]})
    factories.make_journal_entry(Participation.objects.get(ref="A"), coordinator)

    press("import_undo", row)

    assert set(Participant.objects.values_list("last_name", flat=True)) == {"Åkesson", "Öberg"}
    assert Participation.objects.get(ref="A").journal.count() == 1


def test_undoing_is_refused_when_a_report_counts_somebody_new(saved, press, project, project_office):
    row = saved(EXCHANGE)
    report = Report.objects.create(
        project=project, title="x", cut_off=dt.date(2016, 12, 31), rule_set="2018-08-02", requested_by=project_office
    )
    tasks.build_report(report.pk)

    assert press("import_undo", row).status_code == 422


def test_when_its_days_are_over_nothing_is_kept_to_undo_with(saved, on_day, press):
    row = saved(EXCHANGE)
    on_day("2017-04-20")

    tasks.expire_imports()

    assert not ImportPart.objects.exists()
    assert press("import_undo", row).status_code == 422


def test_a_file_nobody_saved_goes_after_some_days(bring, on_day, own_files, django_capture_on_commit_callbacks):
    bring(workbook(EXCHANGE))
    on_day("2017-03-25")

    with django_capture_on_commit_callbacks(execute=True):
        tasks.expire_imports()

    assert latest().state == State.CANCELLED
    assert not [path for path in own_files.rglob("*") if path.is_file()]


def test_erasing_somebody_empties_what_waits(bring, saved, coordinator):
    from reporting.rights import erasure

    saved(EXCHANGE)
    bring(workbook({"participants": [["ref", "last_name"], ["A", "Berg"]]}))

    erasure.remove(Participation.objects.filter(ref="B"), certificate="x")

    assert latest().state == State.CANCELLED
    assert not ImportPart.objects.exists()


# --- Killed while at work -----------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["save_plan", "undoing.told"])
def test_killed_while_saving_leaves_nothing_and_another_goes_on(bring, project_office, monkeypatch, on_day, step):
    bring(workbook(EXCHANGE))
    row = deeds.order_apply(row=latest(), by=project_office)
    real = work.save_plan if step == "save_plan" else work.undoing.told

    def dies(*args, **kwargs):
        real(*args, **kwargs)
        raise SystemExit

    monkeypatch.setattr(f"reporting.imports.work.{step}", dies)
    with pytest.raises(SystemExit):
        work.work_on_import(row.pk)
    assert not Participation.objects.exists()
    assert latest().state == State.APPLYING

    monkeypatch.undo()
    on_day(dt.date(2017, 3, 16))
    tasks.sweep_imports()

    assert latest().state == State.APPLIED
    assert Participation.objects.count() == 2


def test_a_worker_that_lost_its_lease_saves_nothing(bring, project_office, monkeypatch):
    bring(workbook(EXCHANGE))
    row = deeds.order_apply(row=latest(), by=project_office)
    real = work.save_plan

    def late(*args):
        Import.objects.filter(pk=row.pk).update(attempt=2)
        return real(*args)

    monkeypatch.setattr(work, "save_plan", late)

    assert work.work_on_import(row.pk) is False
    assert not Participation.objects.exists()


def test_what_fails_three_times_is_given_up(bring, project_office, monkeypatch):
    bring(workbook(EXCHANGE))
    row = deeds.order_apply(row=latest(), by=project_office)
    monkeypatch.setattr(work, "save_plan", lambda *args: 1 / 0)

    for _attempt in range(3):
        with pytest.raises(ZeroDivisionError):
            work.work_on_import(row.pk)

    assert (latest().state, latest().problem) == (State.FAILED, Import.Problem.ERROR)
    assert not Participation.objects.exists()


# --- Files that are broken, too large, or made to harm (F23) ------------------------------------------


def _lying(content: bytes) -> bytes:
    """The sheet declares that it unpacks to ten bytes, in both places where a zip says so."""
    name = b"xl/worksheets/sheet1.xml"
    data = bytearray(content)
    local = data.index(name) - 30
    data[local + 22 : local + 26] = struct.pack("<I", 10)
    central = data.rindex(name) - 46
    data[central + 24 : central + 28] = struct.pack("<I", 10)
    return bytes(data)


PLAIN = workbook({"participants": [["ref", "first_name"], ["A", "Anna"]]})
SHEET = part(PLAIN, "xl/worksheets/sheet1.xml")
HARMFUL = {
    "truncated": PLAIN[:-300],
    "half": PLAIN[: len(PLAIN) // 2],
    "bomb": changed(PLAIN, xl__media__x=b"0" * 60_000_000),
    "false sizes": _lying(PLAIN),
    "wrong extension": b"%PDF-1.4 no table\0",
    "picture": b"\x89PNG\r\n\x1a\n\0\0",
    "password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
    "no bytes": b"",
    "macros": changed(PLAIN, xl__vbaProject_dot_bin=b"x"),
    "macro type": changed(
        PLAIN,
        {
            "[Content_Types]_dot_xml": part(PLAIN, "[Content_Types].xml").replace(
                b"sheet.main", b"sheet.macroEnabled.main"
            )
        },
    ),
    "external links": changed(PLAIN, xl__externalLinks__externalLink1_dot_xml=b"<x/>"),
    "embedded": changed(PLAIN, xl__embeddings__oleObject1_dot_bin=b"x"),
    "path tricks": changed(PLAIN, {"../../evil_dot_xml": b"x"}),
    "no sheets": changed(
        PLAIN,
        xl__workbook_dot_xml=b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    ),
    "broken xml": changed(PLAIN, xl__worksheets__sheet1_dot_xml=SHEET[: len(SHEET) // 2]),
    "no workbook": changed(PLAIN, without="xl/workbook.xml"),
    "last column and row": changed(PLAIN, xl__worksheets__sheet1_dot_xml=SHEET.replace(b'r="B2"', b'r="XFD1048576"')),
    "sixteen thousand columns": workbook({"participants": [["ref", *[f"c{number}" for number in range(16_383)]]]}),
    "zip of nothing": zipped(),
    "csv in latin-1": "ref;first_name\nA;Åsa\n".encode("latin-1"),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_what_is_no_table_is_refused_in_words_and_nothing_is_kept(bring, own_files, case):
    answer = bring(HARMFUL[case])

    assert answer.status_code == 422, case
    assert 'class="invalid-feedback"' in answer.content.decode()
    assert not Import.objects.exists()
    assert not [path for path in own_files.rglob("*") if path.is_file()]


HARMLESS = {
    "rows declared": changed(
        PLAIN, xl__worksheets__sheet1_dot_xml=SHEET.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    ),
    "dates as text": workbook(
        {
            "participants": [["ref", "birth_date"], ["A", "1985-06-15"]],
            "stints": [["ref", "start"], ["A", "2016-03-01"]],
        }
    ),
    "formula": workbook({"participants": [["ref", "first_name"], ["A", "=1+1"]]}),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_only_odd_is_read(bring, case):
    assert bring(HARMLESS[case]).status_code == 302
    assert latest().state == State.CHECKED, work.parts.told(latest(), "preview")


def test_merged_cells_are_read_as_one_and_the_rest_empty(bring):
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("participants")
    sheet.write_row(0, 0, ["ref", "first_name", "last_name"])
    sheet.write(1, 0, "A")
    sheet.merge_range(1, 1, 1, 2, "Anna")
    book.close()

    bring(stream.getvalue())

    assert latest().state == State.CHECKED


def test_missing_shared_strings_end_in_words(bring):
    answer = bring(changed(PLAIN, without="xl/sharedStrings.xml"))

    assert answer.status_code in {302, 422}
    assert not Import.objects.filter(state=State.CHECKED).exists()


def test_a_reader_that_takes_too_much_ends_alone(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook({"participants": [[f"c{number}" for number in range(200)]] * 2000}))
    small = reading.Bounds(bytes=10**7, unpacked=10**8, memory=40 * reading.MB, seconds=5)

    with pytest.raises(reading.Refused, match="more memory or time"), override("en"):
        reading.workbook(reading.Source(path, "the file", small))


def test_too_many_rows_are_refused(bring, settings):
    settings.IMPORT_ROWS = 3

    assert bring(workbook({"participants": [["ref"], *([f"R{number}"] for number in range(5))]})).status_code == 422


def test_the_largest_file_is_ten_megabytes():
    class Huge:
        size = 11 * 1024 * 1024

    with pytest.raises(files.ValidationError):
        files.checked(Huge())


# --- Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["coordinator", "caseworker", "steering", "controller", "administrator"])
def test_only_the_project_office_imports(client, cast, role, bring):
    bring(workbook(EXCHANGE))
    client.force_login(getattr(cast, role))
    factories.prove_identity(client, getattr(cast, role))

    assert client.get(reverse("reporting:import_create")).status_code == 403
    assert client.get(reverse("reporting:import_detail", kwargs={"import_pk": latest().pk})).status_code == 404


def test_saving_asks_who_it_is(bring, as_project_office, project_office):
    bring(workbook(EXCHANGE))
    factories.prove_identity(as_project_office, project_office, seconds_ago=100_000)

    answer = as_project_office.post(reverse("reporting:import_apply", kwargs={"import_pk": latest().pk}))

    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not Participation.objects.exists()


def test_progress_asks_for_itself_and_then_for_the_page(bring, as_project_office):
    bring(workbook(EXCHANGE))
    row = latest()
    address = reverse("reporting:import_detail", kwargs={"import_pk": row.pk})
    Import.objects.filter(pk=row.pk).update(state=State.CHECKING, progress=40)

    part_ = as_project_office.get(address, headers={"HX-Request": "true", "HX-Target": "progress"})

    assert 'aria-valuenow="40"' in part_.content.decode()
    assert "<html" not in part_.content.decode()
    Import.objects.filter(pk=row.pk).update(state=State.CHECKED)
    over = as_project_office.get(address, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert over["HX-Refresh"] == "true"
