"""Consents, documents, the circle around a person, referrals."""

import datetime as dt
import hashlib

from django.core.files.base import ContentFile

from participants.models import (
    CareTeamMember,
    Consent,
    DeclineReason,
    Document,
    DocumentKind,
    LeadTransfer,
    Participation,
    Referral,
)
from partners.models import Organisation, User
from tests.factories.frame import PROJECT_START, _counter, day, day_or_none


def make_consent(
    participation: Participation,
    organisation: Organisation,
    given_on: str | dt.date = "2016-03-01",
    *,
    valid_to: str | dt.date | None = None,
    withdrawn_on: str | dt.date | None = None,
    **fields,
) -> Consent:
    return Consent.objects.create(
        participation=participation,
        organisation=organisation,
        given_on=day(given_on),
        valid_to=day_or_none(valid_to),
        withdrawn_on=day_or_none(withdrawn_on),
        **fields,
    )


SCAN = b"%PDF-1.4\n% the signed form\n%%EOF\n"


def attach_evidence(consent: Consent, content: bytes = SCAN, kind: str = "pdf") -> Consent:
    """The signed form, stored as an upload stores it."""
    consent.evidence.save(f"form.{kind}", ContentFile(content))
    return consent


def make_document(
    participation: Participation,
    by: User,
    content: bytes | None = None,
    *,
    kind: str = "anstallningsavtal",
    file_type: str = "pdf",
    dated_on: str | dt.date = "2017-02-01",
    organisation: Organisation | None = None,
    **fields,
) -> Document:
    """A paper by the user, for her own organisation unless another one is named; each with bytes of its own."""
    content = content or SCAN + f"% {next(_counter)}\n".encode()
    kind_row, _ = DocumentKind.objects.get_or_create(
        code=kind, defaults={"name_sv": kind, "name_en": kind, "step": DocumentKind.Step.OTHER}
    )
    document = Document(
        participation=participation,
        kind=kind_row,
        dated_on=day(dated_on),
        organisation=organisation or by.memberships.earliest("started_on").organisation,
        uploaded_by=by,
        file_type=file_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **fields,
    )
    document.file.save(f"upload.{file_type}", ContentFile(content))
    return document


def make_care_team_member(
    participation: Participation,
    user: User,
    *,
    organisation: Organisation | None = None,
    started_on: str | dt.date | None = "2016-03-01",
    **fields,
) -> CareTeamMember:
    return CareTeamMember.objects.create(
        participation=participation,
        user=user,
        organisation=organisation or user.memberships.earliest("started_on").organisation,
        started_on=day_or_none(started_on) or PROJECT_START,
        **fields,
    )


def make_referral(
    participation: Participation,
    by: User,
    to: Organisation,
    *,
    sent_on: str | dt.date | None = "2017-03-13",
    answer_by: str | dt.date = "2017-03-27",
    **fields,
) -> Referral:
    """A referral that waits for its answer; `sent_on=None` leaves it a draft."""
    values = {
        "purpose": Referral.Purpose.WORK_TRAINING,
        "message": "Vill prova arbete på deltid.",
        "from_organisation": by.memberships.earliest("started_on").organisation,
        "to_organisation": to,
        "written_by": by,
    }
    if sent_on is not None:
        values |= {
            "state": Referral.State.SENT,
            "sent_on": day(sent_on),
            "answer_by": day(answer_by),
            "sent_by": by,
        }
    return Referral.objects.create(participation=participation, **{**values, **fields})


def make_decline_reason(code: str = "ingen_plats", **fields) -> DeclineReason:
    reason, _ = DeclineReason.objects.get_or_create(code=code, defaults={"name_sv": code, "name_en": code, **fields})
    return reason


def make_lead_transfer(participation: Participation, by: User, to: User, **fields) -> LeadTransfer:
    """An offer of the lead that waits for its answer."""
    values = {
        "to_user": to,
        "to_organisation": to.memberships.earliest("started_on").organisation,
        "offered_by": by,
        "offered_on": day("2017-03-14"),
    }
    return LeadTransfer.objects.create(participation=participation, **{**values, **fields})
