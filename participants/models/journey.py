"""What happens to a participant: parallel activities, hours, the journal, outcomes and follow-ups."""

from __future__ import annotations

import hashlib
import json
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import now, today
from participants.models.course import CourseGroup
from participants.models.participation import AboutJourneyQuerySet, OwnOrSharedQuerySet, Participation, Stint
from partners import access
from partners.access import Permission
from partners.models import Organisation, User, in_force, period_is_ordered


class ActivityQuerySet(AboutJourneyQuerySet):
    def standing(self) -> Self:
        """All but the withdrawn ones."""
        return self.filter(withdrawn_at__isnull=True)

    def ongoing(self) -> Self:
        return self.filter(in_force(today()))

    def kept_by(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Activities whose attendance the user keeps: the owner's team of all, others of those in their own house."""
        rights = access.of(user)
        own = rights.organisation_ids(permission)
        owned = Q(participation__project__owner__in=rights.owner_wide_ids(permission))
        return self.visible_to(user).filter(
            owned | Q(enterprise__organisation__in=own) | Q(group__course__organisation__in=own)
        )


class StandingActivities(models.Manager["Activity"]):
    """What was recorded by mistake is in no list and no count, and a person's `activities` are those that stand."""

    def get_queryset(self) -> ActivityQuerySet:
        return ActivityQuerySet(self.model, using=self._db).standing()


class Activity(models.Model):
    """Something a participant does while taking part. They run in parallel: work beside a course is the rule."""

    class Kind(models.TextChoices):
        WORK = "arbete", _("work in an enterprise")
        WORK_TRAINING = "arbetstraning", _("work training")
        INTERNSHIP = "praktik", _("internship")
        OCCUPATION = "sysselsattning", _("occupation without wage")
        EDUCATION = "utbildning", _("course or education")
        GUIDANCE = "vagledning", _("guidance")
        OTHER = "annat", _("other")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="activities")
    # No `choices`: an imported kind we have no word for is kept and shown as it came.
    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("what"), max_length=120, blank=True)
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
    )
    group = models.ForeignKey(
        CourseGroup,
        verbose_name=_("course group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
    )
    place = models.CharField(_("place"), max_length=160, blank=True)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True)
    hours_per_week = models.DecimalField(
        _("hours a week"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(168)],
    )
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    # The last day it had before an exit ended it, for the exit that is taken back the same day.
    ended_with = models.ForeignKey(
        Stint, null=True, editable=False, on_delete=models.SET_NULL, related_name="ended_activities"
    )
    would_end_on = models.DateField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = StandingActivities.from_queryset(ActivityQuerySet)()
    with_withdrawn = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["participation", "started_on", "pk"]
        constraints = [period_is_ordered("activity_period_is_ordered")]
        indexes = [models.Index(fields=["participation", "started_on"], name="activity_by_start")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What stands on the bar: the title, or the kind and place."""
        return self.title or self.place_name or self.kind_name

    @property
    def kind_name(self) -> str:
        return str(dict(self.Kind.choices).get(self.kind, self.kind))

    @property
    def place_name(self) -> str:
        return str(self.enterprise) if self.enterprise else self.place


class HoursMonth(models.Model):
    """Hours of taking part in one calendar month; `month` is its first day. Zero is a valid value."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="hours")
    month = models.DateField(_("month"))
    hours = models.DecimalField(
        _("hours"), max_digits=6, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(744)]
    )
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = AboutJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of a month")
        verbose_name_plural = _("hours by month")
        ordering = ["participation", "month"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "month"], name="hours_once_a_month"),
            models.CheckConstraint(
                name="hours_fit_a_month",
                condition=Q(hours__gte=0, hours__lte=744),
                violation_error_message=_("A month has at most 31 × 24 = 744 hours."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.hours}"


class JournalQuerySet(OwnOrSharedQuerySet):
    def next_steps(self) -> Self:
        """Steps that are not done, the nearest first."""
        return self.filter(next_step_on__isnull=False, next_step_done_on__isnull=True).order_by("next_step_on", "pk")


class JournalEntry(models.Model):
    """A note: what happened, and what comes next. Internal to the writer's organisation unless shared."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("meeting")
        PHONE = "phone", _("phone call")
        MESSAGE = "message", _("message")
        VISIT = "visit", _("visit at the workplace")
        THREE_PARTY = "three_party", _("three-party meeting")
        NOTE = "note", _("note")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="journal")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.MEETING)
    happened_on = models.DateField(_("date"), default=today)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MaxValueValidator(1440)]
    )
    text = models.TextField(_("what happened"), max_length=8000)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    next_step_done_on = models.DateField(null=True, blank=True, editable=False)
    is_shared = models.BooleanField(_("shared with partners who have consent"), default=False)
    organisation = models.ForeignKey(Organisation, editable=False, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey(User, editable=False, on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(
        null=True, editable=False, unique=True, help_text=_("The form's token: a second submit is the same entry")
    )
    recorded_at = models.DateTimeField(default=now, editable=False)

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="journal_next_step_has_a_date",
                condition=(Q(next_step="") & Q(next_step_on__isnull=True))
                | (~Q(next_step="") & Q(next_step_on__isnull=False)),
                violation_error_message=_("A next step needs both words and a date."),
            )
        ]
        indexes = [
            models.Index(fields=["participation", "-happened_on"], name="journal_by_date"),
            models.Index(
                fields=["participation", "next_step_on"],
                condition=Q(next_step_done_on__isnull=True),
                name="journal_open_steps",
            ),
        ]

    def __str__(self) -> str:
        return f"journal entry {self.pk}"

    @property
    def edition(self) -> str:
        """Tells whether the words are still those that a form was made from."""
        words = [str(word) for word in (self.kind, self.happened_on, self.minutes, self.text, self.is_shared)]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]


class OutcomeQuerySet(AboutJourneyQuerySet):
    def standing(self) -> Self:
        """All but the withdrawn ones."""
        return self.filter(withdrawn_at__isnull=True)


class Outcome(models.Model):
    """A step towards work, with inclusive dates; no end means continuing. Corrected by withdrawing, never by erasing.

    An occupation or internship without a wage is never employment, wherever it takes place. (esf-rules.md 1.6)
    """

    class Kind(models.TextChoices):
        JOB = "job", _("job outside the social enterprises")
        JOB_ASF = "job_asf", _("job in a social enterprise")
        OCCUPATION_ASF = "sysselsattning_asf", _("occupation in a social enterprise, no wage")
        EDUCATION = "education", _("education")
        INTERNSHIP = "praktik", _("internship")
        JOB_SEARCH = "jobsearch", _("looking for work")
        QUALIFICATION = "qualification", _("qualification")
        IMPROVED = "improved", _("better situation at work (CR07)")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True)
    employer = models.CharField(_("employer or school"), max_length=160, blank=True)
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("social enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="outcomes",
    )
    support = models.CharField(
        _("support"), max_length=80, blank=True, help_text=_("For example lönebidrag or nystartsjobb")
    )
    evidence = models.CharField(
        _("evidence"), max_length=200, blank=True, help_text=_("What shows it, and where it is kept")
    )
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["participation", "started_on", "pk"]
        constraints = [
            period_is_ordered("outcome_period_is_ordered"),
            models.UniqueConstraint(
                fields=["participation", "kind", "started_on", "employer"],
                condition=Q(withdrawn_at__isnull=True),
                name="outcome_recorded_once",
                violation_error_message=_("This outcome is already recorded."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["participation", "kind", "started_on"],
                include=["ended_on", "withdrawn_at"],
                name="outcome_covering",
            )
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"


class FollowUp(models.Model):
    """The answer to a question after leaving. What the person does is an outcome; this says that we asked."""

    class Milestone(models.TextChoices):
        FOUR_WEEKS = "28d", _("four weeks after leaving")
        SIX_MONTHS = "6m", _("six months after leaving")

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        MEETING = "meeting", _("meeting")
        LETTER = "letter", _("letter")
        MESSAGE = "message", _("message")
        REGISTER = "register", _("register")

    class Answer(models.TextChoices):
        REACHED = "reached", _("reached")
        NO_ANSWER = "no_answer", _("not reached")
        DECLINED = "declined", _("does not want to answer")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="follow_ups")
    milestone = models.CharField(_("follow-up"), max_length=3, choices=Milestone)
    exit_on = models.DateField(_("counted from the exit"), help_text=_("A re-entry starts new follow-ups"))
    answered_on = models.DateField(_("asked on"), default=today)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    note = models.CharField(_("note"), max_length=400, blank=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = AboutJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["participation", "exit_on", "milestone"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "milestone", "exit_on"],
                name="follow_up_answered_once",
                violation_error_message=_("This follow-up is already answered."),
            )
        ]

    def __str__(self) -> str:
        return f"follow-up {self.milestone} of {self.exit_on}"
