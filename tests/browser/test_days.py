"""A whole day in each role, as a new user finds her way: by what the screen says, never by an address."""

import re
import time
from importlib import import_module

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from participants import actions, certificates
from participants.models import (
    AttendanceCertificate,
    AttendanceDay,
    AttendanceSignature,
    Course,
    CourseGroup,
    Document,
    ExportFile,
    FollowUp,
    JournalEntry,
    Outcome,
    Participation,
    PlanGoal,
    PlanStep,
    Referral,
)
from partners.models import User
from reporting.models import Report
from tests import factories
from tests.browser.test_main_job import log_in, path
from tests.browser.test_quick_log import choose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name=name, exact=True).click()
    is_headed(page, name)


def is_headed(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(rf"^\s*{re.escape(name)}"))


def follow(page: Page | Locator, name: str) -> None:
    """Click the link of this name, which must be the only one."""
    page.get_by_role("link", name=name, exact=True).click()


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def line(page: Page, *words: str) -> Locator:
    """The line of a list or a table that holds all these words."""
    found = page.locator("main li, main tr")
    for word in words:
        found = found.filter(has_text=word)
    return found


def is_told(page: Page, what: str) -> None:
    expect(page.get_by_role("main").get_by_text(what).first).to_be_visible()


def test_day_of_a_coordinator(open_browser, tmp_path):
    cast = factories.make_cast()
    anna = factories.make_participation(
        cast.project, first_name="Anna", last_name="Åkesson", lead=cast.coordinator, consent_to=[cast.social_services]
    )
    factories.make_activity(anna, started_on="2017-02-01", enterprise=cast.enterprise, hours_per_week=30)
    step = factories.make_step(factories.make_goal(anna, cast.coordinator), cast.coordinator, what="Besöka köket")
    bo = factories.make_participation(
        cast.project, first_name="Bo", last_name="Berg", sex="M", lead=cast.coordinator, ended_on="2017-02-24"
    )
    paper = tmp_path / "avtal.pdf"
    paper.write_bytes(factories.SCAN)

    page = open_browser()
    log_in(page, cast.coordinator.email)

    # The follow-up after Bo's exit, from its line in Today.
    line(page, "Bo Berg", "inom 28 dagar").get_by_role("link", name=re.compile("^Svara")).click()
    page.get_by_role("radio", name="Nådd", exact=True).check()
    page.get_by_role("radio", name="Söker arbete").check()
    page.get_by_label("Sedan").fill("2017-02-25")
    press(page, "Spara")
    is_told(page, "Uppföljningen är sparad.")
    assert FollowUp.objects.get().participation == bo

    # The quick log with the keyboard alone, over the page where she is: on Bo's own page it would be about Bo.
    page.keyboard.press("g")
    page.keyboard.press("i")
    is_headed(page, "Idag")
    page.keyboard.press("n")
    expect(page.get_by_role("searchbox", name="Vem")).to_be_focused()
    choose(page, "Anna")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Slag")).to_be_focused()
    for answer in ("tel", "igår", "20", "Pratade om köket."):
        page.keyboard.type(answer)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog", name="Logga").get_by_role("status").first).to_contain_text("Sparat")
    page.keyboard.press("Escape")
    assert JournalEntry.objects.get().text == "Pratade om köket."

    # Her plan: a step is done, and there is one more goal.
    menu(page, "Deltagare")
    follow(page, "Anna Åkesson")
    tabs = page.get_by_role("navigation", name="Om deltagaren")
    follow(tabs, "Plan")
    press(page, "Klart: Besöka köket")
    is_told(page, "1 av 1 steg")
    step.refresh_from_db()
    assert step.state == PlanStep.State.DONE
    follow(page, "Nytt mål")
    page.get_by_label("Område").select_option(index=1)
    page.get_by_label("Vad personen vill").fill("Jag vill ha fast jobb")
    press(page, "Spara")
    is_told(page, "Jag vill ha fast jobb")
    assert PlanGoal.objects.filter(text="Jag vill ha fast jobb", focus__participation=anna).exists()

    # She has a job, and the paper that proves it.
    follow(page, "Registrera utfall")
    page.get_by_role("radio", name="Jobb i socialt företag").check()
    page.get_by_label("Från").fill("2017-03-13")
    page.get_by_label("Socialt företag", exact=True).select_option("Kooperativet Provbageriet")
    press(page, "Spara")
    is_told(page, "Utfallet är sparat.")
    assert Outcome.objects.get(participation=anna).kind == Outcome.Kind.JOB_ASF
    follow(tabs, "Dokument")
    follow(page, "Ladda upp dokument")
    page.get_by_label("Fil").set_input_files(paper)
    page.get_by_label("Slag").select_option("Anställningsavtal")
    press(page, "Spara")
    is_told(page, "Dokumentet är sparat.")
    assert Document.objects.get().participation == anna

    # The week's attendance as planned, for all her people at once.
    menu(page, "Närvaro")
    press(page, "Fyll i allt enligt planen")
    press(page, "Spara")
    is_told(page, "3 dagar är sparade.")
    assert AttendanceDay.objects.filter(participation=anna, hours=6).count() == 3

    # Anna leaves, and waits for her follow-up among the others.
    menu(page, "Deltagare")
    follow(page, "Anna Åkesson")
    follow(page, "Avsluta")
    page.get_by_label("Sista dag i projektet").fill("2017-03-15")
    page.get_by_label("Varför deltagaren slutar").select_option("ovrigt")
    press(page, "Registrera avslutet")
    is_told(page, "Avslutad 2017-03-15")
    anna.refresh_from_db()
    assert str(anna.left_on) == "2017-03-15"
    menu(page, "Uppföljning")
    expect(line(page, "Anna Åkesson").first).to_be_visible()


def test_day_of_a_caseworker_at_the_social_services(open_browser, complaints):
    cast = factories.make_cast()
    anna = factories.make_participation(
        cast.project, first_name="Anna", last_name="Åkesson", lead=cast.coordinator, consent_to=[cast.social_services]
    )
    factories.make_goal(anna, cast.coordinator, text="Jag vill jobba med mat")
    eva = factories.make_participation(cast.project, first_name="Eva", last_name="Ek", lead=cast.coordinator)
    referral = factories.make_referral(anna, cast.coordinator, cast.social_services)

    page = open_browser(width=360)
    log_in(page, cast.caseworker.email)

    # What waits: a referral, which she takes on.
    line(page, "Anna Åkesson", "Hänvisning från").get_by_role("link", name=re.compile("^Svara")).click()
    is_headed(page, "Hänvisning av Anna Åkesson")
    follow(page, "Svara")
    page.get_by_role("radio", name="Vi tar emot").check()
    press(page, "Skicka svaret")
    is_told(page, "Mottagen. Du finns i personens nätverk från idag.")
    referral.refresh_from_db()
    assert referral.state == Referral.State.TAKEN

    # Only hers are in the list.
    open_menu(page)
    menu(page, "Deltagare")
    expect(line(page, "Anna Åkesson").first).to_be_visible()
    expect(page.get_by_text("Eva Ek")).to_have_count(0)

    # A note, shared with those whom the form names before she saves.
    follow(page, "Anna Åkesson")
    follow(page.get_by_role("main"), "Logga")
    page.get_by_label("Vad hände").fill("Vi har träffats på kontoret.")
    page.get_by_role("radio", name="Delas: Socialtjänsten i Angered, Coompanion").check()
    press(page, "Spara")
    is_told(page, "Anteckningen är sparad.")
    assert JournalEntry.objects.get().is_shared
    follow(page.get_by_role("navigation", name="Om deltagaren"), "Tidslinje")
    is_told(page, "Vi har träffats på kontoret.")

    # The plan is hers to read, and others' to write.
    follow(page.get_by_role("navigation", name="Om deltagaren"), "Plan")
    is_told(page, "Jag vill jobba med mat")
    expect(page.get_by_role("link", name="Nytt mål")).to_have_count(0)
    does_not_overflow(page)

    # An address from somebody else: who is not hers does not exist, what she may not do is refused.
    page.goto(path("participants:participation_detail", pk=eva.pk))
    is_headed(page, "Sidan finns inte")
    page.goto(path("participants:stint_close", pk=anna.pk))
    is_headed(page, "Du får inte göra det här")
    follow(page, "Till Idag")
    is_headed(page, "Idag")
    complaints[:] = [words for words in complaints if "404" not in words and "403" not in words]


def open_menu(page: Page) -> None:
    """On a narrow screen the menu is folded away."""
    page.get_by_text("Meny", exact=True).click()


def does_not_overflow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def make_february(participation: Participation, activity, *signers: tuple[str, User]) -> AttendanceCertificate:
    """Two days in February, the certificate signed so far."""
    for day in ("2017-02-01", "2017-02-02"):
        factories.make_attendance_day(participation, day, 6, activity=activity)
    certificate = AttendanceCertificate.objects.get(participation=participation)
    days = certificates.days_of(participation, certificate.month)
    seen = certificates.content_of(certificate, days).sha256
    for step, by in signers:
        certificate = actions.sign_certificate(
            certificate=certificate, step=step, membership=by.memberships.get(), seen=seen, by=by
        )
    return certificate


def test_day_of_a_supervisor_at_an_enterprise(open_browser):
    cast = factories.make_cast()
    bakery = cast.enterprise
    anna, bo = (
        factories.make_participation(
            cast.project, first_name=first, last_name=last, lead=cast.coordinator, consent_to=[bakery.organisation]
        )
        for first, last in (("Anna", "Åkesson"), ("Bo", "Berg"))
    )
    places = [
        factories.make_activity(one, started_on="2017-01-16", enterprise=bakery, hours_per_week=30)
        for one in (anna, bo)
    ]
    factories.make_participation(
        cast.project, first_name="Eva", last_name="Ek", lead=cast.coordinator, consent_to=[bakery.organisation]
    )
    february = make_february(anna, places[0], (AttendanceSignature.Step.PARTICIPANT, cast.coordinator))

    page = open_browser()
    log_in(page, cast.supervisor.email)

    # The week in the grid, from day to day with the arrow keys; what was planned is filled in for the rest.
    menu(page, "Närvaro")
    expect(page.get_by_text("Eva Ek")).to_have_count(0)
    page.get_by_role("textbox", name="Anna Åkesson, 13 mars").click()
    page.keyboard.type("4,5")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("textbox", name="Bo Berg, 13 mars")).to_be_focused()
    page.keyboard.type("s")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("textbox", name="Bo Berg, 14 mars")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Anna Åkesson, 14 mars")).to_be_focused()
    press(page, "Fyll i allt enligt planen")
    expect(page.get_by_role("textbox", name="Anna Åkesson, 14 mars")).to_have_value("6")
    press(page, "Spara")
    is_told(page, "6 dagar är sparade.")
    week = AttendanceDay.objects.filter(day__gte="2017-03-13").order_by("participation", "day")
    assert [(str(row.participation), row.kind, row.hours) for row in week.filter(participation=anna)] == [
        (str(anna), "narvaro", hours) for hours in (4.5, 6, 6)
    ]
    assert [row.kind for row in week.filter(participation=bo)] == ["sjuk", "narvaro", "narvaro"]

    # Last month is signed by Anna and waits for her.
    follow(page, "Intyg")
    follow(page, "1 väntar på handledaren, februari 2017")
    press(page, "Intyga de förkryssade")
    is_told(page, "1 intyg")
    february.refresh_from_db()
    assert february.state == AttendanceCertificate.State.CERTIFIED

    # She sees those placed with her and nobody else, whatever they consent to.
    menu(page, "Deltagare")
    expect(line(page, "Anna Åkesson").first).to_be_visible()
    expect(page.get_by_text("Eva Ek")).to_have_count(0)
    expect(page.get_by_role("link", name="Medfinansiering")).to_have_count(0)


def test_day_of_the_project_office(open_browser):
    cast = factories.make_cast()
    anna = factories.make_participation(
        cast.project, first_name="Anna", last_name="Åkesson", lead=cast.coordinator, consent_to=[cast.social_services]
    )
    step = AttendanceSignature.Step
    place = factories.make_activity(anna, started_on="2017-01-16", enterprise=cast.enterprise, hours_per_week=30)
    february = make_february(anna, place, (step.PARTICIPANT, cast.coordinator), (step.SUPERVISOR, cast.supervisor))

    page = open_browser()
    log_in(page, cast.project_office.email)

    # The certificate: approved, then locked.
    menu(page, "Närvaro")
    follow(page, "Intyg")
    follow(page, "1 väntar på projektkontoret, februari 2017")
    press(page, "Attestera de förkryssade")
    follow(page, "1 attesterat, ska låsas, februari 2017")
    press(page, "Lås de förkryssade")
    expect(page.get_by_role("link", name="1 låst, februari 2017", exact=True)).to_be_visible()
    february.refresh_from_db()
    assert february.state == AttendanceCertificate.State.LOCKED

    # Its hours are money once the amount is filled in.
    menu(page, "Medfinansiering")
    is_told(page, "Belopp som saknas")
    page.get_by_role("note").get_by_role("link").click()
    page.get_by_label("Från månaden").fill("2017-01")
    page.get_by_label("kronor per timme").fill("100")
    page.get_by_label("Källa").fill("Beslut KLD-1")
    press(page, "Spara")
    is_told(page, "1 200,00".replace(" ", "\u00a0"))

    # The list as a file: it was long ago that she logged in, so she is asked who she is.
    menu(page, "Deltagare")
    follow(page, "Organisationens")
    grow_old(page)
    follow(page, "Exportera listan")
    is_headed(page, "Bekräfta att det är du")
    page.get_by_label("Lösenord").fill(factories.PASSWORD)
    press(page, "Bekräfta")
    is_headed(page, "Exportera listan")
    page.get_by_label("Vad du ska använda filen till").fill("Planering av ett möte")
    press(page, "Skapa filen")
    is_headed(page, "Mina exporter")
    assert ExportFile.objects.get().state == ExportFile.State.READY
    with page.expect_download() as download:
        follow(page, "Hämta")
    assert download.value.path().read_bytes()[:2] == b"PK"
    assert "Anna" not in download.value.suggested_filename

    # The quarter's report.
    menu(page, "Rapporter")
    page.get_by_role("link", name="Ny rapport").first.click()
    press(page, "Räkna rapporten")
    expect(page.get_by_role("link", name="Frys", exact=True)).to_be_visible()
    assert Report.objects.get().is_ready

    # Everything about Anna, to hand to her.
    menu(page, "Deltagare")
    follow(page, "Organisationens")
    follow(page, "Anna Åkesson")
    follow(page.get_by_role("navigation", name="Om deltagaren"), "Historik")
    follow(page, "Registerutdrag")
    page.get_by_role("radio").first.check()
    with page.expect_download() as download:
        press(page, "PDF att skriva ut")
    assert download.value.path().read_bytes().startswith(b"%PDF")


def grow_old(page: Page) -> None:
    """As if she had proved who she is more than `STEP_UP_SECONDS` ago."""
    [key] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session["account_authentication_methods"] = [
        {**method, "at": time.time() - settings.STEP_UP_SECONDS - 1}
        for method in session["account_authentication_methods"]
    ]
    session.save()


def test_day_of_a_teacher_in_adult_education(open_browser):
    cast = factories.make_cast()
    course = factories.make_course(cast.adult_education, cast.project, title="Svenska för arbetslivet")
    group = factories.make_course_group(course, name="Vårgruppen", seats=2)
    anna = factories.make_participation(
        cast.project, first_name="Anna", last_name="Åkesson", lead=cast.coordinator, consent_to=[cast.adult_education]
    )
    factories.make_activity(anna, "education", "2017-03-01", group=group)

    page = open_browser()
    log_in(page, cast.teacher.email)

    # Her course, who is in the group, and two more seats.
    menu(page, "Kurser")
    follow(page, "Svenska för arbetslivet")
    is_told(page, "1 av 2")
    follow(page, "Ändra : Vårgruppen")
    page.get_by_label("Platser").fill("4")
    press(page, "Spara")
    is_told(page, "1 av 4")
    group.refresh_from_db()
    assert group.seats == 4

    # The group's attendance, from its own button.
    follow(page, "Närvaro : Vårgruppen")
    page.get_by_role("button", name=re.compile("^mån 13")).click()
    expect(page.get_by_role("textbox", name="Anna Åkesson, 13 mars")).to_have_value("6")
    press(page, "Spara")
    is_told(page, "1 dag är sparad.")
    assert str(AttendanceDay.objects.get().day) == "2017-03-13"

    # A course of her own making, with its first group.
    menu(page, "Kurser")
    follow(page, "Ny kurs")
    page.get_by_label("Titel").fill("Matematik")
    press(page, "Spara")
    is_headed(page, "Matematik")
    page.get_by_role("link", name="Ny grupp").first.click()
    page.get_by_label("Gruppens namn").fill("Höstgruppen")
    page.get_by_label("Från").fill("2017-08-21")
    page.get_by_label(re.compile(r"^\s*Till\b")).fill("2017-12-20")
    page.get_by_role("checkbox", name="måndag").check()
    page.get_by_label("Timmar per dag").fill("3")
    page.get_by_label("Platser").fill("10")
    press(page, "Spara")
    is_told(page, "0 av 10")
    assert CourseGroup.objects.get(name="Höstgruppen").course == Course.objects.get(title="Matematik")
