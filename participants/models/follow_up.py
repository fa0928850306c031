"""Each time somebody was asked after leaving, also when nobody answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.journey import FollowUp
from participants.models.participation import AboutJourneyQuerySet, Participation
from partners.models import User


class FollowUpAttempt(models.Model):
    """One try to get an answer. `FollowUp` says how the question stands; the tries that led there are kept here."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="follow_up_attempts")
    milestone = models.CharField(_("follow-up"), max_length=3, choices=FollowUp.Milestone)
    exit_on = models.DateField(_("counted from the exit"))
    asked_on = models.DateField(_("asked on"), default=today)
    answer = models.CharField(_("answer"), max_length=10, choices=FollowUp.Answer)
    channel = models.CharField(_("channel"), max_length=10, choices=FollowUp.Channel)
    note = models.CharField(_("note"), max_length=400, blank=True)
    # The form's token: many people may be answered in one form, each of them once.
    submission = models.UUIDField(null=True, blank=True, editable=False)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = AboutJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("try to follow up")
        verbose_name_plural = _("tries to follow up")
        ordering = ["participation", "asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "milestone", "submission"],
                condition=models.Q(submission__isnull=False),
                name="follow_up_attempt_sent_once",
            )
        ]
        indexes = [models.Index(fields=["participation", "milestone", "exit_on"], name="follow_up_attempt_of")]

    def __str__(self) -> str:
        return f"try {self.pk} at {self.milestone} of {self.exit_on}"
