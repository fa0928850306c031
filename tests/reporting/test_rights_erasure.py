"""Archive and erasure: nothing is left of the people, the statistics are what they were. (SAFETY.md P-50, P-51, F30)"""

import datetime as dt
import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from participants.models import ExportFile, HoursMonth, Participant, Participation
from partners.models import AccessLog, AccessSubject
from reporting import actions, facts, tasks
from reporting.content import fingerprint
from reporting.models import Erasure, Report, ReportFact
from reporting.rights import erasure as deeds
from reporting.rights import rules
from tests import factories
from tests.every_url import World
from tests.reporting.markers import mark

OVER = "2026-01-02"


@pytest.fixture
def world(db):
    """The project's final report is frozen, and its documents are kept until the end of 2025."""
    world = World.make()
    facts.rebuild_facts(world.cast.project)
    report = Report.objects.create(
        project=world.cast.project,
        title="Slutrapport",
        cut_off=world.cast.project.ended_on,
        rule_set="2018-08-02",
        requested_by=world.cast.project_office,
    )
    actions.build_report(report.pk)
    actions.freeze_report(report=report, by=world.cast.project_office)
    keep_until(world.cast.project)
    return world


def keep_until(project, day="2025-12-31", **fields):
    project.retention_until = factories.day(day) if day else None
    project.retention_source = "ESF-rådets brev" if day else ""
    for name, value in fields.items():
        setattr(project, name, value)
    project.save()


def address(name, world, **kwargs):
    return reverse(f"reporting:{name}", kwargs=kwargs or {"project": world.cast.project.slug})


def archived(world, *, downloaded=True):
    row = deeds.order_archive(project=world.cast.project, by=world.cast.project_office)
    deeds.build_archive(row.pk)
    if downloaded:
        deeds.mark_downloaded(erasure=row, by=world.cast.project_office)
    row.refresh_from_db()
    return row


def erased(world, capture):
    row = archived(world)
    row = deeds.order_erasure(erasure=row, reason="Beslut KLD-7", by=world.cast.project_office)
    with capture(execute=True):
        assert deeds.erase_project(row.pk)
    row.refresh_from_db()
    return row


def everything_stored():
    """Every row of every table, and every file, as text."""
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed:
                cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 – our own table names
                for row in cursor.fetchall():
                    yield f"{model._meta.label}: {row!r}"
    yield from (f"file {name}: {content!r}" for name, content in files())


def files(folder=""):
    folders, names = default_storage.listdir(folder)
    for name in names:
        path = f"{folder}/{name}".lstrip("/")
        with default_storage.open(path) as file:
            yield path, file.read()
    for inner in folders:
        yield from files(f"{folder}/{inner}".lstrip("/"))


# --- When ---------------------------------------------------------------------------------------------


def refusal(check, subject):
    with pytest.raises(rules.ValidationError) as refused:
        check(subject)
    return refused.value.messages[0]


def test_project_is_not_erased_before_somebody_has_set_the_day(world, on_day):
    on_day(OVER)
    keep_until(world.cast.project, None)
    assert "inget gissas" in refusal(rules.check_project_may_be_erased, world.cast.project)


def test_project_is_not_erased_on_the_last_day_it_is_kept(world, on_day):
    on_day("2025-12-31")
    assert "ESF-rådets brev" in refusal(rules.check_project_may_be_erased, world.cast.project)
    on_day("2026-01-01")
    rules.check_project_may_be_erased(world.cast.project)


def test_project_is_not_erased_while_a_case_is_open(world, on_day):
    on_day(OVER)
    keep_until(world.cast.project, retention_held_on=dt.date(2025, 6, 1), retention_hold_reason="Överklagat beslut")
    assert "Överklagat beslut" in refusal(rules.check_project_may_be_erased, world.cast.project)


def test_project_is_not_erased_without_a_frozen_final_report(world, on_day):
    on_day(OVER)
    Report.objects.filter(title="Slutrapport").update(cut_off=dt.date(2017, 3, 15))
    assert "Frys slutrapporten" in refusal(rules.check_project_may_be_erased, world.cast.project)


def test_erasure_is_not_ordered_before_the_archive_has_been_taken_home(world, on_day):
    on_day(OVER)
    row = archived(world, downloaded=False)
    assert "Hämta arkivpaketet" in refusal(rules.check_may_order, row)


# --- The archive --------------------------------------------------------------------------------------


def test_archive_holds_every_text_and_file_with_its_hash(world, on_day):
    on_day(OVER)
    markers = mark(world.ongoing, "Kanarie")
    row = archived(world)
    with row.archive.open("rb") as file:
        package = zipfile.ZipFile(io.BytesIO(file.read()))
    manifest = json.loads(package.read("manifest.json"))
    names = {one["name"] for one in manifest["files"]}
    assert names == set(package.namelist()) - {"manifest.json"}
    everything = b"".join(package.read(name) for name in names).decode(errors="replace")
    kept = {field for field, marker in markers.items() if marker in everything}
    assert {
        "participants.journalentry.text",
        "participants.participant.last_name",
        "participants.outcome.employer",
    } <= kept
    assert any(name.startswith("filer/participants.consent/") for name in names)
    assert manifest["sha256_of_contents"] == row.content_sha256


def test_archive_leaves_out_what_a_partner_keeps_for_itself_and_says_so(world, on_day):
    on_day(OVER)
    factories.make_journal_entry(world.ongoing, world.cast.caseworker, text="Hemligt hos socialtjänsten")
    row = archived(world)
    with row.archive.open("rb") as file:
        package = zipfile.ZipFile(io.BytesIO(file.read()))
    assert not any(
        "Hemligt hos socialtjänsten" in package.read(name).decode(errors="replace") for name in package.namelist()
    )
    left_out = json.loads(package.read("manifest.json"))["not_included"]
    assert [(one["organisation"], one["rows"]) for one in left_out] == [("Socialtjänsten i Angered", 1)]


def test_archive_can_prove_a_frozen_reports_hash(world, on_day):
    on_day(OVER)
    report = Report.objects.get(title="Slutrapport")
    row = archived(world)
    with row.archive.open("rb") as file:
        content = json.loads(zipfile.ZipFile(io.BytesIO(file.read())).read(f"rapporter/{report.pk}/innehall.json"))
    assert fingerprint(content) == report.sha256


# --- The erasure --------------------------------------------------------------------------------------


def test_erasure_leaves_no_trace(world, on_day, django_capture_on_commit_callbacks):
    on_day(OVER)
    markers = {**mark(world.ongoing, "Kanarie"), **mark(world.closed, "Tvilling")}
    mine = [marker for field, marker in markers.items() if not field.startswith("participants.exportfile")]
    before = "\n".join(everything_stored())
    assert all(marker in before for marker in mine)
    row = erased(world, django_capture_on_commit_callbacks)
    left = [text for text in everything_stored() if any(word in text for word in ("Kanarie", "Tvilling", "Åkesson"))]
    assert not left
    assert not Participation.objects.exists()
    assert not Participant.objects.exists()
    assert not ReportFact.objects.exists()
    assert row.state == Erasure.State.DONE
    assert not ExportFile.objects.filter(state=ExportFile.State.READY, contents__isnull=False).exists()


def test_erasure_removes_files_and_keeps_those_of_frozen_reports(world, on_day, django_capture_on_commit_callbacks):
    on_day(OVER)
    row = erased(world, django_capture_on_commit_callbacks)
    left = [name for name, _content in files()]
    assert row.files == []
    assert row.files_removed >= 3
    assert not [name for name in left if name.startswith(("consents/", "documents/", "archives/"))]
    assert {stored.file.name for stored in Report.objects.get(title="Slutrapport").files.all()} <= set(left)


def test_frozen_report_reads_the_same_before_and_after(world, on_day, django_capture_on_commit_callbacks):
    on_day(OVER)

    def reading():
        report = Report.objects.get(title="Slutrapport")
        kept = dict(files("reports"))
        return json.dumps(report.content), report.sha256, {f.format: kept[f.file.name] for f in report.files.all()}

    before = reading()
    row = erased(world, django_capture_on_commit_callbacks)
    assert reading() == before
    assert row.reports[0]["content_sha256"] == fingerprint(json.loads(before[0]))
    assert not Report.objects.filter(title="Lägesrapport").exists()  # A draft cannot be finished without its people.


def test_read_log_keeps_ids_alone(world, on_day, django_capture_on_commit_callbacks):
    factories.make_look(world.cast.caseworker, world.ongoing)
    looks = AccessLog.objects.count()
    on_day(OVER)
    erased(world, django_capture_on_commit_callbacks)
    assert AccessLog.objects.count() == looks
    assert AccessSubject.objects.filter(participation_id=world.ongoing.pk).exists()


def test_person_in_another_project_is_kept_there(world, on_day, django_capture_on_commit_callbacks):
    other = factories.make_project(world.cast.owner, dnr="2016/00001", name="Annat")
    kept = factories.make_participation(other, participant=world.ongoing.participant)
    on_day(OVER)
    row = erased(world, django_capture_on_commit_callbacks)
    assert list(Participation.objects.all()) == [kept]
    assert Participant.objects.get(merged_into=None).last_name == "Åkesson"
    assert world.ongoing.participant_id not in row.persons
    assert kept.stints.exists()


def test_nothing_is_erased_when_something_changed_after_the_archive(world, on_day):
    on_day(OVER)
    row = archived(world)
    factories.make_journal_entry(world.ongoing, world.cast.coordinator, text="Kom till efteråt")
    deeds.order_erasure(erasure=row, reason="Beslut KLD-7", by=world.cast.project_office)
    assert not deeds.erase_project(row.pk)
    row.refresh_from_db()
    assert (row.state, row.problem) == (Erasure.State.STALE, "changed")
    assert Participation.objects.filter(project=world.cast.project).count() == 2


def test_erasing_twice_changes_nothing(world, on_day, django_capture_on_commit_callbacks):
    on_day(OVER)
    row = erased(world, django_capture_on_commit_callbacks)
    assert not deeds.erase_project(row.pk)
    assert not deeds.build_archive(row.pk)
    row.refresh_from_db()
    assert len(row.people) == 2


def test_failure_half_way_erases_nothing(world, on_day, monkeypatch):
    on_day(OVER)
    row = archived(world)
    deeds.order_erasure(erasure=row, reason="Beslut KLD-7", by=world.cast.project_office)

    def fail(**_fields):
        raise RuntimeError("disk full")

    monkeypatch.setattr(deeds.change_log, "forget", fail)
    with pytest.raises(RuntimeError):
        deeds.erase_project(row.pk)
    assert Participation.objects.count() == 2
    row.refresh_from_db()
    assert row.state == Erasure.State.ORDERED


def test_file_that_cannot_be_removed_is_tried_again(world, on_day, monkeypatch, django_capture_on_commit_callbacks):
    on_day(OVER)

    def fail(name):
        raise OSError("not reachable")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", fail)
        row = erased(world, django_capture_on_commit_callbacks)
        assert len(row.files) == row.files_removed
    tasks.sweep_erasures()
    row.refresh_from_db()
    assert row.files == []


# --- One person, by mistake ---------------------------------------------------------------------------


def mistaken(world):
    return factories.make_participation(
        world.cast.project, started_on="2017-03-01", ended_on="2017-03-02", exit_reason="felregistrering", ref="G-099"
    )


def test_mistaken_registration_is_erased_at_once(world, log_in):
    wrong = mistaken(world)
    client = log_in(world.cast.project_office)
    page = reverse("reporting:person_erase", kwargs={"pk": wrong.pk})
    assert client.post(page, {"typed": "G-001", "reason": "Fel person"}).status_code == 422
    assert client.post(page, {"typed": "G-099", "reason": "Fel person"}).status_code == 302
    assert not Participation.objects.filter(pk=wrong.pk).exists()
    certificate = Erasure.objects.get(reason="Fel person")
    assert [pk for pk, _at in certificate.people] == [wrong.pk]
    assert certificate.ordered_by == world.cast.project_office


def test_nobody_else_is_erased_before_time_and_is_told_the_paragraph(world, log_in):
    told = refusal(rules.check_person_may_be_erased, world.ongoing)
    assert "17.3 b" in told
    assert "2025-12-31" in told
    page = reverse("reporting:person_erase", kwargs={"pk": world.ongoing.pk})
    response = log_in(world.cast.project_office).post(page, {"typed": world.ongoing.ref, "reason": "Hon ber om det"})
    assert response.status_code == 422
    assert Participation.objects.filter(pk=world.ongoing.pk).exists()


def test_mistake_with_hours_is_no_mistake(world):
    wrong = mistaken(world)
    HoursMonth.objects.create(participation=wrong, month=dt.date(2017, 3, 1), hours=4)
    assert "timmar" in refusal(rules.check_person_may_be_erased, wrong)


# --- The pages ----------------------------------------------------------------------------------------


def test_archive_and_erase_through_the_pages(world, on_day, log_in, django_capture_on_commit_callbacks):
    on_day(OVER)
    client = log_in(world.cast.project_office)
    page = address("project_erase", world)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("archive_create", world))
    row = Erasure.objects.get(kind=Erasure.Kind.PROJECT)
    assert row.state == Erasure.State.ARCHIVED
    download = client.post(reverse("reporting:archive_download", kwargs={"erasure_pk": row.pk}))
    assert download.getvalue()[:2] == b"PK"
    look = AccessLog.objects.filter(action=AccessLog.Action.DOWNLOAD).latest("pk")
    assert set(look.participations) == {world.ongoing.pk, world.closed.pk}
    dnr = world.cast.project.dnr
    assert client.post(page, {"typed": "2015/99999", "reason": "Beslut KLD-7"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, {"typed": dnr, "reason": "Beslut KLD-7"}).status_code == 302
    assert not Participation.objects.exists()
    assert reverse("reporting:erasure_certificate", kwargs={"erasure_pk": row.pk}) in client.get(page).content.decode()
    paper = client.get(reverse("reporting:erasure_certificate", kwargs={"erasure_pk": row.pk}))
    text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.content)).pages)
    assert "Beslut KLD-7" in text
    assert "Åkesson" not in text
    assert str(world.ongoing.pk) in text


def test_partners_are_asked_before_their_own_notes_are_erased(world, on_day, log_in):
    factories.make_journal_entry(world.ongoing, world.cast.caseworker, text="Internt")
    on_day(OVER)
    archived(world)
    client = log_in(world.cast.project_office)
    answers = {"typed": world.cast.project.dnr, "reason": "Beslut KLD-7"}
    assert client.post(address("project_erase", world), answers).status_code == 422
    assert Participation.objects.count() == 2


# --- After a restore ----------------------------------------------------------------------------------


def test_restored_backup_loses_the_erased_again(world, on_day, django_capture_on_commit_callbacks):
    registered, project = world.ongoing.created_at, world.cast.project
    on_day(OVER)
    row = erased(world, django_capture_on_commit_callbacks)
    number = row.number
    Erasure.objects.all().delete()  # The backup is older than the certificate.
    factories.make_participation(project, id=world.ongoing.pk, created_at=registered, last_name="Återuppstånden")
    call_command("replay_erasures")
    assert not Participation.objects.exists()
    assert not Participant.objects.exists()
    assert Erasure.objects.get(number=number).people == row.people
    call_command("replay_erasures")
    assert Erasure.objects.count() == 1


def test_replay_leaves_somebody_alone_who_got_the_same_id_after_the_restore(
    world, on_day, django_capture_on_commit_callbacks
):
    on_day(OVER)
    erased(world, django_capture_on_commit_callbacks)
    factories.make_participation(world.cast.project, id=world.ongoing.pk, last_name="Nyanländ")
    call_command("replay_erasures")
    assert Participant.objects.get().last_name == "Nyanländ"
