"""Deeds of referral: writing, sending, answering, and what happens when nobody answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.mail import send_mail
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from grundsteget.dates import now, today
from participants import rules
from participants.actions.care_team import join_care_team
from participants.actions.frame import locked, save
from participants.actions.journey import record_activity
from participants.models import (
    Consent,
    DeclineReason,
    Participation,
    Referral,
    ReferralEvent,
    ReferralLink,
)
from partners import access
from partners.access import Permission
from partners.models import Membership, Organisation, User

logger = logging.getLogger(__name__)
State, Kind = Referral.State, ReferralEvent.Kind


# --- Writing and sending --------------------------------------------------------------------------


@transaction.atomic
def write_referral(
    *,
    participation: Participation,
    from_organisation: Organisation,
    to_organisation: Organisation,
    purpose: str,
    message: str,
    submission: uuid.UUID | None = None,
    by: User,
) -> Referral:
    """A draft, seen at home only. The same `submission` again is the same draft."""
    participation = locked(participation)
    if submission is not None:
        earlier = participation.referrals.filter(submission=submission, written_by=by).first()
        if earlier is not None:
            return earlier
    rules.check_referral(participation, from_organisation, to_organisation, message)
    referral = Referral(
        participation=participation,
        from_organisation=from_organisation,
        to_organisation=to_organisation,
        purpose=purpose,
        message=message.strip(),
        submission=submission,
        written_by=by,
        written_at=now(),
    )
    save(referral)
    _tell(referral, Kind.WRITTEN, by)
    return referral


@transaction.atomic
def edit_referral(
    *, referral: Referral, to_organisation: Organisation, purpose: str, message: str, by: User
) -> Referral:
    """The draft with other words. What is sent is not changed any more."""
    referral = _locked(referral)
    if referral.state != State.DRAFT:
        raise rules.refused(_("This referral is already sent. Withdraw it and write a new one."))
    rules.check_referral(referral.participation, referral.from_organisation, to_organisation, message)
    referral.to_organisation, referral.purpose, referral.message = to_organisation, purpose, message.strip()
    save(referral)
    return referral


@transaction.atomic
def send_referral(*, referral: Referral, override_reason: str = "", by: User) -> Referral:
    """From now on the receiver sees it. Without consent it goes on the sender's own name and with a reason."""
    referral = _locked(referral)
    if referral.state == State.SENT and referral.sent_by == by:
        return referral  # a second click
    rules.check_referral_may_be_sent(referral, override_reason)
    rules.check_protected_referral(referral)
    if not rules.may_be_told(referral.participation, referral.to_organisation):
        referral.overridden_by, referral.override_reason = by, override_reason.strip()
    referral.state, referral.sent_by, referral.sent_on = State.SENT, by, today()
    referral.answer_by = _last_day()
    save(referral)
    if referral.overridden_by is not None:
        _tell(referral, Kind.OVERRIDDEN, by, referral.override_reason)
    _tell(referral, Kind.SENT, by)
    return referral


@transaction.atomic
def reply_to_referral(*, referral: Referral, note: str, submission: uuid.UUID | None = None, by: User) -> Referral:
    """The sender tells what was asked for; the receiver's time to answer begins anew."""
    referral = _locked(referral)
    if _is_done(referral, submission, by):
        return referral
    if referral.state != State.MORE_ASKED:
        raise rules.refused(_("Nothing more is asked about this referral."))
    if not note.strip():
        raise rules.refused(_("Answer what was asked."), "note")
    _unanswered(referral, State.SENT)
    referral.answer_by = _last_day()
    save(referral)
    _tell(referral, Kind.REPLIED, by, note, submission)
    return referral


@transaction.atomic
def withdraw_referral(*, referral: Referral, note: str = "", by: User | None) -> Referral:
    """The sender takes it back, or the consent has ended. The mailed links die with it."""
    referral = _locked(referral)
    if referral.state == State.WITHDRAWN:
        return referral
    if referral.state not in (State.DRAFT, *Referral.OPEN):
        raise rules.refused(_("This referral is already answered. It cannot be taken back."))
    _unanswered(referral, State.WITHDRAWN)
    save(referral)
    _end_links(referral)
    _tell(referral, Kind.WITHDRAWN, by, note)
    return referral


@transaction.atomic
def acknowledge_referral(*, referral: Referral, by: User) -> Referral:
    """The sender has read how it ended. Once is enough."""
    referral = _locked(referral)
    if referral.state not in (State.TAKEN, State.DECLINED, State.EXPIRED):
        raise rules.refused(_("This referral has not ended."))
    if referral.acknowledged_at is None:
        referral.acknowledged_at = now()
        save(referral)
    return referral


# --- Answering ------------------------------------------------------------------------------------


@transaction.atomic
def take_referral(
    *,
    referral: Referral,
    note: str = "",
    activity_kind: str = "",
    activity_on: dt.date | None = None,
    submission: uuid.UUID | None = None,
    by: User,
) -> Referral:
    """Taken on: whoever says so follows the person from now on; at an enterprise the first day may be told at once."""
    referral = _locked(referral)
    if _is_done(referral, submission, by):
        return referral
    rules.check_referral_may_be_answered(referral)
    _answered(referral, State.TAKEN, by)
    join_care_team(referral.participation, user=by, organisation=referral.to_organisation)
    if activity_on is not None:
        record_activity(
            participation=referral.participation,
            kind=activity_kind,
            started_on=activity_on,
            enterprise=Enterprise.objects.filter(organisation=referral.to_organisation).first(),
            by=by,
        )
    _tell(referral, Kind.TAKEN, by, note, submission)
    return referral


@transaction.atomic
def decline_referral(
    *,
    referral: Referral,
    reason: DeclineReason | None,
    suggested_to: Organisation | None = None,
    note: str = "",
    submission: uuid.UUID | None = None,
    by: User,
) -> Referral:
    """Declined with a reason from the list; where another partner suits better, that partner is suggested."""
    referral = _locked(referral)
    if _is_done(referral, submission, by):
        return referral
    rules.check_referral_may_be_answered(referral)
    rules.check_decline(reason, suggested_to, note)
    referral.decline_reason, referral.suggested_to = reason, suggested_to
    _answered(referral, State.DECLINED, by)
    _tell(referral, Kind.DECLINED, by, note, submission)
    return referral


@transaction.atomic
def ask_more(*, referral: Referral, note: str, submission: uuid.UUID | None = None, by: User) -> Referral:
    """The receiver needs to know more before it decides; it is the sender's turn."""
    referral = _locked(referral)
    if _is_done(referral, submission, by):
        return referral
    rules.check_referral_may_be_answered(referral)
    if not note.strip():
        raise rules.refused(_("Say what you need to know."), "note")
    _answered(referral, State.MORE_ASKED, by)
    _tell(referral, Kind.MORE_ASKED, by, note, submission)
    return referral


# --- What happens when nobody answers -------------------------------------------------------------


def expire_referrals() -> int:
    """Close what was not answered in time, and what has lost its consent. A second run finds nothing to do."""
    overdue = Referral.objects.overdue().order_by("pk")
    lawless = _without_consent().order_by("pk")
    return _each(overdue, _expire) + _each(lawless, _withdraw_without_consent)


def withdraw_without_consent(participation: Participation) -> int:
    """Close the person's referrals that have just lost their consent. How many they were."""
    return _each(_without_consent().filter(participation=participation).order_by("pk"), _withdraw_without_consent)


def _without_consent() -> models.QuerySet[Referral]:
    consent = Consent.objects.lifting_secrecy().filter(
        participation=OuterRef("participation"), organisation=OuterRef("to_organisation")
    )
    return Referral.objects.filter(~Exists(consent), state__in=Referral.OPEN, overridden_by__isnull=True).exclude(
        to_organisation=F("participation__project__owner")
    )


def _each(referrals: models.QuerySet[Referral], close: Callable[[Referral], bool]) -> int:
    return sum(close(referral) for referral in list(referrals))


@transaction.atomic
def _expire(referral: Referral) -> bool:
    referral = _locked(referral)
    if not referral.is_overdue:
        return False
    _unanswered(referral, State.EXPIRED)
    save(referral)
    _end_links(referral)
    _tell(referral, Kind.EXPIRED, None)
    return True


@transaction.atomic
def _withdraw_without_consent(referral: Referral) -> bool:
    participation = locked(referral.participation)
    if not _without_consent().filter(pk=referral.pk, participation=participation).exists():
        return False
    with translation.override(settings.LANGUAGE_CODE):
        withdraw_referral(referral=referral, note=_("The consent to the receiver has ended."), by=None)
    return True


# --- Mail: that there is something to answer, never about whom --------------------------------------


def remind_referrals() -> int:
    """Mail what is due today: on the day it is sent, a week before the last day, and two days before it.

    Due-ness comes from the links already sent, so that a second run, or a second clock, sends nothing twice; what could
    not be sent is due again in the next round.
    """
    return sum(mail_referral(pk) for pk in Referral.objects.unanswered().order_by("pk").values_list("pk", flat=True))


def mail_referral(referral_id: int) -> int:
    """Mail those at the receiver who have not had the notice that is due. How many were sent."""
    referral = Referral.objects.unanswered().with_card().filter(pk=referral_id).first()
    if referral is None:
        return 0
    due = _notice_due(referral)
    mailed = referral.links.filter(sent_on__gte=due).values("user")
    return sum(_mail_link(referral, user) for user in _receivers(referral) if not mailed.filter(user=user).exists())


def _notice_due(referral: Referral) -> dt.date:
    """The latest day until today on which a notice goes out."""
    last = referral.answer_by or today()
    begun = last - dt.timedelta(days=settings.REFERRAL_ANSWER_DAYS)
    days = [last - dt.timedelta(days=before) for before in (7, 2)]
    return max([day for day in days if begun < day <= today()], default=begun)


def _receivers(referral: Referral) -> list[User]:
    """People at the receiver who may answer, and who may see this one."""
    memberships = (
        Membership.objects.ongoing()
        .filter(
            organisation=referral.to_organisation,
            role__in=access.roles_with(Permission.REFERRAL_ANSWER),
            user__is_active=True,
        )
        .select_related("user")
        .order_by("user")
    )
    users = {membership.user_id: membership.user for membership in memberships}.values()
    return [user for user in users if Referral.objects.received_by(user).filter(pk=referral.pk).exists()]


def _mail_link(referral: Referral, user: User) -> bool:
    """One link to one person, and the end of her earlier one; nothing is kept of a mail that could not be sent."""
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            referral.links.filter(user=user, used_at__isnull=True, replaced_at__isnull=True).update(replaced_at=now())
            referral.links.create(
                user=user, token_hash=hash_of(token), sent_on=today(), expires_on=referral.answer_by or today()
            )
            with translation.override(settings.LANGUAGE_CODE):
                send_mail(
                    _("You have a referral to answer"),
                    _(
                        "A partner in the project has sent your organisation a referral. Answer it by %(day)s.\n\n"
                        "%(address)s\n\n"
                        "The link is yours alone, works once and asks you to log in. You find the referral under"
                        " Referrals in the menu, too."
                    )
                    % {
                        "day": referral.answer_by,
                        "address": settings.BASE_URL.rstrip("/") + reverse("participants:referral_link", args=[token]),
                    },
                    None,
                    [user.email],
                )
    except OSError as error:
        logger.warning("mail about referral %s waits for the next round: %s", referral.pk, type(error).__name__)
        return False
    return True


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def live_link(*, token: str, user: User) -> ReferralLink | None:
    """The link this token opens for this user today, if the referral still waits and she may still see it."""
    waiting = Referral.objects.unanswered().received_by(user)
    return (
        ReferralLink.objects.filter(
            token_hash=hash_of(token),
            user=user,
            used_at__isnull=True,
            replaced_at__isnull=True,
            expires_on__gte=today(),
            referral__in=waiting,
        )
        .select_related("referral")
        .first()
    )


@transaction.atomic
def use_link(*, token: str, by: User) -> Referral | None:
    """Open the link: it opens once."""
    link = live_link(token=token, user=by)
    if link is None:
        return None
    used = ReferralLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=now())
    return link.referral if used else None


# --- Pieces ---------------------------------------------------------------------------------------


def _locked(referral: Referral) -> Referral:
    participation = locked(referral.participation)
    found = participation.referrals.select_related("from_organisation", "to_organisation", "sent_by").get(
        pk=referral.pk
    )
    found.participation = participation
    return found


def _is_done(referral: Referral, submission: uuid.UUID | None, by: User) -> bool:
    """Whether this very form was sent before."""
    return submission is not None and referral.events.filter(submission=submission, by=by).exists()


def _answered(referral: Referral, state: Referral.State, by: User) -> None:
    referral.state, referral.answered_by, referral.answered_at = state, by, now()
    save(referral)
    _end_links(referral)


def _unanswered(referral: Referral, state: Referral.State) -> None:
    referral.state, referral.answered_by, referral.answered_at = state, None, None


def _last_day() -> dt.date:
    return today() + dt.timedelta(days=settings.REFERRAL_ANSWER_DAYS)


def _end_links(referral: Referral) -> None:
    referral.links.filter(used_at__isnull=True, replaced_at__isnull=True).update(replaced_at=now())


def _tell(
    referral: Referral, kind: ReferralEvent.Kind, by: User | None, note: str = "", submission: uuid.UUID | None = None
) -> None:
    save(ReferralEvent(referral=referral, kind=kind, at=now(), by=by, note=note.strip(), submission=submission))
