"""Templates for notes, some of which come with the system, and drafts of notes."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates

KINDS = [
    ("meeting", "meeting"),
    ("phone", "phone call"),
    ("message", "message"),
    ("visit", "visit at the workplace"),
    ("three_party", "three-party meeting"),
    ("note", "note"),
]

SHIPPED = [
    (
        "meeting",
        60,
        "Första mötet",
        "Vad vill personen?\n\nVad går bra i dag?\n\nVad behöver lösas först?\n\nVi kom överens om:",
    ),
    (
        "meeting",
        45,
        "Uppföljande möte",
        "Sedan sist:\n\nVad har fungerat?\n\nVad har inte fungerat?\n\nVi kom överens om:",
    ),
    ("phone", 10, "Avstämning per telefon", "Hur det går:\n\nVi kom överens om:"),
    (
        "visit",
        45,
        "Besök på arbetsplatsen",
        "Arbetsuppgifter i dag:\n\nVad handledaren säger:\n\nVad deltagaren säger:\n\nAtt ändra:",
    ),
    ("three_party", 60, "Trepartssamtal", "Deltog:\n\nLäget:\n\nBehov av stöd:\n\nVem gör vad, till när:"),
]


def ship(apps, schema_editor):
    template = apps.get_model("participants", "NoteTemplate")
    template.objects.bulk_create(
        template(kind=kind, minutes=minutes, title=title, text=text) for kind, minutes, title, text in SHIPPED
    )


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0011_measures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoteTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, verbose_name="name")),
                ("kind", models.CharField(choices=KINDS, max_length=12, verbose_name="kind")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="minutes",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="text")),
                ("retired_at", models.DateTimeField(editable=False, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        help_text="None: comes with the system",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "template for notes",
                "verbose_name_plural": "templates for notes",
                "ordering": ["title", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("organisation", "title"),
                        name="note_template_named_once",
                        violation_error_message="There is already a template with this name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NoteDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fields", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField(default=grundsteget.dates.now)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "draft of a note", "verbose_name_plural": "drafts of notes"},
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
