"""Deeds of consent: giving it and taking it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from grundsteget.dates import now
from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import (
    Consent,
    Participation,
)
from partners.models import Organisation, User


@transaction.atomic
def give_consent(
    *,
    participation: Participation,
    organisation: Organisation,
    purpose: str = Consent.Purpose.SECRECY,
    given_on: dt.date,
    valid_to: dt.date | None = None,
    form_version: str = "",
    by: User,
) -> Consent:
    """The person's written yes to one organisation for one purpose. From now on it may read."""
    participation = locked(participation)
    consent = write_consent(
        participation,
        organisation=organisation,
        purpose=purpose,
        given_on=given_on,
        valid_to=valid_to,
        form_version=form_version,
        by=by,
    )
    changed(participation.pk)
    return consent


def write_consent(
    participation: Participation,
    *,
    organisation: Organisation,
    purpose: str = Consent.Purpose.SECRECY,
    given_on: dt.date,
    valid_to: dt.date | None = None,
    form_version: str = "",
    by: User,
) -> Consent:
    rules.check_consent(participation, organisation, purpose, given_on, valid_to)
    consent = Consent(
        participation=participation,
        organisation=organisation,
        purpose=purpose,
        given_on=given_on,
        valid_to=valid_to,
        form_version=form_version,
        recorded_at=now(),
        recorded_by=by,
    )
    save(consent)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, withdrawn_on: dt.date, by: User) -> Consent:
    """The person takes the yes back: from that day the organisation reads nothing. The consent stays in the history."""
    participation = locked(consent.participation)
    consent = participation.consents.get(pk=consent.pk)
    rules.check_consent_withdrawal(consent, withdrawn_on)
    consent.withdrawn_on = withdrawn_on
    save(consent)
    changed(participation.pk)
    return consent
