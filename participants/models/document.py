"""Documents: the papers that show what is recorded about a participant."""

from __future__ import annotations

import secrets
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from grundsteget.scanning import ScanState
from participants.evidence import CONTENT_TYPES, DOCUMENTS
from participants.models.files import ScannedFile
from participants.models.journey import Activity, Outcome
from participants.models.participation import OwnOrSharedQuerySet, Participation, Stint
from participants.models.sharing import Consent
from partners.models import Organisation, User


class DocumentKind(models.Model):
    """What kind of paper it is, and to which step of the way it belongs. Retired kinds stay readable."""

    class Step(models.TextChoices):
        ENTRY = "entry", _("Referral and consent")
        WAY = "way", _("During the participation")
        OUTCOME = "outcome", _("Outcomes")
        EXIT = "exit", _("Exit")
        OTHER = "other", _("Other")

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    step = models.CharField(_("step"), max_length=8, choices=Step)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("not chosen after"), null=True, blank=True)

    class Meta:
        verbose_name = _("kind of document")
        verbose_name_plural = _("kinds of documents")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv


def document_name(document: Document, name: str) -> str:
    """A random name in the storage; its ending says what kind of file it is, and nothing says whose."""
    return f"documents/{secrets.token_hex(16)}.{name.rpartition('.')[2]}"


class DocumentQuerySet(OwnOrSharedQuerySet):
    def standing(self) -> Self:
        """Those that hold today: not withdrawn, and no newer version of the same."""
        return self.filter(~Exists(Document.objects.filter(replaces=OuterRef("pk"))), withdrawn_at__isnull=True)

    def of_the_project(self) -> Self:
        """Those that the project can show: its owner's own, and what partners have shared with it."""
        return self.filter(Q(is_shared=True) | Q(organisation=F("participation__project__owner")))

    def counted(self) -> Self:
        """Those that can serve as evidence."""
        return self.standing().of_the_project().exclude(scan_state=ScanState.INFECTED)


class Document(ScannedFile):
    """One paper about one participation, never overwritten: a newer version is a row of its own that replaces this.

    It belongs to the organisation that uploaded it, like a note in the journal, until it is shared. What it proves is
    at most one thing that is recorded about the same participation.
    """

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="documents")
    kind = models.ForeignKey(DocumentKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("what it is called"), max_length=120, blank=True)
    dated_on = models.DateField(_("date of the document"), default=today)
    outcome = models.ForeignKey(Outcome, null=True, blank=True, on_delete=models.RESTRICT, related_name="documents")
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.RESTRICT, related_name="documents")
    stint = models.ForeignKey(Stint, null=True, blank=True, on_delete=models.RESTRICT, related_name="documents")
    activity = models.ForeignKey(Activity, null=True, blank=True, on_delete=models.RESTRICT, related_name="documents")
    is_shared = models.BooleanField(_("shared with partners who have consent"), default=False)
    organisation = models.ForeignKey(Organisation, editable=False, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(User, editable=False, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)
    file = models.FileField(_("file"), upload_to=document_name, editable=False)
    file_type = models.CharField(max_length=4, choices=[(kind, kind.upper()) for kind in DOCUMENTS], editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.RESTRICT, related_name="replaced_by"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.CharField(max_length=200, blank=True, editable=False)
    submission = models.UUIDField(null=True, editable=False, unique=True)

    objects = DocumentQuerySet.as_manager()

    PROVES = ("outcome", "consent", "stint", "activity")

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-dated_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="document_proves_one_thing",
                condition=Q(outcome__isnull=True, consent__isnull=True, stint__isnull=True)
                | Q(outcome__isnull=True, consent__isnull=True, activity__isnull=True)
                | Q(outcome__isnull=True, stint__isnull=True, activity__isnull=True)
                | Q(consent__isnull=True, stint__isnull=True, activity__isnull=True),
                violation_error_message=_("A document shows one thing."),
            ),
            models.CheckConstraint(
                name="document_withdrawal_is_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
            ),
            models.UniqueConstraint(
                fields=["participation", "organisation", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="document_is_kept_once",
                violation_error_message=_("This file is already there."),
            ),
        ]
        indexes = [
            models.Index(fields=["participation", "-dated_on"], name="document_by_date"),
            models.Index(fields=["id"], condition=Q(scan_state="unchecked"), name="document_unchecked"),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"

    @property
    def label(self) -> str:
        return self.title or str(self.kind)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.file_type]

    @property
    def proves(self) -> Outcome | Consent | Stint | Activity | None:
        return next((getattr(self, name) for name in self.PROVES if getattr(self, f"{name}_id")), None)
