"""Tables whose rows can be added and read, and by nobody changed: the database itself refuses, whoever asks."""

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "append-only: a log entry is never changed or removed"


def guard(connection: BaseDatabaseWrapper, table: str) -> None:
    """From now on UPDATE, DELETE and (where it exists) TRUNCATE of the table are errors."""
    for statement in _GUARD[connection.vendor]:
        _execute(connection, statement, table)


def unguard(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the refusal away again: for a migration backwards, and for a test database between two tests."""
    for statement in _UNGUARD[connection.vendor]:
        _execute(connection, statement, table)


def _execute(connection: BaseDatabaseWrapper, statement: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, refusal=REFUSAL))


_GUARD = {
    "sqlite": [
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log()",
        "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()",
    ],
}
_UNGUARD = {
    "sqlite": ["DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete"],
    "postgresql": [
        "DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        "DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
    ],
}
