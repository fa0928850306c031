"""Who changed what about a participant, in plain words: never a number, a sensitive answer or a note's text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext as _

from participants.models import (
    Activity,
    CareTeamMember,
    Consent,
    EntryRecord,
    FollowUp,
    HoursMonth,
    JournalEntry,
    LeadTransfer,
    Outcome,
    Participant,
    Participation,
    Referral,
    SensitiveAnswer,
    Stint,
)
from partners.models import User

SHOWN = 100
ABOUT: tuple[type[models.Model], ...] = (
    EntryRecord,
    Stint,
    Activity,
    HoursMonth,
    Outcome,
    FollowUp,
    Consent,
    CareTeamMember,
    LeadTransfer,
    Referral,
    SensitiveAnswer,
)
# Of these the dates and choices are told from what to what; of everything else only that it changed.
TOLD = frozenset({Activity, Consent, FollowUp, HoursMonth, Outcome, Stint})
UNINTERESTING = frozenset(
    {"id", "participation", "participant", "recorded_at", "exit_recorded_at", "version", "submission"}
)


@dataclass(frozen=True)
class Change:
    at: dt.datetime
    who: str
    what: str
    details: list[str]


def changes(user: User, participation: Participation) -> list[Change]:
    """The newest changes of the participation and of everything that belongs to it. Two queries."""
    wanted = Q()
    for content_type, ids in _owned(user, participation).items():
        wanted |= Q(content_type=content_type, object_id__in=ids)
    entries = (
        LogEntry.objects.filter(wanted, action__in=VERBS)
        .select_related("actor", "content_type")
        .order_by("-timestamp", "-pk")
    )
    return [_told(entry) for entry in entries[:SHOWN]]


def _owned(user: User, participation: Participation) -> dict[int, list[int]]:
    """The ids of all rows about her by content type: read first, so that the log is asked by its index."""
    types = ContentType.objects.get_for_models(Participation, Participant, JournalEntry, *ABOUT)
    notes = JournalEntry.objects.visible_to(user).filter(participation=participation)
    rows = [(JournalEntry, notes)] + [
        (model, model._default_manager.filter(participation=participation)) for model in ABOUT
    ]
    first, *rest = [
        queryset.order_by().annotate(content_type=Value(types[model].pk)).values_list("content_type", "pk")
        for model, queryset in rows
    ]
    owned = {types[Participation].pk: [participation.pk], types[Participant].pk: [participation.participant_id]}
    for content_type, pk in first.union(*rest, all=True):
        owned.setdefault(content_type, []).append(pk)
    return owned


VERBS = (LogEntry.Action.CREATE, LogEntry.Action.UPDATE, LogEntry.Action.DELETE)


def _told(entry: LogEntry) -> Change:
    model = entry.content_type.model_class()
    thing = str(model._meta.verbose_name) if model else entry.content_type.model
    sentence = {
        LogEntry.Action.CREATE: _("added: %(thing)s"),
        LogEntry.Action.UPDATE: _("changed: %(thing)s"),
        LogEntry.Action.DELETE: _("removed: %(thing)s"),
    }[entry.action]
    details = list(_details(entry, model)) if model and entry.action == LogEntry.Action.UPDATE else []
    return Change(entry.timestamp, str(entry.actor or _("the system")), sentence % {"thing": thing}, details)


def _details(entry: LogEntry, model: type[models.Model]) -> Iterator[str]:
    for name, change in (entry.changes or {}).items():
        if name in UNINTERESTING:
            continue
        try:
            changed = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        label = str(getattr(changed, "verbose_name", name)).capitalize()
        if model in TOLD and (changed.choices or isinstance(changed, models.DateField)):  # type: ignore[union-attr]
            old, new = (_value(changed, value) for value in change)
            yield _("%(field)s: from %(old)s to %(new)s") % {"field": label, "old": old, "new": new}
        else:
            yield label


def _value(changed: Any, value: str | None) -> str:
    if value in (None, "", "None"):
        return _("nothing")
    return str(dict(changed.flatchoices).get(value, value))
