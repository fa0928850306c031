"""The quick log as it is meant: opened over any page, ten notes with the keyboard alone, nothing lost without a net."""

import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from participants.models import JournalEntry, NoteDraft
from tests import factories
from tests.browser.test_main_job import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["Ada", "Bea", "Cia", "Disa", "Eva", "Frida", "Gun", "Hanna", "Ida", "Jonna"]


@pytest.fixture
def page(open_browser):
    cast = factories.make_cast()
    for name in NAMES:
        factories.make_participation(cast.project, first_name=name, last_name="Provsson", lead=cast.coordinator)
    page = open_browser()
    log_in(page, cast.coordinator.email)
    return page


def choose(page, name: str) -> None:
    page.keyboard.type(name[:3].lower())
    page.keyboard.press("Enter")
    expect(page.locator("#choices .is-chosen").filter(has_text=name)).to_be_visible()


def test_ten_notes_in_three_minutes_with_the_keyboard_alone(page):
    began = time.monotonic()
    page.goto(reverse("reporting:dashboard"))
    page.keyboard.press("n")
    for number, name in enumerate(NAMES):
        expect(page.locator("#who")).to_be_focused()
        choose(page, name)
        page.keyboard.press("Enter")  # Nobody more: on to the note.
        expect(page.locator("#log [name=kind]")).to_be_focused()
        page.keyboard.type("tel")
        page.keyboard.press("Tab")
        page.keyboard.type("igår")
        page.keyboard.press("Tab")
        page.keyboard.type("1h30")
        page.keyboard.press("Tab")
        page.keyboard.type(f"Samtal nummer {number}.")
        page.keyboard.press("Tab")
        page.keyboard.type("Ringa igen")
        page.keyboard.press("Tab")
        page.keyboard.type("+7")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#log [role=status] .alert-success")).to_be_visible()
        expect(page.locator("#log [name=text]")).to_have_value("")
    assert time.monotonic() - began < 180
    entries = JournalEntry.objects.order_by("pk")
    assert [entry.participation.participant.first_name for entry in entries] == NAMES
    assert {(entry.kind, str(entry.happened_on), entry.minutes, str(entry.next_step_on)) for entry in entries} == {
        ("phone", "2017-03-14", 90, "2017-03-22")
    }


def test_one_note_on_several_over_the_page_where_one_is(page):
    address = reverse("participants:participation_list")
    page.goto(address)
    page.keyboard.press("n")
    expect(page.locator("#who")).to_be_focused()
    for name in NAMES[:3]:
        choose(page, name)
    expect(page.locator("#choices .is-chosen")).to_have_count(3)
    page.locator("#log [name=text]").fill("Gruppträff")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#log .alert-success")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#quick-log")).to_be_hidden()
    assert page.url.endswith(address)
    assert JournalEntry.objects.filter(text="Gruppträff").count() == 3


def test_a_draft_survives_a_reload(page):
    page.goto(reverse("participants:journal_quick"))
    choose(page, "Ada")
    page.locator("#log [name=text]").fill("Halvskriven mening")
    expect(page.locator("[data-log-state]")).not_to_be_empty()
    page.reload()
    expect(page.locator("#log [name=text]")).to_have_value("Halvskriven mening")
    expect(page.locator("#choices .is-chosen")).to_contain_text("Ada")


def test_without_a_net_nothing_is_lost_and_the_second_try_saves_once(page, complaints):
    page.goto(reverse("participants:journal_quick"))
    choose(page, "Ada")
    page.context.set_offline(True)
    page.locator("#log [name=text]").fill("Skrivet i tunneln")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-log-state]")).not_to_be_empty()
    expect(page.locator("#log [name=text]")).to_have_value("Skrivet i tunneln")
    assert not JournalEntry.objects.exists()
    page.context.set_offline(False)
    page.locator("#log [name=text]").press("Control+Enter")
    expect(page.locator("#log .alert-success")).to_be_visible()
    assert JournalEntry.objects.get().text == "Skrivet i tunneln"
    assert not NoteDraft.objects.exists()
    complaints.clear()  # The browser tells of the lost net, which was the point.
