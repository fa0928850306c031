"""Courses: a seat is given once, also the last one, and a list of people tells only of those one may see."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions
from participants.models import Activity, Course, CourseGroup, Participant
from tests import factories
from tests.factories import make_activity, make_consent, make_course, make_course_group, make_participation
from tests.filling import fill_in

MARCH = dt.date(2017, 3, 15)


def path(name, *args):
    return reverse(f"participants:{name}", args=args)


@pytest.fixture
def course(cast) -> Course:
    return make_course(cast.adult_education, cast.project, title="Svenska i köket")


@pytest.fixture
def group(course) -> CourseGroup:
    """Two seats, Mondays and Wednesdays."""
    return make_course_group(course, name="Förmiddag", seats=2)


def join(participation, group, by, started_on=MARCH) -> Activity:
    return actions.join_group(participation=participation, group=group, started_on=started_on, by=by)


# --- Seats ----------------------------------------------------------------------------------------


def test_join_group_is_an_activity_beside_the_others(participation, group, coordinator):
    make_activity(participation)

    activity = join(participation, group, coordinator)

    assert (activity.kind, activity.title, activity.ended_on) == ("utbildning", "Svenska i köket", group.ended_on)
    assert activity.hours_per_week == 12
    assert participation.activities.count() == 2


def test_join_group_refuses_when_full_and_names_another_group(project, participation, group, course, coordinator):
    make_course_group(course, name="Kväll")
    for _ in range(2):
        join(make_participation(project=project), group, coordinator)

    with pytest.raises(ValidationError, match="Kväll"):
        join(participation, group, coordinator)


def test_seat_of_one_who_leaves_is_free_from_the_day_after(project, participation, group, coordinator):
    leaver, other = make_participation(project=project), make_participation(project=project)
    actions.end_activity(activity=join(leaver, group, coordinator), ended_on=dt.date(2017, 3, 20), by=coordinator)
    join(other, group, coordinator)

    with pytest.raises(ValidationError):
        join(participation, group, coordinator, dt.date(2017, 3, 20))
    assert join(participation, group, coordinator, dt.date(2017, 3, 21))


def test_seat_is_not_given_to_two_at_different_times_of_one_stay(project, participation, group, coordinator):
    """One who starts next month holds her seat against one who would start today and stay."""
    for _ in range(2):
        join(make_participation(project=project), group, coordinator, dt.date(2017, 4, 18))

    with pytest.raises(ValidationError):
        join(participation, group, coordinator)


def test_join_group_twice_is_refused(participation, group, coordinator):
    join(participation, group, coordinator)

    with pytest.raises(ValidationError):
        join(participation, group, coordinator)


@pytest.mark.parametrize("changes", [{"is_open": False}, {"ended_on": dt.date(2017, 3, 14)}])
def test_join_group_refuses_closed_and_over(participation, course, coordinator, changes):
    with pytest.raises(ValidationError):
        join(participation, make_course_group(course, **changes), coordinator)


@pytest.mark.django_db(transaction=True)
def test_last_seat_is_given_once_to_two_at_the_same_moment(cast, course):
    group = make_course_group(course, seats=1)
    people = [make_participation(project=cast.project) for _ in range(2)]
    if connection.vendor == "sqlite":
        # One writer at a time: what is left to prove is that the second looks again.
        with pytest.raises(ValidationError):
            [join(person, group, cast.coordinator) for person in people]
        assert group.activities.count() == 1
        return
    start, refused = threading.Barrier(2), []

    def take(person):
        start.wait()
        try:
            join(person, group, cast.coordinator)
        except ValidationError as refusal:
            refused.append(refusal)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=take, args=[person]) for person in people]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(refused) == 1
    assert group.activities.count() == 1


# --- Keeping courses ------------------------------------------------------------------------------


def test_save_group_refuses_fewer_seats_than_people(project, group, coordinator):
    for _ in range(2):
        join(make_participation(project=project), group, coordinator)

    with pytest.raises(ValidationError):
        actions.save_group(course=group.course, group=group, seats=1, by=coordinator)


def test_save_group_refuses_what_a_colleague_changed_meanwhile(group, coordinator):
    version = group.version
    actions.save_group(course=group.course, group=group, version=version, place="Sal 2", by=coordinator)

    with pytest.raises(ValidationError):
        actions.save_group(course=group.course, group=group, version=version, place="Sal 3", by=coordinator)


def test_courses_are_given_by_schools_or_the_owner(cast):
    with pytest.raises(ValidationError):
        actions.save_course(
            course=None,
            project=cast.project,
            organisation=cast.social_services,
            title="Egen kurs",
            kind="annat",
            by=cast.coordinator,
        )


def test_teacher_makes_a_course_and_a_group_of_her_own_school(cast, log_in):
    client = log_in(cast.teacher)

    fill_in(client, path("course_create"), title="Svenska i köket", kind="yrke")
    course = Course.objects.get()
    answer = fill_in(
        client,
        path("course_group_create", course.pk),
        name="Kväll",
        started_on="2017-04-03",
        ended_on="2017-06-02",
        weekdays=["1", "3"],
        hours_per_day="3",
        seats="12",
    )

    assert answer.status_code == 302
    assert course.organisation == cast.adult_education
    assert course.groups.get().weekdays == "13"


def test_teacher_does_not_change_what_others_give(cast, log_in):
    other = make_course(cast.owner, cast.project)

    assert log_in(cast.teacher).get(path("course_edit", other.pk)).status_code == 403
    assert log_in(cast.teacher).get(path("course_detail", other.pk)).status_code == 200


def test_course_join_through_the_form(as_coordinator, participation, group):
    answer = fill_in(as_coordinator, path("course_join", participation.pk), group=group.pk, started_on="2017-03-20")

    assert answer.status_code == 302
    assert participation.activities.get().group == group


def test_teacher_gives_and_ends_a_seat_in_her_own_group_only(cast, participation, group, log_in):
    make_consent(participation, cast.adult_education)
    foreign = make_course_group(make_course(cast.owner, cast.project))
    client = log_in(cast.teacher)
    join_path = path("course_join", participation.pk)

    assert client.post(join_path, {"group": foreign.pk, "started_on": "2017-03-15"}).status_code == 422
    assert client.post(join_path, {"group": group.pk, "started_on": "2017-03-15"}).status_code == 302
    seat = participation.activities.get()
    other = make_activity(participation)
    assert client.post(path("activity_end", participation.pk, other.pk), {"ended_on": "2017-03-15"}).status_code == 403
    assert client.post(path("activity_end", participation.pk, seat.pk), {"ended_on": "2017-03-20"}).status_code == 302


# --- Who sees whom --------------------------------------------------------------------------------


def test_course_detail_shows_seats_to_all_and_people_to_those_who_may(cast, participation, group, log_in):
    join(participation, group, cast.coordinator)

    teachers = log_in(cast.teacher).get(path("course_detail", group.course_id)).content.decode()
    coordinators = log_in(cast.coordinator).get(path("course_detail", group.course_id)).content.decode()

    assert "1 of 2" in teachers or "1 av 2" in teachers
    assert "Åkesson" not in teachers
    assert "Åkesson" in coordinators


def test_course_detail_does_not_tell_where_a_protected_person_is(as_coordinator, participation, group, coordinator):
    join(participation, group, coordinator)
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)

    page = as_coordinator.get(path("course_detail", group.course_id)).content.decode()

    assert "Åkesson" not in page
    assert participation.ref not in page


@pytest.mark.parametrize("name", ["course_list", "course_detail"])
def test_courses_ask_as_often_for_1_as_for_25(as_coordinator, cast, course, name, project):
    def fill():
        group = make_course_group(course)
        make_activity(make_participation(project=project), started_on="2017-01-09", group=group)
        make_course_group(make_course(cast.adult_education, project))

    address = path(name, course.pk) if name == "course_detail" else path(name)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert as_coordinator.get(address).status_code == 200
        return len(queries)

    fill()
    as_coordinator.get(address)
    one = count()
    for _ in range(24):
        fill()
    assert count() == one


def test_course_is_not_seen_from_another_project(cast, course, log_in):
    owner = factories.make_organisation("Annan ägare")
    other = factories.make_project(owner, dnr="2016/00001", name="Annat")
    factories.make_partnership(owner, other, "owner")
    stranger = factories.make_user("Annan Koordinator", owner, factories.Role.COORDINATOR)

    assert log_in(stranger).get(path("course_detail", course.pk)).status_code == 404
