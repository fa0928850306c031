"""Only the newest link for choosing a password opens."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0008_review_samples")]

    operations = [
        migrations.AddField(
            "user",
            "password_links",
            models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="so many were made; one is valid",
                verbose_name="links for choosing a password",
            ),
        ),
    ]
