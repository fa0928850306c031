"""The main job in a real browser: enrol, log, record, close; then the project office builds the report."""

import json

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from participants.models import Participation
from reporting.models import Report
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page: Page, email: str) -> None:
    page.goto(reverse("participants:today"))
    fill(page, "account_login", login=email, password=factories.PASSWORD)
    page.wait_for_url(f"**{reverse('participants:today')}")


def fill(page: Page, name: str, *, press: str = "", **answers: str) -> None:
    """Fill in the form that posts to this address (or stands on its own page) and send it."""
    form = page.locator(
        f"form[method=post]:has([name={next(iter(answers))}])" if answers else f"form[action$='{name}']"
    )
    for field, answer in answers.items():
        choose(form.first, field, answer)
    button = f"button[name={press}]" if press else "button[type=submit], button:not([type])"
    form.first.locator(button).last.click()


def choose(form, field: str, answer: str) -> None:
    place = form.locator(f"[name={field}]").first
    kind = place.evaluate("element => element.type")
    if kind in {"radio", "checkbox"}:
        form.locator(f"[name={field}][value='{answer}']").check()
    elif kind == "select-one":
        place.select_option(answer)
    else:
        place.fill(answer)


def path(name: str, **kwargs) -> str:
    return reverse(name, kwargs=kwargs)


def test_main_job(open_browser):
    cast = factories.make_cast()
    factories.make_exit_reason("arbete_asf")

    page = open_browser()
    log_in(page, cast.coordinator.email)

    page.goto(path("participants:participation_create"))
    fill(page, "participants:participation_create", number=factories.invented_number("1990-02-03"))
    page.wait_for_selector("[name=first_name]")
    fill(
        page,
        "participants:participation_create",
        first_name="Berit",
        last_name="Ångström",
        birth_date="1990-02-03",
        sex="K",
        labour_status="U",
        unemployed_since="2015-01-10",
        in_education="n",
        isced="2",
        household_jobless="j",
        household_children="n",
        household_single_adult="j",
        started_on="2016-02-01",
    )
    expect(page.locator("h1")).to_have_text("Läs igenom")
    page.get_by_role("button", name="Skriv in").click()
    page.wait_for_url("**/deltagare/*/")
    expect(page.locator("h1")).to_contain_text("Berit Ångström")
    participation = Participation.objects.get()

    page.goto(path("participants:journal_create", pk=participation.pk))
    fill(page, "journal", text="Första mötet.", next_step="Besöka bageriet", next_step_on="2017-03-20")
    page.wait_for_url(f"**{path('participants:participation_detail', pk=participation.pk)}")
    expect(page.locator("main")).to_contain_text("Besöka bageriet")

    page.goto(path("participants:outcome_create", pk=participation.pk))
    fill(page, "outcome", kind="job_asf", started_on="2017-01-30", enterprise=str(cast.enterprise.pk))
    page.wait_for_url(f"**{path('participants:participation_detail', pk=participation.pk)}")

    page.goto(path("participants:stint_close", pk=participation.pk))
    fill(page, "close", ended_on="2017-01-31", exit_reason="arbete_asf")
    page.wait_for_url(f"**{path('participants:participation_detail', pk=participation.pk)}")
    participation.refresh_from_db()
    assert str(participation.left_on) == "2017-01-31"

    office = open_browser()
    log_in(office, cast.project_office.email)
    office.goto(path("reporting:dashboard"))
    expect(office.locator("main")).to_contain_text("140")  # 50 % of 280

    office.goto(path("reporting:report_create"))
    fill(office, "report", cut_off="2017-03-15")
    office.wait_for_url("**/rapporter/*/")
    report = Report.objects.get()
    freeze = office.locator(f"a[href='{path('reporting:report_freeze', pk=report.pk)}']").first
    freeze.wait_for()
    with office.expect_download() as download:
        office.locator(f"a[href='{path('reporting:report_download', pk=report.pk, format='json')}']").first.click()
    content = json.loads(download.value.path().read_text())
    assert content["goals"]["A"]["total"] == 1
    assert "Ångström" not in download.value.suggested_filename
    freeze.click()
    office.locator("main form[method=post] button").last.click()
    office.wait_for_url(f"**{path('reporting:report_detail', pk=report.pk)}")
    report.refresh_from_db()
    assert report.state == Report.State.FROZEN


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_do_not_overflow_and_do_not_complain(width, open_browser):
    cast = factories.make_cast()
    participation = factories.make_participation(
        project=cast.project, lead=cast.coordinator, last_name="Abdulrahman-Fredriksson von Ångströmsson"
    )
    page = open_browser(width=width)
    log_in(page, cast.coordinator.email)
    for address in (
        path("participants:today"),
        path("participants:participation_list"),
        path("participants:participation_detail", pk=participation.pk),
        path("participants:participation_create"),
        path("participants:journal_quick"),
        path("participants:stint_close", pk=participation.pk),
        path("reporting:dashboard"),
        path("enterprises:enterprise_list"),
        path("partners:partnership_list"),
    ):
        page.goto(address)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{address} is {too_wide} px wider than a screen of {width}"
        assert page.locator("h1").count() == 1, f"{address} has {page.locator('h1').count()} main headings"
        assert page.locator("html").get_attribute("lang") == "sv"
