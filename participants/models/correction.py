"""What stood there before it was corrected, and the breaks that are no exit."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.participation import AboutJourneyQuerySet, ExitReason, Participation, Stint
from partners.models import User, period_is_ordered


class StintCorrectionQuerySet(models.QuerySet["StintCorrection"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(stint__in=Stint.objects.visible_to(user))


class StintCorrection(models.Model):
    """A period as it stood until it was corrected: nothing of it counts, and it stays readable. (esf-rules.md P-5)

    Figures of an earlier cut-off date follow what is known now, as with outcomes; frozen reports keep what they said.
    """

    class Kind(models.TextChoices):
        CORRECTED = "corrected", _("corrected")
        REOPENED = "reopened", _("the exit was taken back")
        MISTAKE = "mistake", _("registered by mistake")
        RESTORED = "restored", _("the mistake was taken back")

    stint = models.ForeignKey(Stint, on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(_("what was done"), max_length=10, choices=Kind)
    started_on = models.DateField(_("start"))
    ended_on = models.DateField(_("end"), null=True, blank=True)
    exit_reason = models.ForeignKey(
        ExitReason, verbose_name=_("reason for leaving"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    exit_note = models.CharField(_("note on leaving"), max_length=1000, blank=True)
    was_recorded_at = models.DateTimeField(_("recorded"))
    exit_was_recorded_at = models.DateTimeField(_("exit recorded"), null=True, blank=True)
    reason = models.CharField(_("why"), max_length=200)
    corrected_at = models.DateTimeField(_("corrected"), default=now, editable=False)
    corrected_by = models.ForeignKey(
        User, verbose_name=_("corrected by"), editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = StintCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier version of a period")
        verbose_name_plural = _("earlier versions of periods")
        ordering = ["stint", "pk"]

    def __str__(self) -> str:
        return f"earlier version {self.pk} of stint {self.stint_id}"


class BreakQuerySet(AboutJourneyQuerySet):
    def since(self, day: dt.date) -> Self:
        """Breaks that have begun and were not over before the day."""
        return self.filter(models.Q(ended_on__isnull=True) | models.Q(ended_on__gte=day), started_on__lte=today())


class Break(models.Model):
    """A planned absence within a period: no exit, and no reason to ask why nothing is recorded. (esf-rules.md P-8)"""

    class Kind(models.TextChoices):
        ILLNESS = "sjukdom", _("illness")
        PARENTAL = "foraldraledighet", _("parental leave")
        HOLIDAY = "semester", _("holiday")
        OTHER = "annat", _("other absence")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="breaks")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = BreakQuerySet.as_manager()

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering = ["participation", "started_on"]
        constraints = [
            period_is_ordered("break_period_is_ordered"),
            models.UniqueConstraint(
                fields=["participation", "started_on"],
                name="break_starts_once",
                violation_error_message=_("A break from that day is already recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_on} – {self.ended_on or '…'}"

    @property
    def is_over(self) -> bool:
        return self.ended_on is not None and self.ended_on < today()
