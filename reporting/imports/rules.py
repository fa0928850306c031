"""What may be done with an import, given what has been done."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.imports import parts, undoing
from reporting.imports.preview import undecided
from reporting.models import Import, ImportPart

State = Import.State


def check_columns_may_be_chosen(row: Import) -> None:
    if (
        row.kind != Import.Kind.MAPPED
        or row.state not in {State.UPLOADED, State.CHECKED, State.REFUSED}
        or not row.file
    ):
        raise ValidationError(_("The columns of this import can no longer be chosen. Choose the file again."))


def check_is_checked(row: Import) -> None:
    if row.state != State.CHECKED:
        raise ValidationError(_("The import is not at the step where this is decided. Open it again."))


def check_may_apply(row: Import, told: dict[str, Any] | None) -> None:
    check_is_checked(row)
    if told is None:
        raise ValidationError(_("What the import would do is no longer kept. Choose the file again."))
    if number := len(undecided(row, told["doubles"])):
        raise ValidationError(
            ngettext(
                "Decide first whether %(number)s row is about somebody who is there already.",
                "Decide first whether %(number)s rows are about somebody who is there already.",
                number,
            )
            % {"number": number}
        )


def check_may_undo(row: Import) -> None:
    """As long as nobody has built on it, and as long as what it takes is kept."""
    if row.state != State.APPLIED:
        raise ValidationError(_("Only a saved import can be undone."))
    told = parts.told(row, ImportPart.Kind.UNDO)
    if told is None:
        raise ValidationError(_("The import can no longer be undone: what it takes is not kept any more."))
    if number := undoing.changed_since(told):
        raise ValidationError(
            ngettext(
                "%(number)s participant has been changed since the import, or stands in a report."
                " To undo it would lose that, so correct by hand instead.",
                "%(number)s participants have been changed since the import, or stand in a report."
                " To undo it would lose that, so correct by hand instead.",
                number,
            )
            % {"number": number}
        )
