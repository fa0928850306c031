"""Deeds of consent: giving it, taking it back, and ending what a statute opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction

from grundsteget.dates import now
from participants import rules
from participants.actions.frame import changed, locked, save, save_with_file
from participants.actions.referral import withdraw_without_consent
from participants.evidence import Upload
from participants.models import (
    Consent,
    Participation,
)
from partners.models import Organisation, User

ALL = frozenset(Consent.Category)


@transaction.atomic
def give_consent(*, participation: Participation, by: User, **answers: Any) -> Consent:
    """The person's written yes to one organisation for one purpose, or the paragraph that opens without it.

    From now on the organisation may read; `answers` are those of `write_consent`.
    """
    participation = locked(participation)
    consent = write_consent(participation, by=by, **answers)
    changed(participation.pk)
    return consent


def write_consent(
    participation: Participation,
    *,
    organisation: Organisation,
    purpose: str = Consent.Purpose.SECRECY,
    legal_ground: str = Consent.Ground.CONSENT,
    statute: str = "",
    categories: Collection[str] = ALL,
    given_on: dt.date,
    valid_to: dt.date | None = None,
    form_version: str = "",
    language: str = "",
    evidence: Upload | None = None,
    by: User,
) -> Consent:
    rules.check_consent(participation, organisation, purpose, given_on, valid_to)
    rules.check_legal_ground(legal_ground, statute, purpose)
    consent = Consent(
        participation=participation,
        organisation=organisation,
        purpose=purpose,
        legal_ground=legal_ground,
        statute=statute,
        covers_journey=Consent.Category.JOURNEY in categories,
        covers_notes=Consent.Category.NOTES in categories,
        covers_contact=Consent.Category.CONTACT in categories,
        given_on=given_on,
        valid_to=valid_to,
        form_version=form_version,
        language=language,
        recorded_at=now(),
        recorded_by=by,
    )
    if evidence is not None:
        save_with_file(consent, consent.evidence, evidence)
    else:
        save(consent)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, withdrawn_on: dt.date, by: User) -> Consent:
    """The person takes the yes back: from that day the organisation reads nothing. The consent stays in the history."""
    rules.check_is_consent(consent)
    return _close(consent, withdrawn_on)


@transaction.atomic
def end_statute_ground(*, consent: Consent, withdrawn_on: dt.date, by: User) -> Consent:
    """The law no longer opens, or no longer needs to: from that day the organisation reads nothing."""
    rules.check_is_statute(consent)
    return _close(consent, withdrawn_on)


def _close(consent: Consent, day: dt.date) -> Consent:
    participation = locked(consent.participation)
    consent = participation.consents.get(pk=consent.pk)
    rules.check_consent_withdrawal(consent, day)
    consent.withdrawn_on = day
    save(consent)
    withdraw_without_consent(participation)
    changed(participation.pk)
    return consent
