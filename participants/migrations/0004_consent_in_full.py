"""Consent says its ground, what may be read, in which language it was signed, and keeps the signed form."""

from django.db import migrations, models

import participants.models.sharing


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0003_stints_never_overlap"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="covers_contact",
            field=models.BooleanField(default=True, verbose_name="phone, e-mail and where the person lives"),
        ),
        migrations.AddField(
            model_name="consent",
            name="covers_journey",
            field=models.BooleanField(default=True, verbose_name="activities, hours and outcomes"),
        ),
        migrations.AddField(
            model_name="consent",
            name="covers_notes",
            field=models.BooleanField(default=True, verbose_name="shared notes"),
        ),
        migrations.AddField(
            model_name="consent",
            name="evidence",
            field=models.FileField(
                blank=True, upload_to=participants.models.sharing.evidence_name, verbose_name="signed form"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sv", "Swedish"),
                    ("en", "English"),
                    ("ar", "Arabic"),
                    ("prs", "Dari"),
                    ("fa", "Persian"),
                    ("so", "Somali"),
                    ("ti", "Tigrinya"),
                    ("ku", "Kurdish"),
                    ("bs", "Bosnian"),
                    ("es", "Spanish"),
                    ("fi", "Finnish"),
                    ("other", "another language, with an interpreter"),
                ],
                max_length=8,
                verbose_name="language of the form",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="legal_ground",
            field=models.CharField(
                choices=[("consent", "the person's consent"), ("statute", "a statute that breaks the secrecy")],
                default="consent",
                max_length=8,
                verbose_name="ground",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="statute",
            field=models.CharField(blank=True, max_length=120, verbose_name="paragraph"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("valid_to__isnull", False), ("withdrawn_on__isnull", True)),
                fields=["valid_to"],
                name="consent_by_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("legal_ground", "consent"), ("statute", "")),
                    models.Q(("legal_ground", "statute"), models.Q(("statute", ""), _negated=True)),
                    _connector="OR",
                ),
                name="consent_statute_is_named",
                violation_error_message="A statute is named by its paragraph, a consent has none.",
            ),
        ),
    ]
