"""What authorities decide on a participant's way to work: lönebidrag, nystartsjobb, OSA, practice, and the rest."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import now, today
from participants.models.journey import Activity, Outcome
from participants.models.participation import AboutJourneyQuerySet, Participation
from partners.models import Organisation, Project, User, in_force, period_is_ordered


class MeasureKindQuerySet(models.QuerySet["MeasureKind"]):
    def offered(self, project: Project) -> MeasureKindQuerySet:
        """Those that exist, or did at some time during the project: what was given then can still be recorded."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=today()),
            Q(valid_to__isnull=True) | Q(valid_to__gte=project.started_on),
        )


class MeasureKind(models.Model):
    """A measure that an authority can give. One that is no longer given stays readable. (esf-rules.md 6)"""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    authority = models.CharField(_("decided by"), max_length=30, choices=Organisation.Kind)
    has_wage = models.BooleanField(_("goes with a wage"))
    valid_from = models.DateField(_("given from"), null=True, blank=True)
    valid_to = models.DateField(_("given to"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = MeasureKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of measure")
        verbose_name_plural = _("kinds of measures")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="measure_kind_period_is_ordered",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv

    def is_valid_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to >= day)


class MeasureQuerySet(AboutJourneyQuerySet):
    def standing(self) -> Self:
        """All but those removed as mistakes."""
        return self.filter(withdrawn_at__isnull=True)

    def granted(self) -> Self:
        return self.standing().filter(decision=Measure.Decision.GRANTED)

    def ongoing(self) -> Self:
        return self.granted().filter(in_force(today()))

    def with_state(self, day: dt.date) -> Self:
        """With `state_then`, how it stood at the end of that day, by the dates as they are known now."""
        State, Decision = Measure.State, Measure.Decision
        return self.annotate(
            state_then=Case(
                When(Q(decided_on__isnull=True) | Q(decided_on__gt=day), then=Value(State.ASKED)),
                When(decision=Decision.REFUSED, then=Value(State.REFUSED)),
                When(decision=Decision.TAKEN_BACK, then=Value(State.TAKEN_BACK)),
                When(started_on__gt=day, then=Value(State.GRANTED)),
                When(ended_on__lt=day, then=Value(State.ENDED)),
                default=Value(State.ONGOING),
            )
        )

    def in_period(self, first: dt.date | None, last: dt.date) -> Self:
        """Those asked for by the last day, which were not over before the first: ended, refused or taken back."""
        known = self.standing().filter(asked_on__lte=last)
        if first is None:
            return known
        return known.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=first),
            Q(decision__in=["", Measure.Decision.GRANTED]) | Q(decided_on__gte=first),
        )

    def ending(self, days: int) -> Self:
        """Ongoing, with a last day within so many days, and no later one of its kind asked for or granted."""
        later = (
            Measure.objects.standing()
            .filter(participation=OuterRef("participation"), kind=OuterRef("kind"))
            .filter(
                Q(decision="", asked_on__gte=OuterRef("asked_on"))
                | Q(decision=Measure.Decision.GRANTED, started_on__gt=OuterRef("started_on"))
            )
            .exclude(pk=OuterRef("pk"))
        )
        return self.ongoing().filter(~Exists(later), ended_on__lte=today() + dt.timedelta(days=days))

    def with_card(self) -> Self:
        """With all that a row shows."""
        return self.select_related(
            "kind", "asked_by", "decided_by", "enterprise__organisation", "activity", "outcome", "withdrawn_by"
        )


class Measure(models.Model):
    """One measure for one person: asked for, decided, from and to. Corrected by removing it, never by erasing."""

    class Decision(models.TextChoices):
        GRANTED = "granted", _("granted")
        REFUSED = "refused", pgettext_lazy("measure", "refused")
        TAKEN_BACK = "withdrawn", _("application taken back")

    class State(models.TextChoices):
        """Derived from the decision and the dates."""

        ASKED = "asked", _("asked for")
        GRANTED = "granted", _("granted, not begun")
        ONGOING = "ongoing", _("ongoing")
        ENDED = "ended", pgettext_lazy("measure", "ended")
        REFUSED = "refused", pgettext_lazy("measure", "refused")
        TAKEN_BACK = "taken_back", _("application taken back")
        REMOVED = "removed", _("removed")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="measures")
    kind = models.ForeignKey(MeasureKind, verbose_name=_("measure"), on_delete=models.PROTECT, related_name="measures")
    asked_on = models.DateField(_("asked for on"), default=today)
    asked_by = models.ForeignKey(
        Organisation, verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Organisation,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("to"), null=True, blank=True)
    extent_percent = models.PositiveSmallIntegerField(
        _("extent, per cent"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("social enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="measures",
    )
    employer = models.CharField(_("employer or place"), max_length=160, blank=True)
    support_rate = models.CharField(
        _("level of support"), max_length=80, blank=True, help_text=_("In the decision's own words")
    )
    activity = models.ForeignKey(
        Activity, verbose_name=_("supports the activity"), null=True, blank=True, on_delete=models.SET_NULL
    )
    outcome = models.ForeignKey(
        Outcome, verbose_name=_("supports the outcome"), null=True, blank=True, on_delete=models.SET_NULL
    )
    note = models.CharField(_("note"), max_length=400, blank=True)
    submission = models.UUIDField(null=True, blank=True, editable=False, unique=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["participation", "asked_on", "pk"]
        constraints = [
            period_is_ordered("measure_period_is_ordered"),
            models.CheckConstraint(
                name="measure_is_decided_whole",
                condition=Q(decision="", decided_on__isnull=True, decided_by__isnull=True)
                | Q(decision="withdrawn", decided_on__isnull=False)
                | Q(decision__in=["granted", "refused"], decided_on__isnull=False, decided_by__isnull=False),
                violation_error_message=_("A decision has a date, and somebody who decided."),
            ),
            models.CheckConstraint(
                name="measure_is_decided_after_it_is_asked_for",
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("asked_on")),
                violation_error_message=_("The decision cannot be older than the application."),
            ),
            models.CheckConstraint(
                name="measure_has_a_period_when_granted",
                condition=Q(decision="granted", started_on__isnull=False)
                | (~Q(decision="granted") & Q(started_on__isnull=True, ended_on__isnull=True)),
                violation_error_message=_("What is granted has a first day; what is not granted has no dates."),
            ),
            models.CheckConstraint(
                name="measure_extent_is_a_share",
                condition=Q(extent_percent__isnull=True) | Q(extent_percent__gte=1, extent_percent__lte=100),
                violation_error_message=_("The extent is between 1 and 100 per cent."),
            ),
            models.CheckConstraint(
                name="measure_is_removed_with_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
            ),
            models.UniqueConstraint(
                fields=["participation", "kind"],
                condition=Q(decision="", withdrawn_at__isnull=True),
                name="measure_asked_for_once",
                violation_error_message=_("This measure is already asked for and waits for a decision."),
            ),
            models.UniqueConstraint(
                fields=["participation", "kind", "started_on"],
                condition=Q(decision="granted", withdrawn_at__isnull=True),
                name="measure_granted_once",
                violation_error_message=_("This measure is already recorded from that day."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["ended_on"],
                condition=Q(decision="granted", withdrawn_at__isnull=True, ended_on__isnull=False),
                name="measure_by_end",
            ),
        ]

    def __str__(self) -> str:
        return f"measure {self.pk}"

    @property
    def label(self) -> str:
        """What stands on the bar."""
        return str(self.kind)

    @property
    def place_name(self) -> str:
        return str(self.enterprise) if self.enterprise else self.employer

    @property
    def state(self) -> State:
        return self.State.REMOVED if self.withdrawn_at is not None else self.state_on(today())

    def state_on(self, day: dt.date) -> State:
        """How it stood that day; `with_state` says the same of many."""
        if self.decided_on is None or self.decided_on > day:
            return self.State.ASKED
        if self.decision == self.Decision.REFUSED:
            return self.State.REFUSED
        if self.decision == self.Decision.TAKEN_BACK:
            return self.State.TAKEN_BACK
        if self.started_on is not None and self.started_on > day:
            return self.State.GRANTED
        return self.State.ENDED if self.ended_on is not None and self.ended_on < day else self.State.ONGOING

    @property
    def days_left(self) -> int | None:
        """Days until its last one, while it goes on."""
        if self.state != self.State.ONGOING or self.ended_on is None:
            return None
        return (self.ended_on - today()).days
