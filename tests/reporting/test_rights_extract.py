"""The register extract: nothing about her is missing, nothing about anybody else is there."""

import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from participants.models import JournalEntry, Participant, Participation
from partners.models import AccessLog
from reporting.rights import register
from reporting.rights.extract import register_extract
from reporting.rights.people import our_models, person_tables, tables
from tests import factories
from tests.every_url import World
from tests.reporting.markers import has_rows, mark

# Kept by id, without a foreign key: logs outlive what they are about, and are told in sections of their own.
LOGS = {"partners.AccessLog", "partners.AccessSubject", "partners.Change"}
SENT = {"asked_on": "2017-03-14", "how": "meeting"}


@pytest.fixture
def world(db):
    return World.make()


def address(participation):
    return reverse("reporting:extract_create", kwargs={"pk": participation.pk})


def extract_of(participation, by):
    return register_extract(participation, by=by, asked_on=factories.day("2017-03-14"))


def section(extract, key):
    return next(one for one in extract["sections"] if one["key"] == key)


def pdf_text(data):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)


# --- Nothing is forgotten -------------------------------------------------------------------------


def test_every_table_about_a_person_is_decided_about():
    found = [table.model for table in [*tables(), *person_tables()]]
    assert len(found) > 30
    missing = register.forgotten(iter(found))
    assert not missing, "add a line to reporting.rights.register.SECTIONS: " + ", ".join(missing)


def test_every_table_that_keeps_an_id_of_a_person_is_decided_about():
    keeps = {
        model._meta.label
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.attname in {"participation_id", "participant_id"} or field.name == "participations"
    }
    decided = {table.model._meta.label for table in [*tables(), *person_tables()]}
    assert keeps - decided == LOGS


def test_the_search_finds_a_table_that_nobody_decided_about(monkeypatch):
    without = tuple(one for one in register.SECTIONS if one.model is not JournalEntry)
    monkeypatch.setattr(register, "SECTIONS", without)
    assert register.forgotten(table.model for table in tables()) == ["participants.JournalEntry"]


def test_every_column_has_a_name():
    nameless = [
        f"{one.model._meta.label}.{field.name}"
        for one in register.SECTIONS
        for field in one.fields()
        if not register.is_labelled(field)
    ]
    assert not nameless, "give a verbose_name, or a line in reporting.rights.register.LABELS: " + ", ".join(nameless)


def test_every_free_text_about_her_is_in_the_extract(world):
    markers = mark(world.ongoing, "Kanarie")
    assert len(markers) > 15
    printed = {
        f"{one.key}.{name}" for one in register.SECTIONS for name in [*(f.name for f in one.fields()), *one.more]
    }
    text = json.dumps(extract_of(world.ongoing, world.cast.coordinator), ensure_ascii=False)
    missing = {field for field, marker in markers.items() if field in printed and marker not in text}
    assert not missing


def test_extract_tells_number_notes_consents_looks_changes_and_reports(world):
    extract = extract_of(world.ongoing, world.cast.coordinator)
    assert section(extract, "participants.participant")["rows"][0]["number"].startswith("19850615")
    for key in (
        "participants.journalentry",
        "participants.consent",
        "participants.sensitiveanswer",
        "reports",
        "changes",
    ):
        assert section(extract, key)["rows"], key
    factories.make_look(world.cast.caseworker, world.ongoing)
    looks = section(extract_of(world.ongoing, world.cast.coordinator), "looks")["rows"]
    assert looks[0]["who"] == "Sara Socialsekreterare"


def test_extract_is_made_for_somebody_whose_month_is_signed(world):
    world.ongoing.attendance_certificates.update(rows=[{"day": "2017-02-01"}])
    changes = section(extract_of(world.ongoing, world.cast.coordinator), "changes")["rows"]
    assert any("Dagar" in change["details"] for change in changes)


def test_world_has_a_row_in_most_tables(world):
    """Otherwise the markers would prove little."""
    everything = {table.model._meta.label for table in [*tables(), *person_tables()]}
    assert len(has_rows(world.ongoing)) > len(everything) / 2


# --- Nobody else is in it -------------------------------------------------------------------------


def test_extract_holds_nothing_about_another_participant(world):
    mark(world.closed, "Tvilling")
    text = json.dumps(extract_of(world.ongoing, world.cast.coordinator), ensure_ascii=False)
    assert "Tvilling" not in text
    assert world.closed.ref not in text


def test_extract_names_colleagues_and_gives_no_way_to_reach_them(world):
    type(world.cast.coordinator).objects.update(phone="031-9999999")
    text = json.dumps(extract_of(world.ongoing, world.cast.project_office), ensure_ascii=False)
    assert "Karin Koordinator" in text
    assert "031-9999999" not in text
    assert "koordinator@test.example" not in text


def test_another_organisations_own_notes_are_named_and_not_shown(world):
    factories.make_journal_entry(world.ongoing, world.cast.caseworker, text="Hemligt hos socialtjänsten")
    factories.make_journal_entry(world.ongoing, world.cast.caseworker, text="Delat av socialtjänsten", is_shared=True)
    notes = section(extract_of(world.ongoing, world.cast.coordinator), "participants.journalentry")
    told = json.dumps(notes, ensure_ascii=False)
    assert "Hemligt hos socialtjänsten" not in told
    assert "Delat av socialtjänsten" in told
    assert len(notes["elsewhere"]) == 1
    assert "Socialtjänsten i Angered" in notes["elsewhere"][0]
    assert "1" in notes["elsewhere"][0]


def test_what_another_organisations_shared_note_said_before_is_not_told(world):
    """It may have been written for that organisation alone, and shared only in the words it has now."""
    note = factories.make_journal_entry(world.ongoing, world.cast.caseworker, text="Hemligt hos socialtjänsten")
    own = factories.make_journal_entry(world.ongoing, world.cast.coordinator, text="Först så här")
    for entry, text in ((note, "Delat av socialtjänsten"), (own, "Sedan så här")):
        entry.text, entry.is_shared = text, True
        entry.save()
    told = json.dumps(extract_of(world.ongoing, world.cast.coordinator), ensure_ascii=False)
    assert "Hemligt hos socialtjänsten" not in told
    assert "Delat av socialtjänsten" in told
    assert "Först så här" in told


def test_paper_of_a_protected_person_does_not_say_where_she_is(world, log_in):
    markers = mark(world.ongoing, "Kanarie")
    Participant.objects.filter(pk=world.ongoing.participant_id).update(protection="sekretessmarkering")
    world.ongoing.refresh_from_db()
    extract = extract_of(world.ongoing, world.cast.coordinator)
    text = json.dumps(extract, ensure_ascii=False)
    hidden = {f"{one.key}.{name}" for one in register.SECTIONS for name in one.hidden if f"{one.key}.{name}" in markers}
    assert {"participants.participant.first_name", "participants.participant.municipality"} <= hidden
    assert not {field for field in hidden if markers[field] in text}
    assert extract["about"] == world.ongoing.ref
    assert "1985" not in section(extract, "participants.participant")["rows"][0].get("number", "")


def test_protected_persons_extract_is_made_by_her_network_alone(world, log_in):
    Participant.objects.filter(pk=world.ongoing.participant_id).update(protection="sekretessmarkering")
    assert log_in(world.cast.project_office).get(address(world.ongoing)).status_code == 404
    coordinator = log_in(world.cast.coordinator)
    asked = coordinator.get(address(world.ongoing))
    assert asked.status_code == 302
    assert "skyddad" in asked["Location"]
    reason = {"reason": "Lämnar ut registerutdrag", "next": address(world.ongoing)}
    coordinator.post(reverse("participants:protection_reason", kwargs={"pk": world.ongoing.pk}), reason)
    response = coordinator.post(address(world.ongoing), {**SENT, "format": "pdf"})
    assert response.status_code == 200
    assert "Åkesson" not in pdf_text(response.content)
    look = AccessLog.objects.filter(action=AccessLog.Action.EXPORT).latest("pk")
    assert look.fields_class == AccessLog.FieldsClass.PROTECTED
    assert "Lämnar ut registerutdrag" in look.purpose


# --- The files, the log, the rights ---------------------------------------------------------------


def test_pdf_is_tagged_swedish_and_names_her(world, log_in):
    response = log_in(world.cast.coordinator).post(address(world.ongoing), {**SENT, "format": "pdf"})
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="registerutdrag-2017-03-14.pdf"'
    reader = PdfReader(io.BytesIO(response.content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]).startswith("sv")
    text = pdf_text(response.content)
    assert "Anna Åkesson" in text
    assert "Ringa läraren" in text


def test_json_is_the_same_extract(world, log_in):
    response = log_in(world.cast.coordinator).post(address(world.ongoing), {**SENT, "format": "json"})
    assert response["Content-Type"] == "application/json"
    extract = json.loads(response.content)
    assert extract["about"] == "Anna Åkesson"
    assert extract["asked_on"] == "2017-03-14"
    assert {one.key for one in register.SECTIONS} < {one["key"] for one in extract["sections"]}


def test_making_an_extract_is_in_the_read_log_with_its_reason(world, log_in):
    log_in(world.cast.coordinator).post(address(world.ongoing), {**SENT, "format": "json"})
    look = AccessLog.objects.latest("pk")
    assert look.action == AccessLog.Action.EXPORT
    assert look.participations == [world.ongoing.pk]
    assert "2017-03-14" in look.purpose
    assert look.actor == world.cast.coordinator


def test_extract_is_not_made_without_a_date_and_a_way(world, log_in):
    client = log_in(world.cast.coordinator)
    for wrong in ({}, {"asked_on": "2017-03-16", "how": "meeting"}, {"asked_on": "2017-03-14", "how": "guess"}):
        assert client.post(address(world.ongoing), {**wrong, "format": "pdf"}).status_code == 422
    assert not AccessLog.objects.filter(action=AccessLog.Action.EXPORT, view="reporting:extract_create").exists()


def test_another_projects_coordinator_makes_no_extract_whatever_consent_she_has(world, log_in):
    elsewhere = factories.make_organisation("Annan projektägare")
    factories.make_project(elsewhere, dnr="2016/00001", name="Annat")
    factories.make_partnership(elsewhere, world.cast.project)
    factories.make_consent(world.ongoing, elsewhere)
    colleague = factories.make_user("Elsa Annan", elsewhere, "coordinator")
    assert log_in(colleague).get(address(world.ongoing)).status_code == 403


def test_extract_asks_the_database_as_often_for_one_row_as_for_many(world):
    def queries():
        participation = Participation.objects.select_related("participant", "project__owner").get(pk=world.ongoing.pk)
        with CaptureQueriesContext(connection) as captured:
            extract_of(participation, world.cast.coordinator)
        return [query["sql"][:300] for query in captured]

    factories.make_look(world.cast.caseworker, world.ongoing)
    extract_of(world.ongoing, world.cast.coordinator)
    before = queries()
    for number in range(24):
        factories.make_journal_entry(world.ongoing, world.cast.coordinator)
        factories.make_activity(world.ongoing, enterprise=world.cast.enterprise)
        factories.make_hours(world.ongoing, f"{2011 + number // 12}-{number % 12 + 1:02}-01")
        factories.make_look(world.cast.caseworker, world.ongoing)
    after = queries()
    assert len(after) == len(before), "\n".join(sorted(set(after) - set(before)))


def test_coordinator_is_not_led_to_what_only_the_project_office_may_do(world, log_in):
    page = log_in(world.cast.coordinator).get(address(world.ongoing)).content.decode()
    assert 'name="format"' in page
    assert reverse("reporting:person_erase", kwargs={"pk": world.ongoing.pk}) not in page
