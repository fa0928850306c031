"""Deeds of writing: notes on one person or on several at once, their next steps, drafts and templates."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import JournalEntry, NoteDraft, NoteTemplate, Participation
from partners.models import Organisation, User


@transaction.atomic
def write_journal(
    *,
    participation: Participation,
    kind: str,
    happened_on: dt.date,
    text: str,
    minutes: int | None = None,
    next_step: str = "",
    next_step_on: dt.date | None = None,
    is_shared: bool = False,
    organisation: Organisation,
    submission: uuid.UUID | None = None,
    by: User,
) -> JournalEntry:
    """A note in the journal. The same `submission` again is the same note: a double click writes one."""
    participation = locked(participation)
    if submission is not None:
        earlier = participation.journal.filter(submission=submission, written_by=by).first()
        if earlier is not None:
            return earlier
    rules.check_journal(participation, happened_on, text, next_step, next_step_on)
    entry = JournalEntry(
        participation=participation,
        kind=kind,
        happened_on=happened_on,
        minutes=minutes,
        text=text.strip(),
        next_step=next_step.strip(),
        next_step_on=next_step_on,
        is_shared=is_shared,
        organisation=organisation,
        written_by=by,
        submission=submission,
        recorded_at=now(),
    )
    save(entry)
    changed(participation.pk)
    return entry


@transaction.atomic
def write_journal_on_several(
    *, about: Sequence[tuple[Participation, Organisation]], submission: uuid.UUID | None = None, by: User, **words: Any
) -> list[JournalEntry]:
    """The same note on each of them, written for the organisation beside the name: on all, or on none.

    The writer's draft of it is gone. Locked in the order of their ids, so that two groups never wait for each other.
    """
    submission = submission or uuid.uuid4()
    entries: list[JournalEntry] = []
    refusals: dict[Participation, ValidationError] = {}
    for participation, organisation in sorted(about, key=lambda pair: pair[0].pk):
        try:
            entries.append(
                write_journal(
                    participation=participation,
                    organisation=organisation,
                    submission=_of_one(submission, participation.pk),
                    by=by,
                    **words,
                )
            )
        except ValidationError as refusal:
            refusals[participation] = refusal
    if refusals:
        raise _together(refusals, len(about))
    NoteDraft.objects.filter(user=by).delete()
    return entries


def _of_one(submission: uuid.UUID, participation_id: int) -> uuid.UUID:
    """The token of one person's note among those that a form writes at once."""
    return uuid.uuid5(submission, str(participation_id))


def _together(refusals: Mapping[Participation, ValidationError], asked: int) -> ValidationError:
    """What is refused to all alike is said once; otherwise each sentence says about whom it is."""
    if len(refusals) == asked and len({tuple(refusal.messages) for refusal in refusals.values()}) == 1:
        return next(iter(refusals.values()))
    return ValidationError(
        [
            ValidationError(f"{participation.ref}: {message}", code=error.code)
            for participation, refusal in refusals.items()
            for error in refusal.error_list
            for message in error.messages
        ]
    )


@transaction.atomic
def keep_draft(*, fields: Mapping[str, Any], about: Sequence[int], submission: uuid.UUID | None, by: User) -> bool:
    """Keep what is typed so far; False when this very form has been saved meanwhile, and there is nothing to keep."""
    if submission is not None:
        tokens = [_of_one(submission, pk) for pk in about]
        if JournalEntry.objects.filter(written_by=by, submission__in=tokens).exists():
            return False
    NoteDraft.objects.update_or_create(user=by, defaults={"fields": dict(fields), "saved_at": now()})
    return True


@transaction.atomic
def finish_step(*, entry: JournalEntry, by: User) -> JournalEntry:
    """The next step of this note is taken. Ticking it twice changes nothing."""
    participation = locked(entry.participation)
    entry = participation.journal.get(pk=entry.pk)
    if not entry.next_step:
        raise rules.refused(_("This note has no next step to tick."))
    if entry.next_step_done_on is None:
        entry.next_step_done_on = today()
        save(entry)
        changed(participation.pk)
    return entry


@transaction.atomic
def save_note_template(
    *,
    template: NoteTemplate | None,
    organisation: Organisation,
    title: str,
    kind: str,
    minutes: int | None,
    text: str,
    by: User,
) -> NoteTemplate:
    """A new template of the organisation, or new words in an old one."""
    template = template or NoteTemplate(organisation=organisation)
    template.title, template.kind, template.minutes, template.text = title.strip(), kind, minutes, text.strip()
    save(template)
    return template


@transaction.atomic
def retire_note_template(*, template: NoteTemplate, by: User) -> NoteTemplate:
    """No longer offered. Notes that began from it stay as they are."""
    if template.retired_at is None:
        template.retired_at = now()
        save(template)
    return template
