"""Links for choosing a password are mailed, and owed until they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0012_log_actions")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="link_wanted_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="link to be mailed, since"),
        ),
    ]
