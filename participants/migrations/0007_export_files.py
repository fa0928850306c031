"""Files made of the list of participants, and when a lead worker heard of access for a time."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates
import participants.models.export


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0006_rights"),
        ("partners", "0012_log_actions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="careteammember",
            name="lead_told_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="ExportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("participants", "list of participants")],
                        default="participants",
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("xlsx", "Excel workbook"), ("csv", "text file (CSV)")],
                        max_length=4,
                        verbose_name="kind of file",
                    ),
                ),
                ("requested_at", models.DateTimeField(default=grundsteget.dates.now, verbose_name="when")),
                ("purpose", models.CharField(max_length=200, verbose_name="what for")),
                ("query", models.CharField(blank=True, max_length=400, verbose_name="filters")),
                ("criterion", models.CharField(blank=True, max_length=40, verbose_name="kind of search")),
                ("found", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("running", "being made"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                            ("expired", "expired"),
                            ("deleted", "deleted"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("right", "You no longer have the right to export in the role you asked in."),
                            (
                                "rows",
                                "There are more participants than one file may hold. Filter the list and ask again.",
                            ),
                            ("changed", "What you may see changed while the file was made. Ask again."),
                            (
                                "storage",
                                "The file could not be stored. Try again; if it stays so, tell the administrator.",
                            ),
                            ("error", "Something went wrong. Try again; if it stays so, tell the administrator."),
                        ],
                        max_length=8,
                        verbose_name="problem",
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0, verbose_name="progress, per cent")),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("ready_at", models.DateTimeField(null=True, verbose_name="made")),
                (
                    "expires_at",
                    models.DateTimeField(default=participants.models.export.expiry, verbose_name="expires"),
                ),
                ("file", models.FileField(blank=True, upload_to=participants.models.export.stored_name)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="bytes")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="rows")),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                        verbose_name="in which role",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "ordering": ["-requested_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ExportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("was_protected", models.BooleanField(default=False)),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contents",
                        to="participants.exportfile",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="participants.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "participant in an export",
                "verbose_name_plural": "participants in exports",
            },
        ),
        migrations.AddIndex(
            model_name="exportfile",
            index=models.Index(fields=["requested_by", "-requested_at"], name="export_by_person"),
        ),
        migrations.AddConstraint(
            model_name="exportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", ""), _negated=True),
                name="export_has_a_purpose",
                violation_error_message="Say what the file is for.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "ready"),
                        models.Q(("file", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    models.Q(models.Q(("state", "ready"), _negated=True), ("file", "")),
                    _connector="OR",
                ),
                name="export_has_bytes_while_ready",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportrow",
            constraint=models.UniqueConstraint(fields=("export", "participation"), name="export_row_once"),
        ),
    ]
