"""Deeds of the care team: who follows the person, who answers for her, and how that changes hands."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import rules
from participants.actions.frame import changed, locked, save
from participants.models import CareTeamMember, LeadTransfer, Participation
from partners.models import Organisation, User, in_force

logger = logging.getLogger(__name__)


@transaction.atomic
def add_care_team_member(
    *, participation: Participation, user: User, organisation: Organisation, by: User
) -> CareTeamMember:
    """The user follows the person from today. Whoever is there already stays as she is."""
    participation = locked(participation)
    rules.check_member(participation, user)
    member = join_care_team(participation, user=user, organisation=organisation)
    changed(participation.pk)
    return member


def join_care_team(participation: Participation, *, user: User, organisation: Organisation) -> CareTeamMember:
    """A place from today on; the one she already has for this organisation, if there is one."""
    place = participation.care_team.filter(user=user, organisation=organisation, ended_on__isnull=True).first()
    if place is None:
        place = CareTeamMember(participation=participation, user=user, organisation=organisation, started_on=today())
        save(place)
    return place


@transaction.atomic
def grant_access(
    *,
    participation: Participation,
    user: User,
    organisation: Organisation,
    until: dt.date,
    reason: str,
    by: User,
) -> CareTeamMember:
    """A place for a time, which ends by itself; the only way into the circle of a protected person."""
    participation = locked(participation)
    rules.check_grant(participation, user, until, reason)
    same = participation.care_team.filter(user=user, started_on=today(), ended_on=until).exclude(grant_reason="")
    if (earlier := same.first()) is not None:
        return earlier  # a second click
    place = CareTeamMember(
        participation=participation,
        user=user,
        organisation=organisation,
        started_on=today(),
        ended_on=until,
        granted_by=by,
        grant_reason=reason.strip(),
    )
    save(place)
    changed(participation.pk)
    return place


@transaction.atomic
def end_care_team_member(*, member: CareTeamMember, reason: str, by: User) -> CareTeamMember:
    """The place ends now: yesterday was its last day, so that what it opened is closed at once."""
    participation = locked(member.participation)
    member = participation.care_team.get(pk=member.pk)
    member.participation = participation
    rules.check_member_may_leave(member)
    _end(member, reason)
    _withdraw_offers(participation, only_to=member.user)
    changed(participation.pk)
    return member


@transaction.atomic
def offer_lead(
    *,
    participation: Participation,
    user: User,
    organisation: Organisation,
    note: str = "",
    is_staying: bool = False,
    by: User,
) -> LeadTransfer:
    """Ask a colleague to take the lead; who offers it to herself has it at once. The same offer twice is one."""
    participation = locked(participation)
    open_offer = participation.lead_transfers.filter(state=LeadTransfer.State.OFFERED).first()
    if open_offer is not None and open_offer.to_user == user and open_offer.offered_by == by:
        return open_offer
    rules.check_lead_offer(participation, user, _lead_of(participation))
    transfer = LeadTransfer(
        participation=participation,
        to_user=user,
        to_organisation=organisation,
        note=note.strip(),
        is_staying=is_staying,
        offered_by=by,
        offered_on=today(),
    )
    save(transfer)
    if user == by:
        _take_lead(participation, transfer)
    return transfer


@transaction.atomic
def accept_lead(*, transfer: LeadTransfer, by: User) -> LeadTransfer:
    """The lead moves: the former lead worker's place ends, or goes on without the lead; open next steps follow."""
    participation = locked(transfer.participation)
    transfer = participation.lead_transfers.select_related("to_user", "to_organisation").get(pk=transfer.pk)
    if transfer.state == LeadTransfer.State.ACCEPTED and transfer.to_user == by:
        return transfer  # a second click
    rules.check_lead_answer(transfer, by)
    rules.check_lead_offer(participation, by, _lead_of(participation))
    _take_lead(participation, transfer)
    return transfer


@transaction.atomic
def decline_lead(*, transfer: LeadTransfer, reason: str, by: User) -> LeadTransfer:
    """The lead stays where it is, and the one who offered it reads why."""
    participation = locked(transfer.participation)
    transfer = participation.lead_transfers.get(pk=transfer.pk)
    if transfer.state == LeadTransfer.State.DECLINED and transfer.to_user == by:
        return transfer
    rules.check_lead_answer(transfer, by)
    if not reason.strip():
        raise rules.refused(_("Say why, so that the lead worker can ask somebody else."), "reason")
    _answer(transfer, LeadTransfer.State.DECLINED, reason.strip())
    return transfer


@transaction.atomic
def withdraw_lead_offer(*, transfer: LeadTransfer, by: User) -> LeadTransfer:
    """The offer is taken back before it is answered."""
    participation = locked(transfer.participation)
    transfer = participation.lead_transfers.get(pk=transfer.pk)
    if transfer.state == LeadTransfer.State.OFFERED:
        _answer(transfer, LeadTransfer.State.WITHDRAWN)
    return transfer


# --- The lead worker hears of it ------------------------------------------------------------------


def tell_leads() -> int:
    """Mail the lead workers of people to whom somebody was let in for a time. How many mails. (SAFETY.md P-13)

    Who was told is on the place itself, so that a second run tells nobody twice; what could not be sent is tried again.
    """
    places = CareTeamMember.objects.filter(in_force(today()), lead_told_at__isnull=True).exclude(grant_reason="")
    return sum(_tell_lead(pk) for pk in places.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _tell_lead(place_pk: int) -> bool:
    place = (
        CareTeamMember.objects.select_for_update(of=("self",))
        .select_related("participation")
        .filter(pk=place_pk, lead_told_at__isnull=True)
        .first()
    )
    lead = _lead_of(place.participation) if place else None
    if place is None or lead is None:
        return False
    place.lead_told_at = now()
    place.save(update_fields=["lead_told_at"])
    if lead.user_id in (place.user_id, place.granted_by_id) or not lead.user.is_active:
        return False
    try:
        with transaction.atomic():
            _mail_lead(lead.user)
    except OSError as error:
        logger.warning("mail about %s waits for the next round: %s", place, type(error).__name__)
        place.lead_told_at = None
        place.save(update_fields=["lead_told_at"])
        return False
    return True


def _mail_lead(user: User) -> None:
    """That it has happened, and where to read more: nothing about whom."""
    with translation.override(settings.LANGUAGE_CODE):
        send_mail(
            _("Somebody was let in for a time"),
            _(
                "The project office has let somebody in, for a time and with a reason, to one of the participants"
                " whose lead worker you are. See who and why under Today:\n\n%(address)s"
            )
            % {"address": settings.BASE_URL.rstrip("/") + reverse("participants:today")},
            None,
            [user.email],
        )


# --- Pieces ---------------------------------------------------------------------------------------


def _take_lead(participation: Participation, transfer: LeadTransfer) -> None:
    former = _lead_of(participation)
    if former is not None:
        _end(former, _("Handed the lead over to a colleague"))
        if transfer.is_staying:
            join_care_team(participation, user=former.user, organisation=former.organisation)
    for place in participation.care_team.filter(user=transfer.to_user, is_lead=False, ended_on__isnull=True):
        if place.organisation_id == transfer.to_organisation_id:
            _end(place, _("Became lead worker"))
    save(
        CareTeamMember(
            participation=participation,
            user=transfer.to_user,
            organisation=transfer.to_organisation,
            is_lead=True,
            started_on=today(),
        )
    )
    _answer(transfer, LeadTransfer.State.ACCEPTED)
    changed(participation.pk)


def _lead_of(participation: Participation) -> CareTeamMember | None:
    return participation.care_team.filter(is_lead=True, ended_on__isnull=True).select_related("user").first()


def _end(member: CareTeamMember, reason: str) -> None:
    member.ended_on = max(member.started_on, today() - dt.timedelta(days=1))
    member.end_reason = reason.strip()
    save(member)


def _answer(transfer: LeadTransfer, state: LeadTransfer.State, note: str = "") -> None:
    transfer.state, transfer.answered_at, transfer.answer_note = state, now(), note
    save(transfer)


def _withdraw_offers(participation: Participation, *, only_to: User) -> None:
    for transfer in participation.lead_transfers.filter(state=LeadTransfer.State.OFFERED, to_user=only_to):
        _answer(transfer, LeadTransfer.State.WITHDRAWN)
