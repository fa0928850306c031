"""Attendance: many days at once, and nothing lost between two who write."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, rules
from participants.attendance_grid import Period
from participants.models import AttendanceCertificate, AttendanceDay, Participant
from participants.rules import Entry
from partners.models import AccessLog
from tests import factories
from tests.factories import (
    make_activity,
    make_attendance_day,
    make_consent,
    make_course,
    make_course_group,
    make_participation,
)
from tests.filling import form_of

GRID = reverse("participants:attendance_grid")


def path(name, *args):
    return reverse(f"participants:{name}", args=args)


def entry(activity, on="2017-02-01", text="6", was="", **fields) -> Entry:
    fields.setdefault("compensation", "forsorjningsstod")
    return Entry(activity.participation_id, activity.pk, factories.day(on), text, was, **fields)


def cell(activity, on):
    return rules.cell_name(activity.participation_id, activity.pk, factories.day(on))


def refusal_of(entries, by) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        actions.record_attendance(entries=entries, by=by)
    return refused.value.message_dict


# --- What is written in a cell --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "text"),
    [("", ""), (" 6 ", "6"), ("6,5", "6.5"), ("6.50", "6.5"), ("6:30", "6.5"), ("24", "24"), ("s", "S"), ("10", "10")],
)
def test_cell_is_read(typed, text):
    assert rules.read_cell(typed) == text


@pytest.mark.parametrize("typed", ["0", "-1", "25", "x", "6:", "nan", "inf", "1e9", "6;5"])
def test_cell_refuses(typed):
    with pytest.raises(ValidationError):
        rules.read_cell(typed)


def test_planned_hours_are_a_fifth_of_the_week(activity):
    assert rules.planned_hours(activity, dt.date(2017, 2, 1)) == "4"
    assert rules.planned_hours(activity, dt.date(2017, 2, 4)) == ""


def test_planned_hours_of_a_group_follow_its_weekdays(cast, participation):
    group = make_course_group(make_course(cast.adult_education, cast.project), weekdays="02", hours_per_day=6)
    activity = make_activity(participation, started_on="2017-01-09", group=group)

    assert [rules.planned_hours(activity, dt.date(2017, 2, day)) for day in (6, 7, 8)] == ["6", "", "6"]


# --- Days -----------------------------------------------------------------------------------------


def test_record_attendance_writes_hours_and_absence(activity, coordinator):
    actions.record_attendance(entries=[entry(activity), entry(activity, "2017-02-02", "S")], by=coordinator)

    rows = AttendanceDay.objects.order_by("day").values_list("hours", "kind", "compensation")
    assert list(rows) == [(Decimal(6), "narvaro", "forsorjningsstod"), (Decimal(0), "sjuk", "forsorjningsstod")]
    certificate = AttendanceCertificate.objects.get()
    assert (certificate.month, certificate.state) == (dt.date(2017, 2, 1), AttendanceCertificate.State.DRAFT)


def test_record_attendance_twice_writes_once(activity, coordinator):
    assert [actions.record_attendance(entries=[entry(activity)], by=coordinator) for _ in range(2)] == [1, 0]


def test_record_attendance_takes_a_day_away(activity, coordinator):
    actions.record_attendance(entries=[entry(activity)], by=coordinator)
    actions.record_attendance(entries=[entry(activity, text="", was="6")], by=coordinator)

    assert not AttendanceDay.objects.exists()


@pytest.mark.parametrize(
    ("on", "why"),
    [("2017-03-16", "har inte varit än"), ("2016-02-29", "deltog inte"), ("2016-03-03", "pågår inte")],
)
def test_record_attendance_refuses_days_outside(activity, coordinator, on, why):
    assert why in refusal_of([entry(activity, on)], coordinator)[cell(activity, on)][0]


def test_record_attendance_refuses_an_activity_of_somebody_else(activity, coordinator, project):
    other = make_participation(project=project)
    stolen = Entry(other.pk, activity.pk, dt.date(2017, 2, 1), "6", "")

    assert refusal_of([stolen], coordinator)


def test_record_attendance_refuses_more_than_a_day_in_sum(activity, participation, coordinator):
    other = make_activity(participation)
    make_attendance_day(participation, "2017-02-01", 20, activity=other)

    refusal = refusal_of([entry(activity, text="5")], coordinator)

    assert "25" in refusal[cell(activity, "2017-02-01")][0]
    assert actions.record_attendance(entries=[entry(activity, text="4")], by=coordinator) == 1


def test_record_attendance_refuses_all_when_one_is_refused(activity, coordinator):
    refusal_of([entry(activity), entry(activity, "2017-03-16")], coordinator)

    assert not AttendanceDay.objects.exists()


def test_two_who_write_the_same_cell_notice_each_other(activity, coordinator, project_office):
    actions.record_attendance(entries=[entry(activity, text="4")], by=project_office)

    sentence = refusal_of([entry(activity, text="6", was="")], coordinator)[cell(activity, "2017-02-01")][0]

    assert "Petra Projektkontor" in sentence
    assert "”4”" in sentence
    assert "”6”" in sentence
    assert AttendanceDay.objects.get().hours == 4


def test_attendance_counts_as_the_last_event(activity, participation, coordinator):
    actions.record_attendance(entries=[entry(activity, "2017-03-10")], by=coordinator)

    participation.refresh_from_db()
    assert participation.last_event_on == dt.date(2017, 3, 10)


def test_absence_is_no_sign_of_life(activity, participation, coordinator):
    before = participation.last_event_on
    actions.record_attendance(entries=[entry(activity, "2017-03-10", "O")], by=coordinator)

    participation.refresh_from_db()
    assert participation.last_event_on == max(before, activity.started_on)


# --- The grid -------------------------------------------------------------------------------------


def save(client, address, **cells):
    """Open the grid, write into cells, save."""
    page = client.get(address)
    form = form_of(page, address.split("?")[0])
    return client.post(address, {**form["values"], **cells})


def test_attendance_grid_saves_the_whole_form(as_coordinator, activity):
    address = f"{GRID}?tid=2017-02&visa=alla"

    answer = save(as_coordinator, address, **{cell(activity, "2017-02-01"): "6,5", cell(activity, "2017-02-02"): "s"})

    assert answer.status_code == 302
    assert AttendanceDay.objects.count() == 2
    again = as_coordinator.get(address).content.decode()
    assert 'value="6,5"' in again or 'value="6.5"' in again


def test_attendance_grid_keeps_what_was_typed_when_it_refuses(as_coordinator, activity):
    address = f"{GRID}?tid=2017-02&visa=alla"

    answer = save(as_coordinator, address, **{cell(activity, "2017-02-01"): "27", cell(activity, "2017-02-02"): "7"})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="27"' in text
    assert 'value="7"' in text
    assert not AttendanceDay.objects.exists()


def test_attendance_grid_shows_both_values_and_saves_mine_the_second_time(as_coordinator, activity, project_office):
    address = f"{GRID}?tid=2017-02&visa=alla"
    page = as_coordinator.get(address)
    values = form_of(page, GRID)["values"]
    actions.record_attendance(entries=[entry(activity, text="4")], by=project_office)
    name = cell(activity, "2017-02-01")

    conflict = as_coordinator.post(address, {**values, name: "6"})
    assert conflict.status_code == 422
    assert "”4”" in conflict.content.decode()
    assert form_of(conflict, GRID)["values"][name] == "6"
    again = as_coordinator.post(address, form_of(conflict, GRID)["values"])

    assert again.status_code == 302
    assert AttendanceDay.objects.get().hours == 6


def test_attendance_grid_leaves_alone_what_a_colleague_wrote_elsewhere(as_coordinator, activity, project_office):
    address = f"{GRID}?tid=2017-02&visa=alla"
    values = form_of(as_coordinator.get(address), GRID)["values"]
    actions.record_attendance(entries=[entry(activity, "2017-02-03", "4")], by=project_office)

    answer = as_coordinator.post(address, {**values, cell(activity, "2017-02-01"): "6"})

    assert answer.status_code == 302
    assert set(AttendanceDay.objects.values_list("day__day", "hours")) == {(1, 6), (3, 4)}


def test_attendance_grid_sent_twice_is_saved_once(as_coordinator, activity):
    address = f"{GRID}?tid=2017-02&visa=alla"
    values = form_of(as_coordinator.get(address), GRID)["values"] | {cell(activity, "2017-02-01"): "6"}

    assert [as_coordinator.post(address, values).status_code for _ in range(2)] == [302, 302]
    assert AttendanceDay.objects.count() == 1


def test_attendance_grid_fills_as_planned_without_saving(as_coordinator, activity):
    make_attendance_day(activity.participation, "2017-02-01", 7, activity=activity)
    address = f"{GRID}?tid=2017-W05&visa=alla"

    filled = save(as_coordinator, address, fill="all")

    values = form_of(filled, GRID)["values"]
    days = ("2017-01-30", "2017-02-01", "2017-02-03", "2017-02-04")
    assert [values[cell(activity, day)] for day in days] == ["4", "7", "4", ""]
    assert AttendanceDay.objects.count() == 1
    assert as_coordinator.post(address, values).status_code == 302
    assert AttendanceDay.objects.count() == 5


def test_attendance_grid_changes_the_compensation_of_the_rows_days(as_coordinator, activity):
    row = make_attendance_day(activity.participation, activity=activity)
    address = f"{GRID}?tid=2017-02&visa=alla"

    save(as_coordinator, address, **{f"c-{activity.participation_id}-{activity.pk}": "aktivitetsstod"})

    row.refresh_from_db()
    assert row.compensation_id == "aktivitetsstod"


def test_attendance_grid_suggests_what_the_person_lived_on_last(as_coordinator, activity):
    make_attendance_day(activity.participation, activity=activity, compensation=factories.make_compensation("ingen"))

    save(as_coordinator, f"{GRID}?tid=2017-03&visa=alla", **{cell(activity, "2017-03-01"): "6"})

    assert AttendanceDay.objects.get(day="2017-03-01").compensation_id == "ingen"


def test_supervisor_records_those_placed_with_her_and_nobody_else(cast, participation, activity, log_in):
    elsewhere = make_activity(participation, title="Svenska")
    make_consent(participation, cast.enterprise.organisation)
    unseen = make_participation(project=cast.project, first_name="Okänd", last_name="Frånvarande")
    make_activity(unseen, enterprise=cast.enterprise)
    client = log_in(cast.supervisor)

    page = client.get(f"{GRID}?tid=2017-02").content.decode()

    assert "Åkesson" in page
    assert cell(activity, "2017-02-01") in page
    assert cell(elsewhere, "2017-02-01") not in page
    assert "Frånvarande" not in page


def test_teacher_records_her_groups_only_with_consent_to_the_journey(cast, participation, activity, log_in):
    group = make_course_group(make_course(cast.adult_education, cast.project))
    course = make_activity(participation, started_on="2017-01-09", group=group)
    consent = make_consent(participation, cast.adult_education)
    client = log_in(cast.teacher)

    page = client.get(f"{GRID}?tid=2017-02&visa=grupp-{group.pk}").content.decode()
    assert cell(course, "2017-02-01") in page
    assert cell(activity, "2017-02-01") not in page

    consent.covers_journey = False
    consent.save()
    assert "Åkesson" not in client.get(f"{GRID}?tid=2017-02").content.decode()


def test_attendance_grid_writes_nothing_for_rows_that_are_not_hers(cast, participation, activity, log_in):
    name = cell(activity, "2017-02-01")
    forged = {f"was-{participation.pk}-{activity.pk}": "|" * 28, name: "6"}

    answer = log_in(cast.supervisor).post(f"{GRID}?tid=2017-02", forged)

    assert answer.status_code == 422
    assert not AttendanceDay.objects.exists()


def test_protected_person_stands_on_her_own_page_alone(as_coordinator, participation, activity):
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)

    page = as_coordinator.get(f"{GRID}?tid=2017-02&visa=alla").content.decode()

    assert "Åkesson" not in page
    assert cell(activity, "2017-02-01") not in page
    assert as_coordinator.get(path("attendance_person", participation.pk)).status_code == 302


def test_attendance_person_takes_days_without_an_activity(as_coordinator, participation):
    address = f"{path('attendance_person', participation.pk)}?tid=2017-02"

    answer = save(as_coordinator, address, **{rules.cell_name(participation.pk, None, dt.date(2017, 2, 1)): "3"})

    assert answer.status_code == 302
    assert AttendanceDay.objects.get().activity is None


def test_attendance_grid_of_nobodys_own_people_leads_to_everybodys(as_project_office, as_coordinator, activity):
    wider = "?visa=alla&amp;tid=2017-W11"
    assert f'href="{wider}"' in as_project_office.get(GRID).content.decode()
    assert f'href="{wider}"' not in as_coordinator.get(GRID).content.decode()


def test_attendance_grid_is_in_the_read_log(as_coordinator, participation, activity):
    as_coordinator.get(f"{GRID}?tid=2017-02&visa=alla")

    look = AccessLog.objects.latest("pk")
    assert (look.action, look.participations) == ("list", [participation.pk])


def queries(client, method, address, data=None) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(address, data)
    assert answer.status_code in {200, 302}
    return len(queries)


@pytest.mark.parametrize("method", ["get", "post"])
def test_attendance_grid_asks_as_often_for_1_as_for_25(as_coordinator, activity, project, method):
    address = f"{GRID}?tid=2017-02&visa=alla"

    def count() -> int:
        if method == "get":
            return queries(as_coordinator, "get", address)
        values = form_of(as_coordinator.get(address), GRID)["values"]
        typed = {name: "6" for name in values if name.startswith("d-") and name.endswith(day)}
        return queries(as_coordinator, "post", address, values | typed)

    as_coordinator.get(address)
    day = "20170201"
    one = count()
    for _ in range(24):
        make_activity(make_participation(project=project), hours_per_week=20)
    day = "20170202"
    assert count() == one


def test_a_page_of_the_grid_fits_into_a_form(as_coordinator, activity, project, settings):
    for _ in range(25):
        make_activity(make_participation(project=project))
    page = as_coordinator.get(f"{GRID}?tid=2017-01&visa=alla")

    fields = len(re.findall(r'name="(?:d|c|was)-', page.content.decode()))
    assert 700 < fields + 5 <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


@pytest.mark.parametrize("asked", ["2017-02", "2017-W01", "2016-W52", "2017-W11"])
def test_period_reads_what_it_writes(asked):
    assert Period.read(asked).key == asked


@pytest.mark.parametrize("asked", [None, "", "2017-13", "2017-W53", "2017-W00", "x", "9999-01"])
def test_period_that_is_none_is_this_week(asked):
    assert Period.read(asked).key == "2017-W11"
