"""Somebody who works for several organisations acts for one at a time."""

import datetime as dt

import pytest
from django.urls import reverse

from partners import access
from partners.models import AccessLog, Membership
from tests.factories import make_consent, make_membership, make_participation

URL = "/arbetar-som/"


@pytest.fixture
def second(cast):
    """The caseworker at the social services teaches as well."""
    return make_membership(cast.caseworker, cast.adult_education, started_on=dt.date(2016, 9, 1))


@pytest.fixture
def pupil(cast):
    """Consents to adult education and to nobody else."""
    person = make_participation(cast.project, first_name="Elev", last_name="Eriksson")
    make_consent(person, cast.adult_education)
    return person


def detail(participation) -> str:
    return reverse("participants:participation_detail", args=[participation.pk])


def test_hats_are_offered_to_those_who_have_several(cast, second, log_in):
    page = reverse("partners:partnership_list")
    assert URL in log_in(cast.caseworker).get(page).text
    assert URL not in log_in(cast.teacher).get(page).text


def test_oldest_hat_is_worn_until_another_is_chosen(cast, second, participation, pupil, log_in):
    browser = log_in(cast.caseworker)
    assert [browser.get(detail(one)).status_code for one in (participation, pupil)] == [200, 404]
    assert browser.post(URL, {"membership": second.pk}).status_code == 302
    assert [browser.get(detail(one)).status_code for one in (participation, pupil)] == [404, 200]


def test_read_log_knows_the_hat(cast, second, pupil, log_in):
    browser = log_in(cast.caseworker)
    browser.post(URL, {"membership": second.pk})
    browser.get(detail(pupil))
    look = AccessLog.objects.filter(actor=cast.caseworker).latest("pk")
    assert (look.organisation, look.role) == (cast.adult_education, second.role)


def test_hat_that_ends_is_taken_off(cast, second, participation, log_in):
    browser = log_in(cast.caseworker)
    browser.post(URL, {"membership": second.pk})
    Membership.objects.filter(pk=second.pk).update(paused_on=dt.date(2017, 3, 15))
    assert browser.get(detail(participation)).status_code == 200


def test_hat_of_somebody_else_does_not_exist(cast, log_in):
    browser = log_in(cast.caseworker)
    for value in (cast.coordinator.memberships.get().pk, "x", "9" * 30, ""):
        assert browser.post(URL, {"membership": value}).status_code == 404


def test_choice_ends_with_the_session(cast, second, participation, log_in):
    browser = log_in(cast.caseworker)
    browser.post(URL, {"membership": second.pk})
    browser.post(reverse("account_logout"))
    browser.force_login(cast.caseworker)
    assert browser.get(detail(participation)).status_code == 200


def test_outside_a_request_all_hats_count(cast, second):
    assert len(access.of(cast.caseworker).memberships) == 2
