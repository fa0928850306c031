"""A passkey in real Chromium, with the virtual authenticator that its developer protocol offers."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = reverse("participants:today")


def give_authenticator(page: Page) -> None:
    """Something like a phone: it keeps keys and knows its owner's finger."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    protocol.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def send_password(page: Page, email: str = "") -> None:
    if email:
        page.fill("[name=login]", email)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("form:has([name=password]) button[type=submit]")


def test_passkey_is_made_when_it_must_be_and_then_logs_in(open_browser, live_server, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    cast = factories.make_cast()
    page = open_browser()
    site = live_server.url.replace("127.0.0.1", "localhost")  # A passkey belongs to a name, not to a number.
    page.goto(site)
    give_authenticator(page)

    page.goto(f"{site}{reverse('account_login')}")
    send_password(page, cast.coordinator.email)
    page.wait_for_url(f"**{reverse('mfa_index')}")
    page.click(f"a[href='{reverse('mfa_add_webauthn')}']")
    send_password(page)
    page.wait_for_url(f"**{reverse('mfa_add_webauthn')}")
    page.fill("[name=name]", "Min telefon")
    page.click("#passkey-button")
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    assert Authenticator.objects.get(type="webauthn").user == cast.coordinator
    page.goto(f"{site}{TODAY}")
    expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith(TODAY)

    page.context.clear_cookies()
    page.goto(f"{site}{reverse('account_login')}")
    page.click("#passkey-button")
    page.wait_for_url(f"**{TODAY}")

    page.context.clear_cookies()
    page.goto(f"{site}{reverse('account_login')}")
    send_password(page, cast.coordinator.email)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    page.click("#passkey-button")
    page.wait_for_url(f"**{TODAY}")
