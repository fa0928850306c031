"""What a participant has asked to have put right, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import add_months, now, today
from participants.models.participation import AboutParticipationQuerySet, Participation
from partners import access
from partners.access import Permission
from partners.models import User

ANSWER_MONTHS = 1


class RectificationRequestQuerySet(AboutParticipationQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Requests about visible participations, for those who answer them: people of the project's owner."""
        answered_for = access.of(user).edited_projects(Permission.RIGHTS_ANSWER)
        return super().visible_to(user).filter(participation__project__in=answered_for)

    def unanswered(self) -> Self:
        """The one that is due first stands first."""
        return self.filter(answered_on__isnull=True).order_by("asked_on", "pk")


class RectificationRequest(models.Model):
    """The participant says that something kept about her is wrong. (GDPR art. 16, 18 and 12.3)

    What was changed stands in the change log of the same day; here stands what she asked and what she was told.
    """

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("corrected")
        DISPUTED = "disputed", _("not corrected, noted as disputed")
        RESTRICTED = "restricted", _("not used until it is clear")
        REFUSED = "refused", _("refused")

    # After these the participant's page says that not everybody agrees on what stands there.
    MARKED = (Outcome.DISPUTED, Outcome.RESTRICTED)

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="rectification_requests")
    what = models.TextField(_("what she asks to have corrected"), max_length=2000)
    asked_on = models.DateField(_("asked on"), default=today)
    submission = models.UUIDField(null=True, editable=False, unique=True)
    recorded_at = models.DateTimeField(_("recorded"), default=now, editable=False)
    recorded_by = models.ForeignKey(
        User, verbose_name=_("recorded by"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(_("what was done"), max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("what she was told"), max_length=2000, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, verbose_name=_("answered by"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = RectificationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to correct")
        verbose_name_plural = _("requests to correct")
        ordering = ["participation", "-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="rectification_is_answered_whole",
                condition=Q(answered_on__isnull=True, answered_by__isnull=True, outcome="", answer="")
                | (
                    Q(answered_on__gte=F("asked_on"), answered_by__isnull=False)
                    & Q(outcome__in=["corrected", "disputed", "restricted", "refused"])
                    & ~Q(answer="")
                ),
                violation_error_message=_("An answer says what was done, when, and what she was told."),
            )
        ]
        indexes = [
            models.Index(fields=["asked_on"], condition=Q(answered_on__isnull=True), name="rectification_unanswered")
        ]

    def __str__(self) -> str:
        return f"request to correct {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.answered_on is None

    @property
    def due_on(self) -> dt.date:
        """A month after she asked. (GDPR art. 12.3)"""
        return add_months(self.asked_on, ANSWER_MONTHS)

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on < today()
