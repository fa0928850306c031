"""Documents as evidence: kept for good, read by whom it was said, handed out clean."""

import datetime as dt
import logging
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grundsteget.scanning import ScannerDown, ScanState
from participants import actions, tasks
from participants.evidence import Upload
from participants.models import Consent, Document, DocumentKind, Participant
from partners.models import AccessLog
from tests.factories import attach_evidence, make_consent, make_document, make_outcome, make_participation
from tests.participants import files

TITLE = "Avtal om anställning"


def url(name, participation, **kwargs):
    return reverse(f"participants:{name}", kwargs={"pk": participation.pk, **kwargs})


def tab(client, participation):
    return client.get(url("participation_detail", participation), {"flik": "dokument"})


def upload(client, participation, content=files.PDF, name="Anna Åkesson 850615.pdf", **answers):
    """The form as a browser sends it."""
    data = {
        "kind": "anstallningsavtal",
        "title": TITLE,
        "dated_on": "2017-02-01",
        "is_shared": "own",
        "submission": str(uuid.uuid4()),
        "file": SimpleUploadedFile(name, content),
    }
    return client.post(url("document_create", participation), {**data, **answers})


def add(participation, by, content=files.PDF, **fields):
    values = {
        "kind": DocumentKind.objects.get(code="annat"),
        "file": Upload("pdf", content),
        "dated_on": dt.date(2017, 2, 1),
        "organisation": by.memberships.get().organisation,
    }
    return actions.add_document(participation=participation, by=by, **{**values, **fields})


def content_of(document) -> bytes:
    with document.file.storage.open(document.file.name) as stored:
        return stored.read()


def fetch(client, document):
    return status_of(client, url("document_download", document.participation, document_pk=document.pk))


def status_of(client, address) -> int:
    answer = client.get(address)
    if answer.streaming:
        answer.getvalue()  # Reading a stream to its end closes its file.
    return answer.status_code


# --- A scanner for tests --------------------------------------------------------------------------


VIRUS = files.PDF.replace(b"%%EOF", b"EICAR\n%%EOF")


def finds_eicar(file):
    return b"EICAR" not in file.read()


def is_down(file):
    raise ScannerDown("connection refused")


@pytest.fixture
def scanner(settings):
    settings.FILE_SCANNER = f"{__name__}.finds_eicar"


@pytest.fixture
def scanner_down(settings):
    settings.FILE_SCANNER = f"{__name__}.is_down"


# --- Uploading ------------------------------------------------------------------------------------


def test_document_create_keeps_the_file_under_a_name_that_says_nothing(as_coordinator, participation, coordinator):
    answer = upload(as_coordinator, participation)
    assert answer.status_code == 302
    document = participation.documents.get()
    assert (document.title, document.kind_id, document.dated_on) == (TITLE, "anstallningsavtal", dt.date(2017, 2, 1))
    assert (document.uploaded_by, document.organisation) == (coordinator, participation.project.owner)
    assert (document.file_type, document.size) == ("pdf", len(files.PDF))
    assert document.file.name.startswith("documents/")
    assert document.file.name.endswith(".pdf")
    assert content_of(document) == files.PDF
    stored = f"{document.file.name} {document.title} {document}"
    assert "Anna" not in stored
    assert "850615" not in stored


def test_document_create_refuses_what_is_no_document(as_coordinator, participation, own_files):
    answer = upload(as_coordinator, participation, b"<html><script>alert(1)</script>", "contract.pdf")
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors
    assert not participation.documents.exists()
    assert not list(own_files.rglob("*.pdf"))


@pytest.mark.parametrize(("content", "missing"), [(b"", False), (None, True)])
def test_document_create_refuses_an_empty_file_and_none(content, missing, as_coordinator, participation):
    answers = {"file": ""} if missing else {}
    answer = upload(as_coordinator, participation, content or b"", **answers)
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


def test_document_create_removes_where_a_photograph_was_taken(as_coordinator, participation):
    upload(as_coordinator, participation, files.jpeg(files.segment(0xE1, files.exif())), "photo.jpg")
    document = participation.documents.get()
    assert document.file_type == "jpg"
    assert b"57.7089" not in content_of(document)


@pytest.mark.parametrize("title", ["Avtal 850615-2386", "19850615 2386", "8506152386 intyg"])
def test_document_create_refuses_an_identity_number_as_title(title, as_coordinator, participation):
    answer = upload(as_coordinator, participation, title=title)
    assert answer.status_code == 422
    assert "title" in answer.context["form"].errors


def test_title_is_one_line_of_readable_signs(as_coordinator, participation):
    upload(as_coordinator, participation, title="  A\u030angered \u202efdp.exe\u200b  ")
    assert participation.documents.get().title == "Ångered fdp.exe"


def test_document_create_names_who_will_read_it_before_saving(as_coordinator, participation, cast):
    make_consent(participation, cast.adult_education, covers_notes=False)
    page = as_coordinator.get(url("document_create", participation)).text
    assert f"{cast.owner}, {cast.social_services}" in page
    assert str(cast.adult_education) not in page.split('name="is_shared"', 1)[1]


def test_document_create_suggests_what_the_missing_list_asked_for(as_coordinator, participation):
    outcome = make_outcome(participation, "job")
    form = as_coordinator.get(f"{url('document_create', participation)}?galler=outcome-{outcome.pk}").context["form"]
    assert form.initial == {"proves": f"outcome-{outcome.pk}", "kind": "anstallningsavtal"}


def test_a_document_shows_only_what_is_recorded_about_the_same_person(as_coordinator, participation, cast):
    other = make_outcome(make_participation(project=cast.project), "job")
    answer = upload(as_coordinator, participation, proves=f"outcome-{other.pk}")
    assert answer.status_code == 422
    with pytest.raises(ValidationError):
        add(participation, cast.coordinator, proves=other)


def test_retired_kinds_are_not_chosen_and_stay_readable(as_coordinator, participation, coordinator):
    make_document(participation, coordinator, kind="plan")
    DocumentKind.objects.filter(code="plan").update(retired_on=dt.date(2017, 1, 1))
    assert upload(as_coordinator, participation, kind="plan").status_code == 422
    assert "Plan" in tab(as_coordinator, participation).text
    with pytest.raises(ValidationError):
        add(participation, coordinator, kind=DocumentKind.objects.get(code="plan"))


def test_a_day_to_come_is_refused(as_coordinator, participation):
    answer = upload(as_coordinator, participation, dated_on="2017-03-16")
    assert "dated_on" in answer.context["form"].errors


def test_double_submit_keeps_one(as_coordinator, participation):
    token = str(uuid.uuid4())
    assert [upload(as_coordinator, participation, submission=token).status_code for _ in range(2)] == [302, 302]
    assert participation.documents.count() == 1


def test_the_same_file_twice_is_refused_with_the_way_to_the_first(as_coordinator, participation, own_files):
    upload(as_coordinator, participation)
    answer = upload(as_coordinator, participation, title="Samma igen")
    assert answer.status_code == 422
    assert answer.context["there"] == participation.documents.get()
    assert TITLE in answer.text
    assert len(list(own_files.rglob("*.pdf"))) == 1


def test_what_another_organisation_keeps_to_itself_is_not_told_by_the_refusal(
    as_coordinator, participation, caseworker
):
    add(participation, caseworker)
    assert upload(as_coordinator, participation).status_code == 302


def test_a_withdrawn_file_may_be_uploaded_again(participation, coordinator):
    actions.withdraw_document(document=add(participation, coordinator), reason="Fel sort", by=coordinator)
    assert add(participation, coordinator).pk
    assert participation.documents.count() == 2


def test_refused_row_leaves_no_file_behind(participation, coordinator, own_files, monkeypatch):
    def refuse(row):
        raise ValidationError("no")

    monkeypatch.setattr("participants.actions.frame.save", refuse)
    with pytest.raises(ValidationError):
        add(participation, coordinator)
    assert not list(own_files.rglob("*.pdf"))


# --- Never overwritten ----------------------------------------------------------------------------


def test_a_newer_version_is_a_document_of_its_own_and_the_old_one_stays(as_coordinator, participation, coordinator):
    outcome = make_outcome(participation, "job")
    old = make_document(participation, coordinator, outcome=outcome, is_shared=True)
    before = (old.file.name, content_of(old))
    answer = as_coordinator.post(
        url("document_replace", participation, document_pk=old.pk),
        {"dated_on": "2017-03-01", "file": SimpleUploadedFile("new.pdf", files.PDF)},
    )
    assert answer.status_code == 302
    newer = Document.objects.get(replaces=old)
    assert (newer.outcome, newer.is_shared, newer.kind, newer.organisation) == (
        outcome,
        True,
        old.kind,
        old.organisation,
    )
    old.refresh_from_db()
    assert (old.file.name, content_of(old)) == before
    assert fetch(as_coordinator, old) == 200
    page = tab(as_coordinator, participation)
    assert [chain for step in page.context["steps"] for chain in step.chains] == [[newer, old]]
    assert page.text.count("document-old") == 1


def test_two_newer_versions_of_one_are_refused(participation, coordinator):
    old = add(participation, coordinator)
    values = {"document": old, "dated_on": dt.date(2017, 3, 1), "by": coordinator}
    actions.replace_document(file=Upload("pdf", files.PDF + b"%2"), **values)
    with pytest.raises(ValidationError):
        actions.replace_document(file=Upload("pdf", files.PDF + b"%3"), **values)


def test_a_newer_version_sent_twice_is_one(participation, coordinator):
    old, token = add(participation, coordinator), uuid.uuid4()
    values = {"document": old, "dated_on": dt.date(2017, 3, 1), "by": coordinator, "submission": token}
    twice = [actions.replace_document(file=Upload("pdf", files.PDF + b"%2"), **values) for _ in range(2)]
    assert twice[0] == twice[1]


def test_withdrawing_keeps_the_document_with_its_reason(as_coordinator, participation, coordinator):
    document = make_document(participation, coordinator)
    address = url("document_withdraw", participation, document_pk=document.pk)
    assert as_coordinator.post(address, {"reason": ""}).status_code == 422
    assert as_coordinator.post(address, {"reason": "Fel person på pappret"}).status_code == 302
    document.refresh_from_db()
    assert (document.withdrawn_by, document.withdrawn_reason) == (coordinator, "Fel person på pappret")
    assert fetch(as_coordinator, document) == 200
    page = tab(as_coordinator, participation).text
    assert "Fel person på pappret" in page
    assert "document-old" in page
    assert as_coordinator.post(address, {"reason": "Igen"}).status_code == 422


def test_only_the_organisation_that_uploaded_replaces_and_withdraws(as_coordinator, as_caseworker, participation, cast):
    theirs = make_document(participation, cast.caseworker, is_shared=True)
    for name in ("document_replace", "document_withdraw"):
        address = url(name, participation, document_pk=theirs.pk)
        assert as_coordinator.get(address).status_code == 403
        assert as_caseworker.get(address).status_code == 200
    assert "ny-version" not in tab(as_coordinator, participation).text
    assert "ny-version" in tab(as_caseworker, participation).text


# --- Who reads ------------------------------------------------------------------------------------


def sees(client, document) -> bool:
    """The tab and the address must say the same."""
    address = url("document_download", document.participation, document_pk=document.pk)
    status = status_of(client, address)
    page = tab(client, document.participation)
    listed = page.status_code == 200 and f'href="{address}"' in page.text
    assert (status == 200) is listed, status
    assert status in {200, 404}
    return listed


def test_a_document_is_its_organisations_until_it_is_shared(as_coordinator, as_caseworker, participation, cast):
    ours, theirs = make_document(participation, cast.coordinator), make_document(participation, cast.caseworker)
    assert [sees(as_coordinator, one) for one in (ours, theirs)] == [True, False]
    assert [sees(as_caseworker, one) for one in (ours, theirs)] == [False, True]
    Document.objects.update(is_shared=True)
    assert [sees(as_coordinator, one) for one in (ours, theirs)] == [True, True]
    assert [sees(as_caseworker, one) for one in (ours, theirs)] == [True, True]


def test_shared_documents_need_a_consent_that_covers_notes(as_caseworker, participation, cast):
    shared = make_document(participation, cast.coordinator, is_shared=True)
    own = make_document(participation, cast.caseworker)
    Consent.objects.update(covers_notes=False)
    assert [sees(as_caseworker, one) for one in (shared, own)] == [False, True]


def test_strangers_see_nothing_and_withdrawn_consent_closes_at_once(as_caseworker, as_stranger, participation, cast):
    shared = make_document(participation, cast.coordinator, is_shared=True)
    assert not sees(as_stranger, shared)
    assert sees(as_caseworker, shared)
    Consent.objects.update(withdrawn_on=dt.date(2017, 3, 15))
    assert not sees(as_caseworker, shared)


def test_a_protected_persons_documents_are_for_her_circle_and_ask_why(
    as_coordinator, as_project_office, participation, cast
):
    document = make_document(participation, cast.coordinator, is_shared=True)
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    address = url("document_download", participation, document_pk=document.pk)
    assert as_project_office.get(address).status_code == 404
    assert as_coordinator.get(address)["Location"].startswith(url("protection_reason", participation))


def test_words_about_the_way_are_left_out_where_consent_leaves_it_out(as_caseworker, participation, cast):
    outcome = make_outcome(participation, "job", employer="Bagaren AB")
    make_document(participation, cast.coordinator, is_shared=True, outcome=outcome)
    assert "Bagaren AB" in tab(as_caseworker, participation).text
    Consent.objects.update(covers_journey=False)
    assert "Bagaren AB" not in tab(as_caseworker, participation).text


def test_the_document_of_somebody_else_is_not_found_under_this_person(as_coordinator, participation, cast):
    other = make_document(make_participation(project=cast.project), cast.coordinator)
    for name in ("document_download", "document_replace", "document_withdraw"):
        assert as_coordinator.get(url(name, participation, document_pk=other.pk)).status_code == 404


def test_the_outcome_on_the_overview_shows_its_paper(as_coordinator, participation, cast):
    outcome = make_outcome(participation, "job", evidence="Pärm 3")
    document = make_document(participation, cast.coordinator, outcome=outcome, title=TITLE)
    page = as_coordinator.get(url("participation_detail", participation)).text
    assert url("document_download", participation, document_pk=document.pk) in page
    assert "Pärm 3" in page


# --- Handing out ----------------------------------------------------------------------------------


def test_download_is_logged_and_passive(as_coordinator, participation, coordinator):
    document = make_document(participation, coordinator, title=TITLE)
    answer = as_coordinator.get(url("document_download", participation, document_pk=document.pk))
    assert answer.getvalue().startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="dokument-{document.pk}.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in [part.strip() for part in answer["Content-Security-Policy"].split(";")]
    look = AccessLog.objects.first()
    assert (look.action, look.participations, look.object_ref) == (
        "download",
        [participation.pk],
        f"document {document.pk}",
    )


def test_a_lost_file_says_so(as_coordinator, participation, coordinator):
    document = make_document(participation, coordinator)
    default_storage.delete(document.file.name)
    address = url("document_download", participation, document_pk=document.pk)
    answer = as_coordinator.get(address, follow=True)
    assert answer.redirect_chain[-1][0] == f"{url('participation_detail', participation)}?flik=dokument"
    assert len(list(answer.context["messages"])) == 1
    assert not AccessLog.objects.filter(action="download").exists()


def is_handed_out(client, document) -> bool:
    return fetch(client, document) == 200


def test_without_a_scanner_files_are_handed_out_and_the_page_says_unchecked(as_coordinator, participation, coordinator):
    document = make_document(participation, coordinator)
    assert is_handed_out(as_coordinator, document)
    assert document.scan_words in tab(as_coordinator, participation).text


def test_clean_files_are_handed_out_and_infected_never(
    as_coordinator, participation, scanner, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upload(as_coordinator, participation)
        upload(as_coordinator, participation, VIRUS)
    clean, infected = participation.documents.order_by("pk")
    assert (clean.scan_state, infected.scan_state) == (ScanState.CLEAN, ScanState.INFECTED)
    assert clean.scanned_at
    assert is_handed_out(as_coordinator, clean)
    assert not is_handed_out(as_coordinator, infected)
    page = tab(as_coordinator, participation).text
    assert f'href="{url("document_download", participation, document_pk=infected.pk)}"' not in page
    settings.FILE_SCANNER = ""
    assert not is_handed_out(as_coordinator, infected)


def test_with_the_scanner_down_a_file_waits_and_is_handed_out_after_the_next_round(
    as_coordinator, participation, scanner_down, settings, caplog, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert upload(as_coordinator, participation).status_code == 302
    document = participation.documents.get()
    assert document.scan_state == ScanState.UNCHECKED
    assert not is_handed_out(as_coordinator, document)
    assert document.scan_words in tab(as_coordinator, participation).text
    assert actions.scan_unchecked() == 1
    assert any(record.levelno == logging.ERROR and "scanner down" in record.message for record in caplog.records)
    settings.FILE_SCANNER = f"{__name__}.finds_eicar"
    tasks.scan_unchecked()
    tasks.scan_unchecked()
    document.refresh_from_db()
    assert document.scan_state == ScanState.CLEAN
    assert is_handed_out(as_coordinator, document)


def test_a_scanner_set_up_later_looks_at_what_is_there(participation, coordinator, scanner):
    document = make_document(participation, coordinator, VIRUS)
    consent = attach_evidence(participation.consents.get(), VIRUS)
    assert not document.is_downloadable
    assert actions.scan_unchecked() == 0
    for row in (document, consent):
        row.refresh_from_db()
        assert row.scan_state == ScanState.INFECTED


def test_a_lost_file_does_not_stop_the_round(participation, coordinator, scanner):
    lost, other = make_document(participation, coordinator), make_document(participation, coordinator)
    default_storage.delete(lost.file.name)
    assert actions.scan_unchecked() == 0
    other.refresh_from_db()
    assert other.scan_state == ScanState.CLEAN


def test_signed_forms_are_handed_out_by_the_same_rule(as_coordinator, participation, scanner):
    consent = attach_evidence(participation.consents.get())
    address = url("consent_evidence", participation, consent_pk=consent.pk)
    assert status_of(as_coordinator, address) == 302
    tasks.scan_consent(consent.pk)
    assert status_of(as_coordinator, address) == 200
    Consent.objects.update(scan_state=ScanState.INFECTED)
    assert status_of(as_coordinator, address) == 302
