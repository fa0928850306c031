"""The read log can be written and read, never changed: enforced by triggers on both engines."""

from django.db import migrations

from partners import append_only

TABLES = ["partners_accesslog"]


def guard(apps, schema_editor):
    for table in TABLES:
        append_only.guard(schema_editor.connection, table)


def unguard(apps, schema_editor):
    for table in TABLES:
        append_only.unguard(schema_editor.connection, table)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_start"),
    ]

    operations = [migrations.RunPython(guard, unguard)]
