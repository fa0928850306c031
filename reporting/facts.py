"""How a case history becomes one row of facts at a cut-off date.

One statement decides it, for one person or a million, today or on any past day; docs/decisions/0002-facts-are-sql.md
says why it is SQL. The rules are those of esf-rules.md 0.2, 1.2–1.4, 1.6 and 1.8. What is dated after the cut-off — a
start, an exit, an outcome — does not exist for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from grundsteget.dates import today
from participants.models import ExitReason
from partners.models import Project
from reporting.models import Fact, FactAsOf, FactDay, Report, ReportFact

WINDOW_DAYS = 28  # Day 0 is the exit date and day 28 is included. (esf-rules.md 1.3)
FOLLOW_UP_MONTHS = 6
YOUNG_BELOW = 25  # Long-term unemployment is six months below this age, twelve from it. (CO02)
SCHOOL_AGE = 12  # Past it, no completed school is a disadvantage. (CO17)

# The columns of every fact table, in the order of the model.
COLUMNS = [str(field.column) for field in FactAsOf._meta.concrete_fields]


@dataclass(frozen=True)
class Rebuilt:
    """How many facts there are now, and how many had gone astray: not explained by the passing of days."""

    count: int
    astray: int


# --- Writing --------------------------------------------------------------------------------------


def refresh_facts(participation_ids: Sequence[int]) -> None:
    """Recompute these participations' facts whole, as of today. Belongs in the transaction of the change."""
    ids = list(participation_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(ids), 500):
            chunk = [int(pk) for pk in ids[start : start + 500]]
            scope = f"p.id IN ({', '.join(map(str, chunk))})"
            Fact.objects.filter(pk__in=chunk).delete()
            _insert(cursor, Fact, scope, {"cut_off": today()})


@transaction.atomic
def rebuild_facts(project: Project) -> Rebuilt:
    """Recompute a project's facts as of today. Running it twice changes nothing."""
    now = today()
    last = FactDay.objects.select_for_update().filter(project=project).first()
    with connection.cursor() as cursor:
        astray = _astray(cursor, project, {last.as_of, now}) if last else 0
        cursor.execute("DELETE FROM reporting_fact WHERE project_id = %s", [project.pk])
        _insert(cursor, Fact, "p.project_id = %(project)s", {"cut_off": now, "project": project.pk})
    FactDay.objects.update_or_create(project=project, defaults={"as_of": now})
    return Rebuilt(count=Fact.objects.filter(project=project).count(), astray=astray)


def facts_of_today(project: Project) -> QuerySet[Fact]:
    """The project's facts, rebuilt first if a day has passed since they were: windows close while nobody types."""
    if not FactDay.objects.filter(project=project, as_of=today()).exists():
        rebuild_facts(project)
    return Fact.objects.filter(project=project)


def copy_facts(report: Report) -> QuerySet[ReportFact]:
    """Give the report its own facts at its cut-off date, replacing those of an earlier attempt."""
    with transaction.atomic(), connection.cursor() as cursor:
        ReportFact.objects.filter(report=report).delete()
        _insert(
            cursor,
            ReportFact,
            "p.project_id = %(project)s",
            {"cut_off": report.cut_off, "project": report.project_id, "report": report.pk},
            extra={"report_id": "%(report)s"},
        )
    return ReportFact.objects.filter(report=report)


@contextmanager
def facts_as_of(project: Project, cut_off: dt.date) -> Iterator[QuerySet[FactAsOf]]:
    """The project's facts on any day, as rows of a temporary table that is gone afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        _fill_temporary(cursor, project, cut_off)
        try:
            yield FactAsOf.objects.all()
        finally:
            if not connection.needs_rollback:
                cursor.execute("DROP TABLE reporting_fact_as_of")


def astray(project: Project) -> int:
    """How many stored facts no longer agree with the cases behind them."""
    last = FactDay.objects.filter(project=project).first()
    days = {today()} | ({last.as_of} if last else set())
    with transaction.atomic(), connection.cursor() as cursor:
        return _astray(cursor, project, days)


def _astray(cursor, project: Project, days: set[dt.date]) -> int:  # type: ignore[no-untyped-def]
    """Facts that fit none of the days on which they may have been computed, plus people without a fact."""
    columns = ", ".join(COLUMNS)
    missing: set[int] | None = None
    wrong: set[int] | None = None
    for day in sorted(days):
        _fill_temporary(cursor, project, day)
        wrong_then = _ids(
            cursor,
            f"SELECT participation_id FROM (SELECT {columns} FROM reporting_fact WHERE project_id = %s"  # noqa: S608
            f" EXCEPT SELECT {columns} FROM reporting_fact_as_of) AS odd",
            project.pk,
        )
        missing_then = _ids(
            cursor,
            "SELECT participation_id FROM reporting_fact_as_of"
            " EXCEPT SELECT participation_id FROM reporting_fact WHERE project_id = %s",
            project.pk,
        )
        cursor.execute("DROP TABLE reporting_fact_as_of")
        wrong = wrong_then if wrong is None else wrong & wrong_then
        missing = missing_then if missing is None else missing & missing_then
    return len((wrong or set()) | (missing or set()))


def _ids(cursor, sql: str, project_id: int) -> set[int]:  # type: ignore[no-untyped-def]
    cursor.execute(sql, [project_id])
    return {row[0] for row in cursor.fetchall()}


def _fill_temporary(cursor, project: Project, cut_off: dt.date) -> None:  # type: ignore[no-untyped-def]
    cursor.execute(
        f"CREATE TEMPORARY TABLE reporting_fact_as_of AS {_statement('p.project_id = %(project)s')}",
        _parameters({"cut_off": cut_off, "project": project.pk}),
    )


def _insert(cursor, model: type, scope: str, parameters: dict, extra: dict[str, str] | None = None) -> None:  # type: ignore[no-untyped-def]
    extra = extra or {}
    target = ", ".join([*COLUMNS, *extra])
    source = ", ".join([*(f"f.{column}" for column in COLUMNS), *extra.values()])
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({target}) SELECT {source} FROM ({_statement(scope)}) AS f",  # type: ignore[attr-defined]  # noqa: S608
        _parameters(parameters),
    )


def _parameters(given: dict) -> dict:
    return {"mistake": ExitReason.MISTAKE, **given}


# --- The statement --------------------------------------------------------------------------------


def _ymd(date: str) -> str:
    """A date as the number 20170315, the same on both engines: subtracting two gives completed years."""
    if connection.vendor == "sqlite":
        return f"CAST(strftime('%%Y%%m%%d', {date}) AS INTEGER)"
    year, month, day = (f"EXTRACT({part} FROM {date})" for part in ("YEAR", "MONTH", "DAY"))
    return f"CAST({year} * 10000 + {month} * 100 + {day} AS INTEGER)"


def _add_days(date: str, days: int) -> str:
    if connection.vendor == "sqlite":
        return f"date({date}, '+{days} days')"
    return f"({date} + {days})"


def _add_months(date: str, months: int) -> str:
    """Clamped to the last day of the month, which SQLite does not do by itself."""
    if connection.vendor == "sqlite":
        return (
            f"MIN(date({date}, '+{months} months'), date({date}, 'start of month', '+{months + 1} months', '-1 day'))"
        )
    return f"CAST({date} + INTERVAL '{months} months' AS DATE)"


def _months(ymd: str) -> str:
    """Months since year 0 of a number such as 20170315."""
    return f"({ymd} / 10000 * 12 + {ymd} / 100 %% 100)"


def _holds(kinds: str, since: str, until: str, extra: str = "") -> str:
    """1 when an outcome of these kinds touches the days from `since` to `until`, both included."""
    return (
        f"MAX(CASE WHEN o.kind IN ({kinds}) AND o.started_on <= {until}"
        f" AND (o.ended_on IS NULL OR o.ended_on >= {since}){extra} THEN 1 ELSE 0 END)"
    )


def _statement(scope: str) -> str:
    """The SELECT of `COLUMNS` for the participations `p` in scope, with parameters `cut_off` and `mistake`."""
    new = " AND o.started_on >= c.entry_on"  # New compared with the entry.
    window, six, now = (
        ("c.exit_on", "c.window_closes_on"),
        ("c.six_months_on", "c.six_months_on"),
        ("%(cut_off)s", "%(cut_off)s"),
    )
    close = ("c.window_closes_on", "c.window_closes_on")
    entry, birth, since = _ymd("c.entry_on"), _ymd("person.birth_date"), _ymd("e.unemployed_since")
    long_after = f"(CASE WHEN c.age < {YOUNG_BELOW} THEN 6 ELSE 12 END)"
    return f"""
WITH life AS (
    SELECT s.participation_id,
           MIN(s.started_on) AS entry_on,
           CASE WHEN SUM(CASE WHEN s.ended_on IS NULL OR s.ended_on > %(cut_off)s THEN 1 ELSE 0 END) > 0
                THEN NULL ELSE MAX(s.ended_on) END AS exit_on
      FROM participants_stint s JOIN participants_participation p ON p.id = s.participation_id
     WHERE {scope} AND s.started_on <= %(cut_off)s
       AND (s.exit_reason_id IS NULL OR s.exit_reason_id <> %(mistake)s)
     GROUP BY s.participation_id
), clock AS (
    SELECT life.*, {_add_days("exit_on", WINDOW_DAYS)} AS window_closes_on, {_add_months("exit_on", FOLLOW_UP_MONTHS)} AS six_months_on
      FROM life
), results AS (
    SELECT o.participation_id,
           -- The last labour status known in the window: latest day, then latest start, then work before job-seeking.
           MAX(CASE WHEN o.started_on <= c.window_closes_on AND (o.ended_on IS NULL OR o.ended_on >= c.exit_on)
                     AND (o.kind = 'jobsearch' OR (o.kind IN ('job', 'job_asf'){new}))
                    THEN CAST({_ymd("(CASE WHEN o.ended_on < c.window_closes_on THEN o.ended_on ELSE c.window_closes_on END)")} AS BIGINT)
                         * 1000000000 + CAST({_ymd("o.started_on")} AS BIGINT) * 10 + (CASE WHEN o.kind = 'jobsearch' THEN 1 ELSE 2 END)
                    ELSE 0 END) AS last_status,
           {_holds("'education'", *window, new)} AS education,
           MAX(CASE WHEN o.kind = 'qualification' AND o.started_on <= c.window_closes_on{new} THEN 1 ELSE 0 END) AS qualification,
           {_holds("'job_asf'", *window, new)} AS job_asf,
           {_holds("'sysselsattning_asf'", *window, new)} AS occupation_asf,
           {_holds("'job'", *close, new)} AS job_at_close,
           {_holds("'education'", *close, new)} AS education_at_close,
           {_holds("'praktik'", *close, new)} AS internship_at_close,
           {_holds("'job', 'job_asf'", *six)} AS employed_at_six,
           {_holds("'improved'", *six, new)} AS improved_at_six,
           {_holds("'job', 'job_asf', 'sysselsattning_asf', 'education', 'praktik', 'jobsearch', 'improved'", *six)} AS known_at_six,
           {_holds("'job_asf', 'sysselsattning_asf'", *now, new)} AS asf_now,
           {_holds("'job', 'education', 'praktik'", *now, new)} AS elsewhere_now
      FROM participants_outcome o JOIN clock c ON c.participation_id = o.participation_id
     WHERE o.withdrawn_at IS NULL AND o.started_on <= %(cut_off)s
     GROUP BY o.participation_id
), answers AS (
    SELECT a.participation_id,
           MAX(CASE WHEN a.question = 'co15' AND a.answer = 'j' THEN 1 ELSE 0 END) AS co15,
           MAX(CASE WHEN a.question = 'co16' AND a.answer = 'j' THEN 1 ELSE 0 END) AS co16,
           MAX(CASE WHEN a.question = 'co17' AND a.answer = 'j' THEN 1 ELSE 0 END) AS co17
      FROM participants_sensitiveanswer a JOIN clock c ON c.participation_id = a.participation_id
     GROUP BY a.participation_id
), reached AS (
    SELECT DISTINCT u.participation_id
      FROM participants_followup u JOIN clock c ON c.participation_id = u.participation_id AND c.exit_on = u.exit_on
     WHERE u.milestone = '6m' AND u.answer = 'reached' AND u.answered_on <= %(cut_off)s
), aged AS (
    SELECT c.*, p.project_id, p.ref, p.participant_id, p.near_employment, person.sex, person.birth_date,
           CASE WHEN person.birth_date IS NULL THEN NULL ELSE ({entry} - {birth}) / 10000 END AS age,
           COALESCE(c.window_closes_on <= %(cut_off)s, {_false()}) AS window_closed,
           COALESCE(c.six_months_on <= %(cut_off)s, {_false()}) AS six_months_due
      FROM clock c
      JOIN participants_participation p ON p.id = c.participation_id
      JOIN participants_participant person ON person.id = p.participant_id
)
SELECT c.project_id, c.ref, c.sex, c.entry_on, c.exit_on, c.window_closes_on, c.six_months_on,
       {entry} / 10000 AS entry_year,
       {_ymd("c.exit_on")} / 10000 AS exit_year,
       c.age,
       CASE WHEN e.labour_status IN ('U', 'I', 'E') THEN e.labour_status ELSE '' END AS labour_status,
       (c.sex <> '' AND COALESCE(e.labour_status, '') IN ('U', 'I', 'E') AND c.birth_date IS NOT NULL
           AND COALESCE(e.isced, '') NOT IN ('', 'vill_ej')) AS is_complete,
       (COALESCE(e.household_jobless, '') IN ('j', 'n') AND COALESCE(e.household_children, '') IN ('j', 'n')
           AND COALESCE(e.household_single_adult, '') IN ('j', 'n')) AS household_known,
       COALESCE({_months(since)} + {long_after} < {_months(entry)}
           OR ({_months(since)} + {long_after} = {_months(entry)} AND {since} %% 100 < {entry} %% 100), {_false()}) AS is_long_term,
       COALESCE(e.in_education = 'j', {_false()}) AS in_education,
       COALESCE(e.in_education = 'n', {_false()}) AS outside_education,
       CAST(NULLIF(NULLIF(e.isced, ''), 'vill_ej') AS INTEGER) AS isced,
       COALESCE(e.household_jobless = 'j', {_false()}) AS household_jobless,
       COALESCE(e.household_children = 'j', {_false()}) AS household_children,
       COALESCE(e.household_single_adult = 'j', {_false()}) AS household_single_adult,
       COALESCE(a.co15, 0) = 1 AS co15,
       COALESCE(a.co16, 0) = 1 AS co16,
       (COALESCE(a.co17, 0) = 1 OR COALESCE(e.isced = '0' AND c.age > {SCHOOL_AGE}, {_false()})) AS co17,
       c.window_closed,
       CASE WHEN NOT c.window_closed OR COALESCE(r.last_status, 0) = 0 THEN ''
            WHEN r.last_status %% 10 = 2 THEN 'E' ELSE 'U' END AS window_status,
       (c.window_closed AND COALESCE(r.education, 0) = 1 AND COALESCE(e.in_education = 'n', {_false()})) AS new_education,
       (c.window_closed AND COALESCE(r.qualification, 0) = 1) AS new_qualification,
       c.six_months_due,
       (c.six_months_due AND (COALESCE(r.known_at_six, 0) = 1 OR u.participation_id IS NOT NULL)) AS six_months_known,
       (c.six_months_due AND COALESCE(r.employed_at_six, 0) = 1) AS employed_at_six_months,
       (c.six_months_due AND COALESCE(r.improved_at_six, 0) = 1) AS improved_at_six_months,
       CASE WHEN c.exit_on IS NULL THEN 'ongoing' WHEN NOT c.window_closed THEN 'pending'
            WHEN COALESCE(r.job_asf, 0) + COALESCE(r.occupation_asf, 0) > 0 THEN 'A'
            WHEN COALESCE(r.job_at_close, 0) + COALESCE(r.education_at_close, 0) + COALESCE(r.internship_at_close, 0) > 0 THEN 'B'
            ELSE 'none' END AS goal,
       CASE WHEN NOT c.window_closed THEN '' WHEN r.job_asf = 1 THEN 'job_asf' WHEN r.occupation_asf = 1 THEN 'sysselsattning_asf'
            WHEN r.job_at_close = 1 THEN 'job' WHEN r.education_at_close = 1 THEN 'education'
            WHEN r.internship_at_close = 1 THEN 'praktik' ELSE '' END AS goal_through,
       CASE WHEN c.exit_on IS NOT NULL THEN '' WHEN r.asf_now = 1 THEN 'A' WHEN r.elsewhere_now = 1 THEN 'B' ELSE '' END AS on_the_way,
       c.near_employment,
       first_stint.referred_by_id,
       c.participation_id
  FROM aged c
  JOIN participants_stint first_stint ON first_stint.participation_id = c.participation_id AND first_stint.started_on = c.entry_on
  LEFT JOIN participants_entryrecord e ON e.participation_id = c.participation_id
  LEFT JOIN results r ON r.participation_id = c.participation_id
  LEFT JOIN answers a ON a.participation_id = c.participation_id
  LEFT JOIN reached u ON u.participation_id = c.participation_id
"""  # noqa: S608 — built from constants above; every value from outside is a parameter.


def _false() -> str:
    return "0" if connection.vendor == "sqlite" else "FALSE"
