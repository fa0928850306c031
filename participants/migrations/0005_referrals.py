"""Referrals between organisations, the list of reasons for declining, and the handing over of the lead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grundsteget.dates

REASONS = [
    ("ingen_plats", "Ingen plats just nu", "No place at the moment"),
    ("fel_malgrupp", "Hör inte till vår målgrupp", "Not in our target group"),
    ("fel_tid", "Inte rätt tidpunkt", "Not the right time"),
    ("redan_insats", "Är redan med i annan insats hos oss", "Already takes part in something else with us"),
    ("beslut_saknas", "Det beslut som behövs saknas", "The decision that is needed is missing"),
    ("ingen_kontakt", "Vi når inte personen", "We cannot reach the person"),
    ("egen_begaran", "Personen vill inte", "The person does not want to"),
    ("annan_part", "En annan part passar bättre", "Another partner suits better"),
    ("ovrigt", "Annat", "Something else"),
]


def add_reasons(apps, schema_editor):
    reasons = apps.get_model("participants", "DeclineReason").objects
    for position, (code, name_sv, name_en) in enumerate(REASONS, start=1):
        reasons.update_or_create(
            code=code, defaults={"name_sv": name_sv, "name_en": name_en, "position": position * 10}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0004_consent_in_full"),
        ("partners", "0001_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclineReason",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="code")),
                ("name_sv", models.CharField(max_length=80, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="not chosen after")),
            ],
            options={
                "verbose_name": "reason for declining",
                "verbose_name_plural": "reasons for declining",
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="LeadTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="message")),
                (
                    "is_staying",
                    models.BooleanField(default=False, verbose_name="the former lead worker stays in the network"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("offered_on", models.DateField(default=grundsteget.dates.today, verbose_name="offered")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer_note", models.CharField(blank=True, max_length=400, verbose_name="reason")),
            ],
            options={
                "verbose_name": "handing over of the lead",
                "verbose_name_plural": "handings over of the lead",
                "ordering": ["participation", "-offered_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("guidance", "guidance and preparation"),
                            ("measure", "decision on a measure"),
                            ("education", "education beside work"),
                            ("work_training", "work training or internship"),
                            ("employment", "employment"),
                            ("following", "to follow the person together"),
                            ("other", "something else"),
                        ],
                        max_length=16,
                        verbose_name="what is asked for",
                    ),
                ),
                ("message", models.TextField(max_length=2000, verbose_name="message")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("sent", "waits for an answer"),
                            ("more_asked", "more is asked"),
                            ("taken", "taken on"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("written_at", models.DateTimeField(default=grundsteget.dates.now, editable=False)),
                ("submission", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="sent")),
                ("answer_by", models.DateField(blank=True, null=True, verbose_name="answer by")),
                ("override_reason", models.CharField(blank=True, max_length=400, verbose_name="why without consent")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                ("acknowledged_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "referral",
                "verbose_name_plural": "referrals",
                "ordering": ["-sent_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ReferralEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("written", "written"),
                            ("sent", "sent"),
                            ("overridden", "sent without consent"),
                            ("more_asked", "more asked"),
                            ("replied", "replied"),
                            ("taken", "taken on"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(default=grundsteget.dates.now, verbose_name="at")),
                ("note", models.TextField(blank=True, max_length=2000, verbose_name="note")),
                ("submission", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "event of a referral",
                "verbose_name_plural": "events of referrals",
                "ordering": ["referral", "at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReferralLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("sent_on", models.DateField(default=grundsteget.dates.today)),
                ("expires_on", models.DateField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "mailed link",
                "verbose_name_plural": "mailed links",
                "ordering": ["referral", "user", "sent_on"],
            },
        ),
        migrations.AddField(
            model_name="careteammember",
            name="grant_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="why let in"),
        ),
        migrations.AddField(
            model_name="careteammember",
            name="granted_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grant_reason", ""), ("granted_by__isnull", True)),
                    models.Q(
                        ("ended_on__isnull", False),
                        ("granted_by__isnull", False),
                        ("is_lead", False),
                        models.Q(("grant_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="care_team_grant_is_reasoned_and_ends",
                violation_error_message="Access for a time has a reason and a last day.",
            ),
        ),
        migrations.AddField(
            model_name="leadtransfer",
            name="offered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="leadtransfer",
            name="participation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lead_transfers",
                to="participants.participation",
            ),
        ),
        migrations.AddField(
            model_name="leadtransfer",
            name="to_organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.organisation"
            ),
        ),
        migrations.AddField(
            model_name="leadtransfer",
            name="to_user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="answered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="answered by",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="decline_reason",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="participants.declinereason",
                verbose_name="reason",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="from_organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="from",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="overridden_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="sent without consent by",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="participation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="referrals", to="participants.participation"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="sent_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="suggested_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="better asked",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="to_organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="participants.referral"
            ),
        ),
        migrations.AddField(
            model_name="referrallink",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="links", to="participants.referral"
            ),
        ),
        migrations.AddField(
            model_name="referrallink",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="leadtransfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "offered")),
                fields=("participation",),
                name="lead_offered_to_one",
                violation_error_message="The lead is already offered to somebody. Withdraw that offer first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="leadtransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "offered")),
                    models.Q(models.Q(("state", "offered"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="lead_offer_is_answered_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="leadtransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True),
                    models.Q(("answer_note", ""), _negated=True),
                    _connector="OR",
                ),
                name="lead_declined_with_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["to_organisation", "state", "answer_by"], name="referral_by_receiver"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["from_organisation", "state", "-sent_on"], name="referral_by_sender"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state__in", ["sent", "more_asked"])), fields=["answer_by"], name="referral_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_organisation", models.F("to_organisation")), _negated=True),
                name="referral_goes_elsewhere",
                violation_error_message="A referral goes to another organisation.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer_by__isnull", True), ("sent_by__isnull", True), ("sent_on__isnull", True)),
                    models.Q(
                        ("answer_by__gte", models.F("sent_on")), ("sent_by__isnull", False), ("sent_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="referral_is_sent_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_on__isnull", True), ("state", "draft")),
                    ("state", "withdrawn"),
                    models.Q(
                        ("sent_on__isnull", False),
                        ("state__in", ["sent", "more_asked", "taken", "declined", "expired"]),
                    ),
                    _connector="OR",
                ),
                name="referral_state_says_if_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("state__in", ["more_asked", "taken", "declined"]),
                    ),
                    models.Q(
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                        ("state__in", ["draft", "sent", "expired", "withdrawn"]),
                    ),
                    _connector="OR",
                ),
                name="referral_state_says_if_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decline_reason__isnull", False), ("state", "declined")),
                    models.Q(
                        models.Q(("state", "declined"), _negated=True),
                        ("decline_reason__isnull", True),
                        ("suggested_to__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="referral_declined_with_a_reason",
                violation_error_message="Who declines says why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("overridden_by__isnull", True), ("override_reason", "")),
                    models.Q(
                        ("overridden_by__isnull", False),
                        ("sent_on__isnull", False),
                        models.Q(("override_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="referral_override_is_reasoned",
                violation_error_message="Who sends without consent says why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acknowledged_at__isnull", True), ("state__in", ["taken", "declined", "expired"]), _connector="OR"
                ),
                name="referral_only_the_end_is_acknowledged",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "sent", "more_asked"])),
                fields=("participation", "from_organisation", "to_organisation"),
                name="referral_one_open_to_each",
                violation_error_message="Your organisation already has an open referral there for this person.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referrallink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True), ("used_at__isnull", True)),
                fields=("referral", "user"),
                name="referral_link_one_alive",
            ),
        ),
        migrations.AddConstraint(
            model_name="referrallink",
            constraint=models.UniqueConstraint(fields=("referral", "user", "sent_on"), name="referral_link_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="referrallink",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_on__gte", models.F("sent_on"))), name="referral_link_ends"
            ),
        ),
        migrations.RunPython(add_reasons, migrations.RunPython.noop),
    ]
