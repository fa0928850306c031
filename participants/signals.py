"""The one signal of the system: a participation changed, and whatever is computed from it must follow at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import Signal

# Sent inside the transaction of the deed, with `participation_ids: list[int]`.
participation_changed = Signal()


def follow_new_name_later(
    sender: Any, instance: Any, created: bool, update_fields: Collection[str] | None = None, **kwargs: Any
) -> None:
    """A lead worker's new name is the one her participants are sorted by."""
    from participants.models import Participation

    if created or (update_fields is not None and "name" not in update_fields):
        return
    led = Participation.objects.filter(
        care_team__user=instance.pk, care_team__is_lead=True, care_team__ended_on__isnull=True
    )
    Participation.objects.filter(pk__in=led.values("pk")).exclude(lead_key=instance.name).update(lead_key=instance.name)
