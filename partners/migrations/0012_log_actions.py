"""A look through access for a time is a kind of its own. The words alone change: the table and its guards stay."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0011_retention")]

    operations = [
        migrations.AlterField(
            model_name="accesslog",
            name="action",
            field=models.CharField(
                choices=[
                    ("list", "list"),
                    ("view", "view"),
                    ("search", "search"),
                    ("unmask", "identity number shown"),
                    ("export", "export"),
                    ("download", "download"),
                    ("denied", "refused"),
                    ("granted", "access for a time"),
                ],
                max_length=10,
                verbose_name="what",
            ),
        ),
    ]
