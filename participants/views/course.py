"""Courses and their groups: what is given, who is in it among those one sees, and a seat for a participant."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grundsteget.dates import today
from participants import actions, forms
from participants.models import Activity, Course, CourseGroup, Participant, Participation
from participants.opening import log_looks
from participants.views.frame import GET_AND_POST, Category, back, find, show
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog, Organisation, Project

PEOPLE_SHOWN = 300


@require_safe
def course_list(request: Request) -> HttpResponse:
    """What is given now and soon, with the seats that are left. Of people it tells a number only."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    groups = CourseGroup.objects.visible_to(request.user).with_taken().order_by("started_on", "name", "pk")
    now_and_soon = Prefetch("groups", queryset=groups.filter(ended_on__gte=today()), to_attr="coming")
    courses = (
        Course.objects.visible_to(request.user)
        .select_related("organisation")
        .prefetch_related(now_and_soon)
        .order_by("title", "pk")
    )
    context = {"courses": courses, "may_manage": access.has(request.user, Permission.COURSE_MANAGE)}
    return render(request, "participants/course_list.html", context)


@require_safe
def course_detail(request: Request, course_pk: int) -> HttpResponse:
    """One course: its groups, how many seats each has left, and the people in them whom the user may see."""
    course = get_object_or_404(Course.objects.visible_to(request.user).select_related("organisation"), pk=course_pk)
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    groups = list(
        CourseGroup.objects.visible_to(request.user).filter(course=course).with_taken().order_by("-started_on", "name")
    )
    people: dict[int, list[Activity]] = {group.pk: [] for group in groups}
    members = list(_members(request, course))
    for activity in members:
        people[activity.group_id].append(activity)
    log_looks(request, AccessLog.Action.LIST, [activity.participation_id for activity in members], may_be_granted=False)
    context = {
        "course": course,
        "groups": [(group, people[group.pk]) for group in groups],
        "may_manage": Course.objects.kept_by(request.user).filter(pk=course.pk).exists(),
        "may_record": access.has(request.user, Permission.ATTENDANCE_RECORD),
    }
    return render(request, "participants/course_detail.html", context)


def _members(request: Request, course: Course) -> Any:
    """In which course a protected person is, is told on no page but her own."""
    return (
        Activity.objects.visible_to(request.user)
        .filter(group__course=course, participation__participant__protection=Participant.Protection.NONE)
        .select_related("participation__participant")
        .order_by("participation__participant__first_name_key", "participation__ref", "pk")[:PEOPLE_SHOWN]
    )


# --- Keeping courses ------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def course_create(request: Request) -> HttpResponse:
    access.require(request.user, Permission.COURSE_MANAGE)
    project = access.of(request.user).projects(Permission.COURSE_MANAGE).order_by("-started_on", "pk").first()
    if project is None:
        raise PermissionDenied
    return _course_form(request, project, None)


@require_http_methods(GET_AND_POST)
def course_edit(request: Request, course_pk: int) -> HttpResponse:
    course = _kept_course(request, course_pk)
    return _course_form(request, course.project, course)


def _kept_course(request: Request, course_pk: int) -> Course:
    visible = Course.objects.visible_to(request.user).select_related("organisation", "project")
    course = get_object_or_404(visible, pk=course_pk)
    if not Course.objects.kept_by(request.user).filter(pk=course.pk).exists():
        raise PermissionDenied
    return course


def _course_form(request: Request, project: Project, course: Course | None) -> HttpResponse:
    names = ("organisation", "title", "kind", "description")
    initial = {name: getattr(course, name) for name in names} if course else {}
    form = forms.CourseForm(request.POST or None, initial=initial, organisations=_givers(request, project))
    if form.is_valid():
        try:
            course = actions.save_course(course=course, project=project, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The course is saved."))
            return redirect("participants:course_detail", course_pk=course.pk)
    context = {"course": course, "form": form}
    return render(request, "participants/course_form.html", context, status=422 if form.errors else 200)


def _givers(request: Request, project: Project) -> Any:
    """For the owner's team every partner that gives courses; for others their own house."""
    rights = access.of(request.user)
    if project.owner_id in rights.owner_wide_ids(Permission.COURSE_MANAGE):
        schools = Q(kind=Organisation.Kind.ADULT_EDUCATION, partnerships__project=project)
        return Organisation.objects.filter(schools | Q(pk=project.owner_id)).distinct().order_by("name")
    return Organisation.objects.filter(pk__in=rights.organisation_ids(Permission.COURSE_MANAGE)).order_by("name")


@require_http_methods(GET_AND_POST)
def course_group_create(request: Request, course_pk: int) -> HttpResponse:
    return _group_form(request, _kept_course(request, course_pk), None)


@require_http_methods(GET_AND_POST)
def course_group_edit(request: Request, course_pk: int, group_pk: int) -> HttpResponse:
    course = _kept_course(request, course_pk)
    group = get_object_or_404(CourseGroup.objects.visible_to(request.user), course=course, pk=group_pk)
    return _group_form(request, course, group)


GROUP_FIELDS = (
    "name",
    "started_on",
    "ended_on",
    "times",
    "hours_per_day",
    "place",
    "seats",
    "is_open",
    "version",
)


def _group_form(request: Request, course: Course, group: CourseGroup | None) -> HttpResponse:
    initial = {name: getattr(group, name) for name in GROUP_FIELDS} if group else {}
    initial |= {"weekdays": list(group.weekdays)} if group else {}
    form = forms.CourseGroupForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            actions.save_group(course=course, group=group, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The group is saved."))
            return redirect("participants:course_detail", course_pk=course.pk)
    context = {"course": course, "group": group, "form": form}
    return render(request, "participants/course_group_form.html", context, status=422 if form.errors else 200)


# --- A seat ---------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def course_join(request: Request, pk: int) -> HttpResponse:
    """A seat in a group for this person. Leaving is the end of the activity."""
    participation = find(request, pk, Category.JOURNEY)
    groups = _groups_to_join(request, participation)
    form = forms.CourseJoinForm(request.POST or None, groups=groups, initial={"group": request.GET.get("grupp")})
    if form.is_valid():
        try:
            actions.join_group(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The seat is taken. The course stands among the activities."), request)
    return show(request, "course_join_form", participation, form, groups=groups)


def _groups_to_join(request: Request, participation: Participation) -> Any:
    """Open groups of the project; for a course giver without the right to record activities, those of her house."""
    groups = (
        CourseGroup.objects.visible_to(request.user)
        .filter(course__project=participation.project_id)
        .to_join()
        .with_taken()
        .select_related("course__organisation")
        .order_by("course__title", "started_on", "pk")
    )
    if access.has(request.user, Permission.ACTIVITY_RECORD, participation.project_id):
        return groups
    access.require(request.user, Permission.COURSE_MANAGE, participation)
    return groups.filter(course__in=Course.objects.kept_by(request.user))
