import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0013_merge"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DigestChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "frequency",
                    models.CharField(
                        choices=[("off", "no mail"), ("daily", "every working day"), ("weekly", "once a week")],
                        default="off",
                        max_length=8,
                        verbose_name="mail about what waits",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday")],
                        default=0,
                        verbose_name="weekday",
                    ),
                ),
                ("chosen_on", models.DateField(default=grundsteget.dates.today, editable=False)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest_choice",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of reminders by mail",
                "verbose_name_plural": "choices of reminders by mail",
            },
        ),
        migrations.CreateModel(
            name="DigestMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period_on", models.DateField()),
                ("waiting", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField(default=grundsteget.dates.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder by mail",
                "verbose_name_plural": "reminders by mail",
                "constraints": [models.UniqueConstraint(fields=("user", "period_on"), name="digest_once_a_period")],
            },
        ),
        migrations.CreateModel(
            name="Snooze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24, verbose_name="kind")),
                ("row_id", models.BigIntegerField(verbose_name="row")),
                ("due_on", models.DateField(verbose_name="was due on")),
                ("until", models.DateField(verbose_name="until")),
                ("snoozed_at", models.DateTimeField(default=grundsteget.dates.now, verbose_name="put off")),
                (
                    "participation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snoozes",
                        to="participants.participation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder that was put off",
                "verbose_name_plural": "reminders that were put off",
                "constraints": [models.UniqueConstraint(fields=("user", "kind", "row_id"), name="snooze_once_a_line")],
            },
        ),
    ]
