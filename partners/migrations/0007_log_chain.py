"""Each row of the read log is sealed over the one before it: columns, the rows so far, then the demand that all are."""

import datetime as dt

from django.db import migrations, models

from partners import append_only, audit

TABLE = "partners_accesslog"


def unguard(apps, schema_editor):
    append_only.unguard(schema_editor.connection, TABLE)


def guard(apps, schema_editor):
    append_only.guard(schema_editor.connection, TABLE)


def seal_the_past(apps, schema_editor):
    AccessLog, LogDay = apps.get_model("partners", "AccessLog"), apps.get_model("partners", "LogDay")
    ends = {}
    for entry in AccessLog.objects.order_by("pk").iterator():
        entry.day = entry.at.astimezone(dt.UTC).date()
        count, previous = ends.get(entry.day, (0, ""))
        entry.number = count + 1
        entry.mac = audit.seal(previous, {field: getattr(entry, field) for field in audit.SEALED})
        entry.save(update_fields=["day", "number", "mac"])
        ends[entry.day] = (entry.number, entry.mac)
    LogDay.objects.bulk_create(LogDay(day=day, count=count, mac=mac) for day, (count, mac) in ends.items())


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_access_subjects")]

    operations = [
        migrations.CreateModel(
            name="LogDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("mac", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "day of the access log",
                "verbose_name_plural": "days of the access log",
                "ordering": ["day"],
            },
        ),
        migrations.RunPython(unguard, guard),
        migrations.AddField("accesslog", "day", models.DateField(null=True, verbose_name="day")),
        migrations.AddField(
            "accesslog", "number", models.PositiveIntegerField(null=True, verbose_name="number on that day")
        ),
        migrations.AddField("accesslog", "mac", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.RunPython(seal_the_past, migrations.RunPython.noop),
        migrations.AlterField("accesslog", "day", models.DateField(verbose_name="day")),
        migrations.AlterField("accesslog", "number", models.PositiveIntegerField(verbose_name="number on that day")),
        migrations.AddConstraint(
            "accesslog", models.UniqueConstraint(fields=["day", "number"], name="access_log_numbered_once")
        ),
        migrations.RunPython(guard, unguard),
    ]
