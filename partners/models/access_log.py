"""The log of who looked at what."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.partnership import Organisation
from partners.models.people import User


class AccessLog(models.Model):
    """One look at people's data: who, from where, at whom, how. Append-only; the database itself refuses changes.

    Holds ids only — no names, no identity numbers, no text from a case.
    """

    class Action(models.TextChoices):
        LIST = "list", _("list")
        VIEW = "view", _("view")
        SEARCH = "search", _("search")
        UNMASK = "unmask", _("identity number shown")
        EXPORT = "export", _("export")
        DOWNLOAD = "download", _("download")
        DENIED = "denied", _("refused")
        GRANTED = "granted", _("access for a time")

    class FieldsClass(models.TextChoices):
        BASIC = "basic", _("basic")
        CONTACT = "contact", _("contact")
        SENSITIVE = "sensitive", _("sensitive")
        PROTECTED = "protected", _("protected")

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation then"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(_("role then"), max_length=20, blank=True)
    action = models.CharField(_("what"), max_length=10, choices=Action)
    view = models.CharField(_("page"), max_length=80)
    participations = models.JSONField(_("participations"), default=list, help_text=_("ids of those shown"))
    criterion = models.CharField(_("kind of search"), max_length=40, blank=True)
    count = models.PositiveIntegerField(_("number shown"), default=0)
    fields_class = models.CharField(_("kind of data"), max_length=10, choices=FieldsClass, default=FieldsClass.BASIC)
    purpose = models.CharField(_("reason"), max_length=200, blank=True)
    object_ref = models.CharField(_("file or report"), max_length=40, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    client_ip = models.GenericIPAddressField(null=True)
    # The chain: the number of the row on its day, and a seal over the seal before it and this row's content.
    day = models.DateField(_("day"))
    number = models.PositiveIntegerField(_("number on that day"))
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["day", "number"], name="access_log_numbered_once")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.view}"


class AccessSubject(models.Model):
    """One person in one look, so that all looks at a person are found at once. Append-only like the log itself."""

    entry = models.ForeignKey(AccessLog, on_delete=models.PROTECT, related_name="subjects")
    # No foreign key: the log outlives what it is about, and participations live in an app above.
    participation_id = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("person looked at")
        verbose_name_plural = _("people looked at")
        indexes = [models.Index(fields=["participation_id", "entry"], name="access_by_participation")]

    def __str__(self) -> str:
        return f"{self.participation_id} in {self.entry_id}"


class LogDay(models.Model):
    """The end of one day's chain: how many rows it has and the last one's seal. Locked while a row is added."""

    day = models.DateField(_("day"), unique=True)
    count = models.PositiveIntegerField(_("rows"), default=0)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("day of the access log")
        verbose_name_plural = _("days of the access log")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


class ReviewSample(models.Model):
    """A look drawn by lot for the monthly review: was there a reason for it?"""

    class Verdict(models.TextChoices):
        FINE = "fine", _("in order")
        ASKED = "asked", _("asked the person who looked")
        WRONG = "wrong", _("not in order")

    entry = models.OneToOneField(AccessLog, on_delete=models.PROTECT, related_name="review")
    month = models.DateField(_("month"))
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(_("what came out"), max_length=10, choices=Verdict, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        User, verbose_name=_("reviewed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)

    class Meta:
        verbose_name = _("review of a look")
        verbose_name_plural = _("reviews of looks")
        ordering = ["-month", "organisation__name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="review_has_a_reviewer",
                condition=models.Q(verdict="", reviewed_by__isnull=True, reviewed_at__isnull=True)
                | (~models.Q(verdict="") & models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"

    @property
    def is_open(self) -> bool:
        return not self.verdict
