"""Two records joined to one, periods and notes corrected, activities withdrawn, breaks."""

from importlib import import_module

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates

stints_never_overlap = import_module("participants.migrations.0003_stints_never_overlap")


def hold_again(apps, schema_editor):
    """SQLite has made the table anew, and its triggers are gone with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        stints_never_overlap.hold(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0012_writing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, hold_again),
        migrations.AddField(
            model_name="activity",
            name="ended_with",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="ended_activities",
                to="participants.stint",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="withdrawn_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="activity",
            name="withdrawn_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="withdrawn_reason",
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="activity",
            name="would_end_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="former_selves",
                to="participants.participant",
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="former_selves",
                to="participants.participation",
            ),
        ),
        migrations.AddField(
            model_name="stint",
            name="exit_registered",
            field=models.CharField(
                blank=True,
                choices=[("j", "yes"), ("n", "no"), ("vill_ej", "does not want to say")],
                max_length=8,
                verbose_name="registered at Arbetsförmedlingen",
            ),
        ),
        migrations.AddField(
            model_name="stint",
            name="exit_support",
            field=models.CharField(
                blank=True,
                choices=[
                    ("lon", "wage"),
                    ("a_kassa", "unemployment benefit"),
                    ("aktivitetsstod", "activity support"),
                    ("etablering", "introduction benefit"),
                    ("sjukpenning", "sickness or rehabilitation benefit"),
                    ("sjukersattning", "sickness or activity compensation"),
                    ("forsorjningsstod", "social assistance"),
                    ("studiestod", "study support"),
                    ("annan", "other public support"),
                    ("ingen", "no public support"),
                ],
                max_length=24,
                verbose_name="main support after leaving",
            ),
        ),
        migrations.CreateModel(
            name="StintCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("corrected", "corrected"),
                            ("reopened", "the exit was taken back"),
                            ("mistake", "registered by mistake"),
                            ("restored", "the mistake was taken back"),
                        ],
                        max_length=10,
                        verbose_name="what was done",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="start")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="end")),
                ("exit_note", models.CharField(blank=True, max_length=1000, verbose_name="note on leaving")),
                ("was_recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("exit_was_recorded_at", models.DateTimeField(blank=True, null=True, verbose_name="exit recorded")),
                ("reason", models.CharField(max_length=200, verbose_name="why")),
                (
                    "corrected_at",
                    models.DateTimeField(default=grundsteget.dates.now, editable=False, verbose_name="corrected"),
                ),
                (
                    "corrected_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="corrected by",
                    ),
                ),
                (
                    "exit_reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.exitreason",
                        verbose_name="reason for leaving",
                    ),
                ),
                (
                    "stint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="participants.stint"
                    ),
                ),
            ],
            options={
                "verbose_name": "earlier version of a period",
                "verbose_name_plural": "earlier versions of periods",
                "ordering": ["stint", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Break",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sjukdom", "illness"),
                            ("foraldraledighet", "parental leave"),
                            ("semester", "holiday"),
                            ("annat", "other absence"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="from")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="to")),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="breaks",
                        to="participants.participation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "break",
                "verbose_name_plural": "breaks",
                "ordering": ["participation", "started_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="break_period_is_ordered",
                        violation_error_message="The end date is before the start date.",
                    ),
                    models.UniqueConstraint(
                        fields=("participation", "started_on"),
                        name="break_starts_once",
                        violation_error_message="A break from that day is already recorded.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=400, verbose_name="why")),
                (
                    "steps",
                    models.JSONField(
                        default=list, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("highest", models.JSONField(default=dict, editable=False)),
                (
                    "merged_at",
                    models.DateTimeField(default=grundsteget.dates.now, editable=False, verbose_name="joined"),
                ),
                ("undone_at", models.DateTimeField(editable=False, null=True, verbose_name="parted again")),
                ("undone_reason", models.CharField(blank=True, max_length=400, verbose_name="why parted again")),
                (
                    "former",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_by",
                        to="participants.participant",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="participants.participant",
                    ),
                ),
                (
                    "merged_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="joined by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="parted by",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge of two records",
                "verbose_name_plural": "merges of two records",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("former")), _negated=True), name="merge_is_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at__isnull", True), ("undone_by__isnull", True), ("undone_reason", "")),
                            models.Q(
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                                models.Q(("undone_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="merge_is_undone_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("former",),
                        name="merge_into_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.RunPython(hold_again, migrations.RunPython.noop),
    ]
