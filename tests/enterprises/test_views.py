"""The register of enterprises."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_activity, make_enterprise


def test_enterprise_list_shows_the_register(cast, as_coordinator):
    make_enterprise(trade="snickeri", in_social_trade=True, is_wise=False)
    page = as_coordinator.get("/foretag/")
    assert len(page.context["enterprises"]) == 2
    assert "Snickeri" in page.text
    assert "Social Trade" in page.text


def test_enterprise_list_takes_the_same_queries_for_1_and_25(cast, as_coordinator):
    counts = []
    for more in (0, 24):
        for _ in range(more):
            make_enterprise()
        with CaptureQueriesContext(connection) as seen:
            as_coordinator.get("/foretag/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_enterprise_detail_loads_people_by_address_only_for_who_may_see_them(cast, participation, log_in):
    make_activity(participation, "arbetstraning", "2016-03-07", enterprise=cast.enterprise)
    people = reverse("participants:enterprise_people", args=[cast.enterprise.pk])
    for role, sees in (("coordinator", True), ("caseworker", True), ("steering", False), ("controller", False)):
        page = log_in(getattr(cast, role)).get(f"/foretag/{cast.enterprise.pk}/")
        assert page.status_code == 200
        assert (people in page.text) == sees
        assert "Åkesson" not in page.text


def test_enterprise_detail_of_nothing_is_not_found(cast, as_coordinator):
    assert as_coordinator.get("/foretag/999999/").status_code == 404
