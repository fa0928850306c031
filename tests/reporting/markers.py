"""A person whose every free text is a marker: whatever a table can hold about her, some row of hers holds."""

from django.db import IntegrityError, models, transaction

from participants.models import Participant, Participation
from reporting.rights.people import Table, person_tables, tables

# Written by the database or read back as something else than text.
NOT_FREE = {
    "code",
    "ref",
    "identity_cipher",
    "identity_hash",
    "token_hash",
    "sha256",
    "first_name_key",
    "last_name_key",
}


def mark(participation: Participation, word: str) -> dict[str, str]:
    """Put a marker of its own into each free text of hers, as far as the table lets it. `table.field` → marker."""
    found: dict[str, str] = {}
    for table in tables():
        found |= _mark(table, [participation.pk], word)
    for table in person_tables():
        found |= _mark(table, [participation.participant_id], word)
    return found


def _mark(table: Table, ids: list[int], word: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, field in enumerate(table.model._meta.concrete_fields):
        if not _is_free(field):
            continue
        marker = f"{word}{table.model.__name__}{number}"[: field.max_length or 200]
        try:
            with transaction.atomic():
                rows = table.of(ids)
                changed = table.model._base_manager.filter(
                    pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[:1])
                )
                if changed.update(**{field.name: marker}):
                    found[f"{table.model._meta.label_lower}.{field.name}"] = marker
        except IntegrityError:  # A text that only goes with another answer.
            continue
    return found


def _is_free(field: models.Field) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField)
    return is_text and not field.choices and field.name not in NOT_FREE and (field.max_length or 200) >= 30


def has_rows(participation: Participation) -> set[str]:
    """Tables with at least one row of hers."""
    of_person = {table.model for table in person_tables()}
    return {
        table.model._meta.label
        for table in [*tables(), *person_tables()]
        if table.of([participation.participant_id if table.model in of_person else participation.pk]).exists()
    }


__all__ = ["Participant", "has_rows", "mark"]
