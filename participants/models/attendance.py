"""Days of attendance, the month's certificate with its signatures, and what an hour counts as co-financing."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.journey import Activity
from participants.models.participation import AboutJourneyQuerySet, Participation
from partners import access
from partners.access import Permission
from partners.models import Project, User


class CompensationType(models.Model):
    """What a participant lives on while taking part, and who pays it. Retired ones stay readable. (esf-rules.md 2.3)"""

    class Payer(models.TextChoices):
        MUNICIPALITY = "kommun", _("the municipality")
        EMPLOYMENT_SERVICE = "af", _("Arbetsförmedlingen")
        INSURANCE_AGENCY = "fk", _("Försäkringskassan")
        OTHER = "annan", _("another payer")
        NOBODY = "ingen", _("nobody")

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    payer = models.CharField(_("paid by"), max_length=8, choices=Payer, default=Payer.OTHER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("not chosen after"), null=True, blank=True)

    class Meta:
        verbose_name = _("type of compensation")
        verbose_name_plural = _("types of compensation")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv

    @property
    def is_retired(self) -> bool:
        return self.retired_on is not None and self.retired_on < today()


class AttendanceDay(models.Model):
    """One day of one participant in one activity: hours when present, the kind of absence when not."""

    class Kind(models.TextChoices):
        PRESENT = "narvaro", _("present")
        SICK = "sjuk", _("ill")
        NOTIFIED = "anmald", _("absent, notified")
        UNNOTIFIED = "oanmald", _("absent, not notified")
        LEAVE = "ledig", _("on leave")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="attendance_days")
    activity = models.ForeignKey(
        Activity,
        verbose_name=_("activity"),
        null=True,
        blank=True,
        # Not PROTECT: both go when the participation goes.
        on_delete=models.RESTRICT,
        related_name="attendance_days",
    )
    day = models.DateField(_("day"))
    hours = models.DecimalField(
        _("hours"), max_digits=4, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(24)]
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PRESENT)
    compensation = models.ForeignKey(
        CompensationType,
        verbose_name=_("compensation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = AboutJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of attendance")
        verbose_name_plural = _("days of attendance")
        ordering = ["participation", "day", "activity"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "activity", "day"],
                condition=Q(activity__isnull=False),
                name="attendance_once_a_day_and_activity",
            ),
            models.UniqueConstraint(
                fields=["participation", "day"],
                condition=Q(activity__isnull=True),
                name="attendance_once_a_day_without_activity",
            ),
            models.CheckConstraint(
                name="attendance_hours_when_present",
                condition=Q(kind="narvaro", hours__gt=0, hours__lte=24) | (~Q(kind="narvaro") & Q(hours=0)),
                violation_error_message=_("Hours are given for days of presence, up to 24, and for no other."),
            ),
        ]
        indexes = [models.Index(fields=["participation", "day"], name="attendance_by_day")]

    def __str__(self) -> str:
        return f"attendance day {self.pk}"


class AttendanceCertificateQuerySet(AboutJourneyQuerySet):
    def current(self) -> Self:
        """The newest version of each month."""
        return self.filter(replaced_at__isnull=True)

    def kept_by(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Those the user signs in this capacity: the owner's team all, others where the person was in their house."""
        owned = Q(participation__project__owner__in=access.of(user).owner_wide_ids(permission))
        in_their_house = Activity.objects.kept_by(user, permission).filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("month")), participation=OuterRef("participation")
        )
        return self.visible_to(user).filter(owned | Exists(in_their_house))


class AttendanceCertificate(models.Model):
    """The month's certificate (*närvarointyg*) in one version: what was signed, by whom, in which order.

    From the first signature on, `rows` is a copy that no later change reaches; a change makes the next version.
    """

    class State(models.TextChoices):
        DRAFT = "utkast", _("waits for the participant")
        SIGNED = "signerat", _("waits for the supervisor")
        CERTIFIED = "intygat", _("waits for the project office")
        APPROVED = "attesterat", _("approved, to be locked")
        LOCKED = "last", _("locked")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="attendance_certificates")
    month = models.DateField(_("month"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    rows = models.JSONField(_("days"), null=True, blank=True, editable=False)
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2, null=True, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # Of each month at most one version counts: the one locked last.
    counts = models.BooleanField(_("counts"), default=False, editable=False)
    reason = models.CharField(_("why a new version"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    created_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = AttendanceCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance certificate")
        verbose_name_plural = _("attendance certificates")
        ordering = ["participation", "-month", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "month", "version"], name="certificate_version_once"),
            models.UniqueConstraint(
                fields=["participation", "month"],
                condition=Q(replaced_at__isnull=True),
                name="certificate_one_current",
            ),
            models.UniqueConstraint(
                fields=["participation", "month"], condition=Q(counts=True), name="certificate_one_counts"
            ),
            models.CheckConstraint(name="certificate_counts_when_locked", condition=Q(counts=False) | Q(state="last")),
            models.CheckConstraint(name="certificate_frozen_when_signed", condition=Q(state="utkast") | ~Q(sha256="")),
        ]
        indexes = [models.Index(fields=["month", "state"], name="certificate_by_month")]

    def __str__(self) -> str:
        return f"attendance certificate {self.pk}"

    @property
    def is_frozen(self) -> bool:
        return self.state != self.State.DRAFT

    @property
    def is_replaced(self) -> bool:
        return self.replaced_at is not None

    @property
    def is_correction(self) -> bool:
        """A version after one that was locked or on its way."""
        return self.version > 1


class AttendanceSignature(models.Model):
    """One step of the certificate's way: who took it, as what, for which organisation."""

    class Step(models.TextChoices):
        PARTICIPANT = "deltagare", _("the participant's signature")
        SUPERVISOR = "handledare", _("the supervisor's certification")
        OFFICE = "kontor", _("the project office's approval")
        LOCK = "las", _("locking")

    certificate = models.ForeignKey(AttendanceCertificate, on_delete=models.CASCADE, related_name="signatures")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    signed_on = models.DateField(_("signed on"))
    name = models.CharField(_("name"), max_length=160, blank=True, help_text=_("Empty for the participant herself"))
    role = models.CharField(_("role"), max_length=80, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    is_on_paper = models.BooleanField(_("signed on paper"), default=False)
    evidence = models.CharField(_("where the paper is kept"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("signature on an attendance certificate")
        verbose_name_plural = _("signatures on attendance certificates")
        ordering = ["certificate", "pk"]
        constraints = [models.UniqueConstraint(fields=["certificate", "step"], name="signature_once_a_step")]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class AttendanceTotal(models.Model):
    """The certified hours of a certificate by what the participant lived on. Written with the frozen copy."""

    certificate = models.ForeignKey(AttendanceCertificate, on_delete=models.CASCADE, related_name="totals")
    compensation = models.ForeignKey(CompensationType, on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("hours by compensation")
        verbose_name_plural = _("hours by compensation")
        ordering = ["certificate", "compensation"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "compensation"], name="total_once_a_compensation")
        ]

    def __str__(self) -> str:
        return f"total {self.pk}"


class UnitCost(models.Model):
    """What an hour counts from a month on: of a participant's compensation, or of a function of staff.

    The amounts are ESF-rådet's and were not found: the project office fills them in. (esf-rules.md 2.3, Q5)
    """

    project = models.ForeignKey(Project, editable=False, on_delete=models.PROTECT, related_name="unit_costs")
    compensation = models.ForeignKey(
        CompensationType,
        verbose_name=_("compensation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    staff_function = models.CharField(_("function of staff"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"))
    sek_per_hour = models.DecimalField(
        _("SEK an hour"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    source = models.CharField(_("source"), max_length=200, help_text=_("The decision or page that gives the amount"))
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("unit cost")
        verbose_name_plural = _("unit costs")
        ordering = ["compensation", "staff_function", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="unit_cost_is_about_one_thing",
                condition=(Q(compensation__isnull=False) & Q(staff_function=""))
                | (Q(compensation__isnull=True) & ~Q(staff_function="")),
                violation_error_message=_("Choose a compensation, or name a function of staff – one of the two."),
            ),
            models.UniqueConstraint(
                fields=["project", "compensation", "valid_from"],
                condition=Q(compensation__isnull=False),
                name="unit_cost_once_for_a_compensation",
                violation_error_message=_("There is already an amount for this from that month on."),
            ),
            models.UniqueConstraint(
                fields=["project", "staff_function", "valid_from"],
                condition=~Q(staff_function=""),
                name="unit_cost_once_for_a_function",
                violation_error_message=_("There is already an amount for this from that month on."),
            ),
        ]

    def __str__(self) -> str:
        return f"unit cost {self.pk}"
