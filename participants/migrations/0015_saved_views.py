"""Views of the list that people save, an index for each of its orders, and room for its columns in exports."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates


def fill_lead_keys(apps, schema_editor):
    member = apps.get_model("participants", "CareTeamMember")
    leads = member.objects.filter(participation=models.OuterRef("pk"), is_lead=True, ended_on__isnull=True)
    apps.get_model("participants", "Participation").objects.update(
        lead_key=models.Subquery(leads.order_by("-started_on", "-pk").values("user__name")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0014_snooze"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("query", models.CharField(editable=False, max_length=1000)),
                ("is_start", models.BooleanField(default=False, verbose_name="my start view")),
                ("saved_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "shared_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="shared with",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "name"),
                        name="saved_view_named_once",
                        violation_error_message="You already have a view with this name.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_start", True)), fields=("user",), name="saved_view_one_start"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="participation",
            name="lead_key",
            field=models.CharField(editable=False, max_length=120, null=True),
        ),
        migrations.RunPython(fill_lead_keys, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["last_event_on", "id"], name="participation_list_last_event"),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["entered_on", "id"], name="participation_list_entry"),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["left_on", "id"], name="participation_list_exit"),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["next_step_on", "id"], name="participation_list_next_step"),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["lead_key", "id"], name="participation_list_lead"),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["ref"], opclasses=["varchar_pattern_ops"], name="participation_by_ref"),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(fields=["last_name_key", "first_name_key", "id"], name="participant_by_name"),
        ),
        migrations.AlterField(
            model_name="exportfile",
            name="query",
            field=models.CharField(blank=True, max_length=1000, verbose_name="filters"),
        ),
    ]
