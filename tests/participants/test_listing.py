"""Search, filters, order and keyset pages of the list."""

import datetime as dt
import random

import pytest
from django.http import QueryDict

from participants.listing import Order, Search, first_tab, keep_search, kept_search, read_page
from participants.listing_columns import COLUMNS
from participants.models import Participation
from tests.factories import (
    invented_number,
    make_care_team_member,
    make_consent,
    make_participation,
)

ORDERS = [Order(column, descending) for column in COLUMNS if column.paths for descending in (False, True)]


def address(params: str) -> dict[str, str]:
    return QueryDict(params).dict()


@pytest.fixture
def crowd(cast):
    """Thirty people with many ties and gaps in everything one can sort by."""
    luck = random.Random(5)
    names = ["Ek", "Åkesson", "Öberg", "Andersson"]
    people = [
        make_participation(
            cast.project,
            first_name=luck.choice(["Bo", "Eva"]),
            last_name=luck.choice(names),
            started_on=luck.choice([None, "2016-02-01", "2016-05-01"]),
            lead=luck.choice([None, cast.coordinator, cast.project_office]),
        )
        for _ in range(30)
    ]
    for participation in people:
        Participation.objects.filter(pk=participation.pk).update(
            next_step_on=luck.choice([None, dt.date(2017, 3, 20), dt.date(2017, 3, 10)]),
            last_event_on=luck.choice([None, dt.date(2017, 1, 1), dt.date(2017, 2, 2)]),
            left_on=luck.choice([None, None, dt.date(2017, 2, 2)]),
        )
    return people


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.text)
def test_read_page_visits_every_row_once_in_order(cast, crowd, order):
    rows = Participation.objects.visible_to(cast.coordinator).with_card()
    expected = [row.pk for row in order.apply(rows)]

    seen, after, page = [], "", None
    for _ in range(20):
        page = read_page(rows, order, after=after, size=7)
        seen += [row.pk for row in page.rows]
        after = page.after
        if not after:
            break

    assert seen == expected
    assert len(set(seen)) == len(crowd)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.text)
def test_read_page_goes_back_the_way_it_came(cast, crowd, order):
    rows = Participation.objects.visible_to(cast.coordinator).with_card()
    first = read_page(rows, order, size=7)
    second = read_page(rows, order, after=first.after, size=7)
    third = read_page(rows, order, after=second.after, size=7)

    assert [row.pk for row in read_page(rows, order, before=third.before, size=7).rows] == [
        row.pk for row in second.rows
    ]
    back = read_page(rows, order, before=second.before, size=7)
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert back.before == ""


@pytest.mark.parametrize("key", ["x", "_", "abc_1", "2017-01-01_x", "99999999999999999999", "2017-13-01_4", "٣"])
def test_read_page_begins_from_the_start_with_an_unreadable_key(cast, crowd, key):
    rows = Participation.objects.visible_to(cast.coordinator).with_card()
    for order in ORDERS:
        assert read_page(rows, order, after=key, size=5).rows == read_page(rows, order, size=5).rows


def test_keys_of_pages_name_nobody(cast, crowd):
    rows = Participation.objects.visible_to(cast.coordinator).with_card()
    for order in ORDERS:
        if order.column.is_personal:
            assert read_page(rows, order, size=5).after.isdigit()


# --- Search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["anna", "ÅKES", "anna åkesson", "Åkesson Anna", "ann åk", "g-001"])
def test_search_finds_by_the_beginning_of_names_and_code(cast, participation, typed):
    make_participation(cast.project, first_name="Bo", last_name="Ek", ref="X-1")
    found = Search.read(typed, [cast.project.pk]).apply(Participation.objects.visible_to(cast.coordinator))
    assert [row.pk for row in found] == [participation.pk]


def test_search_does_not_find_the_middle_of_a_name(cast, participation):
    found = Search.read("kesson", []).apply(Participation.objects.visible_to(cast.coordinator))
    assert not found.exists()


def test_search_finds_by_identity_number_and_forgets_it(cast):
    number = invented_number("1991-06-15")
    wanted = make_participation(cast.project, number=number)
    make_participation(cast.project, number=invented_number("1991-06-16"))

    search = Search.read(f"{number[:8]}-{number[8:]}", [cast.project.pk])

    assert [row.pk for row in search.apply(Participation.objects.visible_to(cast.coordinator))] == [wanted.pk]
    assert search.kind == "identity"
    assert number[-4:] not in repr(search)


def test_search_with_a_wrong_number_finds_nobody_and_keeps_nothing(cast, participation):
    search = Search.read("19910615-0000", [cast.project.pk])
    assert search == Search("identity")
    assert not search.apply(Participation.objects.visible_to(cast.coordinator)).exists()


def test_search_gives_no_hit_on_a_protected_person_outside_the_circle(cast):
    number = invented_number("1991-06-15")
    hidden = make_participation(cast.project, first_name="Siv", number=number, protection="sekretessmarkering")
    make_care_team_member(hidden, cast.coordinator)
    for typed in ("Siv", number, hidden.ref):
        search = Search.read(typed, [cast.project.pk])
        assert not search.apply(Participation.objects.visible_to(cast.project_office)).exists()
        assert search.apply(Participation.objects.visible_to(cast.coordinator)).exists()


def test_searches_kept_are_few(cast):
    session: dict = {}
    tokens = [keep_search(session, Search("name", f"n{number}")) for number in range(12)]
    assert len(session["searches"]) == 8
    assert kept_search(session, tokens[-1]) == Search("name", "n11")
    assert kept_search(session, tokens[0]) is None
    assert kept_search(session, "unknown") is None


@pytest.mark.parametrize("typed", ["", "   ", "\0"])
def test_search_for_nothing_is_no_search(typed):
    assert Search.read(typed, []) is None


# --- Tabs and filters -----------------------------------------------------------------------------


def test_first_tab_is_mine_unless_nobody_is(cast, participation):
    assert first_tab(cast.coordinator, None) == "mina"
    assert first_tab(cast.project_office, None) == "alla"
    assert first_tab(cast.project_office, "mina") == "mina"


@pytest.fixture
def four(cast):
    """One who takes part, one who left, one silent, one whose consent soon runs out."""
    ongoing = make_participation(cast.project, started_on="2017-03-01", referred_by=cast.social_services, ref="ongoing")
    left = make_participation(cast.project, started_on="2016-01-10", ended_on="2016-09-01", ref="left")
    silent = make_participation(cast.project, started_on="2016-11-01", ref="silent")
    expiring = make_participation(cast.project, started_on="2017-02-20", ref="expiring")
    make_consent(ongoing, cast.social_services, "2017-03-01")
    make_consent(left, cast.social_services, "2016-01-10", withdrawn_on="2016-02-01")
    make_consent(expiring, cast.social_services, "2017-02-20", valid_to="2017-03-31")
    return ongoing, left, silent, expiring


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("skede=pagar", {"ongoing", "silent", "expiring"}),
        ("skede=avslutad", {"left"}),
        ("tyst=1", {"silent"}),
        ("samtycke=finns", {"ongoing", "expiring"}),
        ("samtycke=snart", {"expiring"}),
        ("samtycke=saknas", {"left", "silent"}),
        ("fran=2016-11-01&till=2017-02-20", {"silent", "expiring"}),
        ("skede=pagar&samtycke=saknas", {"silent"}),
        ("skede=nonsens&fran=igår", {"ongoing", "left", "silent", "expiring"}),
    ],
)
def test_filters(cast, four, as_coordinator, params, expected):
    page = as_coordinator.get("/deltagare/", {"flik": "alla", **address(params)})
    assert {row.ref for row in page.context["page"].rows} == expected


def test_filter_by_referrer(cast, four, as_coordinator):
    page = as_coordinator.get("/deltagare/", {"flik": "alla", "hanvisad": cast.social_services.pk})
    assert {row.ref for row in page.context["page"].rows} == {"ongoing"}


def test_filters_are_counted_and_can_be_cleared(cast, four, as_coordinator):
    listing = as_coordinator.get("/deltagare/?flik=alla&skede=pagar&tyst=1&sort=namn&after=3").context["listing"]
    assert listing.active_filters == 2
    assert address(listing.without_filters()) == {"flik": "alla", "sort": "namn"}
    assert address(listing.query(sort="-namn")) == {
        "flik": "alla",
        "skede": "pagar",
        "tyst": "1",
        "sort": "-namn",
    }
