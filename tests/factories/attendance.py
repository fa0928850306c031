"""Attendance and courses."""

import datetime as dt

from participants.models import (
    AttendanceCertificate,
    AttendanceDay,
    CompensationType,
    Course,
    CourseGroup,
    Participation,
)
from partners.models import Organisation, Project
from tests.factories.frame import _counter, day


def make_attendance_day(
    participation: Participation, on: str | dt.date = "2017-02-01", hours: float = 6, **fields
) -> AttendanceDay:
    """A day of presence on social assistance, unless told otherwise; its month has a draft certificate."""
    if "compensation" not in fields:
        fields["compensation"] = make_compensation()
    row = AttendanceDay.objects.create(participation=participation, day=day(on), hours=hours, **fields)
    month = row.day.replace(day=1)
    if not participation.attendance_certificates.filter(month=month).exists():
        AttendanceCertificate.objects.create(participation=participation, month=month)
    return row


def make_compensation(code: str = "forsorjningsstod") -> CompensationType:
    return CompensationType.objects.get(code=code)


def make_course(organisation: Organisation, project: Project, **fields) -> Course:
    fields.setdefault("title", f"Kurs {next(_counter)}")
    return Course.objects.create(organisation=organisation, project=project, **fields)


def make_course_group(course: Course, **fields) -> CourseGroup:
    """Mondays and Wednesdays this spring, six hours a day, ten seats."""
    values = {
        "name": f"Grupp {next(_counter)}",
        "started_on": dt.date(2017, 1, 9),
        "ended_on": dt.date(2017, 6, 9),
        "weekdays": "02",
        "hours_per_day": 6,
        "seats": 10,
    }
    return CourseGroup.objects.create(course=course, **{**values, **fields})
