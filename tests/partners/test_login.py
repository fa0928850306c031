"""Every way in, and what it takes: factors, throttling, sessions, links, passwords. (SAFETY.md B)"""

import datetime as dt
import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from argon2 import extract_parameters
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from partners import accounts
from partners.access import Permission, permissions
from partners.links import PasswordLinks
from partners.models import Change, User
from tests.factories import PASSWORD, make_user

LOGIN, TODAY = reverse("account_login"), "/idag/"


def log_in_with_password(user, client=None, password=PASSWORD):
    client = client or Client()
    return client, client.post(LOGIN, {"login": user.email, "password": password})


def give_totp(user) -> str:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    return secret


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up_totp(client) -> str:
    """As a user does it: confirm the password, read the secret, write the first code."""
    address = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": address})
    secret = client.get(address).context["form"].secret
    client.post(address, {"code": code_now(secret)})
    return secret


# --- The second factor (P-19, P-20) -------------------------------------------------------------------


@pytest.fixture
def factor_required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def test_second_factor_is_demanded_of_everybody_who_sees_people(cast, log_in, factor_required):
    for role, user in cast.users().items():
        response = log_in(user).get(TODAY)
        if Permission.PARTICIPANT_VIEW in permissions(User.objects.get(pk=user.pk)):
            assert response.status_code == 302, role
            assert response["Location"] == reverse("mfa_index"), role
        else:
            assert response.status_code == 200, role


def test_second_factor_is_demanded_whatever_address_is_asked_for(cast, log_in, participation, factor_required):
    client = log_in(cast.coordinator)
    for address in (f"/deltagare/{participation.pk}/", reverse("account_change_password"), "/rapporter/"):
        assert client.get(address)["Location"] == reverse("mfa_index")
        assert client.post(address)["Location"] == reverse("mfa_index")
    assert "data-passkey" not in client.get(reverse("mfa_index")).text
    assert client.get(reverse("healthz")).status_code == 200


def test_setting_up_the_second_factor_opens_the_door(cast, coordinator, factor_required):
    client, _ = log_in_with_password(coordinator)
    secret = set_up_totp(client)
    assert client.get(TODAY).status_code == 200
    assert secret not in str(Authenticator.objects.get(type="totp").data)  # It rests encrypted.


def test_last_factor_taken_away_closes_the_door_again(cast, coordinator, log_in, factor_required):
    give_totp(coordinator)
    client = log_in(coordinator)
    assert client.get(TODAY).status_code == 200
    Authenticator.objects.all().delete()
    assert client.get(TODAY)["Location"] == reverse("mfa_index")


def test_password_alone_does_not_open_an_account_with_a_factor(cast, coordinator):
    secret = give_totp(coordinator)
    client, response = log_in_with_password(coordinator)
    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get(TODAY)["Location"].startswith(LOGIN)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    code = code_now(secret)
    assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == TODAY
    again, _ = log_in_with_password(coordinator)
    assert again.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200  # A code works once.
    assert again.get(TODAY).status_code == 302


def test_new_password_does_not_open_an_account_with_a_factor(cast, coordinator):
    give_totp(coordinator)
    client = choose_password(accounts.password_link(coordinator))
    assert client.get(TODAY)["Location"].startswith(LOGIN)
    _, response = log_in_with_password(coordinator, client, "en lång fras att minnas")
    assert response["Location"] == reverse("mfa_authenticate")


def test_login_page_offers_passkeys_and_has_no_script_of_its_own(client, db):
    page = client.get(LOGIN).text
    assert 'data-passkey="loginForm"' in page
    assert not re.search(r"<script(?![^>]*src=)", page)


def test_passkey_challenge_is_given_and_a_false_answer_refused(client, db):
    address = reverse("mfa_login_webauthn")
    options = client.get(address, headers={"accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["challenge"]
    assert client.post(address, {"credential": '{"id": "x"}'})["Location"] == LOGIN
    assert client.get(TODAY).status_code == 302


# --- Guessing (P-21) ------------------------------------------------------------------------------------


@pytest.fixture
def throttled(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.LOGIN_LIMITS


def errors_of(response):
    return response.context["form"].non_field_errors()


def test_unknown_wrong_and_closed_get_the_same_answer(cast, client):
    make_user("Stängd", cast.owner, "coordinator", email="stangd@test.example", is_active=False)
    answers = {
        str(errors_of(client.post(LOGIN, {"login": email, "password": password})))
        for email, password in [
            ("ingen@test.example", PASSWORD),
            ("koordinator@test.example", "fel lösenord alldeles"),
            ("stangd@test.example", PASSWORD),
        ]
    }
    assert len(answers) == 1


def test_guessing_is_slowed_for_the_account_from_that_client_only(cast, client, throttled):
    for _ in range(5):
        client.post(LOGIN, {"login": "koordinator@test.example", "password": "fel"})
    right = {"login": "koordinator@test.example", "password": PASSWORD}
    assert client.post(LOGIN, right).status_code == 200
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(LOGIN, right).status_code == 302


def test_guessing_from_many_clients_is_slowed_for_the_account(cast, throttled, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.LOGIN_LIMITS, "login_account": "4/h/key"}
    for number in range(4):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        client.post(LOGIN, {"login": "koordinator@test.example", "password": "fel"})
    _, response = log_in_with_password(cast.coordinator, Client(REMOTE_ADDR="192.0.2.99"))
    assert response.status_code == 200
    _, response = log_in_with_password(cast.caseworker, Client(REMOTE_ADDR="192.0.2.99"))
    assert response.status_code == 302


def test_guessing_at_many_accounts_is_slowed_for_the_client(cast, client, throttled):
    for number in range(20):
        client.post(LOGIN, {"login": f"{number}@test.example", "password": "fel"})
    _, response = log_in_with_password(cast.caseworker, client)
    assert response.status_code == 200


def test_logging_in_often_is_no_guessing(cast, throttled):
    for _ in range(8):
        assert log_in_with_password(cast.coordinator)[1].status_code == 302


def test_counters_live_in_the_database_in_production():
    text = (django_settings.BASE_DIR / "grundsteget" / "settings.py").read_text()
    assert '"django.core.cache.backends.db.DatabaseCache"' in text
    assert django_settings.LOGIN_LIMITS.keys() >= {"login", "login_failed", "login_account"}


# --- Sessions (P-24, P-25, P-27) ------------------------------------------------------------------------


def test_session_id_changes_at_login(cast, coordinator):
    client = Client()
    client.get(TODAY)
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    log_in_with_password(coordinator, client)
    assert client.session.session_key != session.session_key


def test_session_ends_after_twelve_hours_however_busy(cast, as_coordinator, monkeypatch):
    assert as_coordinator.get(TODAY).status_code == 200
    started = time.time()
    monkeypatch.setattr("partners.middleware.time.time", lambda: started + 11.9 * 3600)
    assert as_coordinator.get(TODAY).status_code == 200
    monkeypatch.setattr("partners.middleware.time.time", lambda: started + 12.1 * 3600)
    assert as_coordinator.get(TODAY)["Location"].startswith(LOGIN)
    assert as_coordinator.get(TODAY)["Location"].startswith(LOGIN)


def test_session_ends_after_half_an_hour_without_a_click(cast, as_coordinator):
    as_coordinator.get(TODAY)
    assert django_settings.SESSION_COOKIE_AGE == 1800
    assert as_coordinator.session.get_expiry_age() == 1800


def test_user_sees_her_devices_and_ends_the_others(cast, coordinator):
    here, _ = log_in_with_password(coordinator)
    there, _ = log_in_with_password(coordinator)
    page = here.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 2
    here.post(reverse("usersessions_list"))
    assert here.get(TODAY).status_code == 200
    assert there.get(TODAY).status_code == 302


def test_new_password_ends_the_other_sessions(cast, coordinator):
    here, _ = log_in_with_password(coordinator)
    there, _ = log_in_with_password(coordinator)
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "en ny lång fras", "password2": "en ny lång fras"},
    )
    assert here.get(TODAY).status_code == 200
    assert there.get(TODAY).status_code == 302


def test_new_factor_ends_the_other_sessions(cast, coordinator, django_capture_on_commit_callbacks):
    here, _ = log_in_with_password(coordinator)
    there, _ = log_in_with_password(coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_totp(here)
    assert here.get(TODAY).status_code == 200
    assert there.get(TODAY).status_code == 302


def test_closed_account_is_logged_out_everywhere_for_good(cast, coordinator):
    client, _ = log_in_with_password(coordinator)
    accounts.close_account(user=coordinator)
    assert client.get(TODAY).status_code == 302
    assert not UserSession.objects.exists()
    User.objects.filter(pk=coordinator.pk).update(is_active=True)
    assert client.get(TODAY).status_code == 302


def test_logging_out_makes_the_browser_forget(cast, as_coordinator):
    response = as_coordinator.post(reverse("account_logout"))
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in as_coordinator.get(LOGIN).headers


# --- Links (P-29) ---------------------------------------------------------------------------------------


def choose_password(link: str, password="en lång fras att minnas") -> Client:
    client = Client()
    page = client.get(link.removeprefix(django_settings.BASE_URL), follow=True)
    assert page.redirect_chain, "the key leaves the address before the page opens"
    client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})
    return client


def is_open(link: str) -> bool:
    page = Client().get(link.removeprefix(django_settings.BASE_URL), follow=True)
    return "password1" in page.content.decode()


def test_invitation_opens_once(db):
    user = accounts.make_account(email="Ny@test.example", name="Ny")
    link = accounts.password_link(user)
    choose_password(link)
    user.refresh_from_db()
    assert user.check_password("en lång fras att minnas")
    assert not is_open(link)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("ny@test.example", True, True)


def test_newer_link_ends_the_older(db):
    user = accounts.make_account(email="ny@test.example", name="Ny")
    older, newer = accounts.password_link(user), accounts.password_link(user)
    assert not is_open(older)
    assert is_open(newer)
    changes = Change.objects.filter(label="partners.user", row_id=str(user.pk), action=Change.Action.UPDATE)
    assert changes.filter(changes__has_key="password_links").count() == 2


@pytest.mark.parametrize(("hours", "invitation", "reset"), [(0.9, True, True), (23, True, False), (25, False, False)])
def test_invitation_lives_a_day_and_reset_an_hour(hours, invitation, reset, cast, monkeypatch):
    invited = accounts.make_account(email="ny@test.example", name="Ny")
    keys = [(user, PasswordLinks().make_token(user)) for user in (invited, cast.coordinator)]
    later = PasswordLinks()._now() + dt.timedelta(hours=hours)
    monkeypatch.setattr(PasswordLinks, "_now", lambda self: later)
    assert [PasswordLinks().check_token(user, key) for user, key in keys] == [invitation, reset]


def test_asking_for_a_reset_answers_everybody_alike(cast, mailoutbox):
    answers = set()
    for email in ("koordinator@test.example", "ingen@test.example"):
        response = Client().post(reverse("account_reset_password"), {"email": email})
        answers.add((response.status_code, response["Location"]))
    assert len(answers) == 1
    assert len(mailoutbox) == 2  # The same work for both; only one has a link to choose a password.
    assert sum("/password/reset/key/" in mail.body for mail in mailoutbox) == 1


def test_addresses_cannot_be_changed_by_the_user(cast, as_coordinator):
    assert as_coordinator.get(reverse("account_email")).status_code == 404
    add = {"action_add": "", "email": "annan@test.example"}
    assert as_coordinator.post(reverse("account_email"), add).status_code == 404
    assert not EmailAddress.objects.filter(email="annan@test.example").exists()


# --- Passwords (P-22, P-23) -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", ["kort lösen", "qwerty123456", "Coompanion2017!", "grundsteget123", "Socialtjänsten-Angered"]
)
def test_weak_passwords_are_refused(password, cast):
    with pytest.raises(ValidationError):
        validate_password(password, cast.coordinator)


@pytest.mark.parametrize(
    "password",
    [
        "en lång fras att minnas",
        "å" * 40 + "🌲 med mellanslag och allt det där som får plats",
        "Grundsteget vilar på blå lera",
    ],
)
def test_long_phrases_are_accepted_and_kept_as_they_are(password, cast):
    validate_password(password, cast.coordinator)
    cast.coordinator.set_password(password)
    assert cast.coordinator.check_password(password)


def test_passwords_are_kept_with_argon2id():
    parameters = extract_parameters(
        Argon2PasswordHasher().encode("en lång fras", "salt-salt-salt").removeprefix("argon2")
    )
    assert parameters.type.name == "ID"
    assert (parameters.memory_cost, parameters.time_cost) >= (19 * 1024, 2)  # OWASP's least
    text = (django_settings.BASE_DIR / "grundsteget" / "settings.py").read_text()
    assert re.search(r'else \["django.contrib.auth.hashers.Argon2PasswordHasher"', text)
