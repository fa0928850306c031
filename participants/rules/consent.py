"""Giving and withdrawing consent, and a statute in its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import Consent, Participation
from participants.rules.frame import check_has_happened, refused
from partners.models import Organisation, Partnership, Project, in_force


def partners_to_ask(project: Project) -> Any:
    """Organisations that need the person's consent to read: the project's partners, save its owner."""
    today_partners = Partnership.objects.filter(in_force(today()), project=project).values("organisation")
    return Organisation.objects.filter(pk__in=today_partners).exclude(pk=project.owner_id)


def readers_of_notes(participation: Participation) -> list[Organisation]:
    """Who reads a shared note or paper: the project's owner, and the partners whose consent covers notes today."""
    consented = participation.consents.lifting_secrecy(Consent.Category.NOTES).values("organisation")
    partners = Organisation.objects.filter(pk__in=consented).exclude(pk=participation.project.owner_id).order_by("name")
    return [participation.project.owner, *partners]


def check_consent(
    participation: Participation, organisation: Organisation, purpose: str, given_on: dt.date, valid_to: dt.date | None
) -> None:
    check_has_happened(given_on, "given_on")
    if not Partnership.objects.filter(project=participation.project_id, organisation=organisation).exists():
        raise refused(
            _("%(name)s is no partner in the project. Choose one that is.") % {"name": organisation}, "organisation"
        )
    if valid_to is not None and valid_to < given_on:
        raise refused(_("The consent would end before it is given. Correct one of the two dates."), "valid_to")
    same = participation.consents.filter(organisation=organisation, purpose=purpose, given_on=given_on)
    if same.exists():
        raise refused(_("A consent from that day for the same purpose is already recorded."), "given_on")


def check_legal_ground(legal_ground: str, statute: str, purpose: str) -> None:
    """Secrecy is lifted by consent or by a paragraph that is named; nothing else has a ground in law. (3.6)"""
    if legal_ground == Consent.Ground.CONSENT:
        if statute:
            raise refused(_("A consent rests on no paragraph. Empty the paragraph, or choose the statute."), "statute")
        return
    if not statute:
        raise refused(_("Name the paragraph that breaks the secrecy, for example 10 kap. 28 § OSL."), "statute")
    if purpose != Consent.Purpose.SECRECY:
        raise refused(_("A statute can only let partners share information. Anything else needs consent."), "purpose")


def check_is_consent(consent: Consent) -> None:
    """What the law opens is not the person's to close. (esf-rules.md 3.6)"""
    if consent.is_statute:
        raise refused(_("This rests on a statute and cannot be withdrawn. It can be ended."))


def check_is_statute(consent: Consent) -> None:
    if not consent.is_statute:
        raise refused(_("This is a consent. It is withdrawn when the person asks for it, not ended."))


def check_consent_withdrawal(consent: Consent, withdrawn_on: dt.date) -> None:
    if consent.withdrawn_on is not None:
        raise refused(_("This consent was already withdrawn, on %(day)s.") % {"day": consent.withdrawn_on})
    check_has_happened(withdrawn_on, "withdrawn_on")
    if withdrawn_on < consent.given_on:
        raise refused(
            _("The consent was given on %(day)s. It cannot be withdrawn before.") % {"day": consent.given_on},
            "withdrawn_on",
        )
    if consent.valid_to is not None and withdrawn_on > consent.valid_to:
        raise refused(_("This consent already ended, on %(day)s.") % {"day": consent.valid_to}, "withdrawn_on")
