"""Deeds about courses: what is given, in which groups, and who joins."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from grundsteget.dates import now
from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import Activity, Course, CourseGroup, Participation
from partners.models import Project, User


@transaction.atomic
def save_course(*, course: Course | None, project: Project, by: User, **values: Any) -> Course:
    """A new course of the project, or what is told about one."""
    course = course or Course(project=project, created_by=by)
    for name, value in values.items():
        setattr(course, name, value)
    rules.check_course(course)
    save(course)
    return course


@transaction.atomic
def save_group(
    *, course: Course, group: CourseGroup | None, version: int | None = None, by: User, **values: Any
) -> CourseGroup:
    """A new group of the course, or a changed one: what a colleague saved meanwhile is not overwritten unseen."""
    if group is not None:
        group = CourseGroup.objects.select_for_update(of=("self",)).select_related("course__project").get(pk=group.pk)
        rules.check_group_version(group, version)
    group = group or CourseGroup(course=course)
    for name, value in values.items():
        setattr(group, name, value)
    rules.check_group(group)
    group.version += 1
    save(group)
    return group


@transaction.atomic
def join_group(*, participation: Participation, group: CourseGroup, started_on: dt.date, by: User) -> Activity:
    """A seat for the person, as an activity beside her others. The last seat is given once: the group is locked."""
    participation = locked(participation)
    group = CourseGroup.objects.select_for_update(of=("self",)).select_related("course__organisation").get(pk=group.pk)
    is_member = participation.activities.filter(group=group).exclude(ended_on__lt=started_on).exists()
    rules.check_joins(group, started_on, is_member=is_member)
    rules.check_activity(participation, started_on, group.ended_on)
    days = len(group.weekdays)
    activity = Activity(
        participation=participation,
        kind=Activity.Kind.EDUCATION,
        title=group.course.title,
        group=group,
        place=group.place or str(group.course.organisation),
        started_on=started_on,
        ended_on=group.ended_on,
        hours_per_week=group.hours_per_day * days if group.hours_per_day and days else None,
        recorded_at=now(),
        recorded_by=by,
    )
    save(activity)
    changed(participation.pk)
    return activity
