"""Documents as evidence, the kinds there are, and whether a file has been looked into for viruses.

The kinds are data, so that one can be retired and what was uploaded under it stays readable.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates
import participants.models.document

KINDS = [
    ("samtycke", "entry", "Undertecknat samtycke", "Signed consent"),
    ("underlag", "entry", "Underlag för hänvisning", "Grounds for the referral"),
    ("plan", "way", "Plan", "Plan"),
    ("narvarointyg", "way", "Närvarointyg", "Attendance certificate"),
    ("anstallningsavtal", "outcome", "Anställningsavtal", "Employment contract"),
    ("betyg_intyg", "outcome", "Betyg eller intyg", "Certificate or diploma"),
    ("avslutsbrev", "exit", "Avslutsbrev", "Exit letter"),
    ("annat", "other", "Annat", "Other"),
]


def add_kinds(apps, schema_editor):
    kinds = apps.get_model("participants", "DocumentKind").objects
    for position, (code, step, name_sv, name_en) in enumerate(KINDS, start=1):
        kinds.update_or_create(
            code=code, defaults={"step": step, "name_sv": name_sv, "name_en": name_en, "position": position * 10}
        )


SCAN_STATES = [
    ("unchecked", "not checked for viruses yet"),
    ("clean", "checked for viruses"),
    ("infected", "a virus was found"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0007_export_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentKind",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="code")),
                ("name_sv", models.CharField(max_length=80, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("entry", "Referral and consent"),
                            ("way", "During the participation"),
                            ("outcome", "Outcomes"),
                            ("exit", "Exit"),
                            ("other", "Other"),
                        ],
                        max_length=8,
                        verbose_name="step",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="not chosen after")),
            ],
            options={
                "verbose_name": "kind of document",
                "verbose_name_plural": "kinds of documents",
                "ordering": ["position", "code"],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="scan_state",
            field=models.CharField(
                choices=SCAN_STATES,
                default="unchecked",
                editable=False,
                max_length=9,
                verbose_name="virus check",
            ),
        ),
        migrations.AddField(
            model_name="consent", name="scanned_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("scan_state", "unchecked"), models.Q(("evidence", ""), _negated=True)),
                fields=["id"],
                name="consent_form_unchecked",
            ),
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scan_state",
                    models.CharField(
                        choices=SCAN_STATES,
                        default="unchecked",
                        editable=False,
                        max_length=9,
                        verbose_name="virus check",
                    ),
                ),
                ("scanned_at", models.DateTimeField(editable=False, null=True)),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="what it is called")),
                (
                    "dated_on",
                    models.DateField(default=grundsteget.dates.today, verbose_name="date of the document"),
                ),
                (
                    "is_shared",
                    models.BooleanField(default=False, verbose_name="shared with partners who have consent"),
                ),
                ("uploaded_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                (
                    "file",
                    models.FileField(
                        editable=False,
                        upload_to=participants.models.document.document_name,
                        verbose_name="file",
                    ),
                ),
                (
                    "file_type",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("jpg", "JPG"), ("png", "PNG"), ("docx", "DOCX"), ("xlsx", "XLSX")],
                        editable=False,
                        max_length=4,
                    ),
                ),
                ("size", models.PositiveIntegerField(editable=False)),
                ("sha256", models.CharField(editable=False, max_length=64)),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, editable=False, max_length=200)),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="participants.participation",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.documentkind",
                        verbose_name="kind",
                    ),
                ),
                *(
                    (
                        name,
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.RESTRICT,
                            related_name="documents",
                            to=f"participants.{name}",
                        ),
                    )
                    for name in ("outcome", "consent", "stint", "activity")
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="replaced_by",
                        to="participants.document",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["-dated_on", "-pk"],
                "indexes": [
                    models.Index(fields=["participation", "-dated_on"], name="document_by_date"),
                    models.Index(
                        condition=models.Q(("scan_state", "unchecked")), fields=["id"], name="document_unchecked"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consent__isnull", True), ("outcome__isnull", True), ("stint__isnull", True)),
                            models.Q(("activity__isnull", True), ("consent__isnull", True), ("outcome__isnull", True)),
                            models.Q(("activity__isnull", True), ("outcome__isnull", True), ("stint__isnull", True)),
                            models.Q(("activity__isnull", True), ("consent__isnull", True), ("stint__isnull", True)),
                            _connector="OR",
                        ),
                        name="document_proves_one_thing",
                        violation_error_message="A document shows one thing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_by__isnull", True),
                                ("withdrawn_reason", ""),
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="document_withdrawal_is_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("participation", "organisation", "sha256"),
                        name="document_is_kept_once",
                        violation_error_message="This file is already there.",
                    ),
                ],
            },
        ),
        # Backwards they go with their table.
        migrations.RunPython(add_kinds, migrations.RunPython.noop),
    ]
