"""The plan made with the participant: what is in focus, what she wants, the steps there, and how far she has come.

Nothing here is deleted: goals and steps are closed, reviews are added, an assessment that was wrong is withdrawn.

A partner reads it under the consent's category *journey*. What is about health – goals of the focus *health* and
their steps, and the level of health on the progress scale – needs HEALTH_VIEW besides: the project's own team and the
authorities hold it, a workplace does not. It stands in no list and no export, and counts in no figure.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants import progress
from participants.models.participation import AboutJourneyQuerySet, Participation
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User


class FocusArea(models.Model):
    """What part of life a goal is about. Retired areas stay readable."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    is_about_health = models.BooleanField(_("about health"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("not chosen after"), null=True, blank=True)

    class Meta:
        verbose_name = _("focus area")
        verbose_name_plural = _("focus areas")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv


def _projects_with_health(user: User | AnonymousUser) -> models.QuerySet[Project]:
    return access.of(user).projects(Permission.HEALTH_VIEW)


class PlanFocusQuerySet(AboutJourneyQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Of visible participations whose consent covers the journey; health only to those who may read of it."""
        open_to_her = Q(area__is_about_health=False) | Q(participation__project__in=_projects_with_health(user))
        return super().visible_to(user).filter(open_to_her)


class PlanFocus(models.Model):
    """One part of life that a person's plan is about, in the order that matters to her."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="plan_focuses")
    area = models.ForeignKey(FocusArea, verbose_name=_("focus"), on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = PlanFocusQuerySet.as_manager()

    class Meta:
        verbose_name = _("focus of a plan")
        verbose_name_plural = _("focuses of plans")
        ordering = ["participation", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["participation", "area"], name="plan_focus_once")]

    def __str__(self) -> str:
        return f"focus {self.pk}"


class PlanGoalQuerySet(models.QuerySet["PlanGoal"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(focus__in=PlanFocus.objects.visible_to(user))


class PlanGoal(models.Model):
    """What the person wants, in her own words, agreed with her on a day."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("goal", "ahead")
        REACHED = "reached", pgettext_lazy("goal", "reached")
        DROPPED = "dropped", pgettext_lazy("goal", "dropped")

    focus = models.ForeignKey(PlanFocus, verbose_name=_("focus"), on_delete=models.CASCADE, related_name="goals")
    text = models.CharField(_("what the person wants"), max_length=300)
    agreed_on = models.DateField(_("agreed on"), default=today)
    is_with_person = models.BooleanField(_("made together with the person"), default=True)
    present = models.CharField(_("who else was there"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    close_note = models.CharField(_("what became of it"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    submission = models.UUIDField(null=True, editable=False, unique=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = PlanGoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal of a plan")
        verbose_name_plural = _("goals of plans")
        ordering = ["focus", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_goal_closed_has_a_day",
                condition=Q(state="open", closed_on__isnull=True)
                | Q(state__in=["reached", "dropped"], closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_goal_dropped_with_a_reason",
                condition=~Q(state="dropped") | ~Q(close_note=""),
                violation_error_message=_("Say why the goal is dropped."),
            ),
        ]

    def __str__(self) -> str:
        return f"goal {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class PlanStepQuerySet(models.QuerySet["PlanStep"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(goal__focus__in=PlanFocus.objects.visible_to(user))

    def unfinished(self) -> Self:
        return self.filter(state__in=PlanStep.UNFINISHED)


class PlanStep(models.Model):
    """Something to do on the way to a goal: what, by whom, by when. Dropped steps keep their reason."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("step", "planned")
        ONGOING = "ongoing", pgettext_lazy("step", "under way")
        DONE = "done", pgettext_lazy("step", "done")
        DROPPED = "dropped", pgettext_lazy("step", "dropped")

    class Doer(models.TextChoices):
        PERSON = "person", _("the participant")
        COORDINATOR = "coordinator", _("the coordinator")
        PARTNER = "partner", _("a partner")

    UNFINISHED = (State.PLANNED, State.ONGOING)

    goal = models.ForeignKey(PlanGoal, on_delete=models.CASCADE, related_name="steps")
    what = models.CharField(_("step"), max_length=200)
    doer = models.CharField(_("who does it"), max_length=12, choices=Doer, default=Doer.PERSON)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("partner"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    drop_reason = models.CharField(_("why dropped"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    submission = models.UUIDField(null=True, editable=False, unique=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = PlanStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of plans")
        ordering = ["goal", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_step_partner_is_named",
                condition=Q(doer="partner", organisation__isnull=False)
                | (~Q(doer="partner") & Q(organisation__isnull=True)),
                violation_error_message=_("Say which partner does the step."),
            ),
            models.CheckConstraint(
                name="plan_step_closed_has_a_day",
                condition=Q(state__in=["planned", "ongoing"], closed_on__isnull=True)
                | Q(state__in=["done", "dropped"], closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_step_dropped_with_a_reason",
                condition=(Q(state="dropped") & ~Q(drop_reason="")) | (~Q(state="dropped") & Q(drop_reason="")),
                violation_error_message=_("Say why the step is dropped."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "goal"],
                condition=Q(state__in=["planned", "ongoing"], due_on__isnull=False),
                name="plan_step_open_by_date",
            )
        ]

    def __str__(self) -> str:
        return f"step {self.pk}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def is_late(self) -> bool:
        return self.is_unfinished and self.due_on is not None and self.due_on < today()

    @property
    def doer_name(self) -> str:
        return str(self.organisation) if self.organisation else str(self.get_doer_display())


class PlanEventQuerySet(models.QuerySet["PlanEvent"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(goal__focus__in=PlanFocus.objects.visible_to(user))


class PlanEvent(models.Model):
    """What happened to a goal, or to one of its steps: rows are added and never changed."""

    class Kind(models.TextChoices):
        AGREED = "agreed", pgettext_lazy("plan", "entered in the plan")
        CHANGED = "changed", pgettext_lazy("plan", "wording changed")
        MOVED = "moved", pgettext_lazy("plan", "date or doer changed")
        STARTED = "started", pgettext_lazy("plan", "under way")
        DONE = "done", pgettext_lazy("plan", "done")
        REACHED = "reached", pgettext_lazy("plan", "reached")
        DROPPED = "dropped", pgettext_lazy("plan", "dropped")
        REOPENED = "reopened", pgettext_lazy("plan", "opened again")

    goal = models.ForeignKey(PlanGoal, on_delete=models.CASCADE, related_name="events")
    step = models.ForeignKey(PlanStep, null=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    at = models.DateTimeField(_("at"), default=now)
    by = models.ForeignKey(User, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    was = models.CharField(_("before"), max_length=300, blank=True)
    was_due_on = models.DateField(_("by when, before"), null=True, blank=True)

    objects = PlanEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of a plan")
        verbose_name_plural = _("events of plans")
        ordering = ["goal", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PlanReview(models.Model):
    """The plan was gone through on a day: who was there, what was said, when next."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="plan_reviews")
    held_on = models.DateField(_("date"), default=today)
    said = models.TextField(_("what was said"), max_length=4000)
    is_with_person = models.BooleanField(_("together with the person"), default=True)
    present = models.CharField(_("who else was there"), max_length=200, blank=True)
    next_on = models.DateField(_("next review"), null=True, blank=True)
    submission = models.UUIDField(null=True, editable=False, unique=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = AboutJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of a plan")
        verbose_name_plural = _("reviews of plans")
        ordering = ["participation", "-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_review_next_is_later",
                condition=Q(next_on__isnull=True) | Q(next_on__gt=models.F("held_on")),
                violation_error_message=_("The next review comes after this one."),
            )
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class ProgressAssessmentQuerySet(AboutJourneyQuerySet):
    def standing(self) -> Self:
        """All but the withdrawn ones."""
        return self.filter(withdrawn_at__isnull=True)


class ProgressAssessment(models.Model):
    """Where the person stood on one day, in the words of one version of the scale. Wrong ones are withdrawn."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="progress")
    assessed_on = models.DateField(_("date"), default=today)
    scale = models.PositiveSmallIntegerField(_("version of the scale"), default=progress.current_version)
    is_with_person = models.BooleanField(_("together with the person"), default=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    submission = models.UUIDField(null=True, editable=False, unique=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = ProgressAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment of progress")
        verbose_name_plural = _("assessments of progress")
        ordering = ["participation", "assessed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "assessed_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="progress_assessed_once_a_day",
                violation_error_message=_("There is already an assessment of this day. Withdraw it first."),
            )
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class ProgressLevelQuerySet(models.QuerySet["ProgressLevel"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Of visible assessments; the level of health only to those who may read of it."""
        open_to_her = ~Q(dimension__in=progress.ABOUT_HEALTH) | Q(
            assessment__participation__project__in=_projects_with_health(user)
        )
        return self.filter(open_to_her, assessment__in=ProgressAssessment.objects.visible_to(user))


class ProgressLevel(models.Model):
    """The level in one dimension. No row: not assessed."""

    assessment = models.ForeignKey(ProgressAssessment, on_delete=models.CASCADE, related_name="levels")
    # No `choices`: a dimension of an older scale is read in that scale's words.
    dimension = models.CharField(_("dimension"), max_length=12)
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(progress.LOWEST), MaxValueValidator(progress.HIGHEST)]
    )

    objects = ProgressLevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("level of progress")
        verbose_name_plural = _("levels of progress")
        ordering = ["assessment", "dimension"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension"], name="progress_level_once"),
            models.CheckConstraint(name="progress_level_on_the_scale", condition=Q(level__gte=1, level__lte=5)),
        ]

    def __str__(self) -> str:
        return f"level {self.pk}"
