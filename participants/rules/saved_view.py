"""Which questions to the list may be kept."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from participants.models import SavedView
from participants.rules.frame import refused
from partners.models import User

MOST_VIEWS = 30  # Of one person: more are not found again as chips.


def check_saved_view(user: User, unknown: Collection[str], *, is_new: bool) -> None:
    """Nothing is kept of an address that the list does not understand: it could hold anything, also a name."""
    if unknown:
        raise refused(_("The address holds something that the list does not know. Open the list again, and save then."))
    if is_new and SavedView.objects.filter(user=user).count() >= MOST_VIEWS:
        raise refused(_("You have %(most)s saved views. Delete one that you no longer use.") % {"most": MOST_VIEWS})
