"""The triggers that write the change log, made from the models. Put in place after every migration.

A trigger's name ends with a fingerprint of its text, so that what should be there can be compared with what is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

from grundsteget.who import SETTING
from partners.change_log import Hop, Traced, traced
from partners.models import Change

LOG = Change._meta.db_table
KEPT = [field.column for field in Change._meta.concrete_fields if field.name not in {"changes", "erased_by"}]
PREFIX = "change_log_"
Trigger = tuple[str, str]  # table and name


def connect(sender: Any) -> None:
    """The app is migrated when everything is, as the signals come after the last migration of all."""
    pre_migrate.connect(make_way, sender=sender)
    post_migrate.connect(put_in_place, sender=sender)


def make_way(using: str, plan: list[Any], **kwargs: Any) -> None:
    """No trigger may name a column that a migration removes, or a table that SQLite is about to make anew."""
    if plan:
        remove(_connection(using))


def put_in_place(using: str, **kwargs: Any) -> None:
    install(_connection(using))


def _connection(using: str) -> BaseDatabaseWrapper:
    return connections[using]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing and remove what has changed. Running it again does nothing."""
    there, wanted = installed(connection), triggers(connection)
    if there == wanted.keys():
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
            cursor.execute(POSTGRESQL_NO_TRUNCATE)
        _drop(connection, there - wanted.keys())
        for trigger in wanted.keys() - there:
            cursor.execute(wanted[trigger])


def remove(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=connection.alias):
        _drop(connection, installed(connection))


def _drop(connection: BaseDatabaseWrapper, unwanted: set[Trigger]) -> None:
    where = ' ON "{table}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for table, name in unwanted:
            cursor.execute(f'DROP TRIGGER "{name}"{where.format(table=table)}')


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables whose changes are not logged as they should be."""
    there, wanted = installed(connection), triggers(connection)
    return sorted({table for table, _ in there ^ wanted.keys()})


def installed(connection: BaseDatabaseWrapper) -> set[Trigger]:
    query = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
        # A trigger that somebody has switched off is none.
        "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgname LIKE %s AND tgenabled IN ('O', 'A')",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query, [f"{PREFIX}%"])
        return set(cursor.fetchall())


def triggers(connection: BaseDatabaseWrapper) -> dict[Trigger, str]:
    """What should be there, for the tables and columns that are: half a migration is no reason to fail."""
    columns = _columns(connection)
    if LOG not in columns:
        return {}
    make = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}[connection.vendor]
    return {
        (one.table, name): statement
        for one in traced()
        if one.table in columns and columns[one.table].issuperset(one.columns)
        for name, statement in make(one)
    }


def _columns(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    query = {
        "sqlite": "SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table'",
        "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema()",
    }[connection.vendor]
    columns: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(query)
        for table, column in cursor.fetchall():
            columns.setdefault(table, set()).add(column)
    return columns


def _named(verb: str, statement: str, more: str = "") -> tuple[str, str]:
    digest = hashlib.sha256((statement + more).encode()).hexdigest()[:12]
    name = f"{PREFIX}{verb}_{digest}"
    return name, statement.replace("TRIGGER _", f'TRIGGER "{name}"', 1)


# --- SQLite: three triggers a table, whose every column is written out ---------------------------------


def _sqlite_triggers(one: Traced) -> Iterator[tuple[str, str]]:
    for verb in ("insert", "update", "delete"):
        row = "OLD" if verb == "delete" else "NEW"
        pairs = "\n  UNION ALL ".join(_sqlite_pair(one, field, verb) for field in one.fields)
        changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in one.columns)
        yield _named(
            verb,
            f"""CREATE TRIGGER _ AFTER {verb.upper()} ON "{one.table}"{f" WHEN {changed}" if verb == "update" else ""}
BEGIN
INSERT INTO {LOG}
  (at, actor_id, source, request_id, label, row_id, action, changes, participant_id, participation_id)
VALUES (
  strftime('%Y-%m-%d %H:%M:%f', 'now'), current_actor(), current_source(), current_request(),
  '{one.label}', CAST({row}."{one.key}" AS TEXT), '{verb}',
  (SELECT json_group_object(name, json(pair)) FROM (
  {pairs})),
  {_sqlite_way(one.participant, row)}, {_sqlite_way(one.participation, row)}
);
END""",  # noqa: S608 – names from our own models
        )


def _sqlite_pair(one: Traced, field: models.Field, verb: str) -> str:
    was = "NULL" if verb == "insert" else _sqlite_value(one, field, "OLD")
    becomes = "NULL" if verb == "delete" else _sqlite_value(one, field, "NEW")
    condition = {
        "insert": f'NEW."{field.column}" IS NOT NULL',
        "update": f'OLD."{field.column}" IS NOT NEW."{field.column}"',
        "delete": f'OLD."{field.column}" IS NOT NULL',
    }[verb]
    return f"SELECT '{field.column}' AS name, json_array({was}, {becomes}) AS pair WHERE {condition}"


def _sqlite_value(one: Traced, field: models.Field, row: str) -> str:
    """The column as PostgreSQL would put it into JSON."""
    value = f'{row}."{field.column}"'
    if field.column in one.masked:
        return f"CASE WHEN {value} <> '' THEN '…' ELSE {value} END"
    match field:
        case models.BooleanField():
            return f"json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
        case models.DateTimeField():
            return f"replace({value}, ' ', 'T') || '+00:00'"
        case models.JSONField():
            return f"json({value})"
    return value


def _sqlite_way(hop: Hop | None, row: str) -> str:
    if hop is None:
        return "NULL"
    return _way(hop, f'{row}."{hop.column}"')


def _way(hop: Hop, value: str) -> str:
    """The owner's id: the value itself, or what the row it points to has there."""
    if hop.then is None:
        return value
    found = _way(hop.then, f'"{hop.table}"."{hop.then.column}"')
    return f'(SELECT {found} FROM "{hop.table}" WHERE "{hop.table}"."{hop.key}" = {value})'  # noqa: S608 – names from our own models


# --- PostgreSQL: one function for all tables, told by its arguments what to leave out and what to mask ------


def _postgresql_triggers(one: Traced) -> Iterator[tuple[str, str]]:
    columns = ", ".join(f'{{row}}."{column}"' for column in one.columns)
    changed = f"ROW({columns.format(row='OLD')}) IS DISTINCT FROM ROW({columns.format(row='NEW')})"
    for verb in ("insert", "update", "delete"):
        when = f" WHEN ({changed})" if verb == "update" else ""
        yield _named(
            verb,
            f'CREATE TRIGGER _ AFTER {verb.upper()} ON "{one.table}" FOR EACH ROW{when}'
            f" EXECUTE FUNCTION log_change({_postgresql_arguments(one)})",
            POSTGRESQL_FUNCTION,
        )
    # TRUNCATE tells no trigger what was there.
    yield _named(
        "truncate",
        f'CREATE TRIGGER _ BEFORE TRUNCATE ON "{one.table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()',
        POSTGRESQL_NO_TRUNCATE,
    )


def _postgresql_arguments(one: Traced) -> str:
    owners = (one.participant, one.participation)
    far = ""
    if any(hop is not None and hop.then is not None for hop in owners):
        far = "SELECT " + ", ".join(_postgresql_way(hop) for hop in owners)
    own = ["" if hop is None or far else hop.column for hop in owners]
    words = [one.label, one.key, _array(one.columns), _array(sorted(one.masked)), *own, far]
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _postgresql_way(hop: Hop | None) -> str:
    return _way(hop, f"($1 ->> '{hop.column}')::bigint") if hop else "NULL::bigint"


def _array(names: list[str]) -> str:
    return "{" + ",".join(names) + "}"


POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $log$
DECLARE
    kept text[] := TG_ARGV[2];
    masked text[] := TG_ARGV[3];
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    line jsonb := COALESCE(after, before);
    participant bigint := line ->> TG_ARGV[4];
    participation bigint := line ->> TG_ARGV[5];
    who jsonb := NULLIF(current_setting('{SETTING}', true), '');
BEGIN
    IF TG_ARGV[6] <> '' THEN
        EXECUTE TG_ARGV[6] INTO participant, participation USING line;
    END IF;
    INSERT INTO {LOG}
        (at, actor_id, source, request_id, label, row_id, action, changes, participant_id, participation_id)
    SELECT
        clock_timestamp(), (who ->> 'actor')::bigint, COALESCE(who ->> 'source', ''), COALESCE(who ->> 'request', ''),
        TG_ARGV[0], line ->> TG_ARGV[1], lower(TG_OP),
        COALESCE(jsonb_object_agg(name, jsonb_build_array(
            CASE WHEN name = ANY (masked) AND was <> '""' THEN '"…"' ELSE was END,
            CASE WHEN name = ANY (masked) AND becomes <> '""' THEN '"…"' ELSE becomes END
        )), '{{}}'),
        participant, participation
    FROM (
        SELECT name, NULLIF(before -> name, 'null') AS was, NULLIF(after -> name, 'null') AS becomes
        FROM unnest(kept) AS name
    ) AS pair
    WHERE was IS DISTINCT FROM becomes;
    RETURN NULL;
END
$log$
"""  # noqa: S608 – names from our own models
POSTGRESQL_NO_TRUNCATE = """
CREATE OR REPLACE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'TRUNCATE would pass the change log by' USING ERRCODE = 'restrict_violation'; END $$
"""
