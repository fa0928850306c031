from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0010_change_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="gave_state_aid",
            field=models.BooleanField(default=False, verbose_name="gave state aid to enterprises"),
        ),
        migrations.AddField(
            model_name="project",
            name="retention_held_on",
            field=models.DateField(blank=True, null=True, verbose_name="put on hold"),
        ),
        migrations.AddField(
            model_name="project",
            name="retention_hold_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="why on hold"),
        ),
        migrations.AddField(
            model_name="project",
            name="retention_source",
            field=models.CharField(blank=True, max_length=200, verbose_name="where this is said"),
        ),
        migrations.AddField(
            model_name="project",
            name="retention_until",
            field=models.DateField(blank=True, null=True, verbose_name="kept until"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retention_source", ""), ("retention_until__isnull", True)),
                    models.Q(("retention_until__isnull", False), models.Q(("retention_source", ""), _negated=True)),
                    _connector="OR",
                ),
                name="project_retention_has_a_source",
                violation_error_message="Say where the day comes from.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retention_held_on__isnull", True), ("retention_hold_reason", "")),
                    models.Q(
                        ("retention_held_on__isnull", False),
                        models.Q(("retention_hold_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="project_hold_has_a_reason",
                violation_error_message="A hold has a reason.",
            ),
        ),
    ]
