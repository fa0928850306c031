"""What has been changed about a person, from what to what: the change log, read for her."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from participants.models import Participant, Participation
from partners.models import Change
from reporting.rights.register import SECTIONS, TECHNICAL, TOLD_ELSEWHERE, label_of
from reporting.rights.words import plain


def changes_of(participation: Participation, told: dict[str, Q], own: dict[str, Q]) -> Iterator[dict[str, str]]:
    """The oldest first. Of organisations' documentation: by table the rows that are told of, and those one's own.

    What somebody else's shared row said before, it may have said to its own organisation alone: only that it changed.
    """
    rows = Change.objects.filter(_about(participation)).exclude(
        label__in=[model._meta.label_lower for model in TOLD_ELSEWHERE]
    )
    hidden = _hidden() if participation.participant.is_protected else {}
    readable, mine = ({key: _ids(key, participation, which) for key, which in each.items()} for each in (told, own))
    for row in rows.select_related("actor").order_by("pk").iterator(chunk_size=2000):
        if row.label in readable and row.row_id not in readable[row.label]:
            continue
        is_mine = row.label not in mine or row.row_id in mine[row.label]
        details = _details(row, hidden, only_names=not is_mine)
        yield {
            "at": plain(row.at),
            "who": row.actor.name if row.actor else _("the system"),
            "what": _sentence(row),
            "details": "; ".join(details) if row.action == Change.Action.UPDATE else "",
        }


def _hidden() -> dict[str, frozenset[str]]:
    """Columns by table of which a protected person's paper says only that they changed."""
    return {section.key: section.hidden for section in SECTIONS}


def _about(participation: Participation) -> Q:
    person = Q(participant_id=participation.participant_id, label=Participant._meta.label_lower)
    return Q(participation_id__in=participation.own_ids) | person


def _ids(key: str, participation: Participation, which: Q) -> set[str]:
    section = next(one for one in SECTIONS if one.key == key)
    rows = section.model._base_manager.filter(which, **{f"{section.path}__in": participation.own_ids})
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def _sentence(row: Change) -> str:
    thing = apps.get_model(row.label)._meta.verbose_name
    return {
        "insert": _("added: %(thing)s"),
        "update": _("changed: %(thing)s"),
        "delete": _("removed: %(thing)s"),
    }[row.action] % {"thing": thing}


def _details(row: Change, hidden: dict[str, frozenset[str]], *, only_names: bool) -> Iterator[str]:
    fields = {field.column: field for field in apps.get_model(row.label)._meta.concrete_fields}
    for column, change in row.changes.items():
        field = fields.get(column)
        if field is None or field.name in TECHNICAL:
            continue
        label = capfirst(label_of(field))
        is_structured = isinstance(field, models.JSONField)  # A signed month's days: the certificate itself shows them.
        if (
            only_names
            or field.is_relation
            or is_structured
            or not isinstance(change, list)
            or field.name in hidden.get(row.label, ())
        ):
            yield label
        else:
            old, new = (_spoken(field, value) for value in change)
            yield _("%(field)s: from %(old)s to %(new)s") % {"field": label, "old": old, "new": new}


def _spoken(field: models.Field, value: Any) -> str:
    if value in (None, ""):
        return _("nothing")
    return str(dict(field.flatchoices).get(value, plain(value)))
