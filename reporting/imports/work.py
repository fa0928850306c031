"""What a worker does with an import: checks it, saves it, undoes it.

Each step takes the row under a lease, so that a worker may be killed at any moment and another goes on. What is saved
is saved together with the row that says so: all of it once, or nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from grundsteget import who
from grundsteget.commands import Refused
from grundsteget.dates import now
from partners.models import Project
from reporting.exchange.importing import Plan, make_plan, read_all, save_plan
from reporting.exchange.reading import Lines, tables
from reporting.exchange.rows import Faults, Row
from reporting.imports import parts, preview, undoing
from reporting.imports.files import stored_sheets
from reporting.imports.translation import Double, translate
from reporting.models import Import, ImportPart

State, Problem = Import.State, Import.Problem
LEASE = dt.timedelta(minutes=10)


class Interrupted(Exception):
    """Another worker took the import over; what this one has done is undone with its transaction."""


class _Moved(Exception):
    """What would be saved is not what was shown."""


@dataclass
class Found:
    """What the file comes to in the project as it is now."""

    plan: Plan
    faults: Faults
    doubles: list[Double]


def work_on_import(import_id: int) -> bool:
    """The next step of an import that waits. Whether this call did it; called twice, the second finds it done."""
    taken = _take(import_id)
    if taken is None:
        return False
    row, attempt = taken
    by = row.undone_by if row.state == State.UNDOING else row.applied_by
    try:
        with translation.override(settings.LANGUAGE_CODE), who.by(user=by, source=undoing.source_of(row)):
            _STEPS[row.state](row, attempt)
    except Interrupted:
        return False
    except FileNotFoundError:
        _end(row, attempt, State.FAILED, Problem.GONE)
        return False
    except Exception:
        _give_back(row, attempt)
        raise
    return True


def _take(import_id: int) -> tuple[Import, int] | None:
    """The row and the number of this attempt, if nobody works on it."""
    waiting = Import.objects.waiting().filter(pk=import_id)
    for row in waiting.filter(attempt__gte=Import.MAX_ATTEMPTS):
        _give_up(row)
    with transaction.atomic():
        found = waiting.select_for_update(of=("self",)).filter(attempt__lt=Import.MAX_ATTEMPTS).first()
        if found is None:
            return None
        Import.objects.filter(pk=found.pk).update(attempt=F("attempt") + 1, lease_until=now() + LEASE, progress=5)
    row = Import.objects.select_related("project", "mapping", "applied_by", "undone_by").get(pk=import_id)
    return row, row.attempt


def _held(row: Import, attempt: int) -> Any:
    return Import.objects.filter(pk=row.pk, state=row.state, attempt=attempt)


def _progress(row: Import, attempt: int, percent: int) -> None:
    if not _held(row, attempt).update(progress=percent, lease_until=now() + LEASE):
        raise Interrupted


def _end(row: Import, attempt: int, state: str, problem: str = "", **values: Any) -> None:
    """The step is over; what it has found is kept in the same statement."""
    ended = _held(row, attempt).update(
        state=state, problem=problem, lease_until=None, attempt=0, progress=100, **values
    )
    if not ended:
        raise Interrupted


def _give_back(row: Import, attempt: int) -> None:
    """Something failed that another attempt may pass; after the last one it is over."""
    _held(row, attempt).update(lease_until=None)
    for spent in Import.objects.filter(pk=row.pk, attempt__gte=Import.MAX_ATTEMPTS, state__in=Import.AT_WORK):
        _give_up(spent)


def _give_up(row: Import) -> None:
    """Nothing was saved. One that could not be undone is still saved."""
    state = State.APPLIED if row.state == State.UNDOING else State.FAILED
    Import.objects.filter(pk=row.pk, state=row.state).update(
        state=state, problem=Problem.ERROR, lease_until=None, attempt=0
    )


# --- Checking ---------------------------------------------------------------------------------------


def _check(row: Import, attempt: int) -> None:
    """Find out what the import would do, and do nothing of it."""
    try:
        sheets = stored_sheets(row)
        _progress(row, attempt, 30)
        found, digest = _looked(row, sheets, lambda percent: _progress(row, attempt, percent))
    except (Refused, ValidationError) as refused:
        _refuse(row, attempt, refused)
        return
    with transaction.atomic():
        parts.keep(row, ImportPart.Kind.PREVIEW, _told(found))
        state = State.REFUSED if found.faults.found else State.CHECKED
        summary = preview.summary(found.plan, found.faults, len(found.doubles))
        _end(row, attempt, state, row.problem, summary=summary, digest=digest)


def _looked(row: Import, sheets: dict[str, Lines], progress: Callable[[int], None]) -> tuple[Found, str]:
    prepared = _prepared(row, sheets)
    progress(50)
    with transaction.atomic():
        found = _found(row, prepared)
        digest = _digest(found.plan)
        transaction.set_rollback(True)
    return found, digest


def _told(found: Found) -> dict[str, Any]:
    return preview.told(found.plan, found.faults, found.doubles)


def _refuse(row: Import, attempt: int, refused: Refused | ValidationError) -> None:
    lines = refused.lines if isinstance(refused, Refused) else refused.messages
    told = {"errors": [], "doubles": [], "notices": list(lines), "changes": []}
    with transaction.atomic():
        parts.keep(row, ImportPart.Kind.PREVIEW, told)
        _end(row, attempt, State.REFUSED, summary={"sheets": [], "rows_with_errors": 0, "doubles": 0})


# Of the exchange format the rows are read before the project is locked; a table of the project's own needs its codes.
Prepared = Callable[[Project], tuple[dict[str, list[Row]], Faults, list[Double]]]


def _prepared(row: Import, sheets: dict[str, Lines]) -> Prepared:
    if row.mapping is None:
        rows, faults = read_all(tables(sheets, _("the file")))
        return lambda project: (rows, faults, [])
    mapping, lines = row.mapping, list(sheets.values())[row.sheet]

    def translated(project: Project) -> tuple[dict[str, list[Row]], Faults, list[Double]]:
        done = translate(lines, mapping, project, row.decisions)
        return done.rows, done.faults, done.doubles

    return translated


def _found(row: Import, prepared: Prepared) -> Found:
    """The plan, with the project's row locked: what is checked stays true until the transaction ends."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=row.project_id)
    rows, faults, doubles = prepared(project)
    plan = make_plan(project, rows, faults)
    return Found(plan, faults, doubles)


# What differs each time although nothing does.
_VOLATILE = {"identity_cipher", "exit_recorded_at", "asked_on"}


def _digest(plan: Plan) -> str:
    """What the plan does, in one number: the same as long as the same would be done."""
    told = {
        "tallies": [
            [tally.sheet, sorted(tally.added.items()), sorted(tally.updated.items()), tally.unchanged]
            for tally in plan.tallies
        ],
        "changes": sorted(
            [label, pk, name, str(before), str(after)]
            for (label, pk), name, before, after in plan.trail.changes()
            if name not in _VOLATILE
        ),
        "removed": sorted([row._meta.label_lower, row.pk] for row in plan.trail.removed),
    }
    return hashlib.sha256(json.dumps(told, cls=DjangoJSONEncoder).encode()).hexdigest()


# --- Saving -----------------------------------------------------------------------------------------


def _apply(row: Import, attempt: int) -> None:
    """Save all of it, if it is still what was shown."""
    prepared = _prepared(row, stored_sheets(row))
    _progress(row, attempt, 30)
    try:
        with transaction.atomic():
            found = _found(row, prepared)
            if found.faults.found or _digest(found.plan) != row.digest:
                raise _Moved
            reached = save_plan(found.plan, row.project)
            parts.keep(row, ImportPart.Kind.UNDO, undoing.told(found.plan, reached))
            parts.forget(row, ImportPart.Kind.PREVIEW)
            _end(row, attempt, State.APPLIED, applied_at=now(), file="")
            _remove_later(row)
    except (_Moved, IntegrityError):
        _look_again(row, attempt)


def _look_again(row: Import, attempt: int) -> None:
    """The project has moved on since the check: show anew what would be done, and let a person decide."""
    moved = _held(row, attempt).update(
        state=State.CHECKING, problem=Problem.MOVED, applied_by=None, attempt=0, lease_until=None
    )
    if moved:
        work_on_import(row.pk)


def _remove_later(row: Import) -> None:
    """The file goes once it is sure that no row needs it."""
    name = row.file.name
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


# --- Undoing ----------------------------------------------------------------------------------------


def _undo(row: Import, attempt: int) -> None:
    """Put everything back as it was, unless somebody has built on it since."""
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=row.project_id)
        told = parts.told(row, ImportPart.Kind.UNDO)
        changed = undoing.changed_since(told) if told else 0
        if told is None or changed:
            problem = Problem.CHANGED if told else Problem.GONE
            _end(row, attempt, State.APPLIED, problem, undone_by=None, summary=row.summary | {"changed_since": changed})
            return
        undoing.undo(told, certificate=str(row))
        parts.forget(row)
        _end(row, attempt, State.UNDONE, undone_at=now())


_STEPS: dict[str, Callable[[Import, int], None]] = {
    State.CHECKING: _check,
    State.APPLYING: _apply,
    State.UNDOING: _undo,
}

# --- When its days are over ---------------------------------------------------------------------------


def expire_imports() -> int:
    """Remove what is no longer needed: files and previews of imports nobody saved, and what undoing takes. How many."""
    stale = now() - dt.timedelta(days=settings.IMPORT_DAYS)
    undoable = now() - dt.timedelta(days=settings.IMPORT_UNDO_DAYS)
    for row in Import.objects.filter(state__in=[State.UPLOADED, State.CHECKED], uploaded_at__lt=stale):
        Import.objects.filter(pk=row.pk, state=row.state).update(state=State.CANCELLED, problem=Problem.GONE)
    ended = Import.objects.exclude(state__in=Import.OPEN)
    for row in ended.exclude(file="").filter(uploaded_at__lt=stale):
        remove_file(row)
    old = ImportPart.objects.filter(kind=ImportPart.Kind.PREVIEW, origin__uploaded_at__lt=stale)
    old.exclude(origin__state__in=Import.OPEN).delete()
    gone, _by_model = ImportPart.objects.filter(
        kind=ImportPart.Kind.UNDO, origin__applied_at__lt=undoable, origin__state=State.APPLIED
    ).delete()
    return gone


def remove_file(row: Import) -> None:
    name = row.file.name
    Import.objects.filter(pk=row.pk).update(file="")
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
