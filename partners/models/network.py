"""The network of competence bearers: who is appointed where, who has learned what, which guidelines hold. (goal 5)

All names here are those of people at work; nothing about participants belongs in these tables. Which rows somebody may
see follows from the project alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from partners.models.partnership import Organisation, Project
from partners.models.people import User


def person_key(name: str) -> str:
    """How a name is compared: case and spaces aside."""
    return " ".join(name.split()).casefold()


class NetworkQuerySet(models.QuerySet[Any]):
    """Rows of a project's network."""

    project_path = "project"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the projects in which an organisation of the user takes part today and lets her read."""
        from partners import access  # It knows these models, so they cannot know it from the start.

        projects = access.of(user).projects(access.Permission.ENTERPRISE_VIEW)
        return self.filter(**{f"{self.project_path}__in": projects})


class AttendanceQuerySet(NetworkQuerySet):
    project_path = "event__project"


class CompetenceBearerQuerySet(NetworkQuerySet):
    def current(self, on: dt.date | None = None) -> Self:
        """Appointed and not ended on the day. The day of ending is the last one."""
        day = on or today()
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day), appointed_on__lte=day)


class CompetenceBearer(models.Model):
    """The function for social enterprise at one office: who holds it, from when until when."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="competence_bearers"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("office"), on_delete=models.PROTECT, related_name="competence_bearers"
    )
    name = models.CharField(_("name"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    user = models.ForeignKey(
        User, verbose_name=_("user"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    appointed_on = models.DateField(_("appointed"), default=today)
    ended_on = models.DateField(_("to"), null=True, blank=True)

    objects = CompetenceBearerQuerySet.as_manager()

    class Meta:
        verbose_name = _("competence bearer")
        verbose_name_plural = _("competence bearers")
        ordering = ["organisation__name", "appointed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "name_key"],
                condition=Q(ended_on__isnull=True),
                name="bearer_is_appointed_once",
                violation_error_message=_("This person is appointed at the office already."),
            ),
            models.CheckConstraint(
                name="bearer_period_is_ordered",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("appointed_on")),
                violation_error_message=_("The end date is before the start date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = person_key(self.name)
        super().save(*args, **kwargs)

    @property
    def is_over(self) -> bool:
        return self.ended_on is not None and self.ended_on < today()


class NetworkEvent(models.Model):
    """A training, a network meeting, a study visit or an exchange: where people who work with it learn."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("training")
        MEETING = "meeting", _("network meeting")
        STUDY_VISIT = "study_visit", _("study visit")
        EXCHANGE = "exchange", _("exchange with other networks")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="network_events"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=160)
    held_on = models.DateField(_("day"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True, help_text=_("Empty means Sweden."))
    organiser = models.ForeignKey(
        Organisation, verbose_name=_("organiser"), on_delete=models.PROTECT, related_name="network_events"
    )
    hours = models.DecimalField(
        _("hours"),
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(999)],
    )

    objects = NetworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("training or meeting")
        verbose_name_plural = _("trainings and meetings")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "title", "held_on"],
                name="network_event_is_unique",
                violation_error_message=_("This training or meeting is there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.held_on}"


class Attendance(models.Model):
    """One person at one training or meeting. The same name at the same office is the same person."""

    event = models.ForeignKey(
        NetworkEvent, verbose_name=_("training or meeting"), on_delete=models.CASCADE, related_name="attendances"
    )
    name = models.CharField(_("name"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="attendances"
    )
    user = models.ForeignKey(
        User, verbose_name=_("user"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_official = models.BooleanField(_("official"), default=True, help_text=_("Counts towards the trained officials."))

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["organisation__name", "name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation", "name_key"],
                name="attendance_is_counted_once",
                violation_error_message=_("This person is on the list already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = person_key(self.name)
        super().save(*args, **kwargs)


class Guideline(models.Model):
    """How one authority works with social enterprises, written down: in place since when, and made known when."""

    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="guidelines")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="guidelines"
    )
    title = models.CharField(_("title"), max_length=160)
    in_place_since = models.DateField(_("in place since"), null=True, blank=True)
    communicated_on = models.DateField(_("made known"), null=True, blank=True)
    reference = models.CharField(
        _("reference"), max_length=80, blank=True, help_text=_("Diary number, or where the document is kept.")
    )
    link = models.URLField(_("link"), max_length=300, blank=True)

    objects = NetworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("guideline")
        verbose_name_plural = _("guidelines")
        ordering = ["organisation__name", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "title"],
                name="guideline_is_unique",
                violation_error_message=_("The authority has a guideline with this title already."),
            ),
            models.CheckConstraint(
                name="guideline_is_known_after_it_is_in_place",
                condition=Q(communicated_on__isnull=True)
                | Q(in_place_since__isnull=False, communicated_on__gte=F("in_place_since")),
                violation_error_message=_("A guideline is made known when it is in place, or later."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.organisation}"

    @property
    def is_in_place(self) -> bool:
        return self.in_place_since is not None and self.in_place_since <= today()

    @property
    def is_known(self) -> bool:
        return self.is_in_place and self.communicated_on is not None and self.communicated_on <= today()
