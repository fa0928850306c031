"""The pages that write: each in its happy path, its refusal (422), without the right (403) and for a stranger (404)."""

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import identity
from participants.models import EntryRecord, JournalEntry, Participant, Participation
from partners.models import AccessLog
from tests import factories
from tests.factories import invented_number
from tests.filling import fill_in, send

day = dt.date.fromisoformat

NAMES_WITH_FORM = [
    "journal_create",
    "activity_create",
    "hours_edit",
    "outcome_create",
    "stint_close",
    "stint_open",
    "near_employment_edit",
    "entry_record_edit",
    "sensitive_edit",
    "identity_show",
    "consent_create",
    "contact_edit",
]


def url(name, participation=None, **ids):
    if participation is not None:
        ids["pk"] = participation.pk
    return reverse(f"participants:{name}", kwargs=ids)


def text_of(response) -> str:
    return response.content.decode()


def errors_of(response: Any) -> dict[str, list[str]]:
    return response.context["form"].errors


def last_look() -> AccessLog:
    return AccessLog.objects.latest("pk")


def is_back(response, participation) -> bool:
    return response.status_code == 302 and response["Location"] == url("participation_detail", participation)


@pytest.fixture
def left(project, cast):
    """Lisa left on 2016-12-31."""
    return factories.make_participation(
        project,
        first_name="Lisa",
        last_name="Lind",
        started_on="2016-03-01",
        ended_on="2016-12-31",
        lead=cast.coordinator,
    )


# --- All of them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES_WITH_FORM)
def test_form_pages_open_and_log_the_look(as_coordinator, participation, name):
    response = as_coordinator.get(url(name, participation))
    assert response.status_code == 200
    look = last_look()
    assert (look.action, look.participations, look.view) == ("view", [participation.pk], f"participants:{name}")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", NAMES_WITH_FORM)
def test_form_pages_do_not_exist_for_a_stranger(as_stranger, participation, name):
    there, nowhere = url(name, participation), url(name, pk=participation.pk + 999)
    for method in (as_stranger.get, as_stranger.post):
        assert method(there).status_code == method(nowhere).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("name", [name for name in NAMES_WITH_FORM if name != "journal_create"])
def test_form_pages_are_refused_without_the_right(as_caseworker, participation, name):
    for method in (as_caseworker.get, as_caseworker.post):
        assert method(url(name, participation)).status_code == 403


@pytest.mark.parametrize("name", [n for n in NAMES_WITH_FORM if n not in {"hours_edit", "near_employment_edit"}])
def test_an_empty_form_is_answered_422_and_saves_nothing(as_coordinator, participation, name):
    response = as_coordinator.post(url(name, participation), {"x": "1"})
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert last_look().participations == [participation.pk]


@pytest.mark.parametrize("name", NAMES_WITH_FORM)
def test_no_title_holds_a_name(as_coordinator, participation, name):
    page = text_of(as_coordinator.get(url(name, participation)))
    (title,) = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
    assert "Anna" not in title
    assert "Åkesson" not in title


def test_get_changes_nothing(as_coordinator, participation):
    before = list(Participation.objects.values())
    for name in NAMES_WITH_FORM:
        as_coordinator.get(url(name, participation))
    assert list(Participation.objects.values()) == before


# --- Activities and hours -----------------------------------------------------------------------------


def test_activity_create(as_coordinator, participation, enterprise):
    response = fill_in(
        as_coordinator,
        url("activity_create", participation),
        kind="arbete", enterprise=enterprise.pk, started_on="2016-04-01", hours_per_week="7,5",
    )  # fmt: skip
    assert is_back(response, participation)
    activity = participation.activities.get()
    assert (activity.enterprise, activity.hours_per_week) == (enterprise, Decimal("7.5"))


def test_activity_create_outside_the_stint_is_422(as_coordinator, participation):
    response = fill_in(as_coordinator, url("activity_create", participation), kind="arbete", started_on="2016-02-01")
    assert response.status_code == 422
    assert "started_on" in errors_of(response)


def test_activity_end(as_coordinator, participation):
    activity = factories.make_activity(participation)
    address = url("activity_end", participation, activity_pk=activity.pk)
    assert fill_in(as_coordinator, address, ended_on="2016-01-01").status_code == 422
    assert is_back(fill_in(as_coordinator, address, ended_on="2017-03-01"), participation)
    assert participation.activities.get().ended_on == day("2017-03-01")


def test_activity_end_of_another_participation_is_not_there(as_coordinator, participation, project):
    activity = factories.make_activity(factories.make_participation(project))
    assert as_coordinator.get(url("activity_end", participation, activity_pk=activity.pk)).status_code == 404


def test_a_supervisor_records_for_those_placed_with_her(log_in, supervisor, participation, enterprise):
    client = log_in(supervisor)
    assert client.get(url("hours_edit", participation)).status_code == 404
    factories.make_consent(participation, enterprise.organisation)
    factories.make_activity(participation, enterprise=enterprise)
    assert is_back(fill_in(client, url("hours_edit", participation), hours_2017_02="80"), participation)
    assert client.get(url("outcome_create", participation)).status_code == 403


def test_hours_edit_saves_what_was_changed(as_coordinator, participation):
    factories.make_hours(participation, "2017-01-01", 70)
    response = fill_in(as_coordinator, url("hours_edit", participation), hours_2017_02="80,5", hours_2016_03="0")
    assert is_back(response, participation)
    hours = {row.month.isoformat()[:7]: row.hours for row in participation.hours.all()}
    assert hours == {"2016-03": 0, "2017-01": 70, "2017-02": Decimal("80.5")}


def test_hours_edit_does_not_overwrite_what_a_colleague_saved(as_coordinator, participation):
    page = as_coordinator.get(url("hours_edit", participation))
    factories.make_hours(participation, "2017-01-01", 70)
    send(as_coordinator, page, url("hours_edit", participation), hours_2017_02="80")
    assert participation.hours.count() == 2


def test_hours_edit_asks_about_many_hours_and_believes_the_second_time(as_coordinator, participation):
    address = url("hours_edit", participation)
    assert "confirmed" not in text_of(as_coordinator.get(address))
    asked = fill_in(as_coordinator, address, hours_2017_02="220")
    assert asked.status_code == 422
    assert not participation.hours.exists()
    assert is_back(send(as_coordinator, asked, address, hours_2017_02="220", confirmed="on"), participation)
    assert participation.hours.get().hours == 220


@pytest.mark.parametrize("hours", ["745", "-1", "många"])
def test_hours_edit_refuses_nonsense(as_coordinator, participation, hours):
    response = fill_in(as_coordinator, url("hours_edit", participation), hours_2017_02=hours)
    assert response.status_code == 422
    assert not participation.hours.exists()


# --- Outcomes -------------------------------------------------------------------------------------


def test_outcome_create(as_coordinator, participation, enterprise):
    response = fill_in(
        as_coordinator,
        url("outcome_create", participation),
        kind="job_asf", started_on="2017-01-30", enterprise=enterprise.pk, support="lönebidrag",
    )  # fmt: skip
    assert is_back(response, participation)
    outcome = participation.outcomes.get()
    assert (outcome.kind, outcome.enterprise, outcome.support) == ("job_asf", enterprise, "lönebidrag")


def test_outcome_create_twice_says_so(as_coordinator, participation):
    words = {"kind": "job", "started_on": "2017-01-30", "employer": "Bageriet"}
    fill_in(as_coordinator, url("outcome_create", participation), **words)
    again = fill_in(as_coordinator, url("outcome_create", participation), **words)
    assert again.status_code == 422
    assert participation.outcomes.count() == 1


def test_outcome_create_before_entry_is_422_at_the_date(as_coordinator, participation):
    response = fill_in(as_coordinator, url("outcome_create", participation), kind="job", started_on="2016-02-01")
    assert response.status_code == 422
    assert "2016-03-01" in errors_of(response)["started_on"][0]


def test_outcome_withdraw(as_coordinator, participation):
    outcome = factories.make_outcome(participation)
    address = url("outcome_withdraw", participation, outcome_pk=outcome.pk)
    assert fill_in(as_coordinator, address, reason="").status_code == 422
    assert is_back(fill_in(as_coordinator, address, reason="Fel person"), participation)
    assert not participation.outcomes.standing().exists()
    assert fill_in(as_coordinator, address, reason="Igen").status_code == 422


def test_outcome_end(as_coordinator, participation):
    outcome = factories.make_outcome(participation)
    address = url("outcome_end", participation, outcome_pk=outcome.pk)
    assert is_back(fill_in(as_coordinator, address, ended_on="2017-02-28"), participation)
    assert participation.outcomes.standing().get().ended_on == day("2017-02-28")


def test_near_employment_edit(as_coordinator, participation):
    address = url("near_employment_edit", participation)
    assert fill_in(as_coordinator, address, value="on").status_code == 422
    assert is_back(fill_in(as_coordinator, address, value="on", note="Lovad från 1 maj"), participation)
    participation.refresh_from_db()
    assert participation.near_employment


# --- Leaving, coming back, following up -----------------------------------------------------------------


def test_stint_close(as_coordinator, participation):
    factories.make_activity(participation, title="Kök")
    page = text_of(as_coordinator.get(url("stint_close", participation)))
    assert "Kök" in page
    response = fill_in(as_coordinator, url("stint_close", participation), ended_on="2017-01-31", exit_reason="flyttat")
    assert is_back(response, participation)
    participation.refresh_from_db()
    assert participation.left_on == day("2017-01-31")
    again = fill_in(as_coordinator, url("stint_close", participation), ended_on="2017-01-31", exit_reason="flyttat")
    assert again.status_code == 422
    assert "2017-01-31" in text_of(again)


def test_stint_close_with_the_outcome_in_one_go(as_coordinator, participation, enterprise):
    address = url("stint_close", participation)
    words = {"ended_on": "2017-01-31", "exit_reason": "arbete_asf", "kind": "job_asf", "enterprise": enterprise.pk}
    missing = fill_in(as_coordinator, address, **words)
    assert "started_on" in errors_of(missing)
    assert is_back(fill_in(as_coordinator, address, **words, started_on="2017-02-01"), participation)
    assert participation.outcomes.get().enterprise == enterprise


def test_stint_close_of_a_mistake_has_no_outcome(as_coordinator, participation):
    response = fill_in(
        as_coordinator,
        url("stint_close", participation),
        exit_reason="felregistrering",
        kind="job",
        started_on="2017-01-01",
    )
    assert response.status_code == 422
    assert is_back(
        fill_in(as_coordinator, url("stint_close", participation), exit_reason="felregistrering"), participation
    )


def test_stint_close_does_not_offer_retired_reasons(as_coordinator, participation):
    reason = factories.make_exit_reason("sjukdom")
    reason.retired_on = dt.date(2017, 1, 1)
    reason.save()
    page = as_coordinator.get(url("stint_close", participation))
    assert 'value="sjukdom"' not in text_of(page)


def test_stint_open(as_coordinator, left):
    address = url("stint_open", left)
    assert fill_in(as_coordinator, address, started_on="2016-12-31").status_code == 422
    assert is_back(fill_in(as_coordinator, address, started_on="2017-02-01"), left)
    left.refresh_from_db()
    assert (left.entered_on, left.left_on) == (day("2016-03-01"), None)


def test_follow_up_create(as_coordinator, left):
    address = url("follow_up_create", left, milestone="28d")
    page = text_of(as_coordinator.get(address))
    assert "2017-01-28" in page  # the window's last day
    response = fill_in(
        as_coordinator, address, answer="reached", kind="job", started_on="2017-01-09", employer="Bageriet"
    )
    assert is_back(response, left)
    assert left.follow_ups.get().answer == "reached"
    assert left.outcomes.get().employer == "Bageriet"


def test_follow_up_create_reached_must_say_what(as_coordinator, left):
    address = url("follow_up_create", left, milestone="28d")
    assert "kind" in errors_of(fill_in(as_coordinator, address, answer="reached"))
    assert is_back(fill_in(as_coordinator, address, answer="reached", kind="nothing"), left)
    assert not left.outcomes.exists()


def test_follow_up_create_nobody_answered_yet_something_told(as_coordinator, left):
    address = url("follow_up_create", left, milestone="28d")
    assert "answer" in errors_of(fill_in(as_coordinator, address, answer="no_answer", kind="nothing"))
    assert is_back(fill_in(as_coordinator, address, answer="no_answer"), left)


def test_follow_up_create_ends_what_has_ended(as_coordinator, left):
    job = factories.make_outcome(left, started_on="2016-11-01", employer="Bageriet")
    address = url("follow_up_create", left, milestone="28d")
    assert "Bageriet" in text_of(as_coordinator.get(address))
    response = fill_in(
        as_coordinator,
        address,
        **{"answer": "reached", "kind": "jobsearch", "started_on": "2017-01-16", f"ended_{job.pk}": "2017-01-15"},
    )
    assert is_back(response, left)
    assert {(o.kind, o.ended_on) for o in left.outcomes.standing()} == {("job", day("2017-01-15")), ("jobsearch", None)}


def test_follow_up_create_too_early_or_unknown(as_coordinator, left, participation):
    early = fill_in(as_coordinator, url("follow_up_create", left, milestone="6m"), answer="no_answer")
    assert early.status_code == 422
    assert "2017-06-30" in text_of(early)
    assert as_coordinator.get(url("follow_up_create", left, milestone="1y")).status_code == 404
    ongoing = fill_in(as_coordinator, url("follow_up_create", participation, milestone="28d"), answer="no_answer")
    assert ongoing.status_code == 422


# --- What is known of the person ----------------------------------------------------------------------


def test_entry_record_edit(as_coordinator, participation):
    address = url("entry_record_edit", participation)
    assert is_back(fill_in(as_coordinator, address, isced="vill_ej", in_education="j"), participation)
    record = EntryRecord.objects.get(participation=participation)
    assert (record.isced, record.in_education, record.unemployed_since) == ("vill_ej", "j", day("2014-01-15"))


def test_entry_record_edit_contradiction_is_422(as_coordinator, participation):
    response = fill_in(as_coordinator, url("entry_record_edit", participation), labour_status="I")
    assert response.status_code == 422
    assert "unemployed_since" in errors_of(response)


def test_entry_record_edit_from_a_stale_page_is_422(as_coordinator, participation):
    address = url("entry_record_edit", participation)
    page = as_coordinator.get(address)
    send(as_coordinator, page, address, isced="3")
    assert send(as_coordinator, page, address, isced="4").status_code == 422
    assert EntryRecord.objects.get(participation=participation).isced == "3"


def test_sensitive_edit_is_logged_as_sensitive(as_coordinator, participation):
    factories.make_sensitive_answer(participation, "co16", "vill_ej")
    address = url("sensitive_edit", participation)
    as_coordinator.get(address)
    assert last_look().fields_class == AccessLog.FieldsClass.SENSITIVE
    assert is_back(fill_in(as_coordinator, address, co15="j"), participation)
    answers = dict(participation.sensitive_answers.values_list("question", "answer"))
    assert answers == {"co15": "j", "co16": "vill_ej"}


def test_contact_edit(as_coordinator, participation):
    address = url("contact_edit", participation)
    as_coordinator.get(address)
    assert last_look().fields_class == AccessLog.FieldsClass.CONTACT
    assert is_back(fill_in(as_coordinator, address, phone="031-000000", last_name="Ek"), participation)
    person = Participant.objects.get(pk=participation.participant_id)
    assert (person.phone, person.last_name) == ("031-000000", "Ek")


def test_contact_edit_refuses_contact_data_of_a_protected_person(as_coordinator, participation):
    address = url("contact_edit", participation)
    words = {"phone": "031-000000", "protection": "sekretessmarkering"}
    assert fill_in(as_coordinator, address, **words).status_code == 422
    assert is_back(fill_in(as_coordinator, address, protection="sekretessmarkering"), participation)
    fill_in(as_coordinator, url("protection_reason", participation), reason="Rättar uppgifter")
    assert as_coordinator.get(url("contact_edit", participation)).status_code == 200
    assert last_look().fields_class == AccessLog.FieldsClass.PROTECTED


def test_contact_edit_takes_a_missing_number(as_coordinator, participation):
    address = url("contact_edit", participation)
    assert fill_in(as_coordinator, address, number="19850615-2384").status_code == 422
    assert is_back(fill_in(as_coordinator, address, number=invented_number("1985-06-15")), participation)
    assert 'name="number"' not in text_of(as_coordinator.get(address))


def test_identity_show_needs_a_reason_and_logs_it(as_coordinator, project):
    number = invented_number("1985-06-15")
    participation = factories.make_participation(project, number=number)
    address = url("identity_show", participation)
    assert number[8:] not in text_of(as_coordinator.get(address))
    for reason in ("", "x", "för 19850615-2384"):
        refused = as_coordinator.post(address, {"reason": reason})
        assert refused.status_code == 422
        assert identity.written(number) not in text_of(refused)
    shown = as_coordinator.post(address, {"reason": "Ansökan om lönebidrag"})
    assert identity.written(number) in text_of(shown)
    assert "no-store" in shown["Cache-Control"]
    look = last_look()
    assert (look.action, look.purpose, look.participations) == ("unmask", "Ansökan om lönebidrag", [participation.pk])


def test_identity_show_fragment_holds_only_the_number(as_coordinator, project):
    number = invented_number("1985-06-15")
    participation = factories.make_participation(project, number=number)
    answer = as_coordinator.post(
        url("identity_show", participation),
        {"reason": "Ansökan"},
        headers={"HX-Request": "true", "HX-Target": "number"},
    )
    assert identity.written(number) in text_of(answer)
    assert "<html" not in text_of(answer)


# --- Consent --------------------------------------------------------------------------------------


def test_consent_create_and_withdraw(as_coordinator, participation, cast):
    address = url("consent_create", participation)
    assert f'value="{cast.owner.pk}"' not in text_of(as_coordinator.get(address))
    assert fill_in(as_coordinator, address, organisation=cast.teacher.pk + 999).status_code == 422
    given = fill_in(as_coordinator, address, organisation=cast.adult_education.pk, valid_to="2017-09-30")
    assert is_back(given, participation)
    consent = participation.consents.get(organisation=cast.adult_education)
    assert (consent.purpose, consent.given_on, consent.valid_to) == ("samverkan", day("2017-03-15"), day("2017-09-30"))
    withdraw = url("consent_withdraw", participation, consent_pk=consent.pk)
    assert fill_in(as_coordinator, withdraw, withdrawn_on="2017-03-14").status_code == 422
    assert is_back(fill_in(as_coordinator, withdraw), participation)
    assert not participation.consents.filter(organisation=cast.adult_education).in_force().exists()


def test_withdrawal_takes_effect_at_the_next_request(as_coordinator, as_caseworker, participation):
    page = url("journal_create", participation)
    assert as_caseworker.get(page).status_code == 200
    consent = participation.consents.get()
    fill_in(as_coordinator, url("consent_withdraw", participation, consent_pk=consent.pk))
    assert as_caseworker.get(page).status_code == 404


# --- Enrolment ------------------------------------------------------------------------------------

CREATE = "participants:participation_create"


def begin(client, number):
    return fill_in(client, reverse(CREATE), number=number)


def finish(client, page, **answers):
    return send(client, page, reverse(CREATE), **{"first_name": "Cilla", "last_name": "Åberg"} | answers)


def test_participation_create_in_two_steps(as_coordinator, cast):
    number = invented_number("1990-02-03")
    page = begin(as_coordinator, number)
    content = text_of(page)
    assert number not in content
    assert number[8:] not in content.replace("19900203", "")
    assert 'value="1990-02-03"' in content
    answer = finish(
        as_coordinator, page,
        started_on="2016-02-01", referred_by=cast.social_services.pk, labour_status="U", unemployed_since="2015-01-10",
        isced="2", in_education="vill_ej", co16="j", consent_to=[cast.social_services.pk], consent_on="2016-02-01",
    )  # fmt: skip
    participation = Participation.objects.get()
    assert is_back(answer, participation)
    person = participation.participant
    assert (person.number, person.full_name, person.sex, person.birth_date) == (
        number, "Cilla Åberg", "K", day("1990-02-03"),
    )  # fmt: skip
    record = participation.entry_record
    assert (record.labour_status, record.in_education, record.household_jobless) == ("U", "vill_ej", "")
    assert participation.sensitive_answers.get().question == "co16"
    assert participation.consents.get().organisation == cast.social_services
    assert participation.care_team.get().user == cast.coordinator


def test_participation_create_sent_twice_enrols_once(as_coordinator):
    page = begin(as_coordinator, invented_number("1990-02-03"))
    finish(as_coordinator, page)
    again = finish(as_coordinator, page)
    assert again.status_code == 200
    assert url("participation_detail", Participation.objects.get()) in text_of(again)


def test_participation_create_without_a_number_asks_for_birth_date_and_sex(as_coordinator):
    page = fill_in(as_coordinator, reverse(CREATE), without_number="on")
    refused = finish(as_coordinator, page)
    assert refused.status_code == 422
    assert {"birth_date", "sex"} <= errors_of(refused).keys()
    assert finish(as_coordinator, page, birth_date="1990-02-03", sex="M").status_code == 302
    person = Participation.objects.get().participant
    assert (person.sex, person.identity_cipher) == ("M", "")


def test_participation_create_asks_for_what_a_coordination_number_hides(as_coordinator):
    page = begin(as_coordinator, "191711602399")
    assert "birth_date" in errors_of(finish(as_coordinator, page))


@pytest.mark.parametrize(
    "answers",
    [
        {"number": ""},
        {"number": "19900203-2384"},
        {"number": "hej"},
        {"without_number": "on", "number": "191212121212"},
    ],
)
def test_participation_create_refuses_the_first_step(as_coordinator, answers):
    response = fill_in(as_coordinator, reverse(CREATE), **answers)
    assert response.status_code == 422
    assert 'name="sealed"' not in text_of(response)


def test_participation_create_shows_somebody_already_here(as_coordinator, project):
    number = invented_number("1985-06-15")
    participation = factories.make_participation(project, number=number, first_name="Anna", last_name="Å")
    answer = begin(as_coordinator, number)
    assert url("participation_detail", participation) in text_of(answer)
    assert 'name="sealed"' not in text_of(answer)
    look = last_look()
    assert (look.action, look.criterion, look.participations) == ("search", "identity", [participation.pk])


@pytest.fixture
def enroller(log_in, cast):
    """A coordinator of an enterprise: enrols, but sees only those who consent to her organisation."""
    role = cast.coordinator.memberships.get().role
    user = factories.make_user("Eva Enterprise", cast.enterprise.organisation, role)
    return log_in(user)


def test_participation_create_never_tells_that_somebody_hidden_exists(enroller, project, cast):
    """The same page, words and number of queries in the first step, whether or not she is known. (P-12)"""
    known, unknown = invented_number("1985-06-15"), invented_number("1985-06-16")
    elsewhere = invented_number("1985-06-17")
    factories.make_participation(project, number=known, first_name="Hemlig", last_name="Hansson")
    other = factories.make_project(factories.make_organisation(), dnr="2019/00001")
    factories.make_participation(other, number=elsewhere, first_name="Hemlig", last_name="Hansson")

    def first_step(number):
        opened = enroller.get(reverse(CREATE))
        with CaptureQueriesContext(connection) as queries:
            page = send(enroller, opened, reverse(CREATE), number=number)
        content = re.sub(r'name="(csrfmiddlewaretoken|sealed)"\s+value="[^"]*"', "", text_of(page))
        return page, len(queries), re.sub(r"1985-?06-?1[567]", "born", content)

    first_step(unknown)  # The first look of a day opens the day in the read log.
    pages, counts, contents = zip(*(first_step(number) for number in (unknown, known, elsewhere)), strict=True)
    assert len(set(counts)) == 1
    assert len(set(contents)) == 1

    own = [cast.enterprise.organisation.pk]
    refused = finish(enroller, pages[1], consent_to=own)
    assert refused.status_code == 422
    assert "Hemlig" not in text_of(refused)
    assert finish(enroller, pages[0], consent_to=own).status_code == 302
    assert finish(enroller, pages[2], consent_to=own).status_code == 302
    assert Participation.objects.filter(project=project).count() == 3
    assert Participant.objects.filter(identity_hash=identity.search_hash(identity.parse(elsewhere))).count() == 1


def test_participation_create_by_a_partner_needs_consent_to_her_own(enroller, cast):
    page = begin(enroller, invented_number("1990-02-03"))
    refused = finish(enroller, page, consent_to=[])
    assert "consent_to" in errors_of(refused)
    answer = finish(enroller, page)
    assert answer.status_code == 302
    assert enroller.get(url("journal_create", Participation.objects.get())).status_code == 200


def test_participation_create_asks_about_the_same_name_and_birth_date(as_coordinator, project):
    twin = factories.make_participation(project, first_name="Cilla", last_name="Åberg", birth_date="1990-02-03")
    page = begin(as_coordinator, invented_number("1990-02-03"))
    asked = finish(as_coordinator, page)
    assert asked.status_code == 422
    assert url("participation_detail", twin) in text_of(asked)
    assert finish(as_coordinator, asked, other_person="on").status_code == 302


def test_participation_create_does_not_take_a_seal_of_somebody_else(as_coordinator, as_project_office):
    page = begin(as_coordinator, invented_number("1990-02-03"))
    answer = finish(as_project_office, page)
    assert answer["Location"] == reverse(CREATE)
    broken = as_coordinator.post(reverse(CREATE), {"sealed": "nonsense"}, follow=True)
    assert broken.status_code == 200
    assert not Participation.objects.exists()


def test_participation_create_keeps_the_number_out_of_every_log(as_coordinator, caplog):
    number = invented_number("1990-02-03")
    finish(as_coordinator, begin(as_coordinator, number))
    logged = caplog.text + " ".join(str(row) for row in AccessLog.objects.values())
    assert number not in logged
    assert number[8:] not in caplog.text


def test_participation_create_is_refused_to_those_who_may_not(as_caseworker, log_in, cast):
    for user in (cast.steering, cast.controller, cast.administrator, cast.supervisor):
        assert log_in(user).get(reverse(CREATE)).status_code == 403
    assert as_caseworker.post(reverse(CREATE), {"number": "191212121212"}).status_code == 403


def test_participation_create_hides_sensitive_questions_from_others(as_coordinator, monkeypatch):
    from partners import access

    without = {role: rights - {access.Permission.SENSITIVE_VIEW} for role, rights in access.ROLE_PERMISSIONS.items()}
    monkeypatch.setattr(access, "ROLE_PERMISSIONS", without)
    page = begin(as_coordinator, invented_number("1990-02-03"))
    assert 'name="co15"' not in text_of(page)
    forced = as_coordinator.post(reverse(CREATE), _values(page) | {"first_name": "C", "last_name": "Å", "co15": "j"})
    assert forced.status_code == 302
    assert not Participation.objects.get().sensitive_answers.exists()


def _values(page):
    from tests.filling import form_of

    values = form_of(page, reverse(CREATE), holding="sealed")["values"]
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def test_mass_assignment_changes_nothing_undeclared(as_coordinator, participation, coordinator):
    extra = {
        "ref": "X",
        "project": 99,
        "written_by": 99,
        "recorded_at": "2001-01-01",
        "near_employment": "on",
        "pk": 99,
    }
    words = {
        "kind": "meeting",
        "happened_on": "2017-03-14",
        "text": "Möte",
        "is_shared": "own",
        "submission": uuid.uuid4(),
    }
    as_coordinator.post(url("journal_create", participation), words | extra)
    participation.refresh_from_db()
    entry = JournalEntry.objects.get()
    assert (participation.ref, participation.near_employment) == ("G-001", False)
    assert (entry.written_by, entry.recorded_at.date()) == (coordinator, day("2017-03-15"))
