"""The read log's chain: whoever changes a row behind the application's back is found out. (SAFETY.md P-62)"""

import contextlib
import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from grundsteget.commands import Refused
from partners import append_only
from partners.audit import log_access
from partners.models import AccessLog, AccessSubject, LogDay

TABLES = ("partners_accesslog", "partners_accesssubject")


@contextlib.contextmanager
def triggers_lifted():
    """As somebody would do it who owns the database."""
    for table in TABLES:
        append_only.unguard(connection, table)
    yield
    for table in TABLES:
        append_only.guard(connection, table)


def sql(statement, *values):
    with triggers_lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def verify(**options) -> str:
    out = io.StringIO()
    call_command("verify_log", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def looks(cast, participation, as_coordinator):
    """Four rows of one day, two of which name the participant."""
    for address in (
        f"/deltagare/{participation.pk}/",
        "/deltagare/",
        f"/deltagare/{participation.pk}/kontakt/",
        "/idag/",
    ):
        as_coordinator.get(address)
    rows = list(AccessLog.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4]
    return rows


def test_untouched_log_is_in_order(looks):
    assert "1 days, 4 rows: in order" in verify()
    assert LogDay.objects.get().mac == looks[-1].mac


def test_every_person_in_a_look_is_filed_under_it(looks, participation):
    named = {row.pk for row in looks if participation.pk in row.participations}
    filed = set(AccessSubject.objects.filter(participation_id=participation.pk).values_list("entry_id", flat=True))
    assert named
    assert filed == named


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = actor_id + 1",
        "purpose = 'annat'",
        "view = 'participants:today'",
        "participations = '[]'",
        "client_ip = '192.0.2.9'",
        "at = '2017-01-01 00:00:00+00:00'",
        "count = 7",
    ],
)
def test_changed_row_is_found(change, looks):
    if change.startswith("actor_id"):
        change = f"actor_id = (SELECT max(id) FROM partners_user WHERE id <> {looks[1].actor_id})"  # noqa: S608
    sql(f"UPDATE partners_accesslog SET {change} WHERE id = %s", looks[0].pk)  # noqa: S608 – our own words
    with pytest.raises(Refused, match="number 1: changed"):
        verify()


def test_row_changed_together_with_its_seal_is_found(looks):
    sql("UPDATE partners_accesslog SET purpose = 'annat', mac = %s WHERE id = %s", "0" * 64, looks[1].pk)
    with pytest.raises(Refused, match=r"number 2: changed.*number 3: changed"):
        verify()


@pytest.mark.parametrize("index", [0, 1, 3])
def test_removed_row_is_found(index, looks):
    sql("DELETE FROM partners_accesssubject WHERE entry_id = %s", looks[index].pk)
    sql("DELETE FROM partners_accesslog WHERE id = %s", looks[index].pk)
    with pytest.raises(Refused, match=f"number {index + 1}: removed"):
        verify()


def test_inserted_row_is_found(looks, cast):
    last = looks[-1]
    AccessLog.objects.create(actor=cast.caseworker, action="view", view="x", day=last.day, number=5, mac=last.mac)
    with pytest.raises(Refused, match="number 5: inserted"):
        verify()


def test_row_filed_under_another_person_is_found(looks, participation):
    entry = next(row for row in looks if participation.pk in row.participations)
    sql("UPDATE partners_accesssubject SET participation_id = 987 WHERE entry_id = %s", entry.pk)
    with pytest.raises(Refused, match="the people it is filed under"):
        verify()


def test_day_whose_end_was_cut_off_with_its_seal_is_found_by_an_earlier_print(looks, tmp_path):
    printed = tmp_path / "seals.txt"
    printed.write_text(verify())
    assert "in order" in verify(against=str(printed))
    last, before = looks[-1], looks[-2]
    sql("DELETE FROM partners_accesssubject WHERE entry_id = %s", last.pk)
    sql("DELETE FROM partners_accesslog WHERE id = %s", last.pk)
    LogDay.objects.update(count=3, mac=before.mac)
    assert "in order" in verify()
    with pytest.raises(Refused, match="does not hold the 4 rows"):
        verify(against=str(printed))


def test_day_that_lost_its_end_is_found(looks):
    LogDay.objects.all().delete()
    with pytest.raises(Refused, match="has rows and no end"):
        verify()


def test_another_key_finds_every_row_wrong(looks, settings):
    settings.LOG_KEY = "another key that was never used here"
    with pytest.raises(Refused, match="number 1: changed"):
        verify()


def test_subjects_are_append_only(looks):
    for change in (lambda rows: rows.update(participation_id=1), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(AccessSubject.objects.all())


def test_failure_to_file_a_person_leaves_no_row_and_no_page(cast, participation, as_coordinator, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(AccessSubject.objects, "bulk_create", fail)
    as_coordinator.raise_request_exception = False
    response = as_coordinator.get(f"/deltagare/{participation.pk}/")
    assert response.status_code >= 500
    assert "Åkesson" not in response.text
    assert not AccessLog.objects.exists()
    assert not LogDay.objects.exists()


def test_a_look_costs_five_statements_however_many_are_shown(cast, rf, django_assert_max_num_queries):
    request = rf.get("/")
    request.user, request.resolver_match = cast.coordinator, None
    log_access(request, AccessLog.Action.LIST)
    with django_assert_max_num_queries(6):  # With the savepoint that the test's own transaction adds.
        log_access(request, AccessLog.Action.LIST, participation_ids=range(1, 200))
