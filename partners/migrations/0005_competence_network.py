"""Competence bearers, their trainings and meetings, and the authorities' guidelines. (goal 5)"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_members_confirmed")]

    operations = [
        migrations.CreateModel(
            name="NetworkEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("training", "training"),
                            ("meeting", "network meeting"),
                            ("study_visit", "study visit"),
                            ("exchange", "exchange with other networks"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("held_on", models.DateField(verbose_name="day")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="place")),
                (
                    "country",
                    models.CharField(
                        blank=True, help_text="Empty means Sweden.", max_length=60, verbose_name="country"
                    ),
                ),
                (
                    "hours",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(999),
                        ],
                        verbose_name="hours",
                    ),
                ),
                (
                    "organiser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="network_events",
                        to="partners.organisation",
                        verbose_name="organiser",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="network_events",
                        to="partners.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "training or meeting",
                "verbose_name_plural": "trainings and meetings",
                "ordering": ["-held_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_key", models.CharField(editable=False, max_length=120)),
                (
                    "is_official",
                    models.BooleanField(
                        default=True, help_text="Counts towards the trained officials.", verbose_name="official"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="partners.networkevent",
                        verbose_name="training or meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance",
                "verbose_name_plural": "attendances",
                "ordering": ["organisation__name", "name_key", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CompetenceBearer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_key", models.CharField(editable=False, max_length=120)),
                ("appointed_on", models.DateField(default=grundsteget.dates.today, verbose_name="appointed")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="competence_bearers",
                        to="partners.organisation",
                        verbose_name="office",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="competence_bearers",
                        to="partners.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "competence bearer",
                "verbose_name_plural": "competence bearers",
                "ordering": ["organisation__name", "appointed_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("project", "organisation", "name_key"),
                        name="bearer_is_appointed_once",
                        violation_error_message="This person is appointed at the office already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("appointed_on")), _connector="OR"
                        ),
                        name="bearer_period_is_ordered",
                        violation_error_message="The end date is before the start date.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Guideline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("in_place_since", models.DateField(blank=True, null=True, verbose_name="in place since")),
                ("communicated_on", models.DateField(blank=True, null=True, verbose_name="made known")),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="Diary number, or where the document is kept.",
                        max_length=80,
                        verbose_name="reference",
                    ),
                ),
                ("link", models.URLField(blank=True, max_length=300, verbose_name="link")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guidelines",
                        to="partners.organisation",
                        verbose_name="authority",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guidelines",
                        to="partners.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "guideline",
                "verbose_name_plural": "guidelines",
                "ordering": ["organisation__name", "title", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "organisation", "title"),
                        name="guideline_is_unique",
                        violation_error_message="The authority has a guideline with this title already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("communicated_on__isnull", True),
                            models.Q(
                                ("communicated_on__gte", models.F("in_place_since")), ("in_place_since__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="guideline_is_known_after_it_is_in_place",
                        violation_error_message="A guideline is made known when it is in place, or later.",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="networkevent",
            constraint=models.UniqueConstraint(
                fields=("project", "kind", "title", "held_on"),
                name="network_event_is_unique",
                violation_error_message="This training or meeting is there already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(
                fields=("event", "organisation", "name_key"),
                name="attendance_is_counted_once",
                violation_error_message="This person is on the list already.",
            ),
        ),
    ]
