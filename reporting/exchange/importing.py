"""From tables to the project: everything is checked first, then all of it is saved, or nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from grundsteget.commands import Refused
from participants.models import Participation
from participants.signals import participation_changed
from partners.models import Project
from reporting.exchange import checks, sheets
from reporting.exchange.directory import Directory
from reporting.exchange.events import KINDS, EventPlan, plan_events
from reporting.exchange.people import BATCH, PeoplePlan, plan_people
from reporting.exchange.reading import Table, read
from reporting.exchange.rows import Faults, Row, read_rows
from reporting.exchange.tally import Tally
from reporting.exchange.trail import Trail

logger = logging.getLogger(__name__)


@dataclass
class Imported:
    """What an import did, or would do; `notices` are lines for a person to read."""

    tallies: list[Tally]
    notices: list[str]

    @property
    def added(self) -> int:
        return sum(tally.added.total() for tally in self.tallies)

    @property
    def updated(self) -> int:
        return sum(tally.updated.total() for tally in self.tallies)

    @property
    def unchanged(self) -> int:
        return sum(tally.unchanged for tally in self.tallies)

    def __str__(self) -> str:
        return f"{self.added} added, {self.updated} updated, {self.unchanged} unchanged"


@dataclass
class Plan:
    people: PeoplePlan | None
    events: list[EventPlan]
    notices: list[str]

    @property
    def tallies(self) -> list[Tally]:
        return [*([self.people.tally] if self.people else []), *(plan.tally for plan in self.events)]

    @property
    def trail(self) -> Trail:
        """What all of it changes."""
        trail = Trail()
        if self.people:
            trail.add(self.people.trail)
        for events in self.events:
            trail.add(events.trail)
        return trail


def import_exchange(source: Path, project: Project, *, dry_run: bool = False) -> Imported:
    """Add and update what the source holds, never delete. Refuses with every bad row; then nothing is saved."""
    rows, faults = read_all(read(source))
    try:
        with transaction.atomic():
            # One import at a time in a project; what is checked stays true until it is saved.
            project = Project.objects.select_for_update().get(pk=project.pk)
            plan = make_plan(project, rows, faults)
            if faults.found:
                raise _refused(source, faults)
            if dry_run:
                transaction.set_rollback(True)
            else:
                save_plan(plan, project)
    except IntegrityError as error:
        what = "was not imported, as somebody changed the same people meanwhile"
        raise Refused(str(source), what, "import again") from error
    return Imported(plan.tallies, plan.notices)


def _refused(source: Path, faults: Faults) -> Refused:
    number = faults.number_of_rows
    what = f"{number} {'row' if number == 1 else 'rows'} cannot be imported, so nothing was saved"
    return Refused(str(source), what, "correct them and import again", before=faults.lines())


def read_all(tables: dict[str, Table]) -> tuple[dict[str, list[Row]], Faults]:
    """The rows of each sheet in which every cell could be read, and what is wrong with the others."""
    faults = Faults()
    return {name: read_rows(table, faults) for name, table in tables.items()}, faults


def make_plan(project: Project, rows: dict[str, list[Row]], faults: Faults) -> Plan:
    """What the rows would change. May add organisations, so it belongs in a transaction that is undone or kept."""
    directory, ids = Directory(project), checks.refs_of(project)
    checks.check_refs(rows, ids, faults)
    _check(project, rows, directory, faults)
    people = plan_people(project, rows["participants"], faults) if "participants" in rows else None
    events = [
        plan_events(kind, project, rows[name], ids, directory, faults) for name, kind in KINDS.items() if name in rows
    ]
    return Plan(people, events, directory.notices())


def _check(project: Project, rows: dict[str, list[Row]], directory: Directory, faults: Faults) -> None:
    stints, hours = rows.get("stints", []), rows.get("hours", [])
    checks.look_up_organisations(sheets.STINTS, "referred_by", stints, directory, faults)
    checks.look_up_organisations(sheets.CONSENTS, "organisation", rows.get("consents", []), directory, faults)
    checks.check_order(sheets.STINTS, stints, "start", ("end",), faults)
    checks.check_order(sheets.OUTCOMES, rows.get("outcomes", []), "from", ("to",), faults)
    checks.check_order(sheets.ACTIVITIES, rows.get("activities", []), "from", ("to",), faults)
    checks.check_order(sheets.CONSENTS, rows.get("consents", []), "given_on", ("valid_to", "withdrawn_on"), faults)
    checks.check_consents_stay_narrow(project, rows.get("consents", []), faults)
    checks.check_exits(stints, faults)
    checks.check_project_period(project, stints, faults)
    checks.check_births(rows.get("participants", []), stints, faults)
    periods = checks.periods(project, stints, {row.ref for row in (*stints, *hours)})
    checks.check_stints_apart(periods, faults)
    checks.check_hours(hours, periods, faults)


def save_plan(plan: Plan, project: Project) -> set[int]:
    """Save it with summaries and facts, in the transaction in which it was made. Whose participations it reached."""
    if plan.people:
        plan.people.save()
    ids = checks.refs_of(project)
    for events in plan.events:
        events.save(ids)
    known = set[int]().union(*(tally.touched for tally in plan.tallies))
    Participation.objects.filter(project=project, pk__in=known).update(version=F("version") + 1)
    added = {ids[ref] for tally in plan.tallies for ref in tally.added}
    reached = known | added
    _tell(sorted(reached))
    result = Imported(plan.tallies, plan.notices)
    if result.added or result.updated:
        logger.info("exchange: imported into project %s: %s", project.dnr, result)
    return reached


def _tell(participation_ids: list[int]) -> None:
    """Bring summaries and facts up to date, in the same transaction."""
    for start in range(0, len(participation_ids), BATCH):
        chunk = participation_ids[start : start + BATCH]
        Participation.objects.filter(pk__in=chunk).refresh_summaries()
        participation_changed.send(sender=Participation, participation_ids=chunk)
