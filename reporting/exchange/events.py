"""The sheets about what happened: stints, outcomes, hours, activities, consents. One row is one dated event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from grundsteget.dates import now
from participants.models import Activity, Consent, ExitReason, HoursMonth, Outcome, Stint
from partners.models import Project
from reporting.exchange import sheets
from reporting.exchange.directory import Directory
from reporting.exchange.people import BATCH
from reporting.exchange.rows import Faults, Row
from reporting.exchange.sheets import Sheet
from reporting.exchange.tally import Tally
from reporting.exchange.trail import Trail

Key = tuple[Any, ...]


@dataclass(frozen=True)
class EventKind:
    """How the rows of a sheet become rows of a model.

    `key_of_row` and `key_of_event` give the same key when both mean the same event; `values` are the fields beyond the
    key, for those columns that the file has; `start` are the fields of a new event.
    """

    sheet: Sheet
    model: type[Any]
    related: tuple[str, ...]
    key_of_row: Callable[[Row], Key]
    key_of_event: Callable[[Any], Key]
    start: Callable[[Row, Directory], dict[str, Any]]
    values: Callable[[Row], dict[str, Any]]
    may_repeat: bool = False


def _named(text: str, enterprise: Any) -> str:
    """The place or employer as the exchange writes it: the text, or the enterprise's full name."""
    return text or (enterprise.organisation.name if enterprise else "")


def _present(row: Row, **columns: str) -> dict[str, Any]:
    """Field → value, for the columns that the file has."""
    return {name: row[column] for name, column in columns.items() if column in row}


STINTS = EventKind(
    sheets.STINTS,
    Stint,
    (),
    lambda row: (row["start"],),
    lambda stint: (stint.started_on,),
    lambda row, _directory: {"started_on": row["start"], "recorded_at": now()},
    lambda row: (
        _present(row, ended_on="end", exit_reason_id="exit_reason", referred_by_id="referred_by")
        # What is open again has no reason for having ended.
        | ({"exit_reason_id": None} if "end" in row and row["end"] is None else {})
    ),
)
OUTCOMES = EventKind(
    sheets.OUTCOMES,
    Outcome,
    ("enterprise__organisation",),
    lambda row: (row["kind"], row["from"], row["employer"] or ""),
    lambda outcome: (outcome.kind, outcome.started_on, _named(outcome.employer, outcome.enterprise)),
    lambda row, directory: {
        "kind": row["kind"],
        "started_on": row["from"],
        "employer": row["employer"] or "",
        "enterprise_id": directory.enterprise(row["employer"]),
        "recorded_at": now(),
    },
    lambda row: _present(row, ended_on="to") | ({"support": row["support"] or ""} if "support" in row else {}),
)
HOURS = EventKind(
    sheets.HOURS,
    HoursMonth,
    (),
    lambda row: (row["month"],),
    lambda hours: (hours.month,),
    lambda row, _directory: {"month": row["month"], "recorded_at": now()},
    lambda row: {"hours": row["hours"]},
)
ACTIVITIES = EventKind(
    sheets.ACTIVITIES,
    Activity,
    ("enterprise__organisation",),
    lambda row: (row["kind"], row["place"] or "", row["from"]),
    lambda activity: (activity.kind, _named(activity.place, activity.enterprise), activity.started_on),
    lambda row, directory: {
        "kind": row["kind"],
        "started_on": row["from"],
        "place": "" if directory.enterprise(row["place"]) else row["place"] or "",
        "enterprise_id": directory.enterprise(row["place"]),
        "recorded_at": now(),
    },
    lambda row: _present(row, ended_on="to", hours_per_week="hours_per_week"),
    # Two courses at one school may start on the same day; their titles are not exchanged.
    may_repeat=True,
)
CONSENTS = EventKind(
    sheets.CONSENTS,
    Consent,
    (),
    lambda row: (row["organisation"], row["purpose"].name, row["given_on"]),
    lambda consent: (consent.organisation_id, consent.purpose, consent.given_on),
    lambda row, _directory: {
        "organisation_id": row["organisation"],
        "purpose": row["purpose"].name,
        "given_on": row["given_on"],
        "recorded_at": now(),
    },
    lambda row: _present(row, valid_to="valid_to", withdrawn_on="withdrawn_on") | row["purpose"].fields,
)
KINDS = {kind.sheet.name: kind for kind in (STINTS, OUTCOMES, HOURS, ACTIVITIES, CONSENTS)}


@dataclass
class EventPlan:
    """What one sheet would change. Nothing is saved before `save`."""

    kind: EventKind
    tally: Tally
    trail: Trail = field(default_factory=Trail)
    added: list[tuple[str, Any]] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    changed_fields: set[str] = field(default_factory=set)

    def save(self, participation_ids: dict[str, int]) -> None:
        manager = self.kind.model._default_manager
        for batch in self._changed_in_turn() if self.changed else ():
            manager.bulk_update(batch, sorted(self.changed_fields), BATCH)
        for ref, event in self.added:
            event.participation_id = participation_ids[ref]
        manager.bulk_create([event for _, event in self.added], BATCH)

    def _changed_in_turn(self) -> Iterator[list[Any]]:
        return stints_in_turn(self.changed) if self.kind is STINTS else iter([self.changed])


def stints_in_turn(stints: Iterable[Stint]) -> Iterator[list[Stint]]:
    """Stints in the order in which they may be saved so that no two of them overlap, which the database would refuse.

    First those that become mistakes, which count for nothing; then the others from the earliest on: when one gets its
    new end, all before it are done and all after it start later.
    """
    turns: dict[tuple[bool, int], list[Stint]] = defaultdict(list)
    rank: dict[tuple[int, bool], int] = defaultdict(int)
    for stint in sorted(stints, key=lambda one: one.started_on):
        counts = stint.exit_reason_id != ExitReason.MISTAKE
        place = stint.participation_id, counts
        turns[counts, rank[place]].append(stint)
        rank[place] += 1
    for turn in sorted(turns):
        yield turns[turn]


def plan_events(
    kind: EventKind, project: Project, rows: list[Row], ids: dict[str, int], directory: Directory, faults: Faults
) -> EventPlan:
    """`ids` are the project's participations by ref; refs that this import adds are not among them."""
    plan = EventPlan(kind, Tally(kind.sheet.name))
    known = _known(kind, project, {ids[row.ref] for row in rows if row.ref in ids})
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.ref, *kind.key_of_row(row)].append(row)
    for (ref, *key), same in groups.items():
        events = known.get((ids.get(ref), *key), [])
        most = len(same) if kind.may_repeat else max(1, len(events))
        for row in same[most:]:
            columns = ", ".join(kind.sheet.key)
            message = _("are the same as on row %(line)s — keep one of them") % {"line": same[0].line}
            faults.add(kind.sheet, row, columns, message)
        _match(plan, same[:most], events, directory)
    return plan


def _known(kind: EventKind, project: Project, participation_ids: set[int]) -> dict[Key, list[Any]]:
    found = kind.model._default_manager.filter(participation__project=project).select_related(*kind.related or [None])
    if kind is OUTCOMES:
        found = found.filter(withdrawn_at__isnull=True)
    events: dict[Key, list[Any]] = defaultdict(list)
    for event in found.order_by("pk").iterator():
        if event.participation_id in participation_ids:
            events[event.participation_id, *kind.key_of_event(event)].append(event)
    return events


def _match(plan: EventPlan, rows: Iterable[Row], events: list[Any], directory: Directory) -> None:
    """Give each row its event: one that says the same, or else the next of them, or a new one."""
    left = list(events)
    for row in rows:
        values = plan.kind.values(row)
        event = next((one for one in left if _agrees(one, values)), left[0] if left else None)
        if event is None:
            _plan_new(plan, row, values, directory)
            continue
        left.remove(event)
        changed = not _agrees(event, values)
        if changed:
            _change(plan, event, values)
        plan.tally.count(row.ref, changed=changed)


def _agrees(event: Any, values: dict[str, Any]) -> bool:
    return all(getattr(event, name) == value for name, value in values.items())


def _plan_new(plan: EventPlan, row: Row, values: dict[str, Any], directory: Directory) -> None:
    event = plan.kind.model(**plan.kind.start(row, directory), **values)
    if isinstance(event, Stint) and event.ended_on:
        event.exit_recorded_at = now()
    plan.added.append((row.ref, event))
    plan.tally.add(row.ref)


def _change(plan: EventPlan, event: Any, values: dict[str, Any]) -> None:
    if isinstance(event, Stint) and "ended_on" in values and event.ended_on != values["ended_on"]:
        values = values | {"exit_recorded_at": now() if values["ended_on"] else None}
    changed = {name: value for name, value in values.items() if getattr(event, name) != value}
    plan.trail.note(event, changed, event.participation_id)
    for name, value in values.items():
        if getattr(event, name) != value:
            setattr(event, name, value)
            plan.changed_fields.add(name.removesuffix("_id"))
    plan.changed.append(event)
    plan.tally.touched.add(event.participation_id)
