"""Files with rows about people, made for one person: who asked, when, what for, and who is in them."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now
from participants.models.participation import AboutParticipationQuerySet, Participation
from partners import access
from partners.access import Permission
from partners.models import Membership, User

FOLDER = "exports"


def stored_name(export: ExportFile, name: str) -> str:
    """A random name in the storage; its ending says what kind of file it is, and nothing says whose."""
    return f"{FOLDER}/{secrets.token_hex(16)}.{export.format}"


def expiry() -> dt.datetime:
    return now() + dt.timedelta(days=settings.EXPORT_DAYS)


class ExportFileQuerySet(models.QuerySet["ExportFile"]):
    def visible_to(self, user: User | AnonymousUser) -> ExportFileQuerySet:
        """Her own, made in the role she has now, as long as the role lets her make any. Nobody opens another's."""
        hats = [hat.pk for hat in access.of(user).memberships if Permission.PARTICIPANT_EXPORT in access.rights(hat)]
        return self.filter(requested_by=user.pk, membership__in=hats)

    def overseen_by(self, user: User | AnonymousUser) -> ExportFileQuerySet:
        """What was taken out of the projects whose log she reviews: to know of, never to open."""
        owners = access.of(user).organisation_ids(Permission.LOG_REVIEW)
        in_file = ExportRow.objects.filter(export=OuterRef("pk"), participation__project__owner__in=owners)
        return self.filter(Q(membership__organisation__in=owners) | Exists(in_file))

    def waiting(self) -> ExportFileQuerySet:
        """Those that nobody works on: never begun, or begun by a worker whose lease ran out."""
        return self.filter(Q(state=ExportFile.State.QUEUED) | Q(state=ExportFile.State.RUNNING, lease_until__lt=now()))


class ExportFile(models.Model):
    """One file that somebody asked for. Its bytes live for some days; the row stays and says who, when and why."""

    class Kind(models.TextChoices):
        PARTICIPANTS = "participants", _("list of participants")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook")
        CSV = "csv", _("text file (CSV)")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")
        DELETED = "deleted", _("deleted")

    class Problem(models.TextChoices):
        RIGHT = "right", _("You no longer have the right to export in the role you asked in.")
        ROWS = "rows", _("There are more participants than one file may hold. Filter the list and ask again.")
        CHANGED = "changed", _("What you may see changed while the file was made. Ask again.")
        STORAGE = "storage", _("The file could not be stored. Try again; if it stays so, tell the administrator.")
        ERROR = "error", _("Something went wrong. Try again; if it stays so, tell the administrator.")

    MAX_ATTEMPTS = 3

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # What stands in addresses.
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("what"), max_length=16, choices=Kind, default=Kind.PARTICIPANTS)
    format = models.CharField(_("kind of file"), max_length=4, choices=Format)
    requested_by = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        Membership, verbose_name=_("in which role"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("when"), default=now)
    purpose = models.CharField(_("what for"), max_length=200)
    # What was asked: the list's own address. Of a search the kind alone is kept, and whom it found.
    query = models.CharField(_("filters"), max_length=1000, blank=True)
    criterion = models.CharField(_("kind of search"), max_length=40, blank=True)
    found = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    problem = models.CharField(_("problem"), max_length=8, choices=Problem, blank=True)
    progress = models.PositiveSmallIntegerField(_("progress, per cent"), default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(_("made"), null=True)
    expires_at = models.DateTimeField(_("expires"), default=expiry)
    file = models.FileField(upload_to=stored_name, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)

    objects = ExportFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="export_has_a_purpose",
                condition=~Q(purpose=""),
                violation_error_message=_("Say what the file is for."),
            ),
            models.CheckConstraint(
                name="export_has_bytes_while_ready",
                condition=(Q(state="ready") & ~Q(file="") & ~Q(sha256="")) | (~Q(state="ready") & Q(file="")),
            ),
        ]
        indexes = [models.Index(fields=["requested_by", "-requested_at"], name="export_by_person")]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY and self.expires_at > now()

    @property
    def file_name(self) -> str:
        """Says what it is and of which day, and nothing about anybody."""
        return f"deltagarlista-{timezone.localdate(self.requested_at).isoformat()}.{self.format}"


class ExportRow(models.Model):
    """One participation in one file, so that the file closes when she may no longer be read."""

    export = models.ForeignKey(ExportFile, on_delete=models.CASCADE, related_name="contents")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="exports")
    was_protected = models.BooleanField(default=False)  # She stood there by her code alone.

    objects = AboutParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant in an export")
        verbose_name_plural = _("participants in exports")
        constraints = [models.UniqueConstraint(fields=["export", "participation"], name="export_row_once")]

    def __str__(self) -> str:
        return f"{self.participation_id} in export {self.export_id}"
