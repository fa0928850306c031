"""Who changed what about a participant, in plain words: never a number, a sensitive answer or a note's text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from participants.models import (
    Activity,
    AttendanceCertificate,
    Break,
    CareTeamMember,
    Consent,
    Document,
    EntryRecord,
    FollowUp,
    FollowUpAttempt,
    HoursMonth,
    JournalEntry,
    LeadTransfer,
    Measure,
    Outcome,
    Participant,
    Participation,
    Referral,
    SensitiveAnswer,
    Stint,
)
from partners import models as partners
from partners.models import User

SHOWN = 100
# What whoever sees the history may know of.
ABOUT: tuple[type[models.Model], ...] = (
    Participation,
    EntryRecord,
    Stint,
    Activity,
    HoursMonth,
    AttendanceCertificate,
    Measure,
    Break,
    Outcome,
    FollowUp,
    FollowUpAttempt,
    Consent,
    CareTeamMember,
    LeadTransfer,
    Referral,
    SensitiveAnswer,
)
# What belongs to the organisation that wrote it is told to those who may read it.
OF_ORGANISATIONS = (JournalEntry, Document)
# Of these the dates and choices are told from what to what; of everything else only that it changed.
TOLD = frozenset({Activity, Break, Consent, FollowUp, HoursMonth, Outcome, Stint})
UNINTERESTING = frozenset(
    {"id", "participation", "participant", "recorded_at", "recorded_by", "exit_recorded_at", "scanned_at"}
    | {"version", "submission"}
)


@dataclass(frozen=True)
class Change:
    at: dt.datetime
    who: str
    what: str
    details: list[str]
    times: int = 1


def changes(user: User, participation: Participation) -> list[Change]:
    """The newest changes of the participation and of everything that belongs to it. One query."""
    about = Q(label__in=[_label(model) for model in ABOUT])
    for model in OF_ORGANISATIONS:
        readable = model._default_manager.visible_to(user).filter(participation=participation).order_by()
        about |= Q(label=_label(model), row_id__in=readable.values(row_id=Cast("pk", CharField())))
    of_person = Q(participant_id=participation.participant_id, label=_label(Participant))
    rows = partners.Change.objects.filter(Q(about, participation_id__in=participation.own_ids) | of_person)
    return list(_at_once([_told(row) for row in rows.select_related("actor").order_by("-pk")[:SHOWN]]))


def _at_once(told: list[Change]) -> Iterator[Change]:
    """The same thing done many times within a minute, as an import does, is one line."""
    for _same, group in groupby(told, key=lambda one: (f"{one.at:%Y-%m-%d %H:%M}", one.who, one.what, one.details)):
        first, *rest = group
        yield replace(first, times=1 + len(rest))


def _label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def _told(row: partners.Change) -> Change:
    model = apps.get_model(row.label)
    Action = partners.Change.Action
    sentence = {
        Action.INSERT.value: _("added: %(thing)s"),
        Action.UPDATE.value: _("changed: %(thing)s"),
        Action.DELETE.value: _("removed: %(thing)s"),
    }[row.action]
    details = list(_details(row, model)) if row.action == Action.UPDATE else []
    who = str(row.actor or _("the system"))
    return Change(row.at, who, sentence % {"thing": model._meta.verbose_name}, details)


def _details(row: partners.Change, model: type[models.Model]) -> Iterator[str]:
    fields = {field.column: field for field in model._meta.concrete_fields}
    for column, change in row.changes.items():
        changed = fields.get(column)
        if changed is None or changed.name in UNINTERESTING:
            continue
        label = str(changed.verbose_name).capitalize()
        if model in TOLD and (changed.choices or isinstance(changed, models.DateField)):
            old, new = (_value(changed, value) for value in change)
            yield _("%(field)s: from %(old)s to %(new)s") % {"field": label, "old": old, "new": new}
        else:
            yield label


def _value(changed: Any, value: object) -> str:
    if value in (None, ""):
        return _("nothing")
    return str(dict(changed.flatchoices).get(value, value))
