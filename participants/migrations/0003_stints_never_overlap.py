"""Two counted stints of one participation never share a day: the database itself refuses. (esf-rules.md R06)

PostgreSQL holds it by an exclusion constraint, so that two simultaneous sessions cannot both succeed. The participation's
id is compared as a range of one number, because ranges need no extension in a GiST index. SQLite, where one writes at a
time, holds it by triggers. A mistaken registration counts for nothing and may lie anywhere (P-9).

SQLite drops triggers when a later migration rebuilds the table: such a migration must call `hold` again.
"""

from django.db import migrations

POSTGRESQL_HOLD = """
ALTER TABLE participants_stint ADD CONSTRAINT stints_never_overlap EXCLUDE USING gist (
    int8range(participation_id, participation_id, '[]') WITH &&,
    daterange(started_on, ended_on, '[]') WITH &&
) WHERE (exit_reason_id IS DISTINCT FROM 'felregistrering')
"""
POSTGRESQL_LET_GO = "ALTER TABLE participants_stint DROP CONSTRAINT stints_never_overlap"

SQLITE_HOLD = """
CREATE TRIGGER stints_never_overlap_{moment} BEFORE {event} ON participants_stint
WHEN NEW.exit_reason_id IS NOT 'felregistrering' AND EXISTS (
    SELECT 1 FROM participants_stint AS other
    WHERE other.participation_id = NEW.participation_id
      AND other.id IS NOT NEW.id
      AND other.exit_reason_id IS NOT 'felregistrering'
      AND other.started_on <= COALESCE(NEW.ended_on, '9999-12-31')
      AND NEW.started_on <= COALESCE(other.ended_on, '9999-12-31')
)
BEGIN
    SELECT RAISE(ABORT, 'stints_never_overlap');
END
"""
MOMENTS = {"insert": "INSERT", "update": "UPDATE OF participation_id, started_on, ended_on, exit_reason_id"}


def hold(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_HOLD)
        return
    for moment, event in MOMENTS.items():
        schema_editor.execute(SQLITE_HOLD.format(moment=moment, event=event))


def let_go(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_LET_GO)
        return
    for moment in MOMENTS:
        schema_editor.execute(f"DROP TRIGGER stints_never_overlap_{moment}")


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_exit_reasons")]

    operations = [migrations.RunPython(hold, let_go)]
