"""The whole work without a mouse: one sees where one is, one comes to it in the order of the page, nothing hides it."""

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.test_main_job import log_in, path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Asked at once after the key: a page that glides to where the focus went fails, as quick fingers would be ahead of it.
WHERE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const [x, y] = [box.left + Math.min(box.width / 2, 12), box.top + Math.min(box.height / 2, 12)];
  const top = document.elementFromPoint(x, y);
  const before = window.lastFocus;
  window.lastFocus = at;
  const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const isPart = before === at; // The parts of a date's field are stops of their own, with marks of their own.
  return {
    what: `${at.tagName} ${at.getAttribute("aria-label") || at.textContent.trim().replace(/\\s+/g, " ") || at.name}`,
    isSeen: box.width > 1 && box.height > 1 && x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight,
    isMarked: isPart || isOutlined || style.boxShadow !== "none",
    isOnTop: Boolean(top) && (at.contains(top) || top.contains(at) || [...(at.labels || [])].includes(top)),
    isAfter: isPart || !before || !before.isConnected || Boolean(before.compareDocumentPosition(at) & 4),
    isInDialog: Boolean(at.closest("dialog")),
  };
}"""


@pytest.fixture
def cast(db):
    cast = factories.make_cast()
    for first_name, last_name in (("Anna", "Åkesson"), ("Bo", "Berg")):
        one = factories.make_participation(
            cast.project, first_name=first_name, last_name=last_name, lead=cast.coordinator, ref=f"K-{first_name}"
        )
        factories.make_activity(one, started_on="2017-02-01", enterprise=cast.enterprise, hours_per_week=30)
        factories.make_step(factories.make_goal(one, cast.coordinator), cast.coordinator)
        factories.make_journal_entry(one, cast.coordinator, next_step="Ringa", next_step_on="2017-03-16")
    return cast


@pytest.fixture
def page(open_browser, cast):
    page = open_browser()
    log_in(page, cast.coordinator.email)
    return page


def tab_through(page: Page, most: int = 150) -> list[dict]:
    """Each place the focus stops at, from the top of the page until it leaves it."""
    stops: list[dict] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(WHERE)
        if stop is None or (stops and stop["what"] == stops[0]["what"]):
            return stops
        stops.append(stop)
    raise AssertionError(f"the focus never leaves {page.url}: {[stop['what'] for stop in stops[-5:]]}")


def test_focus_is_seen_and_in_order_on_every_page_of_the_day(page, cast):
    anna = cast.project.participations.get(ref="K-Anna")
    detail = path("participants:participation_detail", pk=anna.pk)
    tabs = ("oversikt", "tidslinje", "plan", "aktiviteter", "natverk", "samtycken", "dokument", "historik")
    addresses = [
        path("participants:today"),
        path("participants:participation_list"),
        path("participants:attendance_grid"),
        *(f"{detail}?flik={tab}" for tab in tabs),
    ]
    faults = []
    for address in addresses:
        page.goto(address)
        stops = tab_through(page)
        assert stops[0]["what"].endswith("Hoppa till innehållet"), address
        assert len(stops) > 20, address
        faults += [
            f"{address}: {stop['what'][:60]} {fault}"
            for stop in stops
            for fault in ("isSeen", "isMarked", "isOnTop", "isAfter")
            if not stop[fault]
        ]
    assert not faults, "\n".join(faults)


def test_skip_link_leads_past_the_menu(page):
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_quick_log_keeps_the_focus_and_gives_it_back(page):
    link = page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Deltagare")
    link.focus()
    page.keyboard.press("n")
    expect(page.get_by_role("searchbox", name="Vem")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        stop = page.evaluate(WHERE)
        assert stop is None or (stop["isInDialog"] and stop["isOnTop"] and stop["isSeen"]), stop
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Logga")).to_be_hidden()
    expect(link).to_be_focused()
