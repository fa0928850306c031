import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0005_referrals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RectificationRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.TextField(max_length=2000, verbose_name="what she asks to have corrected")),
                ("asked_on", models.DateField(default=grundsteget.dates.today, verbose_name="asked on")),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                (
                    "recorded_at",
                    models.DateTimeField(default=grundsteget.dates.now, editable=False, verbose_name="recorded"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("corrected", "corrected"),
                            ("disputed", "not corrected, noted as disputed"),
                            ("restricted", "not used until it is clear"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                        verbose_name="what was done",
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="what she was told")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="answered on")),
                (
                    "answered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rectification_requests",
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
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "request to correct",
                "verbose_name_plural": "requests to correct",
                "ordering": ["participation", "-asked_on", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(answered_on__isnull=True),
                        fields=["asked_on"],
                        name="rectification_unanswered",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_by__isnull", True),
                                ("answered_on__isnull", True),
                                ("outcome", ""),
                            ),
                            models.Q(
                                ("answered_by__isnull", False),
                                ("answered_on__gte", models.F("asked_on")),
                                ("outcome__in", ["corrected", "disputed", "restricted", "refused"]),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rectification_is_answered_whole",
                        violation_error_message="An answer says what was done, when, and what she was told.",
                    )
                ],
            },
        ),
    ]
