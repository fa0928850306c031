"""All looks at a person are found by her id, from now on and for the past. Append-only like the log itself."""

import django.db.models.deletion
from django.db import migrations, models

from partners import append_only

TABLE = "partners_accesssubject"


def file_the_past(apps, schema_editor):
    AccessLog = apps.get_model("partners", "AccessLog")
    AccessSubject = apps.get_model("partners", "AccessSubject")
    for entry, participations in AccessLog.objects.order_by("pk").values_list("pk", "participations").iterator():
        AccessSubject.objects.bulk_create(
            AccessSubject(entry_id=entry, participation_id=pk) for pk in sorted(set(participations))
        )


def guard(apps, schema_editor):
    append_only.guard(schema_editor.connection, TABLE)


def unguard(apps, schema_editor):
    append_only.unguard(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_competence_network")]

    operations = [
        migrations.CreateModel(
            name="AccessSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("participation_id", models.PositiveBigIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="subjects", to="partners.accesslog"
                    ),
                ),
            ],
            options={
                "verbose_name": "person looked at",
                "verbose_name_plural": "people looked at",
                "indexes": [models.Index(fields=["participation_id", "entry"], name="access_by_participation")],
            },
        ),
        migrations.RunPython(file_the_past, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
