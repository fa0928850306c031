"""Referrals, the lead that is offered, and who was let in for a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants.inbox.frame import Line, Source
from participants.models import CareTeamMember, LeadTransfer, Participation, Referral
from participants.models.participation import ParticipationQuerySet
from partners import access
from partners.access import Permission
from partners.models import User, in_force

TO_ANSWER, ANSWERED, LEAD, LET_IN = "referral", "referral_answered", "lead", "let_in"
LET_IN_TOLD_DAYS = 14  # The lead worker reads for so long that somebody was let in for a time.


def _to_answer(user: User, visible: ParticipationQuerySet) -> QuerySet[Referral]:
    """What the user's organisation is asked, also about people it has not met yet: on both tabs."""
    opens = Participation.objects.visible_to(user).filter(pk=OuterRef("participation"))
    waiting = Referral.objects.unanswered().received_by(user).with_card()
    return waiting.annotate(opens=Exists(opens)).order_by("answer_by", "pk")


def _referral(referral: Any) -> Line:
    hidden = referral.participation.participant.is_protected
    return Line(
        kind=TO_ANSWER,
        row_id=referral.pk,
        participation=referral.participation,
        due_on=referral.answer_by or today(),
        why=_("A referral to answer.")
        if hidden
        else _("Referral from %(organisation)s to answer.") % {"organisation": referral.from_organisation},
        action=_("Answer"),
        url=reverse("participants:referral_detail", args=[referral.pk]),
        opens=referral.opens,
    )


def _answered(user: User, visible: ParticipationQuerySet) -> QuerySet[Referral]:
    """How the user's referrals came back, until somebody has noted it; a question waits for its answer."""
    own = access.of(user).organisation_ids(Permission.REFERRAL_SEND)
    ended = Q(state__in=[Referral.State.TAKEN, Referral.State.DECLINED, Referral.State.EXPIRED])
    return (
        Referral.objects.visible_to(user)
        .filter(
            Q(state=Referral.State.MORE_ASKED) | (ended & Q(acknowledged_at__isnull=True)),
            participation__in=visible,
            from_organisation__in=own,
        )
        .with_card()
        .order_by("answer_by", "pk")
    )


def _answer(referral: Referral) -> Line:
    words = {
        Referral.State.MORE_ASKED: _("%(organisation)s asks for more before it answers the referral."),
        Referral.State.TAKEN: _("%(organisation)s has taken the person on."),
        Referral.State.DECLINED: _("%(organisation)s has declined the referral."),
        Referral.State.EXPIRED: _("%(organisation)s did not answer the referral in time."),
    }[Referral.State(referral.state)]
    waits = referral.state == Referral.State.MORE_ASKED
    name = _("The receiver") if referral.participation.participant.is_protected else referral.to_organisation
    return Line(
        kind=ANSWERED,
        row_id=referral.pk,
        participation=referral.participation,
        due_on=timezone.localdate(referral.answered_at) if referral.answered_at else referral.answer_by or today(),
        why=words % {"organisation": name},
        action=_("Answer") if waits else _("Read"),
        url=reverse("participants:referral_detail", args=[referral.pk]),
        done_url="" if waits else reverse("participants:referral_acknowledge", args=[referral.pk]),
    )


def _offered_leads(user: User, visible: ParticipationQuerySet) -> QuerySet[LeadTransfer]:
    """On both tabs: whoever is asked need not be in the network yet."""
    return (
        LeadTransfer.objects.visible_to(user)
        .filter(to_user=user, state=LeadTransfer.State.OFFERED)
        .select_related("participation__participant", "offered_by")
        .order_by("offered_on", "pk")
    )


def _lead(transfer: LeadTransfer) -> Line:
    return Line(
        kind=LEAD,
        row_id=transfer.pk,
        participation=transfer.participation,
        due_on=transfer.offered_on,
        why=_("%(name)s asks you to become lead worker.") % {"name": transfer.offered_by.name},
        action=_("Answer"),
        url=reverse("participants:lead_answer", args=[transfer.participation_id, transfer.pk]),
    )


def _let_in(user: User, visible: ParticipationQuerySet) -> QuerySet[CareTeamMember]:
    """Who was let in for a time to people whose lead worker the user is: told for a while, as long as it lasts."""
    leads = CareTeamMember.objects.filter(
        in_force(today()), participation=OuterRef("participation"), user=user.pk, is_lead=True
    )
    return (
        CareTeamMember.objects.visible_to(user)
        .filter(
            in_force(today()),
            Exists(leads),
            participation__in=visible,
            started_on__gt=today() - dt.timedelta(days=LET_IN_TOLD_DAYS),
        )
        .exclude(Q(grant_reason="") | Q(user=user.pk))
        .select_related("participation__participant", "user")
        .order_by("ended_on", "pk")
    )


def _guest(place: CareTeamMember) -> Line:
    return Line(
        kind=LET_IN,
        row_id=place.pk,
        participation=place.participation,
        due_on=place.ended_on or today(),
        why=_("%(name)s has been let in until %(day)s.") % {"name": place.user.name, "day": place.ended_on},
        action=_("Read why"),
        url=f"{reverse('participants:participation_detail', args=[place.participation_id])}?flik=natverk",
    )


SOURCES = (
    Source(
        TO_ANSWER,
        gettext_lazy("Referrals to answer"),
        Permission.REFERRAL_ANSWER,
        _to_answer,
        _referral,
        page="participants:referral_list",
    ),
    Source(
        ANSWERED,
        gettext_lazy("Answers to your referrals"),
        Permission.REFERRAL_SEND,
        _answered,
        _answer,
        page="participants:referral_list",
    ),
    Source(LEAD, gettext_lazy("Offers of the lead"), Permission.JOURNAL_WRITE, _offered_leads, _lead),
    Source(LET_IN, gettext_lazy("People let in for a time"), Permission.JOURNAL_WRITE, _let_in, _guest),
)
