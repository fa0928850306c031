"""The one signal of the system: a participation changed, and whatever is computed from it must follow at once."""

from django.dispatch import Signal

# Sent inside the transaction of the deed, with `participation_ids: list[int]`.
participation_changed = Signal()
