"""*Mål och läge*: who sees it, that it says what the figures say, and that outsiders find no small number in it."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import AccessLog, Membership, Partnership
from reporting.dashboard import SUMS, dashboard_of
from reporting.disclosure import HIDDEN, disclose
from reporting.facts import rebuild_facts
from reporting.figures import Figure
from tests import factories

ADDRESS = "/mal-och-lage/2015-00254/"


def make_left(project, sex, kind=None, number=1, **fields):
    """People who left in October 2016, with an outcome that began a week before."""
    for _ in range(number):
        participation = factories.make_participation(project=project, sex=sex, ended_on="2016-10-10", **fields)
        if kind:
            factories.make_outcome(participation, kind=kind, started_on="2016-10-03")


@pytest.fixture
def people(project):
    """Seven women and six men in goal 1; goal 2: five women with jobs, two men in education; one who is still here."""
    make_left(project, "K", "job_asf", 7)
    make_left(project, "M", "job_asf", 6)
    make_left(project, "K", "job", 5)
    make_left(project, "M", "education", 2)
    factories.make_participation(project=project, sex="M", started_on="2016-11-01")
    rebuild_facts(project)
    return project


def text_of(response) -> str:
    """What a reader sees: no tags, drawings or spaces."""
    body = re.sub(r"<svg.*?</svg>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# --- Who --------------------------------------------------------------------------------------------


def test_dashboard_leads_to_the_newest_project(as_caseworker, cast):
    newer = factories.make_project(cast.owner, dnr="2017/00001", started_on=dt.date(2017, 1, 1))
    factories.make_partnership(cast.social_services, newer)
    response = as_caseworker.get(reverse("reporting:dashboard"))
    assert response.status_code == 302
    assert response["Location"] == reverse("reporting:dashboard_project", kwargs={"project": newer.slug})


@pytest.mark.parametrize(
    "role", ["coordinator", "caseworker", "stranger", "supervisor", "project_office", "steering", "controller"]
)
def test_dashboard_project_is_shared_by_all_partners(role, cast, log_in):
    response = log_in(getattr(cast, role)).get(ADDRESS)
    assert response.status_code == 200
    assert not AccessLog.objects.exists()  # Nobody in particular is shown.


def test_dashboard_is_refused_to_the_administrator(log_in, administrator):
    assert log_in(administrator).get(reverse("reporting:dashboard")).status_code == 403
    assert log_in(administrator).get(ADDRESS).status_code == 404


def test_dashboard_project_of_others_does_not_exist(as_caseworker, cast):
    other = factories.make_project(cast.owner, dnr="2017/00001")
    address = reverse("reporting:dashboard_project", kwargs={"project": other.slug})
    assert as_caseworker.get(address).status_code == 404


def test_dashboard_without_a_project_says_so(as_caseworker, cast):
    Partnership.objects.all().delete()
    assert as_caseworker.get(reverse("reporting:dashboard")).status_code == 200


def test_dashboard_is_closed_when_the_membership_ends(as_caseworker, caseworker):
    Membership.objects.filter(user=caseworker).update(ended_on=dt.date(2017, 3, 14))
    assert as_caseworker.get(ADDRESS).status_code == 404


# --- What -------------------------------------------------------------------------------------------


def test_dashboard_project_says_what_the_figures_say(people, as_coordinator):
    response = as_coordinator.get(ADDRESS)
    text = text_of(response)
    dashboard = response.context["dashboard"]
    first, second = dashboard.cards
    assert (first.counted, second.counted, dashboard.entered, dashboard.ongoing) == (13, 7, 21, 1)
    assert (first.target, second.target) == (140, 84)
    assert [line.total.numerator for line in first.shares] == [13, 13, 13]
    assert [line.total.denominator for line in first.shares] == [280, 20, 200]
    assert [line.total.percent for line in first.shares] == [4.6, 65.0, 6.5]
    assert [(line.women, line.men, line.total) for line in second.through] == [(5, 0, 5), (0, 2, 2), (0, 0, 0)]
    assert "2017-03-15" in text
    assert str(first.standing.pace.word) in text


def test_dashboard_project_never_prints_a_percentage_alone(people, as_coordinator):
    for percentage in re.findall(
        r"(\d+ \w+ \d+) (?:\d+[.,]\d) %|(?<!\d )(\d+[.,]\d) %", text_of(as_coordinator.get(ADDRESS))
    ):
        assert percentage[0], "a percentage without its numbers"


def test_dashboard_project_draws_the_course_and_its_table(people, as_coordinator):
    dashboard = as_coordinator.get(ADDRESS).context["dashboard"]
    assert "<svg" in dashboard.course.svg
    assert dashboard.course.rows[-1].day == dt.date(2017, 3, 15)
    assert (dashboard.course.rows[-1].a, dashboard.course.rows[-1].b) == (13, 7)
    by_day = {row.day: row.a for row in dashboard.course.rows}
    assert (by_day[dt.date(2016, 10, 31)], by_day[dt.date(2016, 11, 30)]) == (0, 13)


def test_dashboard_project_shows_very_near_employment_beside_the_goal(project, as_coordinator):
    make_left(project, "K", number=1, near_employment=True, near_employment_note="Provanställs i april.")
    response = as_coordinator.get(ADDRESS)
    assert response.context["dashboard"].near_employment.total == 1
    assert response.context["dashboard"].cards[0].counted == 0


def test_dashboard_project_without_participants_names_the_next_step(project, as_coordinator, as_caseworker):
    enrol = reverse("participants:participation_create")
    assert enrol in as_coordinator.get(ADDRESS).content.decode()
    assert enrol not in as_caseworker.get(ADDRESS).content.decode()


def test_dashboard_project_without_targets(cast, as_coordinator, project):
    project.target_base = project.planned_participants_register = None
    project.save()
    response = as_coordinator.get(ADDRESS)
    assert response.status_code == 200
    assert response.context["dashboard"].cards[0].standing is None


def test_dashboard_project_takes_the_same_queries_for_1_and_25(project, as_coordinator):
    factories.make_participation(project=project, started_on="2016-03-01")
    rebuild_facts(project)
    as_coordinator.get(ADDRESS)
    with CaptureQueriesContext(connection) as one:
        as_coordinator.get(ADDRESS)
    make_left(project, "K", "job", 12)
    make_left(project, "M", "job_asf", 12)
    with CaptureQueriesContext(connection) as many:
        as_coordinator.get(ADDRESS)
    assert len(one) == len(many)


def test_dashboard_project_follows_the_days(project, as_coordinator, on_day):
    participation = factories.make_participation(project=project, ended_on="2017-03-01")
    factories.make_outcome(participation, kind="job_asf", started_on="2017-02-20")
    counted = []
    for day in ("2017-03-15", "2017-03-28", "2017-03-29"):
        on_day(day)
        counted.append(as_coordinator.get(ADDRESS).context["dashboard"].cards[0].counted)
    assert counted == [0, 0, 1]


# --- Small numbers ------------------------------------------------------------------------------------


OUTSIDERS = ("caseworker", "stranger", "supervisor", "steering", "controller", "employment_officer", "teacher")


def test_dashboard_project_hides_small_numbers_from_outsiders(people, cast, log_in):
    for role in OUTSIDERS:
        dashboard = log_in(getattr(cast, role)).get(ADDRESS).context["dashboard"]
        education = dashboard.cards[1].through[1]
        assert (education.women, education.men, education.total) == (HIDDEN, HIDDEN, HIDDEN), role
        assert dashboard.cards[1].bar is None
        for line in [*dashboard.states, *(line for card in dashboard.cards for line in card.through)]:
            for cell in (line.women, line.men, line.total):
                assert cell is HIDDEN or not 1 <= cell <= 4, role


def test_dashboard_project_for_outsiders_shows_no_small_number_in_its_text(people, as_caseworker):
    page = as_caseworker.get(ADDRESS)
    cells = re.findall(r'<td class="n[^"]*"[^>]*>\s*(?:<span>)?\s*(\d+)\s*(?:</span>)?\s*</td>', page.content.decode())
    assert cells
    assert not {int(cell) for cell in cells} & {1, 2, 3, 4}


def test_dashboard_for_outsiders_shows_the_course_in_quarters(project, people):
    course = dashboard_of(project, is_exact=False).course
    assert not course.is_exact
    for row in course.rows[:-1]:
        assert row.a % 5 == 0
        assert row.day.month in {3, 6, 9, 12}


def test_sums_of_the_dashboard_form_no_ring():
    names = {name for one in SUMS for name in (one.whole, *one.parts)}
    nobody = dict.fromkeys(names, Figure(0, 0, 0))
    assert set(disclose(nobody, SUMS)) == names
