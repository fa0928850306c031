"""What a person does with an import: brings the file, chooses the columns, decides, saves, undoes, puts aside."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grundsteget.dates import now
from partners.models import Project, User
from reporting.imports import parts, rules, work
from reporting.imports.files import Upload
from reporting.models import Import, ImportMapping, ImportPart

State = Import.State


def request_import(*, project: Project, upload: Upload, submission: uuid.UUID, by: User) -> Import:
    """Take a file in. The same file again is the import that it was; the caller sends the task."""
    known = Import.objects.filter(project=project, sha256=upload.sha256)
    if same := known.filter(state__in=[*Import.OPEN, State.APPLIED]).first():
        return same
    if sent := Import.objects.filter(submission=submission, uploaded_by=by).first():
        return sent
    if Import.objects.open().filter(project=project).exists():
        raise ValidationError(_another_is_open(), code="open")
    row = Import(
        project=project,
        kind=upload.kind,
        format=upload.format,
        sha256=upload.sha256,
        size=len(upload.content),
        submission=submission,
        uploaded_by=by,
        state=State.UPLOADED if upload.kind == Import.Kind.MAPPED else State.CHECKING,
    )
    row.file.save("upload", upload.sealed, save=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.file.delete(save=False)
        raise ValidationError(_another_is_open(), code="open") from None
    return row


def _another_is_open() -> str:
    return _("Another import into this project is not finished. Save it or put it aside first.")


@transaction.atomic
def choose_columns(*, row: Import, sheet: int, fingerprint: str, chosen: Mapping[str, Any], by: User) -> Import:
    """Say which column is what. It is kept for the next file with the same headings; the caller sends the task."""
    row = _locked(row)
    rules.check_columns_may_be_chosen(row)
    row.mapping, _made = ImportMapping.objects.update_or_create(
        project=row.project, fingerprint=fingerprint, defaults={**chosen, "updated_by": by, "updated_at": now()}
    )
    row.sheet, row.decisions = sheet, {}
    return _check_again(row, "sheet", "mapping", "decisions")


@transaction.atomic
def decide_doubles(*, row: Import, decisions: Mapping[str, str], by: User) -> Import:
    """Say of each row whether it is about the person who is there already; the caller sends the task."""
    row = _locked(row)
    rules.check_is_checked(row)
    row.decisions = {**row.decisions, **decisions}
    return _check_again(row, "decisions")


def _check_again(row: Import, *names: str) -> Import:
    row.state, row.problem, row.progress, row.attempt, row.lease_until = State.CHECKING, "", 0, 0, None
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "problem", "progress", "attempt", "lease_until", *names])
    except IntegrityError:
        raise ValidationError(_another_is_open()) from None
    return row


@transaction.atomic
def order_apply(*, row: Import, by: User) -> Import:
    """Save what was shown; ordered twice, it is saved once. The caller sends the task."""
    row = _locked(row)
    if row.state in {State.APPLYING, State.APPLIED}:
        return row
    told = parts.told(row, ImportPart.Kind.PREVIEW)
    rules.check_may_apply(row, told)
    row.state, row.problem, row.progress, row.attempt, row.applied_by = State.APPLYING, "", 0, 0, by
    row.save(update_fields=["state", "problem", "progress", "attempt", "applied_by"])
    return row


@transaction.atomic
def order_undo(*, row: Import, by: User) -> Import:
    """Take it all back; the caller sends the task."""
    row = _locked(row)
    if row.state in {State.UNDOING, State.UNDONE}:
        return row
    rules.check_may_undo(row)
    row.state, row.problem, row.progress, row.attempt, row.undone_by = State.UNDOING, "", 0, 0, by
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "problem", "progress", "attempt", "undone_by"])
    except IntegrityError:
        raise ValidationError(_another_is_open()) from None
    return row


@transaction.atomic
def cancel_import(*, row: Import, by: User) -> Import:
    """Put it aside: nothing was saved, and the file goes at once."""
    row = _locked(row)
    if row.state in {State.UPLOADED, State.CHECKED, State.REFUSED, State.CHECKING}:
        row.state, row.lease_until = State.CANCELLED, None
        row.save(update_fields=["state", "lease_until"])
        parts.forget(row)
        work.remove_file(row)
    return row


def _locked(row: Import) -> Import:
    return Import.objects.select_for_update(of=("self",)).select_related("project").get(pk=row.pk)
