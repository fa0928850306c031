"""The plan: focuses, goals, steps with their history, reviews, and assessments of progress."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates
import participants.progress

AREAS = [
    ("arbete", "Arbete", "Work"),
    ("utbildning", "Utbildning", "Education"),
    ("sprak", "Språk", "Language"),
    ("halsa", "Hälsa", "Health"),
    ("ekonomi", "Ekonomi", "Money"),
    ("bostad", "Bostad", "Housing"),
    ("natverk", "Nätverk och familj", "Network and family"),
    ("vardag", "Vardag", "Everyday life"),
    ("annat", "Annat", "Something else"),
]


def add_areas(apps, schema_editor):
    areas = apps.get_model("participants", "FocusArea").objects
    for position, (code, name_sv, name_en) in enumerate(AREAS, start=1):
        areas.update_or_create(
            code=code,
            defaults={
                "name_sv": name_sv,
                "name_en": name_en,
                "is_about_health": code == "halsa",
                "position": position * 10,
            },
        )


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0008_documents"),
        ("partners", "0001_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FocusArea",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="code")),
                ("name_sv", models.CharField(max_length=80, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                ("is_about_health", models.BooleanField(default=False, verbose_name="about health")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="not chosen after")),
            ],
            options={
                "verbose_name": "focus area",
                "verbose_name_plural": "focus areas",
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="PlanFocus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.focusarea",
                        verbose_name="focus",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plan_focuses",
                        to="participants.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "focus of a plan",
                "verbose_name_plural": "focuses of plans",
                "ordering": ["participation", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanGoal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="what the person wants")),
                ("agreed_on", models.DateField(default=grundsteget.dates.today, verbose_name="agreed on")),
                ("is_with_person", models.BooleanField(default=True, verbose_name="made together with the person")),
                ("present", models.CharField(blank=True, max_length=200, verbose_name="who else was there")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "ahead"), ("reached", "reached"), ("dropped", "dropped")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                ("close_note", models.CharField(blank=True, max_length=300, verbose_name="what became of it")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "focus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="goals",
                        to="participants.planfocus",
                        verbose_name="focus",
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
                "verbose_name": "goal of a plan",
                "verbose_name_plural": "goals of plans",
                "ordering": ["focus", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField(default=grundsteget.dates.today, verbose_name="date")),
                ("said", models.TextField(max_length=4000, verbose_name="what was said")),
                ("is_with_person", models.BooleanField(default=True, verbose_name="together with the person")),
                ("present", models.CharField(blank=True, max_length=200, verbose_name="who else was there")),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="next review")),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plan_reviews",
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
                "verbose_name": "review of a plan",
                "verbose_name_plural": "reviews of plans",
                "ordering": ["participation", "-held_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=200, verbose_name="step")),
                (
                    "doer",
                    models.CharField(
                        choices=[
                            ("person", "the participant"),
                            ("coordinator", "the coordinator"),
                            ("partner", "a partner"),
                        ],
                        default="person",
                        max_length=12,
                        verbose_name="who does it",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("ongoing", "under way"),
                            ("done", "done"),
                            ("dropped", "dropped"),
                        ],
                        default="planned",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                ("drop_reason", models.CharField(blank=True, max_length=200, verbose_name="why dropped")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="participants.plangoal"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="partner",
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
                "verbose_name": "step of a plan",
                "verbose_name_plural": "steps of plans",
                "ordering": ["goal", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreed", "entered in the plan"),
                            ("changed", "wording changed"),
                            ("moved", "date or doer changed"),
                            ("started", "under way"),
                            ("done", "done"),
                            ("reached", "reached"),
                            ("dropped", "dropped"),
                            ("reopened", "opened again"),
                        ],
                        max_length=8,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(default=grundsteget.dates.now, verbose_name="at")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("was", models.CharField(blank=True, max_length=300, verbose_name="before")),
                ("was_due_on", models.DateField(blank=True, null=True, verbose_name="by when, before")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="participants.plangoal"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="participants.planstep",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a plan",
                "verbose_name_plural": "events of plans",
                "ordering": ["goal", "at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ProgressAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assessed_on", models.DateField(default=grundsteget.dates.today, verbose_name="date")),
                (
                    "scale",
                    models.PositiveSmallIntegerField(
                        default=participants.progress.current_version, verbose_name="version of the scale"
                    ),
                ),
                ("is_with_person", models.BooleanField(default=True, verbose_name="together with the person")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="note")),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="progress",
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
                (
                    "withdrawn_by",
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
                "verbose_name": "assessment of progress",
                "verbose_name_plural": "assessments of progress",
                "ordering": ["participation", "assessed_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ProgressLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dimension", models.CharField(max_length=12, verbose_name="dimension")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="level",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="levels",
                        to="participants.progressassessment",
                    ),
                ),
            ],
            options={
                "verbose_name": "level of progress",
                "verbose_name_plural": "levels of progress",
                "ordering": ["assessment", "dimension"],
            },
        ),
        migrations.AddConstraint(
            model_name="planfocus",
            constraint=models.UniqueConstraint(fields=("participation", "area"), name="plan_focus_once"),
        ),
        migrations.AddConstraint(
            model_name="plangoal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("state", "open")),
                    models.Q(("closed_on__isnull", False), ("state__in", ["reached", "dropped"])),
                    _connector="OR",
                ),
                name="plan_goal_closed_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="plangoal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dropped"), _negated=True),
                    models.Q(("close_note", ""), _negated=True),
                    _connector="OR",
                ),
                name="plan_goal_dropped_with_a_reason",
                violation_error_message="Say why the goal is dropped.",
            ),
        ),
        migrations.AddConstraint(
            model_name="planreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_on__isnull", True), ("next_on__gt", models.F("held_on")), _connector="OR"),
                name="plan_review_next_is_later",
                violation_error_message="The next review comes after this one.",
            ),
        ),
        migrations.AddIndex(
            model_name="planstep",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False), ("state__in", ["planned", "ongoing"])),
                fields=["due_on", "goal"],
                name="plan_step_open_by_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("doer", "partner"), ("organisation__isnull", False)),
                    models.Q(models.Q(("doer", "partner"), _negated=True), ("organisation__isnull", True)),
                    _connector="OR",
                ),
                name="plan_step_partner_is_named",
                violation_error_message="Say which partner does the step.",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("state__in", ["planned", "ongoing"])),
                    models.Q(("closed_on__isnull", False), ("state__in", ["done", "dropped"])),
                    _connector="OR",
                ),
                name="plan_step_closed_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dropped"), models.Q(("drop_reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "dropped"), _negated=True), ("drop_reason", "")),
                    _connector="OR",
                ),
                name="plan_step_dropped_with_a_reason",
                violation_error_message="Say why the step is dropped.",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressassessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("participation", "assessed_on"),
                name="progress_assessed_once_a_day",
                violation_error_message="There is already an assessment of this day. Withdraw it first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="progresslevel",
            constraint=models.UniqueConstraint(fields=("assessment", "dimension"), name="progress_level_once"),
        ),
        migrations.AddConstraint(
            model_name="progresslevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 1), ("level__lte", 5)), name="progress_level_on_the_scale"
            ),
        ),
        migrations.RunPython(add_areas, migrations.RunPython.noop),
    ]
