"""From the project to the exchange format: the same rows in the same order, whoever asks and on whatever database."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from grundsteget.cells import FORMULA, quoted
from grundsteget.commands import Refused, write_file
from participants import identity
from participants.models import Activity, Consent, HoursMonth, Outcome, Stint
from partners.models import Project
from reporting.exchange.sheets import BY_NAME, ENTRY_FIELDS, SENSITIVE, SHEETS
from reporting.exchange.terms import purpose_of

Value = str | dt.date | Decimal | None


def export_exchange(target: Path, project: Project) -> dict[str, int]:
    """Write the project's rows to a folder or, where the target ends in .xlsx, to a workbook. Says how many of each.

    The files hold names and identity numbers: only the user who writes them may read them.
    """
    is_workbook = target.suffix.lower() == ".xlsx"
    _check_target(target, is_workbook=is_workbook)
    tables = _tables(project)
    if is_workbook:
        write_file(target, _workbook(tables))
    else:
        target.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            write_file(target / f"{name}.csv", _csv(name, table))
    return {name: len(table) for name, table in tables.items()}


def csv_files(project: Project) -> dict[str, bytes]:
    """The same files in memory, by name."""
    return {name: _csv(name, table) for name, table in _tables(project).items()}


def _tables(project: Project) -> dict[str, list[list[Value]]]:
    return {name: sorted(rows(project), key=_order) for name, rows in ROWS.items()}


def _check_target(target: Path, *, is_workbook: bool) -> None:
    if is_workbook:
        if target.is_dir():
            raise Refused(str(target), "is a folder", "name a file, or a folder that does not end in .xlsx")
        return
    if target.exists() and not target.is_dir():
        raise Refused(str(target), "is a file", "name a folder, or a file that ends in .xlsx")
    ours = {f"{name}.csv" for name in BY_NAME}
    others = sorted(path.name for path in target.iterdir() if path.name not in ours) if target.is_dir() else []
    if others:
        raise Refused(str(target), f"holds other files ({', '.join(others[:3])})", "name a new or an empty folder")


def _order(row: list[Value]) -> list[str]:
    # Sorted in Python: the databases disagree on å, ä, ö.
    return [_text(value) for value in row]


# --- The rows -------------------------------------------------------------------------------------


def _of(project: Project) -> dict[str, Any]:
    """Rows of the project's people; what stayed with a record that was joined to another stands there, not here."""
    return {"participation__project": project, "participation__merged_into__isnull": True}


def _participants(project: Project) -> Iterator[list[Value]]:
    found = (
        project.participations.filter(merged_into__isnull=True)
        .select_related("participant", "entry_record")
        .prefetch_related("sensitive_answers")
    )
    for participation in found:
        person, record = participation.participant, getattr(participation, "entry_record", None)
        answers = {answer.question: answer.answer for answer in participation.sensitive_answers.all()}
        # Somebody without a name goes by the code; the file says that there is none.
        nameless = person.first_name == participation.ref and not person.last_name
        yield [
            participation.ref,
            identity.written(person.number) if person.identity_cipher else None,
            person.sex,
            person.birth_date,
            None if nameless else person.first_name,
            person.last_name,
            person.protection,
            person.municipality,
            person.district,
            *(getattr(record, name, None) for name in ENTRY_FIELDS.values()),
            *(answers.get(question) for question in SENSITIVE),
        ]


def _stints(project: Project) -> Iterator[list[Value]]:
    for stint in Stint.objects.filter(**_of(project)).select_related("participation", "referred_by"):
        yield [
            stint.participation.ref,
            stint.started_on,
            stint.ended_on,
            stint.exit_reason_id,
            stint.referred_by.name if stint.referred_by else None,
        ]


def _outcomes(project: Project) -> Iterator[list[Value]]:
    found = Outcome.objects.standing().filter(**_of(project))
    for outcome in found.select_related("participation", "enterprise__organisation"):
        yield [
            outcome.participation.ref,
            outcome.kind,
            outcome.started_on,
            outcome.ended_on,
            _named(outcome.employer, outcome.enterprise),
            outcome.support,
        ]


def _hours(project: Project) -> Iterator[list[Value]]:
    for hours in HoursMonth.objects.filter(**_of(project)).select_related("participation"):
        yield [hours.participation.ref, f"{hours.month:%Y-%m}", hours.hours]


def _activities(project: Project) -> Iterator[list[Value]]:
    found = Activity.objects.filter(**_of(project))
    for activity in found.select_related("participation", "enterprise__organisation"):
        yield [
            activity.participation.ref,
            activity.kind,
            _named(activity.place, activity.enterprise),
            activity.started_on,
            activity.ended_on,
            activity.hours_per_week,
        ]


def _consents(project: Project) -> Iterator[list[Value]]:
    found = Consent.objects.filter(**_of(project))
    for consent in found.select_related("participation", "organisation"):
        yield [
            consent.participation.ref,
            consent.organisation.name,
            str(purpose_of(consent)),
            consent.given_on,
            consent.valid_to,
            consent.withdrawn_on,
        ]


def _named(text: str, enterprise: Any) -> str:
    return text or (enterprise.organisation.name if enterprise else "")


ROWS: dict[str, Callable[[Project], Iterator[list[Value]]]] = {
    "participants": _participants,
    "stints": _stints,
    "outcomes": _outcomes,
    "hours": _hours,
    "activities": _activities,
    "consents": _consents,
}

# --- The files ------------------------------------------------------------------------------------


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    return value


def _csv(name: str, rows: list[list[Value]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(BY_NAME[name].names)
    writer.writerows([quoted(_text(value)) for value in row] for row in rows)
    return stream.getvalue().encode()


def _workbook(tables: dict[str, list[list[Value]]]) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    # A fixed day, so that the same rows give the same bytes.
    workbook.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    formats = {
        "head": workbook.add_format({"bold": True}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "text": workbook.add_format({"num_format": "@"}),
        "quoted": workbook.add_format({"num_format": "@", "quote_prefix": True}),
    }
    for sheet in SHEETS:
        page = workbook.add_worksheet(sheet.name)
        page.freeze_panes(1, 1)
        page.set_column(0, len(sheet.columns) - 1, 16)
        for position, name in enumerate(sheet.names):
            page.write_string(0, position, name, formats["head"])
        for line, row in enumerate(tables[sheet.name], start=1):
            for position, value in enumerate(row):
                _write_cell(page, line, position, value, formats)
    workbook.close()
    return stream.getvalue()


def _write_cell(page: Any, line: int, position: int, value: Value, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, dt.date):
        page.write_datetime(line, position, dt.datetime(value.year, value.month, value.day), formats["date"])  # noqa: DTZ001
    elif isinstance(value, Decimal):
        page.write_number(line, position, float(value))
    else:
        page.write_string(line, position, value, formats["quoted" if FORMULA.match(value) else "text"])
