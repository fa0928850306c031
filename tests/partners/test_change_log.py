"""Whatever changes a row, by whatever way, leaves a line that nobody can take back: the database writes it itself."""

import datetime as dt

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from grundsteget import who
from participants.models import Outcome, Participant, Participation, SensitiveAnswer, Stint
from partners import change_log, change_triggers, tasks
from partners.change_log import by, forget
from partners.models import Change, Membership, Organisation, User
from tests import factories

pytestmark = pytest.mark.django_db


def logged(model, action=None) -> list[Change]:
    """What the log tells of the model's rows, the oldest first."""
    rows = Change.objects.filter(label=model._meta.label_lower).order_by("pk")
    return list(rows.filter(action=action) if action else rows)


def last(model, action=None) -> Change:
    return logged(model, action)[-1]


def raw(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def outcome(participation) -> Outcome:
    return factories.make_outcome(participation, "job", "2016-09-01", employer="Kaféet")


# --- No way around --------------------------------------------------------------------------------


def test_insert_keeps_every_value_and_whose_row_it_is(participation, outcome):
    line = last(Outcome)
    assert (line.action, line.row_id, line.participation_id) == ("insert", str(outcome.pk), participation.pk)
    assert line.changes["employer"] == [None, "Kaféet"]
    assert line.changes["started_on"] == [None, "2016-09-01"]
    assert "ended_on" not in line.changes
    assert abs(line.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_save_keeps_what_changed_and_nothing_else(outcome):
    outcome.ended_on = dt.date(2017, 1, 31)
    outcome.save()
    assert last(Outcome).changes == {"ended_on": [None, "2017-01-31"]}


def test_save_that_changes_nothing_is_no_line(outcome):
    before = Change.objects.count()
    outcome.save()
    assert Change.objects.count() == before


def test_queryset_update_is_logged_row_by_row(cast):
    names = [Organisation.objects.create(name=name, kind="other").pk for name in ("Ett", "Två")]
    Organisation.objects.filter(pk__in=names).update(municipality="Göteborg")
    lines = logged(Organisation, "update")[-2:]
    assert [int(line.row_id) for line in lines] == names
    assert {tuple(line.changes["municipality"]) for line in lines} == {("", "Göteborg")}


def test_bulk_writes_are_logged(participation):
    rows = [
        Outcome(participation=participation, kind="education", started_on=dt.date(2016, month, 1))
        for month in (5, 6, 7)
    ]
    Outcome.objects.bulk_create(rows)
    assert [line.changes["started_on"][1] for line in logged(Outcome)] == ["2016-05-01", "2016-06-01", "2016-07-01"]
    for row in rows:
        row.evidence = "Betyg"
    Outcome.objects.bulk_update(rows, ["evidence"])
    assert [line.changes for line in logged(Outcome, "update")] == [{"evidence": ["", "Betyg"]}] * 3
    Outcome.objects.bulk_create(
        [Outcome(pk=rows[0].pk, participation=participation, kind="job", started_on=dt.date(2016, 5, 1))],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["kind"],
    )
    assert last(Outcome).changes == {"kind": ["education", "job"]}


def test_raw_sql_is_logged(outcome, participation):
    raw("UPDATE participants_outcome SET employer = %s WHERE id = %s", "Någon annan", outcome.pk)
    assert last(Outcome).changes == {"employer": ["Kaféet", "Någon annan"]}
    raw("DELETE FROM participants_outcome WHERE id = %s", outcome.pk)
    line = last(Outcome)
    assert (line.action, line.participation_id) == ("delete", participation.pk)
    assert line.changes["employer"] == ["Någon annan", None]


def test_removal_is_logged_with_what_was(outcome):
    pk = str(outcome.pk)
    outcome.delete()
    line = last(Outcome)
    assert (line.action, line.row_id) == ("delete", pk)
    assert line.changes["kind"] == ["job", None]


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_replace_of_sqlite_is_logged_and_never_replaces_a_log(outcome):
    raw("REPLACE INTO participants_exitreason SELECT * FROM participants_exitreason WHERE code = 'felregistrering'")
    actions = [row.action for row in Change.objects.filter(label="participants.exitreason").order_by("pk")]
    assert actions[-2:] == ["delete", "insert"]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw("REPLACE INTO partners_change SELECT * FROM partners_change")


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_truncate_of_postgresql_is_refused():
    with pytest.raises(DatabaseError, match="change log"), transaction.atomic():
        raw("TRUNCATE participants_outcome CASCADE")


def test_both_databases_write_the_same_json(cast, participation):
    with by(user=cast.coordinator):
        member = Membership.objects.filter(is_administrator=False).order_by("pk").first()
        Membership.objects.filter(pk=member.pk).update(is_administrator=True)
    assert last(Membership).changes == {"is_administrator": [False, True]}
    stint = Stint.objects.get(participation=participation)
    moment = dt.datetime(2017, 3, 1, 10, 30, tzinfo=dt.UTC)
    Stint.objects.filter(pk=stint.pk).update(exit_recorded_at=moment)
    assert dt.datetime.fromisoformat(last(Stint).changes["exit_recorded_at"][1]) == moment


# --- What is kept -----------------------------------------------------------------------------------


def test_masked_columns_tell_only_that_they_changed(participation):
    answer = SensitiveAnswer.objects.create(participation=participation, question="co15", answer="j")
    SensitiveAnswer.objects.filter(pk=answer.pk).update(answer="vill_ej")
    assert [line.changes["answer"] for line in logged(SensitiveAnswer)] == [[None, "…"], ["…", "…"]]

    number = factories.invented_number()
    person = factories.make_participant(number=number)
    assert last(Participant).changes["identity_cipher"] == [None, "…"]
    assert last(Participant).changes["identity_hash"] == [None, "…"]
    assert person.identity_hash not in repr(list(Change.objects.values_list("changes", flat=True)))


def test_password_is_changed_and_never_told(cast):
    user = User.objects.get(pk=cast.caseworker.pk)
    user.set_password("en annan lång fras")
    user.save()
    assert last(User).changes == {"password": ["…", "…"]}


def test_derived_columns_are_no_change(participation, cast):
    before = Change.objects.count()
    Participation.objects.update(version=F("version") + 1, last_event_on=dt.date(2017, 3, 1))
    User.objects.update(last_login=dt.datetime(2017, 3, 1, tzinfo=dt.UTC))
    assert Change.objects.count() == before


def test_row_of_a_part_belongs_to_whom_its_whole_belongs_to(cast, participation):
    referral = factories.make_referral(participation, cast.coordinator, cast.social_services)
    event = referral.events.create(kind="written", by=cast.coordinator)
    assert last(type(event)).participation_id == participation.pk
    event.delete()
    assert last(type(event), "delete").participation_id == participation.pk


def test_person_and_participation_are_their_own(participation):
    person, way = last(Participant), logged(Participation, "insert")[-1]
    assert (person.participant_id, person.participation_id) == (participation.participant_id, None)
    assert (way.participant_id, way.participation_id) == (participation.participant_id, participation.pk)


# --- Who --------------------------------------------------------------------------------------------


def test_page_names_its_user(as_coordinator, coordinator, participation):
    data = {"kind": "education", "started_on": "2016-10-01", "employer": "Folkhögskolan"}
    answer = as_coordinator.post(f"/deltagare/{participation.pk}/utfall/nytt/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    line = last(Outcome)
    assert (line.actor, line.source) == (coordinator, "participants:outcome_create")
    assert line.request_id == answer["X-Request-ID"]


def test_nobody_is_left_after_a_page(as_coordinator, participation):
    """Also on PostgreSQL, where the connection stays."""
    as_coordinator.post(
        f"/deltagare/{participation.pk}/utfall/nytt/", {"kind": "education", "started_on": "2016-10-01"}
    )
    assert last(Outcome).actor is not None
    factories.make_outcome(participation, "job", "2016-09-01")
    assert (last(Outcome).actor, last(Outcome).source) == (None, "")


def test_nobody_is_left_when_work_is_rolled_back(cast, participation):
    with by(user=cast.coordinator), transaction.atomic():
        factories.make_outcome(participation, "job", "2016-09-01")
        transaction.set_rollback(True)
    factories.make_outcome(participation, "job", "2016-09-01")
    assert last(Outcome).actor is None


def test_work_within_work_is_ascribed_to_the_inner(cast, participation):
    with by(user=cast.coordinator, source="outer"), transaction.atomic():
        with by(source="inner"):
            factories.make_outcome(participation, "job", "2016-09-01")
        factories.make_outcome(participation, "education", "2016-09-01")
    assert [(line.actor, line.source) for line in logged(Outcome)] == [(None, "inner"), (cast.coordinator, "outer")]


def test_task_is_named_and_nobodys_doing(cast):
    Membership.objects.filter(user=cast.caseworker).update(confirmed_on=dt.date(2016, 1, 1))
    with by(user=cast.coordinator, source="a page"):
        tasks.pause_unconfirmed.apply()
    line = last(Membership)
    assert "paused_on" in line.changes
    assert (line.actor, line.source) == (None, "partners.tasks.pause_unconfirmed")


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_saying_who_costs_no_query(cast, participation, django_assert_num_queries):
    with by(user=cast.coordinator), django_assert_num_queries(2):
        Outcome.objects.filter(participation=participation).update(evidence="x")
        Participation.objects.filter(pk=participation.pk).exists()


def test_change_that_cannot_be_logged_is_not_made(outcome, monkeypatch):
    """On SQLite whoever opens the database without the application's functions; on both, a log that is full."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("current_actor", 0, None)
    else:
        raw("ALTER TABLE partners_change ADD CONSTRAINT full_up CHECK (label <> 'participants.outcome') NOT VALID")
    try:
        with pytest.raises(DatabaseError), transaction.atomic():
            Outcome.objects.update(evidence="x")
    finally:
        who.tell(connection)
    assert not Outcome.objects.filter(evidence="x").exists()


# --- For ever, but for erasure ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"changes": {}},
        {"erased_by": "E-1"},
        {"changes": {"employer": [None, "Ett annat"]}, "erased_by": "E-1"},
        {"changes": {}, "erased_by": "E-1", "actor": None},
        {"changes": {}, "erased_by": "E-1", "action": "update"},
        {"changes": {}, "erased_by": "E-1", "participation_id": None},
    ],
)
def test_log_refuses_every_other_update(change, cast, participation):
    with by(user=cast.coordinator):
        factories.make_outcome(participation, "job", "2016-09-01")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Change.objects.filter(pk=last(Outcome).pk).update(**change)


def test_forget_empties_what_is_told_of_a_person_and_of_nobody_else(cast, participation, outcome):
    other = factories.make_participation(cast.project, ref="other")
    lines = Change.objects.filter(participation_id=participation.pk).count()
    ours = {"participation_ids": [participation.pk], "participant_ids": [participation.participant_id]}

    assert forget(**ours, certificate="E-1") == lines + 1  # and the person's own

    emptied = Change.objects.filter(erased_by="E-1")
    assert {repr(line.changes) for line in emptied} == {"{}"}
    assert {line.label for line in emptied} >= {"participants.outcome", "participants.participant"}
    assert all(line.changes for line in Change.objects.filter(participation_id=other.pk))
    assert forget(**ours, certificate="E-2") == 0


def test_certificate_is_never_replaced(participation, outcome):
    forget(participation_ids=[participation.pk], participant_ids=[], certificate="E-1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Change.objects.filter(erased_by="E-1").update(changes={}, erased_by="E-2")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Change.objects.filter(erased_by="E-1")._raw_delete("default")


# --- In place ---------------------------------------------------------------------------------------


def test_every_table_has_its_triggers_and_a_second_time_does_nothing(django_assert_max_num_queries):
    assert change_triggers.faults(connection) == []
    with django_assert_max_num_queries(2):
        change_triggers.install(connection)


@pytest.mark.django_db(transaction=True)
def test_triggers_come_back_after_a_table_was_made_anew():
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(Outcome)
        else:
            editor.execute("ALTER TABLE participants_outcome DISABLE TRIGGER USER")
    assert change_triggers.faults(connection) == ["participants_outcome"]
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE participants_outcome ENABLE TRIGGER USER")
    change_triggers.make_way(using="default", plan=["a migration"])
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert change_triggers.faults(connection) == []
    factories.make_outcome(factories.make_participation(), "job", "2016-09-01")
    assert last(Outcome).action == "insert"


@pytest.mark.django_db(transaction=True)
def test_migration_finds_no_trigger_in_its_way():
    """SQLite refuses to rename or drop what a trigger names; the next migration must be able to."""
    change_triggers.make_way(using="default", plan=["a migration"])
    assert change_triggers.installed(connection) == set()
    change_triggers.put_in_place(using="default")


def test_excluded_tables_are_not_traced():
    labels = {one.label for one in change_log.traced()}
    assert "partners.change" not in labels
    assert {"participants.outcome", "partners.user", "enterprises.enterprise", "reporting.report"} <= labels
