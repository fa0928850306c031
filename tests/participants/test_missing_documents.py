"""Documents that are missing: asked for by the same rule on the page and in the list, as fast for many."""

import datetime as dt

import pytest
from django.urls import reverse

from grundsteget.scanning import ScanState
from participants import actions, missing_documents, rules
from participants.missing_documents import REQUIREMENTS
from participants.models import Consent, Document, Participant, Participation
from partners.models import AccessLog
from tests.factories import (
    attach_evidence,
    make_care_team_member,
    make_consent,
    make_document,
    make_outcome,
    make_participation,
)
from tests.participants.test_documents import add, tab


def codes(user, participation) -> list[str]:
    return [
        one.requirement.code for one in missing_documents.missing(user, [participation.pk]).get(participation.pk, [])
    ]


@pytest.fixture
def signed(participation):
    attach_evidence(participation.consents.get())
    return participation


def test_a_consent_in_force_asks_for_its_signed_form(participation, coordinator, cast):
    assert codes(coordinator, participation) == ["samtycke"]
    make_consent(participation, cast.adult_education, withdrawn_on="2016-06-01")
    make_consent(participation, cast.employment_service, legal_ground="statute", statute="10 kap. 28 § OSL")
    attach_evidence(participation.consents.get(organisation=cast.social_services))
    assert codes(coordinator, participation) == []


def test_a_document_tied_to_the_consent_will_do(participation, coordinator):
    make_document(participation, coordinator, kind="samtycke", consent=participation.consents.get())
    assert codes(coordinator, participation) == []


@pytest.mark.parametrize(
    ("kind", "missed"),
    [("job", ["avtal"]), ("job_asf", ["avtal"]), ("qualification", ["intyg"]), ("jobsearch", []), ("praktik", [])],
)
def test_jobs_and_qualifications_ask_for_a_paper(kind, missed, signed, coordinator):
    outcome = make_outcome(signed, kind)
    assert codes(coordinator, signed) == missed
    make_document(signed, coordinator, outcome=outcome)
    assert codes(coordinator, signed) == []


def test_an_outcome_taken_back_asks_for_nothing(signed, coordinator):
    outcome = make_outcome(signed, "job")
    actions.withdraw_outcome(outcome=outcome, reason="Fel person", by=coordinator)
    assert codes(coordinator, signed) == []


@pytest.mark.parametrize(("reason", "missed"), [("utbildning", ["avslut"]), ("flyttat", []), ("arbete_asf", [])])
def test_some_exits_ask_for_what_shows_them(reason, missed, cast, coordinator):
    gone = make_participation(project=cast.project, ended_on="2016-09-01", exit_reason=reason)
    assert codes(coordinator, gone) == missed


@pytest.mark.parametrize("state", ["withdrawn", "infected", "another row", "internal to a partner"])
def test_what_does_not_count_as_a_paper(state, signed, cast):
    outcome = make_outcome(signed, "job")
    fields = {
        "withdrawn": {"withdrawn_at": dt.datetime(2017, 3, 1, tzinfo=dt.UTC), "withdrawn_reason": "x"},
        "infected": {"scan_state": ScanState.INFECTED},
        "another row": {"outcome": None},
        "internal to a partner": {},
    }[state]
    if state == "withdrawn":
        fields["withdrawn_by"] = cast.coordinator
    by = cast.caseworker if state == "internal to a partner" else cast.coordinator
    document = make_document(signed, by, **{"outcome": outcome, **fields})
    assert codes(cast.coordinator, signed) == ["avtal"]
    if state == "internal to a partner":
        Document.objects.filter(pk=document.pk).update(is_shared=True)
        assert codes(cast.coordinator, signed) == []


def test_everybody_gets_the_same_answer_about_what_is_missing(signed, cast):
    outcome = make_outcome(signed, "job")
    make_document(signed, cast.coordinator, outcome=outcome)  # Not shared: the caseworker may not open it.
    assert codes(cast.caseworker, signed) == codes(cast.coordinator, signed) == []


def test_nobody_is_asked_for_papers_about_a_way_she_may_not_read(signed, cast):
    make_outcome(signed, "job", employer="Bagaren AB")
    Consent.objects.update(covers_journey=False)
    assert codes(cast.caseworker, signed) == []


def test_the_list_says_what_each_persons_page_says(as_coordinator, coordinator, cast, participation):
    make_outcome(participation, "job")
    other = make_participation(project=cast.project, ended_on="2016-09-01", exit_reason="utbildning")
    make_participation(project=cast.project)
    page = as_coordinator.get(reverse("participants:document_missing"), {"flik": "alla"})
    assert page.context["count"] == 2
    for person in page.context["people"]:
        on_page = tab(as_coordinator, person).context["lacks"]
        assert person.lacks == on_page
        for one in on_page:
            assert f"?galler={one.address}" in page.text
    assert {person.pk for person in page.context["people"]} == {participation.pk, other.pk}


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.code)
def test_the_list_can_be_narrowed_to_one_sort(requirement, as_coordinator, coordinator, cast, participation):
    make_outcome(participation, "job")
    make_outcome(participation, "qualification")
    make_participation(project=cast.project, ended_on="2016-09-01", exit_reason="utbildning")
    page = as_coordinator.get(reverse("participants:document_missing"), {"flik": "alla", "visa": requirement.code})
    [person] = page.context["people"]
    assert [one.requirement for one in person.lacks] == [requirement]


def test_the_list_tells_no_place_of_a_protected_person(as_coordinator, participation):
    make_outcome(participation, "job", employer="Bagaren AB")
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    page = as_coordinator.get(reverse("participants:document_missing"), {"flik": "alla"}).text
    assert participation.ref in page
    for word in ("Bagaren AB", "Åkesson", "Socialtjänsten"):
        assert word not in page.split("<table", 1)[1]


def test_looks_at_the_list_are_logged(as_coordinator, participation):
    as_coordinator.get(reverse("participants:document_missing"), {"flik": "alla"})
    look = AccessLog.objects.first()
    assert (look.action, look.participations) == ("list", [participation.pk])


def grow(cast, participation, number):
    for place in range(number):
        outcome = make_outcome(participation, "job", started_on=dt.date(2017, 1, 1) + dt.timedelta(days=place))
        make_document(participation, cast.coordinator, outcome=outcome, is_shared=True)
        make_outcome(participation, "qualification", started_on=dt.date(2017, 1, 1) + dt.timedelta(days=place))


def test_the_tab_asks_the_same_number_of_questions_for_one_and_for_25(
    as_coordinator, participation, cast, django_assert_num_queries
):
    grow(cast, participation, 1)
    tab(as_coordinator, participation)
    counts = [_queries(lambda: tab(as_coordinator, participation))]
    grow_more = make_participation(project=cast.project)
    grow(cast, grow_more, 25)
    counts.append(_queries(lambda: tab(as_coordinator, grow_more)))
    assert counts[0] == counts[1]


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_25(as_coordinator, cast):
    def page():
        return as_coordinator.get(reverse("participants:document_missing"), {"flik": "alla"})

    make_outcome(make_participation(project=cast.project), "job")
    page()
    few = _queries(page)
    for _ in range(25):
        person = make_participation(project=cast.project, consent_to=[cast.social_services])
        make_outcome(person, "job")
        make_care_team_member(person, cast.coordinator)
    assert _queries(page) == few


def _queries(ask) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 200
    return len(queries)


def test_the_rule_names_the_document_that_is_there(participation, coordinator):
    first = add(participation, coordinator)
    with pytest.raises(rules.AlreadyThere) as refusal:
        add(participation, coordinator)
    assert refusal.value.document == first


def test_visible_documents_lie_on_visible_people(cast, participation):
    """Whoever asks: no document of a person she may not open."""
    for by in (cast.coordinator, cast.caseworker):
        make_document(participation, by, is_shared=True)
    for user in cast.users().values():
        visible = set(Participation.objects.visible_to(user).values_list("pk", flat=True))
        assert set(Document.objects.visible_to(user).values_list("participation", flat=True)) <= visible
