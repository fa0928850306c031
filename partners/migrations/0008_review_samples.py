"""Looks drawn by lot for the monthly review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_log_chain")]

    operations = [
        migrations.CreateModel(
            name="ReviewSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fine", "in order"),
                            ("asked", "asked the person who looked"),
                            ("wrong", "not in order"),
                        ],
                        max_length=10,
                        verbose_name="what came out",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="reviewed")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review", to="partners.accesslog"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "review of a look",
                "verbose_name_plural": "reviews of looks",
                "ordering": ["-month", "organisation__name", "pk"],
            },
        ),
        migrations.AddConstraint(
            "reviewsample",
            models.CheckConstraint(
                name="review_has_a_reviewer",
                condition=models.Q(verdict="", reviewed_by__isnull=True, reviewed_at__isnull=True)
                | (~models.Q(verdict="") & models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False)),
            ),
        ),
    ]
