"""The table of the database cache, where log-in attempts are counted: one command fewer to remember when installing."""

from django.core.management import call_command
from django.db import migrations

TABLE = "grundsteget_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_logs_are_append_only")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(migrations.RunSQL.noop, f"DROP TABLE {TABLE}"),
    ]
