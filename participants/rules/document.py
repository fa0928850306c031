"""Which document may be kept, replaced and withdrawn."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import Document, DocumentKind, Participation
from participants.rules.frame import check_has_happened, refused


class AlreadyThere(ValidationError):
    """The very same file is kept already; `document` is where."""

    def __init__(self, document: Document) -> None:
        super().__init__(_("This file is already there, so it was not saved once more."), code="file")
        self.document = document


def check_document(participation: Participation, kind: DocumentKind, dated_on: dt.date, proves: Model | None) -> None:
    check_has_happened(dated_on, "dated_on")
    if kind.retired_on is not None and kind.retired_on < today():
        raise refused(_("This kind of document is no longer used. Choose another one."), "kind")
    if proves is not None and getattr(proves, "participation_id", None) != participation.pk:
        raise refused(_("This belongs to somebody else. Choose what the document shows anew."), "proves")


def check_document_may_change(document: Document) -> None:
    """A version that was withdrawn or followed by a newer one is history, and history stays as it was."""
    if document.withdrawn_at is not None:
        raise refused(_("This document is withdrawn. Upload a new one instead."))
    if Document.objects.filter(replaces=document).exists():
        raise refused(_("There is a newer version of this document. Open the page again and go on from that."))
