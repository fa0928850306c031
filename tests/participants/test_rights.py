"""What participants ask to have corrected: recorded, answered within a month, shown. (GDPR art. 12.3, 16, 18)"""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions
from participants.inbox import inbox
from participants.listing import MINE
from participants.models import Participant, RectificationRequest
from tests import factories

ASKED = {"what": "Jag började i mars.", "asked_on": "2017-03-10"}
ANSWER = {"outcome": "corrected", "answer": "Startdagen är rättad.", "answered_on": "2017-03-15"}


def address(name, **kwargs):
    return reverse(f"participants:{name}", kwargs=kwargs)


@pytest.fixture
def asked(participation, coordinator):
    return factories.make_rectification(participation, coordinator)


def test_request_is_recorded_and_waits_a_month(as_coordinator, participation):
    page = address("rectification_create", pk=participation.pk)
    assert as_coordinator.post(page, {**ASKED, "submission": uuid.uuid4()}).status_code == 302
    request = RectificationRequest.objects.get()
    assert request.due_on == dt.date(2017, 4, 10)
    assert request.is_open
    assert not request.is_late


def test_same_form_sent_twice_is_one_request(as_coordinator, participation):
    token = uuid.uuid4()
    for _time in range(2):
        as_coordinator.post(address("rectification_create", pk=participation.pk), {**ASKED, "submission": token})
    assert RectificationRequest.objects.count() == 1


def test_request_of_tomorrow_is_refused(as_coordinator, participation):
    page = address("rectification_create", pk=participation.pk)
    assert as_coordinator.post(page, {**ASKED, "asked_on": "2017-03-16"}).status_code == 422


@pytest.mark.parametrize("outcome", RectificationRequest.Outcome.values)
def test_answer_says_what_was_done_and_what_she_was_told(as_coordinator, participation, asked, outcome):
    page = address("rectification_answer", pk=participation.pk, rectification_pk=asked.pk)
    assert as_coordinator.post(page, {**ANSWER, "outcome": outcome}).status_code == 302
    asked.refresh_from_db()
    assert (asked.outcome, asked.answer) == (outcome, "Startdagen är rättad.")
    history = as_coordinator.get(f"{address('participation_detail', pk=participation.pk)}?flik=historik")
    assert "Startdagen är rättad." in history.content.decode()


@pytest.mark.parametrize("missing", ["outcome", "answer", "answered_on"])
def test_answer_is_whole(as_coordinator, participation, asked, missing):
    page = address("rectification_answer", pk=participation.pk, rectification_pk=asked.pk)
    assert as_coordinator.post(page, {**ANSWER, missing: ""}).status_code == 422


def test_answer_before_the_question_is_refused(asked, coordinator):
    with pytest.raises(ValidationError) as refused:
        actions.answer_rectification(
            request=asked, outcome="refused", answer="Nej", answered_on=dt.date(2017, 3, 9), by=coordinator
        )
    assert refused.value.code == "answered_on"


def test_request_is_answered_once(asked, coordinator):
    answer = {"outcome": "refused", "answer": "Nej", "answered_on": dt.date(2017, 3, 15)}
    actions.answer_rectification(request=asked, by=coordinator, **answer)
    with pytest.raises(ValidationError):
        actions.answer_rectification(request=asked, by=coordinator, **answer)


def test_database_refuses_half_an_answer(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        RectificationRequest.objects.update(outcome="refused")


def test_answer_is_late_after_a_month(asked, on_day):
    on_day("2017-04-10")
    assert not asked.is_late
    on_day("2017-04-11")
    assert asked.is_late


def test_request_waits_in_the_inbox_until_it_is_answered(asked, coordinator):
    assert [line.due_on for line in inbox(coordinator, MINE).lines if line.kind == "rectification"] == [
        dt.date(2017, 4, 10)
    ]
    actions.answer_rectification(
        request=asked, outcome="corrected", answer="Ja", answered_on=dt.date(2017, 3, 15), by=coordinator
    )
    assert not [line for line in inbox(coordinator, MINE).lines if line.kind == "rectification"]


def test_partner_with_consent_sees_no_request(as_caseworker, participation, asked):
    history = as_caseworker.get(f"{address('participation_detail', pk=participation.pk)}?flik=historik")
    assert history.status_code == 200
    assert asked.what not in history.content.decode()
    assert as_caseworker.get(address("rectification_create", pk=participation.pk)).status_code == 403


def test_request_of_another_participant_is_not_found(as_coordinator, participation, asked):
    other = factories.make_participation(participation.project)
    page = address("rectification_answer", pk=other.pk, rectification_pk=asked.pk)
    assert as_coordinator.get(page).status_code == 404


def test_list_shows_waiting_first_and_hides_what_a_protected_person_asks(as_coordinator, participation, asked):
    page = as_coordinator.get(address("rectification_list")).content.decode()
    assert asked.what in page
    Participant.objects.update(protection="sekretessmarkering")
    page = as_coordinator.get(address("rectification_list")).content.decode()
    assert participation.ref in page
    assert asked.what not in page
    assert "Åkesson" not in page


def test_list_asks_the_database_as_often_for_one_as_for_many(as_coordinator, participation, asked, coordinator):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            as_coordinator.get(address("rectification_list"))
        return len(captured)

    queries()
    before = queries()
    for _number in range(24):
        other = factories.make_participation(participation.project)
        factories.make_rectification(other, coordinator)
    assert queries() == before
