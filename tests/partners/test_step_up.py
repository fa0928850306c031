"""A fresh factor before what reaches far: who is asked, with what, and that nothing typed is lost. (P-24, P-28)"""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from participants.models import Consent, Referral
from partners.models import AccessLog, Membership
from tests import factories
from tests.factories import PASSWORD

PASSWORD_PAGE, CODE_PAGE = reverse("account_reauthenticate"), reverse("mfa_reauthenticate")
OLD = 601


@pytest.fixture
def office(cast, log_in):
    """The project office, who proved who she is ten minutes and a second ago."""
    EmailAddress.objects.create(user=cast.project_office, email=cast.project_office.email, verified=True, primary=True)
    client = log_in(cast.project_office)
    factories.prove_identity(client, cast.project_office, seconds_ago=OLD)
    return client


@pytest.fixture
def deeds(cast, participation):
    """Every page and deed that reaches far, by the methods that are asked about."""
    partner, member = cast.social_services, cast.caseworker.memberships.get()
    role = cast.social_services.partnerships.get()
    both, post = ("get", "post"), ("post",)
    return {
        reverse("participants:export_create"): both,
        reverse("participants:care_team_grant", args=[participation.pk]): both,
        reverse("partners:member_list", args=[partner.pk]): post,
        reverse("partners:member_end", args=[partner.pk, member.pk]): both,
        reverse("partners:member_administrator", args=[partner.pk, member.pk]): post,
        reverse("partners:member_pause", args=[partner.pk, member.pk]): post,
        reverse("partners:member_link", args=[partner.pk, member.pk]): post,
        reverse("partners:members_confirm", args=[partner.pk]): post,
        reverse("partners:role_create", args=[partner.pk]): both,
        reverse("partners:role_end", args=[partner.pk, role.pk]): both,
    }


def confirm(client: Client, answer) -> object:
    """Give the password on the page that the answer leads to."""
    address = answer["Location"].partition("?")[0]
    assert address == PASSWORD_PAGE
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return client.post(address, {"password": PASSWORD, "next": page.context["redirect_field_value"]})


# --- Who is asked ---------------------------------------------------------------------------------


def test_old_factor_is_asked_for_again(office, deeds):
    for address, methods in deeds.items():
        for method in methods:
            answer = getattr(office, method)(address, {"value": "1"} if method == "post" else None)
            assert answer.status_code == 302, (method, address)
            assert answer["Location"].startswith(PASSWORD_PAGE), (method, address)


def test_fresh_factor_is_not_asked_for_again(office, cast, deeds):
    factories.prove_identity(office, cast.project_office, seconds_ago=OLD - 5)
    for address in deeds:
        assert not office.get(address).headers.get("Location", "").startswith(PASSWORD_PAGE), address


def test_reading_asks_for_nothing(office, cast):
    assert office.get(reverse("partners:member_list", args=[cast.social_services.pk])).status_code == 200
    assert office.get(reverse("participants:participation_list")).status_code == 200


def test_factor_of_somebody_else_in_the_same_browser_counts_for_nothing(office, cast):
    factories.prove_identity(office, cast.coordinator)
    assert office.get(reverse("participants:export_create"))["Location"].startswith(PASSWORD_PAGE)


def test_factor_from_the_future_counts_for_nothing(office, cast):
    factories.prove_identity(office, cast.project_office, seconds_ago=-3600)
    assert office.get(reverse("participants:export_create"))["Location"].startswith(PASSWORD_PAGE)


def test_log_in_by_password_is_a_fresh_factor(cast, participation):
    client = Client()
    client.post(reverse("account_login"), {"login": cast.coordinator.email, "password": PASSWORD})
    assert client.get(reverse("participants:export_create")).status_code == 200


def test_referral_without_consent_asks_and_one_with_consent_does_not(office, cast, participation):
    address = reverse("participants:referral_create", args=[participation.pk])
    asked = {"purpose": Referral.Purpose.WORK_TRAINING, "message": "Vill prova på.", "draft": "1"}
    assert office.get(address).status_code == 200
    told = office.post(address, {**asked, "to_organisation": cast.social_services.pk})
    assert not told["Location"].startswith(PASSWORD_PAGE)
    override = {"to_organisation": cast.adult_education.pk, "override_reason": "Enligt lag"}
    assert office.post(address, {**asked, **override})["Location"].startswith(PASSWORD_PAGE)


def test_fragment_leads_the_whole_page_to_the_question(office):
    answer = office.get(reverse("participants:export_create"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(PASSWORD_PAGE)


# --- With what ------------------------------------------------------------------------------------


def test_who_has_a_second_factor_gives_it_and_not_the_password(office, cast):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(cast.project_office, secret)
    address = reverse("participants:export_create")
    factories.prove_identity(office, cast.project_office)  # by password, just now

    asked = office.get(address)
    assert asked["Location"].startswith(CODE_PAGE)
    by_password = office.post(PASSWORD_PAGE, {"password": PASSWORD, "next": address})
    assert by_password["Location"].startswith(CODE_PAGE)
    assert office.get(address).status_code == 302
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert office.get(asked["Location"]).status_code == 200
    assert office.post(CODE_PAGE, {"code": code, "next": address})["Location"] == address
    assert office.get(address).status_code == 200


def test_wrong_password_opens_nothing(office):
    address = reverse("participants:export_create")
    assert office.post(PASSWORD_PAGE, {"password": "fel", "next": address}).status_code == 200
    assert office.get(address).status_code == 302


def test_who_has_nothing_to_prove_it_with_logs_in_anew(office, cast):
    cast.project_office.set_unusable_password()
    cast.project_office.save()
    office.force_login(cast.project_office)
    factories.prove_identity(office, cast.project_office, seconds_ago=OLD, method="socialaccount")
    answer = office.get(reverse("participants:export_create"))
    assert answer["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in office.session


# --- What happens then ----------------------------------------------------------------------------


def test_confirming_leads_to_where_one_was_going(office):
    address = reverse("participants:export_create") + "?flik=alla&skede=pagar"
    answer = confirm(office, office.get(address))
    assert answer["Location"] == address
    assert office.get(address).status_code == 200


def test_form_sent_too_late_is_done_after_confirming(office, cast):
    address = reverse("partners:member_list", args=[cast.social_services.pk])
    person = {"email": "ny@test.example", "name": "Nina Ny", "role": Membership.Role.CASEWORKER}
    answer = office.post(address, person)
    assert not Membership.objects.filter(user__email="ny@test.example").exists()

    done = confirm(office, answer)

    assert done.status_code in {200, 302}
    assert Membership.objects.filter(user__email="ny@test.example").exists()


def test_form_that_is_refused_after_confirming_shows_what_was_typed(office, cast):
    address = reverse("partners:member_list", args=[cast.social_services.pk])
    answer = confirm(office, office.post(address, {"email": "inte en adress", "name": "Nina Ny"}))
    assert answer.status_code == 422
    assert "Nina Ny" in answer.text
    assert "inte en adress" in answer.text


def test_form_of_a_page_with_a_query_is_kept_too(office, cast, participation):
    address = reverse("participants:referral_create", args=[participation.pk])
    asked = {
        "to_organisation": cast.adult_education.pk,
        "purpose": Referral.Purpose.WORK_TRAINING,
        "message": "Vill prova på.",
        "override_reason": "Enligt lag",
    }
    answer = office.post(f"{address}?till={cast.adult_education.pk}", asked)
    confirm(office, answer)
    assert Referral.objects.get(participation=participation).message == "Vill prova på."


def test_read_log_names_the_page_and_not_the_question(office, cast, participation):
    address = reverse("participants:care_team_grant", args=[participation.pk])
    factories.prove_identity(office, cast.project_office, seconds_ago=OLD)
    answer = confirm(office, office.post(address, {"reason": "Semestervikariat"}))
    assert answer.status_code == 422
    assert AccessLog.objects.latest("pk").view == "participants:care_team_grant"


def test_right_that_ended_meanwhile_is_not_given_by_the_kept_form(office, cast):
    address = reverse("partners:member_list", args=[cast.social_services.pk])
    answer = office.post(address, {"email": "ny@test.example", "name": "Nina Ny", "role": "caseworker"})
    Membership.objects.filter(user=cast.project_office).update(ended_on="2017-03-14")
    assert confirm(office, answer).status_code in {403, 404}
    assert not Membership.objects.filter(user__email="ny@test.example").exists()


def test_session_id_changes_and_the_session_stays_in_the_list_of_devices(cast, participation):
    client = Client()
    client.post(reverse("account_login"), {"login": cast.coordinator.email, "password": PASSWORD})
    factories.prove_identity(client, cast.coordinator, seconds_ago=OLD)
    before = client.session.session_key
    client.post(PASSWORD_PAGE, {"password": PASSWORD, "next": "/idag/"})
    after = client.session.session_key
    assert after != before
    assert UserSession.objects.get(user=cast.coordinator).session_key == after
    thief = Client()
    thief.cookies["session"] = before
    assert thief.get("/idag/").status_code == 302
    assert client.get("/idag/").status_code == 200
    assert time.time() - client.session["logged_in_at"] < OLD  # the absolute time of the session goes on
    assert Consent.objects.exists()
