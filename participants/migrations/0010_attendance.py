"""Attendance by day, the month's certificates, courses with groups, and unit costs; with the list of compensations.

Who pays which compensation is a decision of ours (esf-rules.md 2.3): Arbetsförmedlingen decides on its programmes'
benefits and wage support, even where Försäkringskassan pays them out.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates

COMPENSATIONS = [
    ("forsorjningsstod", "Försörjningsstöd (ekonomiskt bistånd)", "Social assistance", "kommun"),
    ("aktivitetsstod", "Aktivitetsstöd", "Activity grant", "af"),
    ("utvecklingsersattning", "Utvecklingsersättning", "Development allowance", "af"),
    ("etableringsersattning", "Etableringsersättning", "Introduction benefit", "af"),
    ("a_kassa", "A-kassa (arbetslöshetsersättning)", "Unemployment benefit", "annan"),
    ("sjukpenning", "Sjukpenning", "Sickness benefit", "fk"),
    ("rehabiliteringspenning", "Rehabiliteringspenning", "Rehabilitation benefit", "fk"),
    ("sjukersattning", "Sjukersättning", "Sickness compensation", "fk"),
    ("aktivitetsersattning", "Aktivitetsersättning", "Activity compensation", "fk"),
    ("lonebidrag", "Lön med lönebidrag", "Wage with wage subsidy", "af"),
    ("extratjanst", "Lön, extratjänst", "Wage, extra job (extratjänst)", "af"),
    ("introduktionsjobb", "Lön, introduktionsjobb", "Wage, introduction job", "af"),
    ("studiestod", "Studiestöd", "Study support", "annan"),
    ("ovrigt", "Övrigt", "Other", "annan"),
    ("ingen", "Ingen ersättning", "No compensation", "ingen"),
]


def add_compensations(apps, schema_editor):
    types = apps.get_model("participants", "CompensationType").objects
    for position, (code, name_sv, name_en, payer) in enumerate(COMPENSATIONS, start=1):
        types.update_or_create(
            code=code, defaults={"name_sv": name_sv, "name_en": name_en, "payer": payer, "position": position * 10}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0001_start"),
        ("participants", "0009_plan"),
        ("partners", "0009_password_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompensationType",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="code")),
                ("name_sv", models.CharField(max_length=80, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                (
                    "payer",
                    models.CharField(
                        choices=[
                            ("kommun", "the municipality"),
                            ("af", "Arbetsförmedlingen"),
                            ("fk", "Försäkringskassan"),
                            ("annan", "another payer"),
                            ("ingen", "nobody"),
                        ],
                        default="annan",
                        max_length=8,
                        verbose_name="paid by",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="not chosen after")),
            ],
            options={
                "verbose_name": "type of compensation",
                "verbose_name_plural": "types of compensation",
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="AttendanceCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("utkast", "waits for the participant"),
                            ("signerat", "waits for the supervisor"),
                            ("intygat", "waits for the project office"),
                            ("attesterat", "approved, to be locked"),
                            ("last", "locked"),
                        ],
                        default="utkast",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("rows", models.JSONField(blank=True, editable=False, null=True, verbose_name="days")),
                (
                    "hours",
                    models.DecimalField(
                        blank=True, decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="hours"
                    ),
                ),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("counts", models.BooleanField(default=False, editable=False, verbose_name="counts")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why a new version")),
                ("created_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                ("replaced_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendance_certificates",
                        to="participants.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance certificate",
                "verbose_name_plural": "attendance certificates",
                "ordering": ["participation", "-month", "-version"],
            },
        ),
        migrations.CreateModel(
            name="AttendanceSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("deltagare", "the participant's signature"),
                            ("handledare", "the supervisor's certification"),
                            ("kontor", "the project office's approval"),
                            ("las", "locking"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="signed on")),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="Empty for the participant herself", max_length=160, verbose_name="name"
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=80, verbose_name="role")),
                ("organisation", models.CharField(blank=True, max_length=200, verbose_name="organisation")),
                ("is_on_paper", models.BooleanField(default=False, verbose_name="signed on paper")),
                ("evidence", models.CharField(blank=True, max_length=200, verbose_name="where the paper is kept")),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="participants.attendancecertificate",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "signature on an attendance certificate",
                "verbose_name_plural": "signatures on attendance certificates",
                "ordering": ["certificate", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AttendanceTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hours", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="hours")),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="totals",
                        to="participants.attendancecertificate",
                    ),
                ),
                (
                    "compensation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.compensationtype",
                    ),
                ),
            ],
            options={
                "verbose_name": "hours by compensation",
                "verbose_name_plural": "hours by compensation",
                "ordering": ["certificate", "compensation"],
            },
        ),
        migrations.CreateModel(
            name="AttendanceDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "hours",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(24),
                        ],
                        verbose_name="hours",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("narvaro", "present"),
                            ("sjuk", "ill"),
                            ("anmald", "absent, notified"),
                            ("oanmald", "absent, not notified"),
                            ("ledig", "on leave"),
                        ],
                        default="narvaro",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="attendance_days",
                        to="participants.activity",
                        verbose_name="activity",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendance_days",
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
                    "compensation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.compensationtype",
                        verbose_name="compensation",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of attendance",
                "verbose_name_plural": "days of attendance",
                "ordering": ["participation", "day", "activity"],
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sfi", "Swedish for immigrants"),
                            ("grund", "basic adult education"),
                            ("gymnasial", "upper secondary level"),
                            ("yrke", "vocational course"),
                            ("orientering", "orientation course"),
                            ("annat", "another kind"),
                        ],
                        default="annat",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("description", models.TextField(blank=True, max_length=2000, verbose_name="what one learns")),
                ("created_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="partners.organisation",
                        verbose_name="given by",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="partners.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "course",
                "verbose_name_plural": "courses",
                "ordering": ["title", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CourseGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name of the group")),
                ("started_on", models.DateField(verbose_name="from")),
                ("ended_on", models.DateField(verbose_name="to")),
                ("weekdays", models.CharField(help_text="0 is Monday", max_length=7, verbose_name="weekdays")),
                (
                    "times",
                    models.CharField(
                        blank=True, help_text="For example 9.00–12.00", max_length=80, verbose_name="times"
                    ),
                ),
                (
                    "hours_per_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(24),
                        ],
                        verbose_name="hours each day",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=160, verbose_name="place")),
                (
                    "seats",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="seats"
                    ),
                ),
                ("is_open", models.BooleanField(default=True, verbose_name="open to new people")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="groups",
                        to="participants.course",
                        verbose_name="course",
                    ),
                ),
            ],
            options={
                "verbose_name": "course group",
                "verbose_name_plural": "course groups",
                "ordering": ["started_on", "name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="activity",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="participants.coursegroup",
                verbose_name="course group",
            ),
        ),
        migrations.CreateModel(
            name="UnitCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("staff_function", models.CharField(blank=True, max_length=120, verbose_name="function of staff")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "sek_per_hour",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="SEK an hour",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="The decision or page that gives the amount", max_length=200, verbose_name="source"
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "compensation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.compensationtype",
                        verbose_name="compensation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unit_costs",
                        to="partners.project",
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
                "verbose_name": "unit cost",
                "verbose_name_plural": "unit costs",
                "ordering": ["compensation", "staff_function", "valid_from"],
            },
        ),
        migrations.AddIndex(
            model_name="attendancecertificate",
            index=models.Index(fields=["month", "state"], name="certificate_by_month"),
        ),
        migrations.AddConstraint(
            model_name="attendancecertificate",
            constraint=models.UniqueConstraint(
                fields=("participation", "month", "version"), name="certificate_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancecertificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("participation", "month"),
                name="certificate_one_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancecertificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("counts", True)), fields=("participation", "month"), name="certificate_one_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancecertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("counts", False), ("state", "last"), _connector="OR"),
                name="certificate_counts_when_locked",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancecertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "utkast"), models.Q(("sha256", ""), _negated=True), _connector="OR"),
                name="certificate_frozen_when_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancesignature",
            constraint=models.UniqueConstraint(fields=("certificate", "step"), name="signature_once_a_step"),
        ),
        migrations.AddConstraint(
            model_name="attendancetotal",
            constraint=models.UniqueConstraint(
                fields=("certificate", "compensation"), name="total_once_a_compensation"
            ),
        ),
        migrations.AddIndex(
            model_name="attendanceday",
            index=models.Index(fields=["participation", "day"], name="attendance_by_day"),
        ),
        migrations.AddConstraint(
            model_name="attendanceday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("activity__isnull", False)),
                fields=("participation", "activity", "day"),
                name="attendance_once_a_day_and_activity",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendanceday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("activity__isnull", True)),
                fields=("participation", "day"),
                name="attendance_once_a_day_without_activity",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendanceday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hours__gt", 0), ("hours__lte", 24), ("kind", "narvaro")),
                    models.Q(models.Q(("kind", "narvaro"), _negated=True), ("hours", 0)),
                    _connector="OR",
                ),
                name="attendance_hours_when_present",
                violation_error_message="Hours are given for days of presence, up to 24, and for no other.",
            ),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.UniqueConstraint(
                fields=("project", "organisation", "title"),
                name="course_titled_once",
                violation_error_message="This organisation already gives a course of that title.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coursegroup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="course_group_period_is_ordered",
                violation_error_message="The end date is before the start date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coursegroup",
            constraint=models.CheckConstraint(condition=models.Q(("seats__gte", 1)), name="course_group_has_seats"),
        ),
        migrations.AddConstraint(
            model_name="coursegroup",
            constraint=models.UniqueConstraint(
                fields=("course", "name"),
                name="course_group_named_once",
                violation_error_message="The course already has a group of that name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitcost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("compensation__isnull", False), ("staff_function", "")),
                    models.Q(("compensation__isnull", True), models.Q(("staff_function", ""), _negated=True)),
                    _connector="OR",
                ),
                name="unit_cost_is_about_one_thing",
                violation_error_message="Choose a compensation, or name a function of staff – one of the two.",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitcost",
            constraint=models.UniqueConstraint(
                condition=models.Q(("compensation__isnull", False)),
                fields=("project", "compensation", "valid_from"),
                name="unit_cost_once_for_a_compensation",
                violation_error_message="There is already an amount for this from that month on.",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitcost",
            constraint=models.UniqueConstraint(
                condition=models.Q(("staff_function", ""), _negated=True),
                fields=("project", "staff_function", "valid_from"),
                name="unit_cost_once_for_a_function",
                violation_error_message="There is already an amount for this from that month on.",
            ),
        ),
        migrations.RunPython(add_compensations, migrations.RunPython.noop),
    ]
