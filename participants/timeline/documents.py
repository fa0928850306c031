"""Papers that were added, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from participants import rules
from participants.models import Document, Participation
from participants.timeline.frame import Entry, joined
from participants.timeline.notes import audience
from partners.models import User

DOCUMENTS = "dokument"


def documents(user: User, participation: Participation) -> Iterator[Entry]:
    """On the day of the paper. A version that was replaced, or withdrawn, stays."""
    rows = list(
        Document.objects.visible_to(user)
        .filter(participation=participation)
        .select_related("kind", "organisation")
        .order_by("dated_on", "pk")
    )
    readers = rules.readers_of_notes(participation)
    replaced = {one.replaces_id for one in rows}
    for one in rows:
        yield Entry(
            one.dated_on,
            DOCUMENTS,
            _("Document: %(document)s") % {"document": one.label},
            _text(one, is_replaced=one.pk in replaced),
            who=audience(one, readers),
            is_shared=one.is_shared,
            is_gone=one.withdrawn_at is not None,
            order=one.pk,
        )


def _text(document: Document, *, is_replaced: bool) -> str:
    kind = "" if document.label == str(document.kind) else document.kind
    return joined(kind, document.withdrawn_reason, _("replaced by a newer version") if is_replaced else "")
