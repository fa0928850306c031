"""A referral in real browsers: sent by the coordinator, answered by the partner, closed by a withdrawn consent."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from participants.models import Consent, Referral
from tests import factories
from tests.browser.test_main_job import choose, fill, log_in, path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_referral_is_sent_answered_and_closed_by_a_withdrawn_consent(open_browser, complaints):
    cast = factories.make_cast()
    participation = factories.make_participation(
        project=cast.project,
        first_name="Anna",
        last_name="Åkesson",
        lead=cast.coordinator,
        consent_to=[cast.social_services],
    )

    coordinator = open_browser()
    log_in(coordinator, cast.coordinator.email)
    coordinator.goto(path("participants:referral_create", pk=participation.pk))
    form = coordinator.locator("main form[method=post]")
    choose(form, "to_organisation", str(cast.social_services.pk))
    choose(form, "purpose", "guidance")
    choose(form, "message", "Önskar samtal om boendet.")
    form.locator("button.btn-primary").click()
    coordinator.wait_for_url("**/hanvisningar/*/")
    referral = Referral.objects.get()

    partner = open_browser(width=360)
    log_in(partner, cast.caseworker.email)
    detail = path("participants:referral_detail", referral_pk=referral.pk)
    partner.locator(f"a[href='{detail}']").first.click()
    expect(partner.locator("main")).to_contain_text("Önskar samtal om boendet.")
    assert partner.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    partner.goto(path("participants:referral_answer", referral_pk=referral.pk))
    fill(partner, "answer", answer="take", note="Vi ses på tisdag.")
    partner.wait_for_url(f"**{detail}")
    assert participation.care_team.filter(user=cast.caseworker, ended_on=None).exists()

    coordinator.goto(reverse("participants:today"))
    expect(coordinator.locator("main")).to_contain_text("Anna Åkesson")
    consent = Consent.objects.get()
    coordinator.goto(path("participants:consent_withdraw", pk=participation.pk, consent_pk=consent.pk))
    fill(coordinator, "withdraw", withdrawn_on="2017-03-15")
    coordinator.wait_for_url(f"**{path('participants:participation_detail', pk=participation.pk)}*")

    answer = partner.reload()
    assert answer is not None
    assert answer.status == 404
    expect(partner.locator("body")).not_to_contain_text("Åkesson")
    partner.goto(path("participants:referral_list") + "?flik=avslutade")
    expect(partner.locator("body")).not_to_contain_text("Åkesson")
    # The refusal is what was asked for; anything else the browser complains about is a fault.
    complaints[:] = [line for line in complaints if "404" not in line]
