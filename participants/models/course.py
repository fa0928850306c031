"""Courses beside the work: who gives them, in which groups, on which days, and how many seats there are."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User, period_is_ordered


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Courses of the projects in which the user works with people. They tell of no person."""
        return self.filter(project__in=access.of(user).projects(Permission.PARTICIPANT_VIEW))

    def kept_by(self, user: User | AnonymousUser) -> Self:
        """Courses whose groups the user keeps: those of her own organisation, and for the owner all of the project."""
        rights = access.of(user)
        own = Q(organisation__in=rights.organisation_ids(Permission.COURSE_MANAGE))
        return self.visible_to(user).filter(own | Q(project__owner__in=rights.owner_wide_ids(Permission.COURSE_MANAGE)))


class Course(models.Model):
    """Something one can learn beside the work, given by one organisation."""

    class Kind(models.TextChoices):
        SWEDISH = "sfi", _("Swedish for immigrants")
        BASIC = "grund", _("basic adult education")
        UPPER_SECONDARY = "gymnasial", _("upper secondary level")
        VOCATIONAL = "yrke", _("vocational course")
        ORIENTATION = "orientering", _("orientation course")
        OTHER = "annat", _("another kind")

    project = models.ForeignKey(Project, editable=False, on_delete=models.PROTECT, related_name="courses")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="courses"
    )
    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    description = models.TextField(_("what one learns"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    created_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "title"],
                name="course_titled_once",
                violation_error_message=_("This organisation already gives a course of that title."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class CourseGroupQuerySet(models.QuerySet["CourseGroup"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(course__in=Course.objects.visible_to(user))

    def kept_by(self, user: User | AnonymousUser) -> Self:
        return self.filter(course__in=Course.objects.kept_by(user))

    def with_taken(self) -> Self:
        """With how many seats are taken from today on, by people the user may not see as well."""
        still_there = Q(activities__ended_on__isnull=True) | Q(activities__ended_on__gte=today())
        standing = Q(activities__withdrawn_at__isnull=True)
        return self.annotate(taken=Count("activities", filter=standing & still_there))

    def to_join(self) -> Self:
        """Open, and not over."""
        return self.filter(is_open=True, ended_on__gte=today())


class CourseGroup(models.Model):
    """One round of a course: from when to when, on which days, where, for how many."""

    course = models.ForeignKey(Course, verbose_name=_("course"), on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(_("name of the group"), max_length=60)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"))
    weekdays = models.CharField(_("weekdays"), max_length=7, help_text=_("0 is Monday"))
    times = models.CharField(_("times"), max_length=80, blank=True, help_text=_("For example 9.00–12.00"))
    hours_per_day = models.DecimalField(
        _("hours each day"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(24)],
    )
    place = models.CharField(_("place"), max_length=160, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    is_open = models.BooleanField(_("open to new people"), default=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = CourseGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("course group")
        verbose_name_plural = _("course groups")
        ordering = ["started_on", "name", "pk"]
        constraints = [
            period_is_ordered("course_group_period_is_ordered"),
            models.CheckConstraint(name="course_group_has_seats", condition=Q(seats__gte=1)),
            models.UniqueConstraint(
                fields=["course", "name"],
                name="course_group_named_once",
                violation_error_message=_("The course already has a group of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.ended_on < today()
