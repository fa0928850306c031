"""What it takes to undo a saved import, whether it still can be, and the undoing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Max

from participants.models import Participant, Participation, Stint
from participants.signals import participation_changed
from partners.models import Change
from reporting.exchange.events import stints_in_turn
from reporting.exchange.importing import Plan
from reporting.exchange.people import BATCH
from reporting.models import Import, ReportFact
from reporting.rights import erasure

Told = dict[str, Any]


def told(plan: Plan, reached: set[int]) -> Told:
    """Ids of what was added, and values of what was changed or removed, straight after it was saved."""
    people = plan.people
    new = [row.pk for row in people.new_participations] if people else []
    added: dict[str, list[int]] = defaultdict(list)
    owned: list[Any] = [*(people.new_records if people else []), *(people.new_answers if people else [])]
    owned += [event for events in plan.events for _ref, event in events.added]
    fresh = set(new)
    for row in owned:
        if row.participation_id not in fresh:
            added[row._meta.label_lower].append(row.pk)
    trail = plan.trail
    return {
        "participations": new,
        "added": added,
        "changed": [[label, pk, values] for (label, pk), values in trail.before.items()],
        "removed": [[row._meta.label_lower, _values(row)] for row in trail.removed],
        "reached": sorted(reached),
        # Whatever is changed from here on stands behind this line of the change log.
        "mark": Change.objects.aggregate(last=Max("pk"))["last"] or 0,
    }


def _values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


# --- Whether it can be --------------------------------------------------------------------------------


def changed_since(told: Told) -> int:
    """Of how many people something was changed since that the import wrote; of new ones, anything at all.

    Somebody new whom a report counts is kept, too: its figures name her.
    """
    new, written = set(told["participations"]), _written(told)
    moved: set[int] = set()
    for chunk in _chunks(told["reached"]):
        found = Participation.objects.filter(pk__in=chunk)
        owners = dict(found.values_list("participant", "pk"))
        moved |= set(chunk) - set(owners.values())  # Erased, or merged into somebody else.
        for label, row_id, pk in _lines(told, "participation_id", chunk):
            if pk in new or (label, row_id) in written:
                moved.add(pk)
        for label, row_id, person in _lines(told, "participant_id", list(owners)):
            if owners[person] in new or (label, row_id) in written:
                moved.add(owners[person])
        counted = ReportFact.objects.filter(participation__in=new.intersection(chunk))
        moved |= set(counted.values_list("participation", flat=True))
    return len(moved)


def _lines(told: Told, whose: str, ids: list[int]) -> Iterator[tuple[str, str, int]]:
    """The change log's lines about these since the import: model, row and whose."""
    lines = Change.objects.filter(pk__gt=told["mark"], **{f"{whose}__in": ids}).exclude(source__in=_undone_sources())
    return iter(lines.values_list("label", "row_id", whose))


def source_of(row: Import) -> str:
    """What the change log says of whatever an import changes."""
    return f"reporting.import {row.pk}"


def _undone_sources() -> list[str]:
    """A later import that was undone has left nothing behind."""
    return [source_of(row) for row in Import.objects.filter(state=Import.State.UNDONE)]


def _written(told: Told) -> set[tuple[str, str]]:
    written = {(label, str(pk)) for label, pk, _values in told["changed"]}
    return written | {(label, str(pk)) for label, ids in told["added"].items() for pk in ids}


# --- Undoing ----------------------------------------------------------------------------------------


def undo(told: Told, *, certificate: str) -> None:
    """Put everything back, in the transaction in which it was asked whether it can be."""
    _remove_added(told["added"])
    for chunk in _chunks(told["participations"]):
        gone = erasure.remove(Participation.objects.filter(pk__in=chunk), certificate=certificate)
        transaction.on_commit(partial(erasure.remove_files, gone.files))
    _put_back(told["changed"])
    for label, values in told["removed"]:
        model = apps.get_model(label)
        model._default_manager.create(**_read(model, values))
    _tell(sorted(set(told["reached"]) - set(told["participations"])))


def _remove_added(added: dict[str, list[int]]) -> None:
    for label, ids in added.items():
        for chunk in _chunks(ids):
            apps.get_model(label)._default_manager.filter(pk__in=chunk).delete()


def _put_back(changed: list[list[Any]]) -> None:
    """By model and by the fields that changed together, so that few statements do it."""
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for label, pk, values in changed:
        groups[label, tuple(sorted(values))].append((pk, values))
    # A number may have changed hands: everybody lets go of it first.
    people = [pk for label, pk, values in changed if label == "participants.participant" and "identity_hash" in values]
    for chunk in _chunks(people):
        Participant.objects.filter(pk__in=chunk).update(identity_cipher="", identity_hash=None)
    for (label, names), rows in groups.items():
        model = apps.get_model(label)
        fields = [field.name for field in model._meta.concrete_fields if field.attname in names]
        found = model._default_manager.in_bulk([pk for pk, _values in rows])
        for pk, values in rows:
            for name, value in _read(model, values).items():
                setattr(found[pk], name, value)
        stored = list(found.values())
        for batch in stints_in_turn(stored) if model is Stint else [stored]:
            model._default_manager.bulk_update(batch, fields, BATCH)


def _read(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return {name: columns[name].to_python(value) for name, value in values.items()}


def _tell(participation_ids: list[int]) -> None:
    for chunk in _chunks(participation_ids):
        rows = Participation.objects.filter(pk__in=chunk)
        rows.update(version=F("version") + 1)
        rows.refresh_summaries()
        participation_changed.send(sender=Participation, participation_ids=chunk)


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
