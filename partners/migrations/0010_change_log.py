"""The change log: rows that the database's triggers write (`partners.change_log` puts them in place after migrating)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from partners import append_only

TABLE = "partners_change"
KEPT = [
    "id", "at", "actor_id", "source", "request_id", "label", "row_id", "action", "participant_id", "participation_id",
]  # fmt: skip


def guard(apps, schema_editor):
    append_only.guard_but_erasure(schema_editor.connection, TABLE, KEPT)


def unguard(apps, schema_editor):
    append_only.unguard(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_password_links")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("source", models.CharField(blank=True, max_length=80, verbose_name="page, task or command")),
                ("request_id", models.CharField(blank=True, max_length=32)),
                ("label", models.CharField(max_length=80, verbose_name="what")),
                ("row_id", models.CharField(max_length=64)),
                (
                    "action",
                    models.CharField(
                        choices=[("insert", "added"), ("update", "changed"), ("delete", "removed")],
                        max_length=6,
                        verbose_name="action",
                    ),
                ),
                ("changes", models.JSONField(default=dict, verbose_name="changes")),
                ("participant_id", models.BigIntegerField(null=True)),
                ("participation_id", models.BigIntegerField(null=True)),
                (
                    "erased_by",
                    models.CharField(blank=True, db_default="", max_length=64, verbose_name="certificate of erasure"),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "change log",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("participation_id__isnull", False)),
                        fields=["participation_id", "-id"],
                        name="change_by_participation",
                    ),
                    models.Index(
                        condition=models.Q(("participant_id__isnull", False)),
                        fields=["participant_id", "-id"],
                        name="change_by_participant",
                    ),
                ],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
