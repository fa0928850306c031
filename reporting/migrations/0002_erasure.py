import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0011_retention"),
        ("reporting", "0001_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="number of the certificate"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("project", "a project whose time is over"), ("mistake", "a mistaken registration")],
                        default="project",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("archiving", "the archive package is being made"),
                            ("archived", "the archive package is ready"),
                            ("ordered", "being erased"),
                            ("done", "erased"),
                            ("stale", "stopped"),
                        ],
                        default="archiving",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("problem", models.CharField(blank=True, max_length=300, verbose_name="why it stopped")),
                ("asked_at", models.DateTimeField(default=grundsteget.dates.now, verbose_name="asked")),
                ("archive", models.FileField(blank=True, upload_to="archives/")),
                (
                    "archive_size",
                    models.PositiveBigIntegerField(default=0, verbose_name="size of the archive package"),
                ),
                (
                    "archive_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the archive package"),
                ),
                (
                    "content_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of what it holds"),
                ),
                ("downloaded_at", models.DateTimeField(null=True, verbose_name="archive package downloaded")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="erased")),
                ("retention_until", models.DateField(null=True, verbose_name="kept until")),
                ("retention_source", models.CharField(blank=True, max_length=200, verbose_name="where this is said")),
                (
                    "people",
                    models.JSONField(
                        default=list, verbose_name="ids of the participations, and when they were registered"
                    ),
                ),
                (
                    "persons",
                    models.JSONField(default=list, verbose_name="ids of the persons of whom nothing is left"),
                ),
                ("counts", models.JSONField(default=dict, verbose_name="rows by table")),
                ("files_removed", models.PositiveIntegerField(default=0, verbose_name="files")),
                ("files", models.JSONField(default=list, verbose_name="files still to be removed")),
                ("reports", models.JSONField(default=list, verbose_name="reports that stay, with their hashes")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="erased by",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="partners.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at__isnull", False), ("ordered_by__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("erased_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="erasure_done_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["archiving", "archived", "ordered"])),
                        fields=("project",),
                        name="erasure_one_under_way",
                        violation_error_message="An erasure of this project is already under way.",
                    ),
                ],
            },
        ),
    ]
