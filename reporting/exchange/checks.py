"""Which rows cannot be true, by themselves or together with what the project already knows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from grundsteget.dates import last_of_month, today
from participants.models import Consent, ExitReason, Participation, Stint
from partners.models import Project
from reporting.exchange import sheets
from reporting.exchange.directory import Directory
from reporting.exchange.reading import suggestion
from reporting.exchange.rows import Faults, Row
from reporting.exchange.sheets import Sheet
from reporting.exchange.terms import rests_elsewhere, widened

# Start, end (None while it goes on), and the row of the file that says so.
Period = tuple[dt.date, dt.date | None, Row | None]


def check_refs(rows: dict[str, list[Row]], known: Iterable[str], faults: Faults) -> None:
    """Every row is about somebody of the project or of this import."""
    refs = {*known, *(row.ref for row in rows.get("participants", ())), *faults.broken_refs["participants"]}
    for name in rows.keys() - {"participants"}:
        for row in rows[name]:
            if row.ref not in refs:
                message = _("%(ref)s is neither in the sheet participants nor in the project — add or correct it")
                faults.add(sheets.BY_NAME[name], row, "ref", message % {"ref": row.ref})


def look_up_organisations(sheet: Sheet, column: str, rows: list[Row], directory: Directory, faults: Faults) -> None:
    """Replace names of organisations by their ids."""
    for row in rows:
        if row[column] is not None:
            try:
                row.values[column] = directory.organisation(row[column])
            except ValueError as refusal:
                faults.add(sheet, row, column, str(refusal))
                row.values[column] = None


def check_order(sheet: Sheet, rows: list[Row], start: str, ends: tuple[str, ...], faults: Faults) -> None:
    for row in rows:
        for end in ends:
            if row[end] is not None and row[end] < row[start]:
                message = _("is before “%(start)s” — correct one of the two dates") % {"start": start}
                faults.add(sheet, row, end, message)


def check_exits(rows: list[Row], faults: Faults) -> None:
    """A reason is one of the list, and stands only beside an end."""
    codes = {code.casefold(): code for code in ExitReason.objects.values_list("code", flat=True)}
    for row in rows:
        reason = row["exit_reason"]
        if reason is None:
            continue
        if reason.casefold() not in codes:
            advice = suggestion(reason, codes, _("use one of: %(codes)s") % {"codes": ", ".join(codes.values())})
            message = _("is no reason we know — %(advice)s") % {"advice": advice}
            faults.add(sheets.STINTS, row, "exit_reason", message)
        elif row["end"] is None:
            message = _("stands without an end — write the end, or no reason")
            faults.add(sheets.STINTS, row, "exit_reason", message)
        else:
            row.values["exit_reason"] = codes[reason.casefold()]


def check_project_period(project: Project, rows: list[Row], faults: Faults) -> None:
    first, last = project.started_on, project.ended_on
    for row in rows:
        if row["start"] > today():
            message = _("lies in the future (today is %(today)s) — correct the date") % {"today": today()}
            faults.add(sheets.STINTS, row, "start", message)
        if not first <= row["start"] <= last:
            message = _("is outside the project, %(first)s to %(last)s — correct the date")
            faults.add(sheets.STINTS, row, "start", message % {"first": first, "last": last})
        if row["end"] is not None and row["end"] > last:
            message = _("is after the project's end, %(last)s — correct the date") % {"last": last}
            faults.add(sheets.STINTS, row, "end", message)


def check_births(people: list[Row], stints: list[Row], faults: Faults) -> None:
    """Nobody takes part before being born; told only where the same import says both."""
    born = {row.ref: row["birth_date"] or (row["identity"] and row["identity"].birth_date) for row in people}
    for row in stints:
        birth_date = born.get(row.ref)
        if birth_date is not None and row["start"] <= birth_date:
            message = _("is not after the birth date — correct one of the two dates")
            faults.add(sheets.STINTS, row, "start", message)


def periods(project: Project, rows: list[Row], refs: set[str]) -> dict[str, list[Period]]:
    """The stints that count, by ref, as they will be after the import: those of the project and those of the file."""
    found: dict[str, dict[dt.date, Period]] = defaultdict(dict)
    known = Stint.objects.counted().filter(participation__project=project)
    for ref, start, end in known.values_list("participation__ref", "started_on", "ended_on"):
        if ref in refs:
            found[ref][start] = (start, end, None)
    for row in rows:
        before = found[row.ref].pop(row["start"], None)
        end = row["end"] if "end" in row or before is None else before[1]
        if row["exit_reason"] != ExitReason.MISTAKE:
            found[row.ref][row["start"]] = (row["start"], end, row)
    return {ref: [ordered[start] for start in sorted(ordered)] for ref, ordered in found.items()}


def check_stints_apart(stints: dict[str, list[Period]], faults: Faults) -> None:
    """No two stints of a person share a day, so at most the last one is open. (esf-rules.md R06)"""
    for ordered in stints.values():
        for earlier, later in pairwise(ordered):
            start, end, _row = earlier
            if end is not None and end < later[0]:
                continue
            row = later[2] or earlier[2]
            if row is None:
                continue
            other = earlier if row is later[2] else later
            where = _("on row %(line)s") % {"line": other[2].line} if other[2] else _("in the project")
            words = {"start": start, "next": later[0], "where": where}
            if end is None:
                message = _("the stint from %(start)s is still open when another starts on %(next)s (%(where)s)")
            else:
                message = _("the stint from %(start)s overlaps when another starts on %(next)s (%(where)s)")
            faults.add(sheets.STINTS, row, "start", f"{message % words} — {_('correct one of them')}")


def check_consents_stay_narrow(project: Project, rows: list[Row], faults: Faults) -> None:
    """An import may narrow a consent that is known; what more it shall open, and on what ground, the person is asked.

    Knows organisations by id, so it comes after they are looked up.
    """
    known = {
        (consent.participation.ref, consent.organisation_id, consent.purpose, consent.given_on): consent
        for consent in Consent.objects.filter(participation__project=project).select_related("participation")
    }
    for row in rows:
        consent = known.get((row.ref, row["organisation"], row["purpose"].name, row["given_on"]))
        if consent is None:
            continue
        if rests_elsewhere(consent, row["purpose"]):
            message = _("rests on something else than the known consent — correct one")
            faults.add(sheets.CONSENTS, row, "purpose", message)
        elif widened(consent, row["purpose"]):
            message = _("would open more than the known consent — leave out as much, or add a consent of a later day")
            faults.add(sheets.CONSENTS, row, "purpose", message)


def check_hours(rows: list[Row], stints: dict[str, list[Period]], faults: Faults) -> None:
    """Hours belong to a month in which the person took part. (esf-rules.md R23)"""
    unsure = faults.broken_refs["stints"] | faults.broken_refs["participants"]
    for row in rows:
        if row.ref in unsure:
            continue
        first, last = row["month"], last_of_month(row["month"])
        if first > today():
            message = _("lies in the future (today is %(today)s) — correct the month") % {"today": today()}
            faults.add(sheets.HOURS, row, "month", message)
        elif not any(start <= last and (end is None or end >= first) for start, end, _row in stints.get(row.ref, ())):
            message = _("holds no day of any stint — correct the month, or add the stint")
            faults.add(sheets.HOURS, row, "month", message)


def refs_of(project: Project) -> dict[str, int]:
    standing = Coalesce("merged_into", "pk")
    return dict(Participation.objects.filter(project=project).values_list("ref", standing))
