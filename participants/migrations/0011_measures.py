"""Authorities' measures with the list of their kinds, and each try to follow somebody up.

The years in which a kind was given are those of esf-rules.md 6, whole years where it names no day: nobody is to be
forced to choose a wrong one. A project's administrator corrects them in the table.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates

AF, SOCIAL, OTHER = "employment_service", "social_services", "other"
# Code, names, who decides, whether it goes with a wage, given from and to.
KINDS = [
    ("lonebidrag_anstallning", "Lönebidrag för anställning", "Wage subsidy for employment", AF, True, None, None),
    (
        "lonebidrag_utveckling",
        "Lönebidrag för utveckling i anställning",
        "Wage subsidy for development in employment",
        AF,
        True,
        None,
        None,
    ),
    (
        "lonebidrag_trygghet",
        "Lönebidrag för trygghet i anställning",
        "Wage subsidy for security in employment",
        AF,
        True,
        None,
        None,
    ),
    ("utvecklingsanstallning", "Utvecklingsanställning", "Development employment", AF, True, None, None),
    ("trygghetsanstallning", "Trygghetsanställning", "Secured employment", AF, True, None, None),
    ("nystartsjobb", "Nystartsjobb", "New start job", AF, True, None, None),
    ("osa", "Offentligt skyddat arbete (OSA)", "Sheltered public employment (OSA)", AF, True, None, None),
    ("introduktionsjobb", "Introduktionsjobb", "Introduction job", AF, True, "2018-01-01", None),
    ("extratjanst", "Extratjänst", "Extra service job", AF, True, "2015-01-01", "2021-12-31"),
    ("instegsjobb", "Instegsjobb", "Entry-level job for newcomers", AF, True, None, "2018-12-31"),
    ("arbetspraktik", "Arbetspraktik", "Work experience placement", AF, False, None, None),
    ("arbetstraning", "Arbetsträning", "Work training", AF, False, None, None),
    ("forstarkt_arbetstraning", "Förstärkt arbetsträning", "Reinforced work training", AF, False, None, None),
    ("arbetsprovning", "Arbetsprövning", "Work capacity trial", AF, False, None, None),
    ("arbetsformagebedomning", "Arbetsförmågebedömning", "Work capacity assessment", AF, False, None, None),
    (
        "arbetslivsinriktad_rehabilitering",
        "Arbetslivsinriktad rehabilitering",
        "Vocational rehabilitation",
        OTHER,
        False,
        None,
        None,
    ),
    (
        "jobb_utvecklingsgaranti",
        "Jobb- och utvecklingsgarantin",
        "Job and development guarantee",
        AF,
        False,
        None,
        None,
    ),
    (
        "sysselsattningsfasen",
        "Sysselsättningsfasen (fas 3)",
        "Phase three of the job guarantee",
        AF,
        False,
        None,
        "2017-12-31",
    ),
    ("jobbgaranti_ungdomar", "Jobbgarantin för ungdomar", "Youth job guarantee", AF, False, None, None),
    ("etableringsinsatser", "Etableringsinsatser", "Establishment programme", AF, False, None, None),
    ("daglig_verksamhet", "Daglig verksamhet (LSS)", "Daily activities (LSS)", SOCIAL, False, None, None),
    ("ovrigt", "Annan insats", "Another measure", AF, False, None, None),
]


def add_kinds(apps, schema_editor):
    kinds = apps.get_model("participants", "MeasureKind").objects
    for position, (code, name_sv, name_en, authority, has_wage, first, last) in enumerate(KINDS, start=1):
        kinds.update_or_create(
            code=code,
            defaults={
                "name_sv": name_sv,
                "name_en": name_en,
                "authority": authority,
                "has_wage": has_wage,
                "valid_from": first,
                "valid_to": last,
                "position": position * 10,
            },
        )


def add_tries(apps, schema_editor):
    """What was asked until today, one try for each question: earlier ones were not kept."""
    FollowUp = apps.get_model("participants", "FollowUp")
    FollowUpAttempt = apps.get_model("participants", "FollowUpAttempt")
    tries = (
        FollowUpAttempt(
            participation_id=one.participation_id,
            milestone=one.milestone,
            exit_on=one.exit_on,
            asked_on=one.answered_on,
            answer=one.answer,
            channel=one.channel,
            note=one.note,
            recorded_at=one.recorded_at,
            recorded_by_id=one.recorded_by_id,
        )
        for one in FollowUp.objects.order_by("pk").iterator()
    )
    FollowUpAttempt.objects.bulk_create(tries, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0001_start"),
        ("participants", "0010_attendance"),
        ("partners", "0009_password_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MeasureKind",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="code")),
                ("name_sv", models.CharField(max_length=80, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                (
                    "authority",
                    models.CharField(
                        choices=[
                            ("cooperative_development", "co-operative development agency"),
                            ("city_district", "city district"),
                            ("social_services", "social services"),
                            ("employment_service", "public employment service"),
                            ("adult_education", "adult education"),
                            ("competence_centre", "competence centre"),
                            ("social_enterprise", "social enterprise"),
                            ("sales_organisation", "joint sales organisation"),
                            ("municipal_administration", "municipal administration"),
                            ("financier", "financier"),
                            ("region", "region"),
                            ("business", "business or business organisation"),
                            ("network", "network or other project"),
                            ("other", "other"),
                        ],
                        max_length=30,
                        verbose_name="decided by",
                    ),
                ),
                ("has_wage", models.BooleanField(verbose_name="goes with a wage")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="given from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="given to")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "kind of measure",
                "verbose_name_plural": "kinds of measures",
                "ordering": ["position", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__isnull", True),
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="measure_kind_period_is_ordered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="participants.participation",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="participants.measurekind",
                        verbose_name="measure",
                    ),
                ),
                ("asked_on", models.DateField(default=grundsteget.dates.today, verbose_name="asked for on")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "granted"),
                            ("refused", "refused"),
                            ("withdrawn", "application taken back"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="decided on")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="decided by",
                    ),
                ),
                ("started_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "extent_percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="extent, per cent",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="enterprises.enterprise",
                        verbose_name="social enterprise",
                    ),
                ),
                ("employer", models.CharField(blank=True, max_length=160, verbose_name="employer or place")),
                (
                    "support_rate",
                    models.CharField(
                        blank=True,
                        help_text="In the decision's own words",
                        max_length=80,
                        verbose_name="level of support",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="participants.activity",
                        verbose_name="supports the activity",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="participants.outcome",
                        verbose_name="supports the outcome",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="note")),
                ("submission", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
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
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_reason", models.CharField(blank=True, editable=False, max_length=200)),
            ],
            options={
                "verbose_name": "measure",
                "verbose_name_plural": "measures",
                "ordering": ["participation", "asked_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("decision", "granted"), ("ended_on__isnull", False), ("withdrawn_at__isnull", True)
                        ),
                        fields=["ended_on"],
                        name="measure_by_end",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="measure_period_is_ordered",
                        violation_error_message="The end date is before the start date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by__isnull", True), ("decided_on__isnull", True), ("decision", "")),
                            models.Q(("decided_on__isnull", False), ("decision", "withdrawn")),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("decided_on__isnull", False),
                                ("decision__in", ["granted", "refused"]),
                            ),
                            _connector="OR",
                        ),
                        name="measure_is_decided_whole",
                        violation_error_message="A decision has a date, and somebody who decided.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_on__isnull", True), ("decided_on__gte", models.F("asked_on")), _connector="OR"
                        ),
                        name="measure_is_decided_after_it_is_asked_for",
                        violation_error_message="The decision cannot be older than the application.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "granted"), ("started_on__isnull", False)),
                            models.Q(
                                models.Q(("decision", "granted"), _negated=True),
                                ("ended_on__isnull", True),
                                ("started_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="measure_has_a_period_when_granted",
                        violation_error_message="What is granted has a first day; what is not granted has no dates.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("extent_percent__isnull", True),
                            models.Q(("extent_percent__gte", 1), ("extent_percent__lte", 100)),
                            _connector="OR",
                        ),
                        name="measure_extent_is_a_share",
                        violation_error_message="The extent is between 1 and 100 per cent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="measure_is_removed_with_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decision", ""), ("withdrawn_at__isnull", True)),
                        fields=("participation", "kind"),
                        name="measure_asked_for_once",
                        violation_error_message="This measure is already asked for and waits for a decision.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decision", "granted"), ("withdrawn_at__isnull", True)),
                        fields=("participation", "kind", "started_on"),
                        name="measure_granted_once",
                        violation_error_message="This measure is already recorded from that day.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_up_attempts",
                        to="participants.participation",
                    ),
                ),
                (
                    "milestone",
                    models.CharField(
                        choices=[("28d", "four weeks after leaving"), ("6m", "six months after leaving")],
                        max_length=3,
                        verbose_name="follow-up",
                    ),
                ),
                ("exit_on", models.DateField(verbose_name="counted from the exit")),
                ("asked_on", models.DateField(default=grundsteget.dates.today, verbose_name="asked on")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("reached", "reached"),
                            ("no_answer", "not reached"),
                            ("declined", "does not want to answer"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "phone"),
                            ("meeting", "meeting"),
                            ("letter", "letter"),
                            ("message", "message"),
                            ("register", "register"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="note")),
                ("submission", models.UUIDField(blank=True, editable=False, null=True)),
                ("recorded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
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
                "verbose_name": "try to follow up",
                "verbose_name_plural": "tries to follow up",
                "ordering": ["participation", "asked_on", "pk"],
                "indexes": [
                    models.Index(fields=["participation", "milestone", "exit_on"], name="follow_up_attempt_of")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("submission__isnull", False)),
                        fields=("participation", "milestone", "submission"),
                        name="follow_up_attempt_sent_once",
                    )
                ],
            },
        ),
        migrations.RunPython(add_kinds, migrations.RunPython.noop),
        migrations.RunPython(add_tries, migrations.RunPython.noop),
    ]
