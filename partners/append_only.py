"""Tables whose rows can be added and read, and by nobody changed: the database itself refuses, whoever asks."""

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "append-only: a log entry is never changed or removed"


def guard(connection: BaseDatabaseWrapper, table: str) -> None:
    """From now on UPDATE, DELETE and (where it exists) TRUNCATE of the table are errors."""
    _execute(connection, _GUARD[connection.vendor], table)


def guard_but_erasure(connection: BaseDatabaseWrapper, table: str, kept: Sequence[str]) -> None:
    """The same, with one way through: `changes` is emptied and `erased_by` named, once, and all `kept` stays."""
    same = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}[connection.vendor]
    lawful = " AND ".join(
        [
            "OLD.erased_by = '' AND NEW.erased_by <> '' AND NEW.changes = '{}'",
            *(f'OLD."{column}" {same} NEW."{column}"' for column in kept),
        ]
    )
    _execute(connection, _GUARD_BUT_ERASURE[connection.vendor], table, lawful)


def unguard(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the refusal away again: for a migration backwards, and for a test database between two tests."""
    _execute(connection, _UNGUARD[connection.vendor], table)


def _execute(connection: BaseDatabaseWrapper, statements: list[str], table: str, lawful: str = "") -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(table=table, refusal=REFUSAL, lawful=lawful))


_NO_DELETE = "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
_REFUSE = (
    "CREATE OR REPLACE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$"
)
_NO_TRUNCATE = (
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()"
)
_GUARD = {
    "sqlite": [
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        _NO_DELETE,
    ],
    "postgresql": [
        _REFUSE,
        "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log()",
        _NO_TRUNCATE,
    ],
}
_GUARD_BUT_ERASURE = {
    "sqlite": [
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({lawful})"
        " BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        _NO_DELETE,
    ],
    "postgresql": [
        _REFUSE,
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({lawful}))"
        " EXECUTE FUNCTION refuse_change_of_log()",
        "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log()",
        _NO_TRUNCATE,
    ],
}
_UNGUARD = {
    "sqlite": ["DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete"],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS {{table}}_no_{what} ON {{table}}"
        for what in ("change", "update", "delete", "truncate")
    ],
}
