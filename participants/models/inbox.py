"""What each user keeps about Today: lines she lets rest, and the mail that tells her what waits."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.participation import AboutParticipationQuerySet, Participation
from partners.models import User


class SnoozeQuerySet(AboutParticipationQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Her own alone. What they are about is read anew each time, through what she may see then."""
        return self.filter(user=user.pk)

    def lasting(self) -> Self:
        return self.filter(until__gt=today())


class Snooze(models.Model):
    """One line of Today that one user lets rest until a day. It ends by itself, or when the line's due date changes.

    A line is its kind and the row it is about. It holds no word about anybody.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=24)
    row_id = models.BigIntegerField(_("row"))
    # None: about something else than a participant.
    participation = models.ForeignKey(Participation, null=True, on_delete=models.CASCADE, related_name="snoozes")
    due_on = models.DateField(_("was due on"))
    until = models.DateField(_("until"))
    snoozed_at = models.DateTimeField(_("put off"), default=now)

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder that was put off")
        verbose_name_plural = _("reminders that were put off")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "row_id"], name="snooze_once_a_line")]

    def __str__(self) -> str:
        return f"snooze {self.pk}"


class DigestChoice(models.Model):
    """How often one user wants to be told by mail what waits for her. No row: never."""

    class Frequency(models.TextChoices):
        OFF = "off", _("no mail")
        DAILY = "daily", _("every working day")
        WEEKLY = "weekly", _("once a week")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="digest_choice")
    frequency = models.CharField(_("mail about what waits"), max_length=8, choices=Frequency, default=Frequency.OFF)
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday, default=Weekday.MONDAY)
    chosen_on = models.DateField(default=today, editable=False)

    class Meta:
        verbose_name = _("choice of reminders by mail")
        verbose_name_plural = _("choices of reminders by mail")

    def __str__(self) -> str:
        return f"digest choice {self.pk}"


class DigestMail(models.Model):
    """That one user was told on one day, or that nothing waited for her: one for each period, whoever asks twice."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    period_on = models.DateField()
    waiting = models.PositiveIntegerField()  # Nothing waited: no mail went.
    made_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("reminder by mail")
        verbose_name_plural = _("reminders by mail")
        constraints = [models.UniqueConstraint(fields=["user", "period_on"], name="digest_once_a_period")]

    def __str__(self) -> str:
        return f"digest {self.pk}"
