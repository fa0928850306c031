"""What every deed begins and ends with: the lock, the check, and the word that something changed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from participants import rules
from participants.evidence import Upload
from participants.models import (
    Participation,
)
from participants.signals import participation_changed


def locked(participation: Participation) -> Participation:
    """The participation as it is now; nobody else changes it before this transaction ends."""
    return (
        Participation.objects.select_for_update(of=("self",))
        .select_related("participant", "project")
        .get(pk=participation.pk)
    )


def changed(participation_id: int) -> None:
    Participation.objects.filter(pk=participation_id).refresh_summaries()
    participation_changed.send(sender=Participation, participation_ids=[participation_id])


def save_with_file(row: models.Model, kept: FieldFile, upload: Upload) -> None:
    """The row and its file, or neither."""
    kept.save(f"upload.{upload.kind}", upload.file, save=False)
    try:
        save(row)
    except ValidationError:
        kept.delete(save=False)
        raise


def save(row: models.Model) -> None:
    """Checked against its fields and constraints, saved; what another session did first is a refusal, not a crash."""
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
    row.validate_constraints()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise rules.refused(
            _("Somebody saved the same thing at the same moment. Open the page again and look before you go on.")
        ) from None
