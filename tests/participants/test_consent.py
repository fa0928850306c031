"""Consent in full: ground, categories, the signed form, the receipt, the list, and who could see what when."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, rules
from participants.models import (
    Activity,
    Consent,
    EntryRecord,
    FollowUp,
    HoursMonth,
    JournalEntry,
    Outcome,
    Participation,
    SensitiveAnswer,
)
from partners.models import AccessLog, Membership
from tests import factories
from tests.factories import SCAN, attach_evidence, day, make_consent, make_participation
from tests.filling import fill_in
from tests.participants import files

LIST = "participants:consent_list"


def url(name, participation, **kwargs):
    return reverse(f"participants:{name}", kwargs={"pk": participation.pk, **kwargs})


@pytest.fixture
def shared(cast, participation):
    """Anna with something of every kind; the social services have consent to everything."""
    factories.make_activity(participation, enterprise=cast.enterprise, title="Kafét på hörnet")
    factories.make_hours(participation)
    factories.make_outcome(participation, "praktik", employer="Verkstan")
    factories.make_journal_entry(
        participation, cast.coordinator, is_shared=True, text="Delad anteckning", next_step="Ringa läraren",
        next_step_on="2017-03-20",
    )  # fmt: skip
    factories.make_journal_entry(participation, cast.coordinator, text="Intern anteckning")
    participation.participant.phone = "070-1740605"
    participation.participant.save()
    return participation


def limit(participation, **covers):
    participation.consents.update(**covers)


# --- One function decides -------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Activity, HoursMonth, Outcome, EntryRecord])
def test_journey_is_read_only_where_the_consent_covers_it(model, shared, cast):
    assert model.objects.visible_to(cast.caseworker).exists()
    limit(shared, covers_journey=False)
    assert not model.objects.visible_to(cast.caseworker).exists()
    assert model.objects.visible_to(cast.coordinator).exists()
    assert Participation.objects.visible_to(cast.caseworker).exists()


def test_follow_ups_and_sensitive_answers_belong_to_the_journey(cast, participation):
    officer = factories.make_user("Olle Office", cast.social_services, Membership.Role.PROJECT_OFFICE)
    factories.make_sensitive_answer(participation)
    factories.make_follow_up(participation, exit_on="2017-01-31", answered_on="2017-02-28")
    assert SensitiveAnswer.objects.visible_to(officer).exists()
    assert FollowUp.objects.visible_to(officer).exists()
    limit(participation, covers_journey=False)
    assert not SensitiveAnswer.objects.visible_to(officer).exists()
    assert not FollowUp.objects.visible_to(officer).exists()


def test_notes_of_others_are_read_only_where_the_consent_covers_them(shared, cast):
    own = factories.make_journal_entry(shared, cast.caseworker, text="Vår egen")
    assert JournalEntry.objects.visible_to(cast.caseworker).count() == 2
    limit(shared, covers_notes=False)
    assert list(JournalEntry.objects.visible_to(cast.caseworker)) == [own]
    assert JournalEntry.objects.visible_to(cast.coordinator).count() == 2


def test_category_is_asked_of_each_organisation_alone(shared, cast):
    make_consent(shared, cast.adult_education, covers_notes=False)
    assert JournalEntry.objects.visible_to(cast.caseworker).exists()
    assert not JournalEntry.objects.visible_to(cast.teacher).exists()
    assert Activity.objects.visible_to(cast.teacher).exists()


@pytest.mark.parametrize("category", Consent.Category.values)
def test_withdrawal_closes_every_category_at_once(category, shared, cast):
    consent = shared.consents.get()
    assert Participation.objects.visible_to(cast.caseworker, category).exists()
    actions.withdraw_consent(consent=consent, withdrawn_on=day("2017-03-15"), by=cast.coordinator)
    assert not Participation.objects.visible_to(cast.caseworker, category).exists()


def test_consents_that_were_there_before_cover_everything(participation):
    assert participation.consents.get().categories == list(Consent.Category)


@pytest.mark.parametrize(
    ("on", "seen"),
    [
        ("2016-02-29", False),
        ("2016-03-01", True),
        ("2016-08-31", True),
        ("2016-09-01", False),
        ("2017-03-15", False),
    ],
)
def test_history_knows_who_might_read_on_any_day(on, seen, cast, participation):
    participation.consents.update(withdrawn_on=day("2016-09-01"))
    assert participation.consents.lifting_secrecy(on=day(on)).exists() == seen


# --- The ground -----------------------------------------------------------------------------------


def test_statute_opens_without_a_signature_and_is_ended_not_withdrawn(participation, cast):
    ground = actions.give_consent(
        participation=participation,
        organisation=cast.adult_education,
        legal_ground="statute",
        statute="10 kap. 28 § OSL",
        given_on=day("2017-03-01"),
        by=cast.coordinator,
    )
    assert Participation.objects.visible_to(cast.teacher).exists()
    with pytest.raises(ValidationError):
        actions.withdraw_consent(consent=ground, withdrawn_on=day("2017-03-15"), by=cast.coordinator)
    actions.end_statute_ground(consent=ground, withdrawn_on=day("2017-03-15"), by=cast.coordinator)
    assert not Participation.objects.visible_to(cast.teacher).exists()
    with pytest.raises(ValidationError):
        actions.end_statute_ground(
            consent=participation.consents.get(organisation=cast.social_services),
            withdrawn_on=day("2017-03-15"),
            by=cast.coordinator,
        )


@pytest.mark.parametrize(
    ("ground", "statute", "purpose", "field"),
    [
        ("statute", "", "samverkan", "statute"),
        ("consent", "10 kap. 28 § OSL", "samverkan", "statute"),
        ("statute", "10 kap. 28 § OSL", "publicitet", "purpose"),
    ],
)
def test_ground_and_paragraph_agree(ground, statute, purpose, field):
    with pytest.raises(ValidationError) as refusal:
        rules.check_legal_ground(ground, statute, purpose)
    assert refusal.value.code == field


def test_database_holds_that_a_statute_is_named(participation, cast):
    with pytest.raises(IntegrityError):
        make_consent(participation, cast.adult_education, legal_ground="statute")


def test_statute_is_ended_on_its_page(as_coordinator, participation, cast):
    ground = make_consent(participation, cast.adult_education, legal_ground="statute", statute="10 kap. 28 § OSL")
    address = url("consent_withdraw", participation, consent_pk=ground.pk)
    assert "10 kap. 28 § OSL" in as_coordinator.get(address).text
    assert fill_in(as_coordinator, address).status_code == 302
    ground.refresh_from_db()
    assert ground.withdrawn_on == day("2017-03-15")


# --- The pages of a partner -----------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["oversikt", "tidslinje", "aktiviteter", "samtycken", "historik"])
def test_page_without_journey_shows_the_header_and_shared_notes_only(tab, as_caseworker, shared):
    limit(shared, covers_journey=False)
    page = as_caseworker.get(f"{url('participation_detail', shared)}?flik={tab}")
    assert page.status_code == 200
    assert "Åkesson" in page.text
    for secret in ("Kafét på hörnet", "Verkstan", "Intern anteckning", "070-1740605"):
        assert secret not in page.text
    assert as_caseworker.get(reverse("reporting:standing", args=[shared.pk])).status_code == 404
    if tab == "tidslinje":
        assert "Delad anteckning" in page.text


def test_page_without_notes_shows_neither_notes_nor_their_next_step(as_caseworker, shared):
    limit(shared, covers_notes=False)
    for address in (url("participation_detail", shared), reverse("participants:participation_list")):
        page = as_caseworker.get(f"{address}?flik=alla")
        assert "Åkesson" in page.text
        assert "Delad anteckning" not in page.text
        assert "Ringa läraren" not in page.text


def test_next_step_of_an_internal_note_is_not_shown_to_partners(as_caseworker, as_coordinator, cast, participation):
    factories.make_journal_entry(
        participation, cast.coordinator, text="Internt", next_step="Intern plan", next_step_on="2017-03-18"
    )
    for address in (url("participation_detail", participation), reverse("participants:participation_list")):
        assert "Intern plan" in as_coordinator.get(f"{address}?flik=oversikt").text
        assert "Intern plan" not in as_caseworker.get(f"{address}?flik=alla").text


def test_coordinator_of_a_partner_needs_the_category_for_its_pages(log_in, shared, cast):
    client = log_in(factories.make_user("Eva Extern", cast.social_services, Membership.Role.COORDINATOR))
    journey = ["hours_edit", "activity_create", "outcome_create", "entry_record_edit", "sensitive_edit", "stint_close"]
    assert {client.get(url(name, shared)).status_code for name in [*journey, "contact_edit"]} == {200}
    limit(shared, covers_journey=False, covers_contact=False)
    assert {client.get(url(name, shared)).status_code for name in [*journey, "contact_edit"]} == {404}
    assert client.get(url("journal_create", shared)).status_code == 200


def test_shared_note_names_only_those_who_will_read_it(as_coordinator, participation, cast):
    page = url("journal_create", participation)
    assert str(cast.social_services) in as_coordinator.get(page).text
    limit(participation, covers_notes=False)
    assert str(cast.social_services) not in as_coordinator.get(page).text


# --- The form and its evidence --------------------------------------------------------------------


def post_consent(client, participation, **answers):
    address = url("consent_create", participation)
    data = {
        "purpose": "samverkan",
        "legal_ground": "consent",
        "categories": ["journey", "notes", "contact"],
        "given_on": "2017-03-15",
        "language": "so",
        "form_version": "2017-01",
    }
    return client.post(address, {name: value for name, value in {**data, **answers}.items() if value is not None})


def test_consent_create_keeps_what_was_agreed(as_coordinator, participation, cast):
    file = SimpleUploadedFile("Anna Åkesson.pdf", SCAN)
    answer = post_consent(
        as_coordinator, participation, organisation=cast.adult_education.pk, categories=["notes"], evidence=file
    )
    assert answer.status_code == 302
    consent = participation.consents.get(organisation=cast.adult_education)
    assert consent.categories == ["basic", "notes"]
    assert (consent.language, consent.form_version, consent.recorded_by) == ("so", "2017-01", cast.coordinator)
    assert consent.evidence.name.startswith("consents/")
    assert consent.evidence.name.endswith(".pdf")
    assert "Anna" not in consent.evidence.name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("form.pdf", b"<html><script>alert(1)</script>"),
        ("form.png", b"MZ\x90\x00"),
        ("form.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("form.pdf", b"%PDF-1.4\n" + b"0" * settings.UPLOAD_MAX_MB * 1024 * 1024 + b"%%EOF"),
    ],
    ids=["page", "program", "drawing", "too large"],
)
def test_consent_create_refuses_files_that_are_no_scan(name, content, as_coordinator, participation, cast):
    answer = post_consent(
        as_coordinator,
        participation,
        organisation=cast.adult_education.pk,
        evidence=SimpleUploadedFile(name, content),
    )
    assert answer.status_code == 422
    assert "evidence" in answer.context["form"].errors
    assert participation.consents.count() == 1


def test_refused_consent_leaves_no_file_behind(as_coordinator, participation, cast, own_files):
    answer = post_consent(
        as_coordinator,
        participation,
        organisation=cast.social_services.pk,
        given_on="2016-03-01",  # There is one from that day.
        evidence=SimpleUploadedFile("form.png", files.png()),
    )
    assert answer.status_code == 422
    assert not list(own_files.rglob("*.png"))


def test_evidence_is_downloaded_by_those_who_may_and_logged(as_coordinator, as_caseworker, as_stranger, participation):
    consent = attach_evidence(participation.consents.get())
    address = url("consent_evidence", participation, consent_pk=consent.pk)
    answer = as_coordinator.get(address)
    assert answer.getvalue() == SCAN
    assert answer["Content-Disposition"] == f'attachment; filename="samtycke-{consent.pk}.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    look = AccessLog.objects.first()
    assert (look.action, look.participations, look.object_ref) == (
        "download",
        [participation.pk],
        f"consent {consent.pk}",
    )
    assert as_caseworker.get(address).status_code == 403
    assert as_stranger.get(address).status_code == 404


def test_evidence_that_is_not_there_is_404_and_a_lost_file_says_so(as_coordinator, participation):
    consent = participation.consents.get()
    address = url("consent_evidence", participation, consent_pk=consent.pk)
    assert as_coordinator.get(address).status_code == 404
    attach_evidence(consent)
    default_storage.delete(consent.evidence.name)
    assert as_coordinator.get(address).status_code == 302


# --- The receipt ----------------------------------------------------------------------------------


def test_receipt_says_who_what_why_how_long_and_how_to_take_it_back(as_coordinator, participation, cast):
    consent = make_consent(
        participation, cast.adult_education, "2017-03-01", valid_to="2018-03-01", covers_contact=False, language="ar"
    )
    page = as_coordinator.get(url("consent_receipt", participation, consent_pk=consent.pk))
    for words in (str(cast.adult_education), "Anna Åkesson", "2017-03-01", "2018-03-01", str(cast.project.owner)):
        assert words in page.text
    assert page.context["left_out"] == ["contact"]
    assert "data-print" in page.text
    assert AccessLog.objects.first().object_ref == f"consent {consent.pk}"


def test_receipt_of_a_statute_names_the_paragraph(as_coordinator, participation, cast):
    ground = make_consent(participation, cast.adult_education, legal_ground="statute", statute="10 kap. 28 § OSL")
    page = as_coordinator.get(url("consent_receipt", participation, consent_pk=ground.pk))
    assert "10 kap. 28 § OSL" in page.text


# --- The list -------------------------------------------------------------------------------------


@pytest.fixture
def three(cast):
    """One whose consent runs out, one who took it back, one who never gave any."""
    soon, gone, never = (make_participation(cast.project, ref=ref, first_name=ref) for ref in ("X-1", "X-2", "X-3"))
    make_consent(soon, cast.social_services, "2016-04-01", valid_to="2017-04-01")
    make_consent(gone, cast.social_services, "2016-04-01", withdrawn_on="2017-01-10")
    return soon, gone, never


@pytest.mark.parametrize(
    ("kind", "refs"), [("snart", {"X-1"}), ("aterkallade", {"X-2"}), ("saknas", {"X-2", "X-3"}), ("", {"X-1"})]
)
def test_consent_list_shows_what_asks_for_something(kind, refs, as_coordinator, three):
    page = as_coordinator.get(reverse(LIST), {"visa": kind, "flik": "alla"})
    assert {one.ref for one in three if one.ref in page.text} == refs
    shown = {one.pk for one in three if one.ref in refs}
    assert set(AccessLog.objects.first().participations) == shown


def test_consent_list_leads_to_a_renewal_with_the_same_content(as_coordinator, three, cast):
    consent = three[0].consents.get()
    Consent.objects.filter(pk=consent.pk).update(covers_contact=False, language="ti", form_version="2016-02")
    address = f"{url('consent_create', three[0])}?fornya={consent.pk}"
    assert address in as_coordinator.get(reverse(LIST), {"flik": "alla"}).text
    form = as_coordinator.get(address).context["form"]
    assert form["organisation"].value() == cast.social_services.pk
    assert set(form["categories"].value()) >= {"journey", "notes"}
    assert "contact" not in form["categories"].value()
    assert form["valid_to"].value() == day("2018-03-15")
    answer = post_consent(as_coordinator, three[0], organisation=cast.social_services.pk, valid_to="2018-03-15")
    assert answer.status_code == 302
    assert not Consent.objects.expiring(30).exists()
    assert "X-1" not in as_coordinator.get(reverse(LIST), {"flik": "alla"}).text


def test_consent_list_renewal_of_another_person_is_ignored(as_coordinator, three):
    other = three[0].consents.get()
    form = as_coordinator.get(f"{url('consent_create', three[2])}?fornya={other.pk}").context["form"]
    assert form["organisation"].value() is None


@pytest.mark.parametrize("kind", ["snart", "saknas"])
def test_consent_list_needs_the_same_queries_for_one_and_for_many(as_coordinator, cast, kind):
    def add(number):
        one = make_participation(cast.project, first_name=f"Y-{number}", record=None)
        make_consent(one, cast.social_services, "2016-04-01", valid_to="2017-04-01")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert as_coordinator.get(reverse(LIST), {"visa": kind, "flik": "alla"}).status_code == 200
        return len(asked)

    add(0)
    queries()  # The first look of a day opens the day in the read log.
    for_one = queries()
    for number in range(1, 25):
        add(number)
    assert queries() == for_one


def test_today_leads_to_the_consent_list(as_coordinator, participation):
    assert reverse(LIST) in as_coordinator.get(reverse("participants:today")).text


def test_consents_tab_shows_who_might_read_on_a_past_day(as_coordinator, participation, cast):
    make_consent(participation, cast.adult_education, "2016-04-01", withdrawn_on="2016-10-01", covers_notes=False)
    address = url("participation_detail", participation)

    def on(text):
        readers = as_coordinator.get(f"{address}?flik=samtycken&dag={text}").context["readers"]
        return {consent.organisation: consent.categories for consent in readers}

    everything = list(Consent.Category)
    assert on("2016-05-01") == {
        cast.social_services: everything,
        cast.adult_education: ["basic", "journey", "contact"],
    }
    assert on("2016-10-01") == {cast.social_services: everything}
    assert on("2016-02-01") == {}
    assert on("nonsens") == {cast.social_services: everything}


def test_stored_name_never_comes_from_the_upload():
    consent = Consent()
    names = {consent.evidence.field.generate_filename(consent, "../../Anna.pdf") for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("consents/") and "Anna" not in name for name in names)
