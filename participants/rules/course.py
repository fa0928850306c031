"""Who may join a group, and what a group must be."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import Course, CourseGroup
from participants.rules.frame import check_in_project, check_order, refused
from partners.models import Organisation


def check_course(course: Course) -> None:
    if course.organisation_id != course.project.owner_id and (
        course.organisation.kind != Organisation.Kind.ADULT_EDUCATION
    ):
        raise refused(_("Courses are given by adult education, or by the project's owner."), "organisation")


def check_group(group: CourseGroup) -> None:
    """A group lies in the project's time and has room for those who are in it."""
    check_order(group.started_on, group.ended_on)
    check_in_project(group.course.project, group.started_on, "started_on")
    check_in_project(group.course.project, group.ended_on, "ended_on")
    taken = most_at_once(group) if group.pk else 0
    if group.seats < taken:
        raise refused(
            ngettext("%(n)s person is in the group already.", "%(n)s people are in the group already.", taken)
            % {"n": taken},
            "seats",
        )


def check_group_version(group: CourseGroup, version: int | None) -> None:
    """Nobody overwrites what a colleague saved in the meantime without having seen it."""
    if version is not None and version != group.version:
        raise refused(
            _("A colleague saved changes while you were writing. Open the page again and make yours once more.")
        )


def most_at_once(group: CourseGroup, since: dt.date | None = None) -> int:
    """The most people that the group holds on any day, or on any day from `since` on."""
    first = max(since, group.started_on) if since else group.started_on
    stays = group.activities.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=first)).values_list(
        "started_on", "ended_on"
    )
    days = {first} | {started_on for started_on, _end in stays if started_on > first}
    return max(sum(start <= day and (end is None or end >= day) for start, end in stays) for day in days)


def check_joins(group: CourseGroup, started_on: dt.date, *, is_member: bool) -> None:
    """A seat must be free from the first day on: who leaves later frees it later."""
    if is_member:
        raise refused(_("The person is already in this group."))
    if not group.is_open:
        raise refused(_("%(group)s takes nobody new. Choose another group.") % {"group": group}, "group")
    if not group.started_on <= started_on <= group.ended_on:
        raise refused(
            _("The group runs from %(first)s to %(last)s. Choose a day within that time.")
            % {"first": group.started_on, "last": group.ended_on},
            "started_on",
        )
    if most_at_once(group, started_on) >= group.seats:
        full = _("The group is full.")
        if others := _others(group):
            full += " " + _("There are seats in: %(groups)s.") % {"groups": others}
        raise refused(full, "group")


def _others(group: CourseGroup) -> str:
    rows = CourseGroup.objects.filter(course=group.course).to_join().with_taken().exclude(pk=group.pk)
    free = rows.filter(Q(taken__lt=F("seats"))).order_by("started_on", "pk")
    return ", ".join(free.values_list("name", flat=True))
