"""Lists as files: the same as the screen, for her who asked, and only while she may read them. (P-39 … P-42)"""

import csv
import datetime as dt
import io
import re
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from grundsteget.cells import FORMULA, quoted, unquoted
from participants import actions, listing_file, tasks
from participants.listing_columns import FIRST_CHOICE, parts_of
from participants.models import Consent, ExportFile, ExportRow, Participant
from partners import access
from partners.access import Permission
from partners.models import AccessLog, Membership
from tests import factories
from tests.factories import Role, make_export, make_participation
from tests.filling import fill_in

CREATE, MINE, ALL = (reverse(f"participants:export_{name}") for name in ("create", "list", "audit"))
State = ExportFile.State


def fetch(client, export):
    response = client.get(reverse("participants:export_download", args=[export.public_id]))
    response.body = response.getvalue() if response.streaming else response.content
    return response


def lines_of(export) -> list[list[str]]:
    with export.file.open() as stored:
        return list(csv.reader(io.StringIO(stored.read().decode("utf-8-sig")), delimiter=";"))


def ask(client, query="?flik=alla", **answers):
    """Ask for a file through the page, and let the task run."""
    answers = {"purpose": "Planering av ett möte", "format": "csv", **answers}
    with TestCase.captureOnCommitCallbacks(execute=True):
        response = fill_in(client, CREATE, page=CREATE + query, **answers)
    return response, ExportFile.objects.order_by("pk").last()


@pytest.fixture
def caseworkers_may_export(monkeypatch):
    """Where a steering group gives partners the right, consent decides what it is worth."""
    roles = {**access.ROLE_PERMISSIONS}
    roles[Role.CASEWORKER] = roles[Role.CASEWORKER] | {Permission.PARTICIPANT_EXPORT}
    monkeypatch.setattr(access, "ROLE_PERMISSIONS", roles)


@pytest.fixture
def people(cast, participation):
    """Anna, and three more in different states."""
    return [
        participation,
        make_participation(first_name="Örjan", last_name="Ek", sex="M", started_on="2016-05-02", ref="G-002"),
        make_participation(
            first_name="Bo", last_name="Al", started_on="2016-01-11", ended_on="2016-09-01", lead=cast.coordinator
        ),
        make_participation(first_name="Disa", last_name="Åberg", started_on=None, ref="G-004"),
    ]


def withdraw_consent():
    Consent.objects.update(withdrawn_on=dt.date(2017, 3, 15))


def protect(participation):
    Participant.objects.filter(pk=participation.participant_id).update(protection=Participant.Protection.SECRECY_FLAG)


# --- The same as the screen -------------------------------------------------------------------------


def shown_on_screen(client, query) -> list[list[str]]:
    """Code, name, stage, entry, lead worker, next step, its day and the last event of each row, page by page."""
    found, query = [], query or "?"
    while query:
        body = client.get(reverse("participants:participation_list") + query).content.decode()
        for row in re.findall(r"<tr>\s*<td.*?</tr>", body, re.DOTALL):
            row = re.sub(r'<td class="tick">.*?</td>', "", row, flags=re.DOTALL)
            cells = [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
            found.append([" ".join(re.sub(r"[◐●○✓✕▣◆]", "", cell).split()) for cell in cells])
        following = re.search(r'rel="next"\s+href="([^"]*)"', body)
        query = following[1].replace("&amp;", "&") if following else ""
    return found


def as_on_screen(line: list[str]) -> list[str]:
    ref, name, stage, entry, lead, step, step_on, last = line
    first = name if name == ref else f"{name} {ref}"
    late = " försenat" if step_on and step_on < "2017-03-15" else ""
    return [first, stage, entry or "–", lead or "–", f"{step} {step_on}{late}" if step_on else "–", last or "–"]


@pytest.mark.parametrize(
    "query",
    [
        "?flik=alla",
        "?flik=alla&sort=namn",
        "?flik=alla&sort=-start",
        "?flik=alla&sort=steg",
        "?flik=alla&sort=ansvarig",
        "?flik=alla&skede=pagar&sort=namn",
        "?flik=alla&fran=2016-03-01&sort=start",
        "?flik=alla&samtycke=saknas",
        "?flik=mina",
    ],
)
def test_file_says_what_the_screen_says_in_its_order(query, cast, people, as_coordinator):
    factories.make_journal_entry(people[0], cast.coordinator, next_step="Ringa läraren", next_step_on="2017-03-20")
    factories.make_journal_entry(people[1], cast.coordinator, next_step="Boka möte", next_step_on="2017-03-01")
    screen = shown_on_screen(as_coordinator, query)

    _, export = ask(as_coordinator, query)

    file = [as_on_screen(line) for line in lines_of(export)[1:]]
    assert [[cell.lower() for cell in line] for line in file] == [[cell.lower() for cell in line] for line in screen]
    assert file


def test_file_holds_all_pages(as_coordinator, cast, project):
    for number in range(30):
        make_participation(project=project, ref=f"D-{number}", lead=cast.coordinator)
    screen = shown_on_screen(as_coordinator, "?flik=alla&sort=namn")
    _, export = ask(as_coordinator, "?flik=alla&sort=namn")
    assert len(screen) == 30
    assert [as_on_screen(line)[0] for line in lines_of(export)[1:]] == [line[0] for line in screen]


def test_search_is_kept_as_its_kind_and_whom_it_found(people, as_coordinator):
    found = as_coordinator.post(reverse("participants:participation_list"), {"q": "Ek"})
    _, export = ask(as_coordinator, "?" + found["Location"].partition("?")[2])
    assert [line[1] for line in lines_of(export)[1:]] == ["Örjan Ek"]
    assert (export.criterion, export.found) == ("name", [people[1].pk])
    assert "Ek" not in export.query
    assert "sok" not in export.query


def test_forgotten_search_exports_nothing(people, as_coordinator):
    response = as_coordinator.get(CREATE + "?flik=alla&sok=borta")
    assert response["Location"] == reverse("participants:participation_list")


def test_protected_person_stands_by_her_code_in_her_circles_file_alone(cast, people, as_coordinator, log_in):
    factories.make_journal_entry(people[0], cast.coordinator, next_step="Hämta på boendet", next_step_on="2017-03-20")
    protect(people[0])
    _, export = ask(as_coordinator)
    text = str(lines_of(export))
    assert "G-001" in text
    for secret in ("Anna", "Åkesson", "boendet"):
        assert secret not in text
    assert "G-001" not in str(lines_of(make_export(cast.project_office)))


def test_identity_numbers_phones_and_addresses_are_in_no_file(cast, project, as_coordinator):
    number = factories.invented_number("1985-06-15")
    make_participation(project=project, number=number, phone="070-1740605", email="anna@test.example", district="Lärje")
    for kind in ("csv", "xlsx"):
        _, export = ask(as_coordinator, format=kind)
        with export.file.open() as stored:
            data = stored.read()
        texts = [data.decode()] if kind == "csv" else [str(sheet) for sheet in sheets_of(data).values()]
        for secret in (number, number[2:], number[-4:], "1740605", "anna@", "Lärje", "1985"):
            assert secret not in str(texts)


# --- The workbook -----------------------------------------------------------------------------------


def sheets_of(data: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_workbook_tells_who_when_why_and_what(people, as_coordinator):
    _, export = ask(as_coordinator, "?flik=alla&skede=pagar", format="xlsx")
    about, rows = sheets_of(fetch(as_coordinator, export).body).values()
    text = str(about)
    for word in ("Karin Koordinator", "Coompanion", "Planering av ett möte", "2017-03-15"):
        assert word in text
    labels = [line[0] for line in about]
    for part in parts_of(FIRST_CHOICE):
        assert str(part.label) in labels
    assert len(rows) == 3
    assert rows[1][3] in {dt.date(2016, 3, 1), dt.date(2016, 5, 2)}  # a date is a date


def test_workbook_names_no_author(people, as_coordinator):
    _, export = ask(as_coordinator, format="xlsx")
    with zipfile.ZipFile(io.BytesIO(fetch(as_coordinator, export).body)) as book:
        core = book.read("docProps/core.xml").decode()
    assert "Karin" not in core
    assert re.search(r"<dc:creator>\s*</dc:creator>|<dc:creator/>", core)


EVIL = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "|calc", " =1", "'=1", "''=1"]
EVIL += ["\uff1d1", "\uff0d1", "\uff0b1", "\uff20x"]  # full-width


@pytest.mark.parametrize("name", EVIL)
def test_hostile_name_stays_a_text_in_both_files(name, project, as_coordinator):
    Participant.objects.filter(pk=make_participation(project=project).participant_id).update(first_name=name)
    _, export = ask(as_coordinator)
    assert lines_of(export)[1][1].startswith("'")
    _, export = ask(as_coordinator, format="xlsx")
    with zipfile.ZipFile(io.BytesIO(fetch(as_coordinator, export).body)) as book:
        whole = {part: book.read(part).decode(errors="replace") for part in book.namelist()}
    assert "<f>" not in str(whole)
    assert "<hyperlink " not in str(whole)
    assert "relationships/hyperlink" not in str(whole)
    assert 'quotePrefix="1"' in whole["xl/styles.xml"]


@given(st.text())
def test_quote_is_taken_away_once(text):
    assert unquoted(quoted(text)) == text


@given(st.sampled_from("=+-@|\t\r\n\0\uff1d\uff0b\uff0d\uff20\uff5c"), st.text(alphabet=" '", max_size=4), st.text())
def test_whatever_a_spreadsheet_would_run_is_quoted(sign, before, after):
    text = before + sign + after
    assert FORMULA.match(text)
    assert quoted(text) == "'" + text


# --- When the file is made ----------------------------------------------------------------------------


def test_consent_that_ends_between_asking_and_making_leaves_her_out(
    caseworkers_may_export, cast, participation, django_capture_on_commit_callbacks
):
    export = make_export(cast.caseworker, made=False)
    withdraw_consent()
    actions.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.rows) == (State.READY, 0)
    assert "Åkesson" not in str(lines_of(export))


def test_consent_that_ends_while_the_file_is_made_leaves_no_file(
    caseworkers_may_export, cast, participation, monkeypatch, own_files
):
    export = make_export(cast.caseworker, made=False)
    write = listing_file.write

    def write_and_lose(*args):
        contents = write(*args)
        withdraw_consent()
        return contents

    monkeypatch.setattr("participants.actions.export.write", write_and_lose)
    actions.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.problem) == (State.QUEUED, ExportFile.Problem.CHANGED)
    assert not list(own_files.rglob("*.csv"))
    assert not AccessLog.objects.filter(action="export").exists()


def test_right_that_ended_before_the_file_is_made_makes_none(cast, participation):
    export = make_export(cast.coordinator, made=False)
    Membership.objects.filter(user=cast.coordinator).update(ended_on="2017-03-14")
    actions.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.problem) == (State.FAILED, ExportFile.Problem.RIGHT)


def test_file_is_made_in_the_role_it_was_asked_in(cast, participation):
    """Whoever also works for a partner takes nothing out as that, whatever else she is."""
    other = factories.make_membership(cast.coordinator, cast.adult_education)
    export = make_export(cast.coordinator, made=False, membership=other)
    actions.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.problem) == (State.FAILED, ExportFile.Problem.RIGHT)


def test_second_run_does_nothing(cast, participation):
    export = make_export(cast.coordinator)
    before = export.file.name, export.sha256
    assert not actions.write_export(export.pk)
    tasks.write_export(export.pk)
    export.refresh_from_db()
    assert (export.file.name, export.sha256) == before
    assert AccessLog.objects.filter(action="export").count() == 1


def test_worker_that_died_is_followed_by_another(cast, participation):
    export = make_export(cast.coordinator, made=False)
    past = dt.datetime(2017, 3, 14, tzinfo=dt.UTC)
    ExportFile.objects.filter(pk=export.pk).update(state=State.RUNNING, attempt=1, lease_until=past, requested_at=past)
    tasks.sweep_exports()
    export.refresh_from_db()
    assert (export.state, export.attempt) == (State.READY, 2)


def test_worker_that_lost_its_lease_cannot_publish(cast, participation, monkeypatch, own_files):
    export = make_export(cast.coordinator, made=False)
    write = listing_file.write

    def write_late(*args):
        contents = write(*args)
        ExportFile.objects.update(attempt=2)
        return contents

    monkeypatch.setattr("participants.actions.export.write", write_late)
    assert not actions.write_export(export.pk)
    assert not list(own_files.rglob("*.csv"))


def test_third_failure_is_the_last(cast, participation, monkeypatch):
    export = make_export(cast.coordinator, made=False)

    def full(*args):
        raise OSError(28, "no space")

    monkeypatch.setattr("participants.actions.export.write", full)
    for _ in range(4):
        actions.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.problem, export.attempt) == (State.FAILED, ExportFile.Problem.STORAGE, 3)


def test_too_many_rows_are_refused_on_the_page_and_when_made(people, cast, as_coordinator, settings):
    waiting = make_export(cast.coordinator, made=False)
    settings.EXPORT_ROWS = 3
    page = as_coordinator.get(CREATE + "?flik=alla")
    assert "3" in page.text
    assert 'name="purpose"' not in page.text
    actions.write_export(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == (State.FAILED, ExportFile.Problem.ROWS)


def test_number_of_queries_does_not_grow_with_the_rows(cast, project, participation):
    def queries() -> int:
        export = make_export(cast.coordinator, made=False)
        with CaptureQueriesContext(connection) as captured:
            assert actions.write_export(export.pk)
        return len(captured)

    queries()  # Django looks some things up once.
    few = queries()
    for number in range(24):
        make_participation(project=project, ref=f"D-{number}", lead=cast.coordinator)
    assert queries() == few


# --- Asking -------------------------------------------------------------------------------------------


def test_purpose_is_required(people, as_coordinator):
    response, export = ask(as_coordinator, purpose=" ")
    assert response.status_code == 422
    assert export is None


def test_double_submit_makes_one_file(people, as_coordinator):
    page = as_coordinator.get(CREATE + "?flik=alla")
    token = page.context["form"]["submission"].value()
    for _ in range(2):
        as_coordinator.post(
            CREATE, {"purpose": "Planering", "format": "csv", "query": "flik=alla", "submission": token}
        )
    assert ExportFile.objects.count() == 1


def test_a_file_that_says_where_people_live_is_logged_so(cast, people, as_coordinator):
    columns = {"flik=alla": "basic", "flik=alla&kol=namn.ort": "contact"}
    for query, kind in columns.items():
        export = make_export(cast.coordinator, query=query)
        assert fetch(as_coordinator, export).status_code == 200
        looks = AccessLog.objects.filter(object_ref=str(export)).values_list("action", "fields_class")
        assert set(looks) == {("export", kind), ("download", kind)}


def test_reading_gives_no_right_to_export(cast, participation, log_in):
    for user in (cast.caseworker, cast.supervisor, cast.controller, cast.administrator):
        assert log_in(user).get(CREATE).status_code == 403
    assert "exportera" not in log_in(cast.caseworker).get(reverse("participants:participation_list")).text
    assert "exportera" in log_in(cast.coordinator).get(reverse("participants:participation_list")).text


def test_broker_that_is_down_leaves_the_file_waiting(people, as_coordinator, monkeypatch):
    def down(*args, **kwargs):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.write_export, "apply_async", down)
    response, export = ask(as_coordinator)
    assert response.status_code == 302
    assert export.state == State.QUEUED
    page = as_coordinator.get(MINE).text
    assert "every 2s" in page


# --- Fetching -----------------------------------------------------------------------------------------


def test_download_has_the_headers_of_a_file_that_nobody_keeps(people, as_coordinator):
    _, export = ask(as_coordinator)
    response = fetch(as_coordinator, export)
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="deltagarlista-2017-03-15.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"].startswith("text/csv")


def test_stored_name_says_nothing(people, as_coordinator, own_files):
    _, export = ask(as_coordinator)
    assert re.fullmatch(r"exports/[0-9a-f]{32}\.csv", export.file.name)
    assert (own_files / export.file.name).exists()


def test_link_copied_to_somebody_else_leads_nowhere(people, cast, as_coordinator, log_in):
    _, export = ask(as_coordinator)
    for role, user in cast.users().items():
        if role != "coordinator":
            assert fetch(log_in(user), export).status_code == 404, role
            delete = reverse("participants:export_delete", args=[export.public_id])
            assert log_in(user).post(delete).status_code == 404, role


def test_withdrawal_between_making_and_fetching_closes_the_file(caseworkers_may_export, participation, as_caseworker):
    _, export = ask(as_caseworker)
    assert fetch(as_caseworker, export).status_code == 200
    withdraw_consent()
    response = fetch(as_caseworker, export)
    assert response.status_code == 410
    assert "Åkesson" not in response.body.decode()


def test_protection_that_begins_later_closes_the_file_also_to_the_circle(participation, as_coordinator):
    _, export = ask(as_coordinator)
    protect(participation)
    assert fetch(as_coordinator, export).status_code == 410
    _, export = ask(as_coordinator)
    assert fetch(as_coordinator, export).status_code == 200


def test_person_who_is_gone_closes_the_file(people, as_coordinator):
    _, export = ask(as_coordinator)
    ExportRow.objects.filter(participation=people[3]).delete()
    assert fetch(as_coordinator, export).status_code == 410


def test_role_that_ended_closes_the_file(people, cast, as_coordinator):
    _, export = ask(as_coordinator)
    Membership.objects.filter(user=cast.coordinator).update(ended_on="2017-03-14")
    assert fetch(as_coordinator, export).status_code in {403, 404}


def test_file_of_one_role_is_not_there_in_another(people, cast, as_coordinator):
    _, export = ask(as_coordinator)
    other = factories.make_membership(cast.coordinator, cast.adult_education, started_on="2016-01-01")
    as_coordinator.post(reverse("partners:hat_change"), {"membership": other.pk})
    assert fetch(as_coordinator, export).status_code == 404


def test_expired_file_is_closed_and_its_bytes_are_deleted(people, as_coordinator, on_day, own_files):
    _, export = ask(as_coordinator)
    on_day("2017-03-23")
    assert fetch(as_coordinator, export).status_code == 410
    with TestCase.captureOnCommitCallbacks(execute=True):
        tasks.expire_exports()
    export.refresh_from_db()
    assert (export.state, export.file.name, export.purpose) == (State.EXPIRED, "", "Planering av ett möte")
    assert not list(own_files.rglob("*.csv"))
    assert fetch(as_coordinator, export).status_code == 410


def test_bytes_of_a_file_that_may_not_be_opened_are_deleted_before_its_day(
    caseworkers_may_export, participation, as_caseworker, own_files
):
    ask(as_caseworker)
    with TestCase.captureOnCommitCallbacks(execute=True):
        tasks.expire_exports()
    assert list(own_files.rglob("*.csv"))
    withdraw_consent()
    with TestCase.captureOnCommitCallbacks(execute=True):
        tasks.expire_exports()
    assert not list(own_files.rglob("*.csv"))


def test_bytes_without_a_row_are_removed(people, as_coordinator, own_files):
    _, export = ask(as_coordinator)
    (own_files / "exports" / "stray.csv").write_text("Anna")
    tasks.expire_exports()
    assert [path.name for path in (own_files / "exports").iterdir()] == [export.file.name.removeprefix("exports/")]


def test_delete_now_deletes_now(people, as_coordinator):
    _, export = ask(as_coordinator)
    name = export.file.name
    with TestCase.captureOnCommitCallbacks(execute=True):
        as_coordinator.post(reverse("participants:export_delete", args=[export.public_id]))
    export.refresh_from_db()
    assert export.state == State.DELETED
    assert not default_storage.exists(name)
    assert fetch(as_coordinator, export).status_code == 410


# --- The log and the office -------------------------------------------------------------------------------


def test_making_and_fetching_are_in_the_read_log_with_everybody_in_the_file(people, cast, as_coordinator):
    _, export = ask(as_coordinator)
    fetch(as_coordinator, export)
    for action in ("export", "download"):
        entry = AccessLog.objects.get(action=action)
        assert entry.participations == sorted(one.pk for one in people)
        assert entry.object_ref == f"export {export.pk}"
        assert entry.purpose == "Planering av ett möte"
        assert (entry.actor, entry.organisation) == (cast.coordinator, cast.owner)
    call_command("verify_log")


def test_office_knows_of_every_file_and_opens_none(people, as_coordinator, as_project_office):
    _, export = ask(as_coordinator)
    page = as_project_office.get(ALL).text
    for word in ("Karin Koordinator", "Planering av ett möte"):
        assert word in page
    assert str(export.public_id) not in page


def test_lists_ask_as_many_questions_for_one_file_as_for_many(cast, people, as_project_office):
    def queries(address) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_project_office.get(address).status_code == 200
        return len(captured)

    make_export(cast.project_office)
    few = queries(MINE), queries(ALL)
    for _ in range(24):
        make_export(cast.project_office, made=False)
    assert (queries(MINE), queries(ALL)) == few


def test_fragment_and_page_agree(cast, people, as_coordinator):
    make_export(cast.coordinator)
    page = as_coordinator.get(MINE).text
    part = as_coordinator.get(MINE, headers={"HX-Request": "true", "HX-Target": "exports"}).text
    assert part.strip()[:20] in page
    assert "<html" not in part
    token = re.compile(r'value="\w{64}"')
    assert token.sub("", part.strip()) in token.sub("", page)
