"""All deeds: what they open and close, what they tell, and what happens when two come at once."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from participants import actions
from participants.models import CareTeamMember, Participant, Participation, Stint
from participants.signals import participation_changed
from tests import factories
from tests.participants.deeds import ALICE, day, enrolment, fresh, reason, refusal

# --- Consent --------------------------------------------------------------------------------------


def test_consent_opens_and_its_withdrawal_closes_at_once(participation, coordinator, cast):
    visible = Participation.objects.filter(pk=participation.pk)
    assert not visible.visible_to(cast.stranger).exists()
    consent = actions.give_consent(
        participation=participation,
        organisation=cast.social_services_b,
        given_on=day("2017-03-15"),
        form_version="2017-1",
        by=coordinator,
    )
    assert visible.visible_to(cast.stranger).exists()
    actions.withdraw_consent(consent=consent, withdrawn_on=day("2017-03-15"), by=coordinator)
    assert not visible.visible_to(cast.stranger).exists()
    assert visible.visible_to(cast.caseworker).exists()
    assert participation.consents.count() == 2
    refusal(actions.withdraw_consent, consent=consent, withdrawn_on=day("2017-03-15"), by=coordinator)


def test_consent_to_publicity_opens_nothing(participation, coordinator, cast):
    actions.give_consent(
        participation=participation,
        organisation=cast.social_services_b,
        purpose="publicitet",
        given_on=day("2017-03-15"),
        by=coordinator,
    )
    assert not Participation.objects.visible_to(cast.stranger).exists()


# --- All deeds ------------------------------------------------------------------------------------


def test_a_failing_listener_undoes_the_deed(participation, coordinator):
    def fail(**_):
        raise RuntimeError("the figures cannot follow")

    participation_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            actions.record_outcome(
                participation=participation, kind="job", started_on=day("2017-01-09"), by=coordinator
            )
    finally:
        participation_changed.disconnect(fail)
    assert not participation.outcomes.exists()


def test_care_team_has_one_lead(cast):
    participation = actions.enrol_participant(**enrolment(cast))
    assert CareTeamMember.objects.filter(participation=participation, is_lead=True).count() == 1


on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time anyway")


def at_once(*deeds) -> list[Any]:
    """Run the deeds in threads that start together; the result or the exception of each."""
    barrier = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(number, deed):
        barrier.wait()
        try:
            results[number] = deed()
        except ValidationError as refused:
            results[number] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_enrol_the_same_person_at_once_enrol_her_once():
    cast = factories.make_cast()
    results = at_once(*[lambda: actions.enrol_participant(**enrolment(cast))] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Participation", "ValidationError"]
    assert (Participation.objects.count(), Participant.objects.count(), Stint.objects.count()) == (1, 1, 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_five_who_enrol_at_once_get_five_codes():
    cast = factories.make_cast()
    words = enrolment(cast, identity=None, birth_date=day(ALICE), sex="K")
    results = at_once(*[lambda: actions.enrol_participant(**words)] * 5)
    assert sorted(result.ref for result in results) == [f"D-000{number}" for number in range(1, 6)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_exits_at_once_are_one_exit():
    cast = factories.make_cast()
    participation = factories.make_participation(cast.project)
    words = {"participation": participation, "exit_reason": reason(), "by": cast.coordinator}
    results = at_once(
        lambda: actions.close_stint(**words, ended_on=day("2017-01-31")),
        lambda: actions.close_stint(**words, ended_on=day("2017-02-28")),
    )
    assert sorted(type(result).__name__ for result in results) == ["Stint", "ValidationError"]
    assert fresh(participation).left_on == participation.stints.get().ended_on


@on_postgresql
def test_each_deed_locks_the_participation_first(participation, coordinator):
    with CaptureQueriesContext(connection) as queries:
        actions.record_outcome(participation=participation, kind="job", started_on=day("2017-01-09"), by=coordinator)
    first = next(query["sql"] for query in queries if query["sql"].startswith("SELECT"))
    assert "FOR UPDATE" in first
