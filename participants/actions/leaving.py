"""The exit as one deed: the person leaves, and what is still open is done, dropped or handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from participants.actions.care_team import offer_lead
from participants.actions.entry import close_stint
from participants.actions.journal import finish_step
from participants.actions.plan import drop_step
from participants.actions.referral import withdraw_referral
from participants.models import JournalEntry, Participation, PlanStep, Referral, Stint
from partners.models import Membership, User


@transaction.atomic
def leave_project(
    *,
    participation: Participation,
    done: Iterable[JournalEntry] = (),
    dropped: Iterable[PlanStep] = (),
    withdrawn: Iterable[Referral] = (),
    lead_to: Membership | None = None,
    by: User,
    **leaving: Any,
) -> Stint:
    """All of it or nothing. The lead worker stays until the follow-ups are made, unless a colleague takes the lead.

    `leaving` are the words of `close_stint`.
    """
    stint = close_stint(participation=participation, by=by, **leaving)
    for entry in done:
        finish_step(entry=entry, by=by)
    for step in dropped:
        drop_step(step=step, reason=_("The person left the project"), by=by)
    for referral in withdrawn:
        withdraw_referral(referral=referral, note=_("The person left the project"), by=by)
    if lead_to is not None:
        offer_lead(participation=participation, user=lead_to.user, organisation=lead_to.organisation, by=by)
    return stint
