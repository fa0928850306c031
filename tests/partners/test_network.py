"""Goal 5: offices with and without a competence bearer, officials trained, guidelines in place."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners import access, actions, network
from partners.models import Attendance, CompetenceBearer, Guideline, NetworkEvent, ProjectGoal
from tests.factories import (
    Cast,
    make_attendance,
    make_bearer,
    make_guideline,
    make_membership,
    make_network,
    make_network_event,
    make_organisation,
    make_partnership,
    make_project,
    make_user,
)
from tests.filling import fill_in

URL = "/kompetensbarare/"


@pytest.fixture
def coordinating(cast):
    """The administration that coordinates the network, and its caseworker."""
    organisation = make_organisation("Arbetsmarknadsförvaltningen", "municipal_administration")
    make_partnership(organisation, cast.project, "coordinates")
    return make_user("Nora Nätverk", organisation, "caseworker")


def url(name, *args) -> str:
    return reverse(f"partners:{name}", args=args)


# --- Figures ------------------------------------------------------------------------------------------


def test_offices_without_a_current_bearer_are_gaps(cast):
    make_bearer(cast.project, cast.social_services)
    make_bearer(cast.project, cast.employment_service, ended_on=dt.date(2017, 3, 14))
    make_bearer(cast.project, cast.adult_education, appointed_on="2017-03-16")
    found = {office.organisation: office for office in network.offices(cast.project)}
    assert cast.enterprise.organisation not in found  # no authority
    assert cast.financier not in found
    assert not found[cast.social_services].is_gap
    assert found[cast.employment_service].is_gap
    assert found[cast.employment_service].bearers_before
    goal = network.goal_5(cast.project)
    assert (goal.offices, goal.offices_with_bearer + goal.gaps) == (len(found), len(found))


def test_officials_are_counted_once_and_only_at_trainings_that_were_held(cast):
    first, second = make_network_event(cast.project), make_network_event(cast.project)
    meeting = make_network_event(cast.project, "meeting")
    planned = make_network_event(cast.project, held_on="2017-03-16")
    for event in (first, second):
        make_attendance(event, cast.social_services, "Bo Ek" if event == first else " bo  EK")
    make_attendance(first, cast.employment_service, "Bo Ek")  # another office, another person
    make_attendance(first, cast.enterprise.organisation, "Hans Handledare", is_official=False)
    make_attendance(meeting, cast.social_services, "Bara Möte")
    make_attendance(planned, cast.social_services, "Ännu Inte")
    assert len(network.trained_officials(cast.project)) == 2


def test_one_person_with_an_account_counts_once_at_two_offices(cast):
    make_membership(cast.caseworker, cast.adult_education)
    event = make_network_event(cast.project)
    for organisation in (cast.social_services, cast.adult_education):
        names = [cast.caseworker.name]
        actions.record_attendance(event=event, organisation=organisation, names=names, is_official=True, by=None)
    assert len(network.trained_officials(cast.project)) == 1


def test_target_is_the_projects_own(cast):
    assert network.goal_5(cast.project).officials_target is None
    ProjectGoal.objects.create(project=cast.project, number=5, title="En gemensam processkarta finns", target=1)
    ProjectGoal.objects.create(project=cast.project, number=5, title="Tjänstepersoner har deltagit", target=100)
    goal = network.goal_5(cast.project)
    assert (goal.officials_target, goal.officials_left) == (100, 100)


def test_guidelines_in_place_and_known(cast):
    make_guideline(cast.project, cast.social_services, in_place_since=dt.date(2016, 9, 1))
    make_guideline(
        cast.project,
        cast.employment_service,
        in_place_since=dt.date(2016, 9, 1),
        communicated_on=dt.date(2016, 10, 1),
    )
    make_guideline(cast.project, cast.adult_education)
    goal = network.goal_5(cast.project)
    assert (goal.offices_with_guideline, goal.offices_with_known_guideline) == (2, 1)


def test_process_map_is_there_when_every_corner_is_taken(cast):
    assert network.goal_5(cast.project).has_process_map
    cast.adult_education.partnerships.all().delete()
    assert not network.goal_5(cast.project).has_process_map


# --- Pages ----------------------------------------------------------------------------------------------


def test_everybody_reads_and_the_coordinator_writes(cast, coordinating, log_in, as_caseworker, as_project_office):
    assert not as_caseworker.get(URL).context["may_edit"]
    assert log_in(coordinating).get(URL).context["may_edit"]
    assert as_project_office.get(URL).context["may_edit"]
    assert as_caseworker.get(url("bearer_create")).status_code == 403
    assert log_in(coordinating).get(url("bearer_create")).status_code == 200


def test_bearer_is_appointed_and_ended(cast, coordinating, log_in):
    browser, office = log_in(coordinating), cast.social_services
    page = f"{url('bearer_create')}?kontor={office.pk}"
    assert browser.get(page).context["form"].initial["organisation"] == str(office.pk)
    answers = {"organisation": office.pk, "name": cast.caseworker.name, "appointed_on": "2017-03-01"}
    assert fill_in(browser, url("bearer_create"), **answers).status_code == 302
    bearer = cast.project.competence_bearers.get()
    assert bearer.user == cast.caseworker
    assert fill_in(browser, url("bearer_create"), **answers).status_code == 422
    assert fill_in(browser, url("bearer_create"), **{**answers, "name": "Bo 850615-2383"}).status_code == 422
    assert fill_in(browser, url("bearer_end", bearer.pk), ended_on="2017-02-01").status_code == 422
    assert fill_in(browser, url("bearer_end", bearer.pk), ended_on="2017-03-14").status_code == 302
    assert "Sara Socialsekreterare" in browser.get(URL).text


def test_attendance_is_written_down_for_many_at_once(cast, coordinating, log_in):
    browser = log_in(coordinating)
    answers = {"kind": "training", "title": "Grundkurs", "held_on": "2017-03-10", "organiser": cast.owner.pk}
    page = fill_in(browser, url("event_create"), hours="6", place="Angered", **answers)["Location"]
    names = "Bo Ek\n\n  Eva   Alm \nbo ek\n"
    assert fill_in(browser, page, organisation=cast.social_services.pk, names=names).status_code == 302
    event = cast.project.network_events.get()
    assert [one.name for one in event.attendances.order_by("name")] == ["Bo Ek", "Eva Alm"]
    assert network.goal_5(cast.project).officials == 2
    assert fill_in(browser, page, organisation=cast.social_services.pk, names="Bo\nbo@test.example").status_code == 422
    attendance = event.attendances.first()
    browser.post(url("attendance_remove", event.pk, attendance.pk))
    assert event.attendances.count() == 1


def test_attendance_waits_until_the_day(cast, coordinating):
    event = make_network_event(cast.project, held_on="2017-03-16")
    with pytest.raises(ValidationError):
        actions.record_attendance(
            event=event, organisation=cast.social_services, names=["Bo Ek"], is_official=True, by=coordinating
        )


def test_guideline_is_written_and_changed(cast, coordinating, log_in):
    browser = log_in(coordinating)
    answers = {"organisation": cast.social_services.pk, "title": "Rutin"}
    assert fill_in(browser, url("guideline_create"), **answers, link="javascript:alert(1)").status_code == 422
    assert fill_in(browser, url("guideline_create"), **answers, communicated_on="2017-03-01").status_code == 422
    assert fill_in(browser, url("guideline_create"), **answers, link="https://test.example/rutin").status_code == 302
    guideline = Guideline.objects.get()
    page = url("guideline_edit", guideline.pk)
    assert fill_in(browser, page, in_place_since="2017-02-01", communicated_on="2017-03-01").status_code == 302
    guideline.refresh_from_db()
    assert guideline.is_known


def test_network_of_another_project_does_not_exist(cast, coordinating, log_in):
    from tests.factories import make_project

    other = make_project(make_organisation("Annan ägare"), dnr="2016/99999", name="Hemligt")
    bearer = make_bearer(other, cast.social_services)
    event, guideline = make_network_event(other), make_guideline(other, cast.social_services)
    browser = log_in(coordinating)
    for page in (
        url("bearer_end", bearer.pk),
        url("event_detail", event.pk),
        url("guideline_edit", guideline.pk),
    ):
        assert browser.get(page).status_code == 404
    assert browser.get(f"{URL}?projekt={other.slug}").context["project"] == cast.project


def test_network_overview_takes_the_same_queries_for_many(cast, as_coordinator, django_assert_max_num_queries):
    as_coordinator.get(URL)
    with django_assert_max_num_queries(20) as before:
        as_coordinator.get(URL)
    for number in range(25):
        office = make_organisation(kind="social_services")
        make_partnership(office, cast.project)
        make_bearer(cast.project, office)
        make_attendance(make_network_event(cast.project), office, f"Person {number}x")
        make_guideline(cast.project, office)
    with django_assert_max_num_queries(20) as after:
        as_coordinator.get(URL)
    assert len(before) == len(after)


# --- Whose rows -----------------------------------------------------------------------------------------

DEEDS = {"bearer_end": CompetenceBearer, "event_detail": NetworkEvent, "guideline_edit": Guideline}


@pytest.fixture
def network_elsewhere(cast):
    """The same network in a project of other organisations, with a coordinator of its own there."""
    make_network(cast)
    owner = make_organisation("Annan ägare")
    project = make_project(owner, dnr="2016/99999", name="Annat")
    make_partnership(owner, project, "owner")
    bearer, event = make_bearer(project, owner), make_network_event(project)
    rows = [bearer, event, make_attendance(event, owner, "Bo Borta"), make_guideline(project, owner)]
    return {"user": make_user("Kerstin Borta", owner, "coordinator"), "rows": rows}


@pytest.mark.parametrize("role", [*Cast.ROLES, "elsewhere"])
def test_network_rows_are_those_of_ones_own_projects(role, cast, network_elsewhere):
    user = network_elsewhere["user"] if role == "elsewhere" else getattr(cast, role)
    for theirs in network_elsewhere["rows"]:
        model = type(theirs)
        visible = set(model.objects.visible_to(user).values_list("pk", flat=True))
        ours = set(model.objects.exclude(pk=theirs.pk).values_list("pk", flat=True))
        assert ours
        may_read = access.Permission.ENTERPRISE_VIEW in access.permissions(user)
        assert visible == (set() if not may_read else {theirs.pk} if role == "elsewhere" else ours), model.__name__


def test_network_rows_are_nobodys_without_log_in(network_elsewhere):
    for row in network_elsewhere["rows"]:
        assert not type(row).objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_partner_of_another_project_gets_404(name, method, cast, network_elsewhere, log_in):
    elsewhere = log_in(network_elsewhere["user"])
    ours = DEEDS[name].objects.filter(project=cast.project).first()
    assert getattr(elsewhere, method)(url(name, ours.pk)).status_code == 404
    theirs = DEEDS[name].objects.exclude(project=cast.project).get()
    for ours_too in (cast.coordinator, cast.project_office, cast.caseworker):
        assert getattr(log_in(ours_too), method)(url(name, theirs.pk)).status_code == 404


def test_attendance_of_another_project_is_not_removed(cast, network_elsewhere, log_in):
    theirs = Attendance.objects.exclude(event__project=cast.project).get()
    ours = cast.project.network_events.get()
    browser = log_in(cast.project_office)
    for event in (theirs.event_id, ours.pk):
        assert browser.post(url("attendance_remove", event, theirs.pk)).status_code == 404
    assert Attendance.objects.filter(pk=theirs.pk).exists()
