"""Deeds with documents: a file is kept, followed by a newer version, withdrawn. None is ever overwritten or erased."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import BinaryIO, cast

from django.db import transaction
from django.db.models.fields.files import FieldFile

from grundsteget import scanning
from grundsteget.dates import now
from grundsteget.scanning import ScannerDown, ScanState
from participants import rules
from participants.actions.frame import changed, locked, save, save_with_file
from participants.evidence import Upload
from participants.models import Activity, Consent, Document, DocumentKind, Outcome, Participation, Stint
from partners.models import Organisation, User

logger = logging.getLogger(__name__)


@transaction.atomic
def add_document(
    *,
    participation: Participation,
    kind: DocumentKind,
    file: Upload,
    dated_on: dt.date,
    title: str = "",
    proves: Outcome | Consent | Stint | Activity | None = None,
    is_shared: bool = False,
    organisation: Organisation,
    submission: uuid.UUID | None = None,
    by: User,
) -> Document:
    """Keep a file. The same `submission` again is the same document: a double click keeps one."""
    participation = locked(participation)
    if earlier := _submitted(participation, submission, by):
        return earlier
    rules.check_document(participation, kind, dated_on, proves)
    document = Document(participation=participation, kind=kind, title=title, dated_on=dated_on, is_shared=is_shared)
    if proves is not None:
        setattr(document, type(proves).__name__.lower(), proves)
    return _keep(document, file, organisation, submission, by)


@transaction.atomic
def replace_document(
    *,
    document: Document,
    file: Upload,
    dated_on: dt.date,
    title: str = "",
    submission: uuid.UUID | None = None,
    by: User,
) -> Document:
    """A newer version of the same paper. The old one stays readable, greyed, and no longer serves as evidence."""
    participation = locked(document.participation)
    if earlier := _submitted(participation, submission, by):
        return earlier
    document = participation.documents.select_related("kind").get(pk=document.pk)
    rules.check_document_may_change(document)
    rules.check_has_happened(dated_on, "dated_on")
    newer = Document(
        participation=participation,
        kind=document.kind,
        title=title,
        dated_on=dated_on,
        outcome_id=document.outcome_id,
        consent_id=document.consent_id,
        stint_id=document.stint_id,
        activity_id=document.activity_id,
        is_shared=document.is_shared,
        replaces=document,
    )
    return _keep(newer, file, document.organisation, submission, by)


def _submitted(participation: Participation, submission: uuid.UUID | None, by: User) -> Document | None:
    if submission is None:
        return None
    return participation.documents.filter(submission=submission, uploaded_by=by).first()


def _keep(
    document: Document, file: Upload, organisation: Organisation, submission: uuid.UUID | None, by: User
) -> Document:
    # What others keep to themselves is not told by saying that it is there.
    same = Document.objects.visible_to(by).filter(participation=document.participation_id, withdrawn_at__isnull=True)
    if found := same.filter(sha256=file.sha256).order_by("pk").first():
        raise rules.AlreadyThere(found)
    document.organisation, document.uploaded_by, document.uploaded_at = organisation, by, now()
    document.file_type, document.size, document.sha256 = file.kind, len(file.content), file.sha256
    document.submission = submission
    save_with_file(document, document.file, file)
    changed(document.participation_id)
    return document


@transaction.atomic
def withdraw_document(*, document: Document, reason: str, by: User) -> Document:
    """The paper was the wrong one. It stays, greyed, with the reason, and serves as evidence no more."""
    participation = locked(document.participation)
    document = participation.documents.get(pk=document.pk)
    rules.check_document_may_change(document)
    document.withdrawn_at, document.withdrawn_by, document.withdrawn_reason = now(), by, reason.strip()
    save(document)
    changed(participation.pk)
    return document


# --- Viruses --------------------------------------------------------------------------------------


def scan_document(document_id: int) -> None:
    """Ask the scanner about one document that nobody has looked at. With the scanner down it stays unchecked."""
    for document in Document.objects.filter(pk=document_id, scan_state=ScanState.UNCHECKED):
        _scan(document, document.file)


def scan_consent(consent_id: int) -> None:
    """The same for a consent's signed form."""
    for consent in Consent.objects.filter(pk=consent_id, scan_state=ScanState.UNCHECKED).exclude(evidence=""):
        _scan(consent, consent.evidence)


def scan_unchecked() -> int:
    """Look into everything that waits; stops at once when the scanner is down, and says so. Returns how many wait."""
    if not scanning.is_wanted():
        return 0
    documents = Document.objects.filter(scan_state=ScanState.UNCHECKED).order_by("pk")
    consents = Consent.objects.filter(scan_state=ScanState.UNCHECKED).exclude(evidence="").order_by("pk")
    waiting: list[tuple[Document | Consent, FieldFile]] = [(one, one.file) for one in documents]
    waiting += [(one, one.evidence) for one in consents]
    for number, (row, file) in enumerate(waiting):
        if not _scan(row, file):
            logger.error("scanner down: %s file(s) wait and cannot be handed out", len(waiting) - number)
            return len(waiting) - number
    return 0


def _scan(row: Document | Consent, file: FieldFile) -> bool:
    """Whether the scanner is there. What it said is kept with the row."""
    if not scanning.is_wanted():
        return False
    try:
        with file.storage.open(file.name or "", "rb") as opened:
            state = scanning.verdict(cast(BinaryIO, opened))
    except ScannerDown as down:
        logger.error("scanner down: %s stays unchecked (%s)", row, down)
        return False
    except OSError:
        logger.exception("file of %s cannot be opened", row)
        return True
    if state == ScanState.INFECTED:
        logger.error("virus found in %s: it is handed out to nobody", row)
    type(row)._default_manager.filter(pk=row.pk).update(scan_state=state, scanned_at=now())
    return True
