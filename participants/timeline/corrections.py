"""What stood there before: old values of notes, activities and outcomes, from the log of changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from participants.models import Activity, JournalEntry, Outcome, Participation
from participants.timeline.frame import Correction
from partners import access
from partners.access import Permission
from partners.models import Change, User

# What is told when it is corrected. A first answer in an empty field corrects nothing.
TOLD: dict[type[models.Model], tuple[str, ...]] = {
    JournalEntry: ("text", "kind", "happened_on", "minutes", "is_shared"),
    Activity: ("title", "kind", "enterprise", "place", "started_on", "ended_on", "hours_per_week"),
    Outcome: ("kind", "started_on", "ended_on", "enterprise", "employer", "support", "evidence"),
}


def corrections(
    participation: Participation, model: type[models.Model], told: Collection[int]
) -> dict[int, list[Correction]]:
    """Row → its corrections, the newest first; of rows outside `told` without what they said. One query.

    The caller looks up rows that the reader may see, and decides in `told` of which she may read what they said.
    """
    rows = Change.objects.filter(
        participation_id=participation.pk, label=model._meta.label_lower, action=Change.Action.UPDATE
    )
    found: dict[int, list[Correction]] = {}
    for row in rows.select_related("actor").order_by("-pk"):
        if was := list(_was(row, model)):
            pk = int(row.row_id)
            who = str(row.actor or _("the system"))
            found.setdefault(pk, []).append(Correction(timezone.localdate(row.at), who, was if pk in told else []))
    return found


def of_readers(user: User, participation: Participation, rows: Iterable[models.Model]) -> set[int]:
    """Old values are told to those who see the history: the project's own people. Others see that it was changed."""
    sees = access.has(user, Permission.PARTICIPANT_EDIT, participation.project_id)
    return {row.pk for row in rows} if sees else set()


def _was(row: Change, model: type[models.Model]) -> Iterator[str]:
    for name in TOLD[model]:
        changed: Any = model._meta.get_field(name)
        old, _new = row.changes.get(changed.column, (None, None))
        if old not in (None, ""):
            yield _("%(field)s: %(value)s") % {
                "field": capfirst(changed.verbose_name),
                "value": _in_words(changed, old),
            }


def _in_words(changed: Any, value: Any) -> str:
    if changed.is_relation:
        return _("another one")
    if isinstance(changed, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(changed, models.DecimalField):
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")
    return str(dict(_choices(changed)).get(value, value))


def _choices(changed: Any) -> list[tuple[Any, Any]]:
    """An activity's kind has choices that its field does not hold it to."""
    return Activity.Kind.choices if changed == Activity._meta.get_field("kind") else changed.flatchoices
