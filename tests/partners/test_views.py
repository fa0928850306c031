"""The partnership as a matrix of organisations and roles."""

import datetime as dt

from django.urls import reverse

from partners.models import Partnership
from tests.factories import make_organisation, make_partnership, make_project

URL = "/partner/"


def test_partnership_list_marks_who_does_what(cast, as_coordinator):
    page = as_coordinator.get(URL)
    lines = {line.organisation: line for line in page.context["lines"]}
    assert lines[cast.owner].roles.keys() == {"owner"}
    assert lines[cast.employment_service].roles.keys() == {"decides"}
    assert all(len(line.cells) == len(page.context["roles"]) for line in lines.values())
    assert next(iter(page.context["lines"])).organisation == cast.owner


def test_partnership_list_keeps_ended_roles(cast, as_coordinator):
    Partnership.objects.filter(organisation=cast.financier).update(ended_on=dt.date(2016, 12, 31))
    page = as_coordinator.get(URL)
    assert page.context["lines"][-1].organisation == cast.financier
    assert page.context["lines"][-1].is_over
    assert "2016-12-31" in page.text


def test_partnership_list_shows_only_projects_one_takes_part_in(cast, as_coordinator):
    other = make_project(make_organisation("Annan ägare"), dnr="2016/99999", name="Hemligt projekt")
    page = as_coordinator.get(URL, {"projekt": other.slug})
    assert page.context["project"] == cast.project
    assert "Hemligt" not in page.text


def test_partnership_list_chooses_among_several_projects(cast, as_coordinator):
    second = make_project(cast.owner, dnr="2016/00001", name="Nästa steg")
    make_partnership(cast.owner, second, "owner")
    assert as_coordinator.get(URL, {"projekt": second.slug}).context["project"] == second
    assert as_coordinator.get(URL, {"projekt": "x"}).status_code == 200


def test_partnership_list_takes_the_same_queries_for_many(cast, as_coordinator, django_assert_max_num_queries):
    as_coordinator.get(URL)
    with django_assert_max_num_queries(15) as before:
        as_coordinator.get(URL)
    for _ in range(20):
        make_partnership(make_organisation(parent=cast.district_a), cast.project)
    with django_assert_max_num_queries(15) as after:
        as_coordinator.get(URL)
    assert len(before) == len(after)


def test_the_menu_shows_only_what_the_role_allows(cast, log_in):
    menu = {role: log_in(user).get(URL).text for role, user in cast.users().items()}
    assert reverse("participants:participation_list") in menu["caseworker"]
    assert reverse("participants:participation_list") not in menu["steering"]
    assert reverse("reporting:report_list") in menu["controller"]
    assert reverse("reporting:report_list") not in menu["coordinator"]
    assert 'aria-current="page"' in menu["coordinator"]
