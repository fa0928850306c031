"""Who may see a participant: consent to partners, and the circle of people around the person."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.participation import AboutParticipationQuerySet, Participation
from partners.models import Organisation, User, period_is_ordered


class ConsentQuerySet(AboutParticipationQuerySet):
    def in_force(self) -> Self:
        """Given, not expired, not withdrawn: a withdrawal closes at once, on its own day."""
        day = today()
        return self.filter(
            Q(given_on__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day),
        )

    def lifting_secrecy(self) -> Self:
        """Those that let the organisation read about the person. (esf-rules.md 3.6, purpose 1)"""
        return self.in_force().filter(purpose=Consent.Purpose.SECRECY)


class Consent(models.Model):
    """The person's written yes to one organisation for one purpose."""

    class Purpose(models.TextChoices):
        SECRECY = "samverkan", _("share information between partners")
        PUBLICITY = "publicitet", _("photos and stories")
        SUS = "sus", _("registration in SUS")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="consents")
    organisation = models.ForeignKey(Organisation, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    # No `choices`: an imported purpose we do not know is kept, and lifts nothing.
    purpose = models.CharField(_("purpose"), max_length=40, default=Purpose.SECRECY)
    given_on = models.DateField(_("given on"), default=today)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    form_version = models.CharField(_("form version"), max_length=40, blank=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["participation", "organisation", "given_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "organisation", "purpose", "given_on"], name="consent_given_once_a_day"
            ),
            models.CheckConstraint(
                name="consent_period_is_ordered",
                condition=(Q(valid_to__isnull=True) | Q(valid_to__gte=F("given_on")))
                & (Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on"))),
                violation_error_message=_("A consent cannot end before it is given."),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "participation", "purpose"], name="consent_by_organisation")]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    @property
    def is_in_force(self) -> bool:
        day = today()
        return (
            self.given_on <= day
            and (self.valid_to is None or self.valid_to >= day)
            and (self.withdrawn_on is None or self.withdrawn_on > day)
        )

    @property
    def purpose_name(self) -> str:
        return str(dict(self.Purpose.choices).get(self.purpose, self.purpose))


class CareTeamMember(models.Model):
    """Somebody who follows this person, from when, until when. A protected person is seen by nobody else."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="care_team")
    user = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="care_team_places")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="+"
    )
    is_lead = models.BooleanField(_("lead worker"), default=False)
    started_on = models.DateField(_("from"), default=today)
    ended_on = models.DateField(_("to"), null=True, blank=True)
    end_reason = models.CharField(_("why ended"), max_length=200, blank=True)

    objects = AboutParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("care team member")
        verbose_name_plural = _("care team")
        ordering = ["participation", "-is_lead", "started_on"]
        constraints = [
            period_is_ordered("care_team_period_is_ordered"),
            models.UniqueConstraint(
                fields=["participation"],
                condition=Q(is_lead=True, ended_on__isnull=True),
                name="care_team_one_lead_worker",
            ),
            models.UniqueConstraint(
                fields=["participation", "user", "organisation"],
                condition=Q(ended_on__isnull=True),
                name="care_team_once_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["user", "participation"], name="care_team_by_user")]

    def __str__(self) -> str:
        return f"care team {self.pk}"
