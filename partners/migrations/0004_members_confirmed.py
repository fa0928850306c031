"""Organisations administer, confirm and pause their people. Whoever is there already counts as confirmed today."""

from django.db import migrations, models

import grundsteget.dates


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_cache_table")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="confirmed_on",
            field=models.DateField(
                default=grundsteget.dates.today,
                help_text="When the organisation last said that the person works there.",
                verbose_name="confirmed",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="is_administrator",
            field=models.BooleanField(
                default=False,
                help_text="Adds, confirms and ends the people of this organisation.",
                verbose_name="administrator of the organisation's people",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="paused_on",
            field=models.DateField(
                blank=True,
                help_text="Gives no rights from this day on, and is not removed.",
                null=True,
                verbose_name="paused",
            ),
        ),
    ]
