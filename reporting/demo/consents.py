"""What the demo's consents say beyond the dates: language, what is left out, a statute here and there, signed forms."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import ContentFile

from grundsteget.dates import today
from participants.models import Consent, Participation
from partners.models import Project
from reporting.demo.paper import page

LANGUAGES = ("sv", "sv", "ar", "sv", "so", "sv", "ti", "sv", "prs", "en")
STATUTE = "10 kap. 28 § OSL"
SOON = 5
SIGNED = 12  # So many of the newest have their form scanned.


def vary(project: Project) -> None:
    """Every consent gets its terms by its place in the row, so that each load of the demo is the same."""
    consents = list(
        Consent.objects.filter(participation__project=project, purpose=Consent.Purpose.SECRECY).order_by("pk")
    )
    for number, consent in enumerate(consents):
        if number % 29 == 7:
            consent.legal_ground, consent.statute, consent.form_version = Consent.Ground.STATUTE, STATUTE, ""
            continue
        consent.language = LANGUAGES[number % len(LANGUAGES)]
        consent.covers_contact = number % 7 != 3
        consent.covers_notes = number % 11 != 5
        consent.covers_journey = number % 31 != 11
    _let_some_run_out(consents)
    fields = [
        "valid_to",
        "legal_ground",
        "statute",
        "form_version",
        "language",
        "covers_contact",
        "covers_notes",
        "covers_journey",
    ]
    Consent.objects.bulk_update(consents, fields, batch_size=500)
    for consent in [one for one in consents if not one.is_statute][-SIGNED:]:
        consent.evidence.save("form.pdf", ContentFile(page(f"Samtycke {consent.pk} - demo, ingen riktig person")))


def _let_some_run_out(consents: list[Consent]) -> None:
    """A few open-ended ones of people who take part end soon, so that there is something to renew."""
    ongoing = set(Participation.objects.ongoing().values_list("pk", flat=True))
    lasting = [one for one in consents if one.is_in_force and one.valid_to is None and one.participation_id in ongoing]
    for number, consent in enumerate(lasting[:SOON], 1):
        consent.valid_to = today() + number * dt.timedelta(days=4)
