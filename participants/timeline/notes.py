"""Notes, each with who reads it, and the next steps that are planned in them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import rules
from participants.models import Document, JournalEntry, Participation
from participants.timeline.corrections import corrections
from participants.timeline.frame import Entry, joined
from partners import access
from partners.access import Permission
from partners.models import Organisation, User

NOTES = "moten"


def notes(user: User, participation: Participation) -> Iterator[Entry]:
    rows = list(
        JournalEntry.objects.visible_to(user)
        .filter(participation=participation)
        .select_related("written_by", "organisation")
    )
    readers = rules.readers_of_notes(participation)
    own = access.of(user).organisation_ids(Permission.PARTICIPANT_VIEW)
    may_write = access.has(user, Permission.JOURNAL_WRITE, participation.project_id)
    # What a shared note said before, it may have said to its own organisation alone.
    changed = corrections(participation, JournalEntry, {note.pk for note in rows if note.organisation_id in own})
    for note in rows:
        yield Entry(
            note.happened_on,
            NOTES,
            text=note.text,
            who=_about(note, readers),
            is_shared=note.is_shared,
            order=note.pk,
            corrections=changed.get(note.pk, []),
            edit_url=reverse("participants:journal_edit", args=[participation.pk, note.pk])
            if may_write and note.written_by_id == user.pk
            else "",
        )
        if note.next_step_on and not note.next_step_done_on:
            yield Entry(
                note.next_step_on,
                NOTES,
                note.next_step,
                who=str(note.organisation),
                is_planned=True,
                is_late=note.next_step_on < today(),
                order=note.pk,
            )


def _about(note: JournalEntry, readers: list[Organisation]) -> str:
    """How it happened, who wrote, for how long, and who can read it today."""
    minutes = _("%(minutes)s min") % {"minutes": note.minutes} if note.minutes else ""
    return joined(note.get_kind_display().capitalize(), note.written_by.name, minutes, audience(note, readers))


def audience(row: JournalEntry | Document, readers: list[Organisation]) -> str:
    """Who reads what belongs to an organisation: itself alone, or by name those it is shared with."""
    own = {"organisation": row.organisation}
    if not row.is_shared:
        return _("only %(organisation)s") % own
    others = ", ".join(str(reader) for reader in readers if reader.pk != row.organisation_id)
    if not others:
        return _("%(organisation)s, shared – nobody else has consent today") % own
    return _("%(organisation)s, shared with %(others)s") % {**own, "others": others}
