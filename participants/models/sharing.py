"""Who may see a participant: consent to partners, and the circle of people around the person."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.files import ScannedFile
from participants.models.participation import AboutParticipationQuerySet, Participation
from partners.models import Organisation, User, period_is_ordered


def evidence_name(consent: Consent, name: str) -> str:
    """A random name in the storage; its ending says what kind of file it is, and nothing says whose."""
    return f"consents/{secrets.token_hex(16)}.{name.rpartition('.')[2]}"


class ConsentQuerySet(AboutParticipationQuerySet):
    def in_force_on(self, day: dt.date) -> Self:
        """Given, not expired, not withdrawn on that day: a withdrawal closes at once, on its own day."""
        return self.filter(
            Q(given_on__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day),
        )

    def in_force(self) -> Self:
        return self.in_force_on(today())

    def lifting_secrecy(self, category: str | None = None, *, on: dt.date | None = None) -> Self:
        """Those that let the organisation read: about the person at all, or one category of what is kept.

        The one place that decides: pages, fragments, lists, searches, exports and tasks ask it through `visible_to`.
        (esf-rules.md 3.6, purpose 1)
        """
        lifting = self.in_force_on(on or today()).filter(purpose=Consent.Purpose.SECRECY)
        if category is None or category == Consent.Category.BASIC:
            return lifting
        return lifting.filter(**{f"covers_{Consent.Category(category)}": True})

    def expiring(self, days: int) -> Self:
        """In force but over within so many days, for people who still take part, and not already renewed."""
        renewed = Consent.objects.filter(
            participation=OuterRef("participation"),
            organisation=OuterRef("organisation"),
            purpose=OuterRef("purpose"),
            given_on__gt=OuterRef("given_on"),
            withdrawn_on__isnull=True,
        )
        last_day = today() + dt.timedelta(days=days)
        return self.in_force().filter(
            ~Exists(renewed),
            participation__entered_on__isnull=False,
            participation__left_on__isnull=True,
            valid_to__lte=last_day,
        )


class Consent(ScannedFile):
    """Why one organisation may use what is kept about the person: her written yes, or a paragraph of law."""

    class Purpose(models.TextChoices):
        SECRECY = "samverkan", _("share information between partners")
        PUBLICITY = "publicitet", _("photos and stories")
        SUS = "sus", _("registration in SUS")

    class Ground(models.TextChoices):
        CONSENT = "consent", _("the person's consent")
        STATUTE = "statute", _("a statute that breaks the secrecy")

    class Category(models.TextChoices):
        """What may be read. The first goes without saying: without it there is no consent."""

        BASIC = "basic", _("name, stage and lead worker")
        JOURNEY = "journey", _("activities, hours and outcomes")
        NOTES = "notes", _("shared notes")
        CONTACT = "contact", _("phone, e-mail and where the person lives")

    class Language(models.TextChoices):
        """In which language the person read what she signed."""

        SWEDISH = "sv", _("Swedish")
        ENGLISH = "en", _("English")
        ARABIC = "ar", _("Arabic")
        DARI = "prs", _("Dari")
        PERSIAN = "fa", _("Persian")
        SOMALI = "so", _("Somali")
        TIGRINYA = "ti", _("Tigrinya")
        KURDISH = "ku", _("Kurdish")
        BOSNIAN = "bs", _("Bosnian")
        SPANISH = "es", _("Spanish")
        FINNISH = "fi", _("Finnish")
        OTHER = "other", _("another language, with an interpreter")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="consents")
    organisation = models.ForeignKey(Organisation, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    # No `choices`: an imported purpose we do not know is kept, and lifts nothing.
    purpose = models.CharField(_("purpose"), max_length=40, default=Purpose.SECRECY)
    legal_ground = models.CharField(_("ground"), max_length=8, choices=Ground, default=Ground.CONSENT)
    statute = models.CharField(_("paragraph"), max_length=120, blank=True)
    covers_journey = models.BooleanField(_("activities, hours and outcomes"), default=True)
    covers_notes = models.BooleanField(_("shared notes"), default=True)
    covers_contact = models.BooleanField(_("phone, e-mail and where the person lives"), default=True)
    given_on = models.DateField(_("given on"), default=today)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    # A statute is not withdrawn by anybody: for it, the day on which the ground was ended.
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    form_version = models.CharField(_("form version"), max_length=40, blank=True)
    language = models.CharField(_("language of the form"), max_length=8, choices=Language, blank=True)
    evidence = models.FileField(_("signed form"), upload_to=evidence_name, blank=True)
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
            models.CheckConstraint(
                name="consent_statute_is_named",
                condition=Q(legal_ground="consent", statute="") | (Q(legal_ground="statute") & ~Q(statute="")),
                violation_error_message=_("A statute is named by its paragraph, a consent has none."),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "participation", "purpose"], name="consent_by_organisation"),
            models.Index(
                fields=["valid_to"],
                condition=Q(withdrawn_on__isnull=True, valid_to__isnull=False),
                name="consent_by_end",
            ),
            models.Index(
                fields=["id"], condition=Q(scan_state="unchecked") & ~Q(evidence=""), name="consent_form_unchecked"
            ),
        ]

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
    def is_statute(self) -> bool:
        return self.legal_ground == self.Ground.STATUTE

    @property
    def lifts_secrecy(self) -> bool:
        return self.purpose == self.Purpose.SECRECY

    @property
    def categories(self) -> list[Consent.Category]:
        """What the organisation may read while this is in force; nothing, if that is not its purpose."""
        if not self.lifts_secrecy:
            return []
        optional = [c for c in self.Category if c != self.Category.BASIC and getattr(self, f"covers_{c}")]
        return [self.Category.BASIC, *optional]

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
    # Let in for a time: by whom and why. Such a place ends by itself.
    granted_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    grant_reason = models.CharField(_("why let in"), max_length=200, blank=True)
    lead_told_at = models.DateTimeField(null=True, editable=False)  # When the lead worker heard of it.

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
            models.CheckConstraint(
                name="care_team_grant_is_reasoned_and_ends",
                condition=Q(granted_by__isnull=True, grant_reason="")
                | (Q(granted_by__isnull=False, ended_on__isnull=False, is_lead=False) & ~Q(grant_reason="")),
                violation_error_message=_("Access for a time has a reason and a last day."),
            ),
        ]
        indexes = [models.Index(fields=["user", "participation"], name="care_team_by_user")]

    def __str__(self) -> str:
        return f"care team {self.pk}"

    @property
    def is_temporary(self) -> bool:
        return bool(self.grant_reason)
