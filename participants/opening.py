"""Opening one participant: a protected person's pages ask why first, and every look is logged with the answer.

Whoever is in the named circle may open the pages, yet says each time what for. The answer holds for a quarter of an
hour; a form that was opened with one may still be sent later, so that no text is lost. (esf-rules.md 3.5)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied

from grundsteget.dates import now, today
from participants.models import CareTeamMember, Participant, Participation
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, User, in_force

READING, SENDING = dt.timedelta(minutes=15), dt.timedelta(hours=2)
KEPT = "reasons"  # In the session: participation → when and why.


class ReasonNeeded(PermissionDenied):
    """A page about a protected person was asked for without a reason. The middleware leads to where one is given."""

    def __init__(self, participation_id: int) -> None:
        super().__init__()
        self.participation_id = participation_id


def check_reason(request: Request, participation: Participation) -> None:
    """Go on only where the person is not protected, or where it has been said what the look is for."""
    if participation.participant.is_protected and not reason_given(request, participation):
        raise ReasonNeeded(participation.pk)


def reason_given(request: Request, participation: Participation) -> str:
    """What she answered, while the answer holds."""
    at, reason = request.session.get(KEPT, {}).get(str(participation.pk), (None, ""))
    holds = SENDING if request.method == "POST" else READING
    return reason if at and _is_within(at, holds) else ""


def keep_reason(request: Request, participation: Participation, reason: str) -> None:
    """Remember the answer with the session; forget those that no longer hold."""
    kept = {pk: answer for pk, answer in request.session.get(KEPT, {}).items() if _is_within(answer[0], SENDING)}
    request.session[KEPT] = {**kept, str(participation.pk): [now().isoformat(), reason]}


def _is_within(at: str, holds: dt.timedelta) -> bool:
    return dt.timedelta(0) <= now() - dt.datetime.fromisoformat(at) < holds


def log_opening(
    request: Request,
    participation: Participation,
    *,
    action: AccessLog.Action = AccessLog.Action.VIEW,
    fields: AccessLog.FieldsClass = AccessLog.FieldsClass.BASIC,
    object_ref: str = "",
) -> None:
    """Record that this one person is about to be shown: a protected one as such, and what for."""
    protected = participation.participant.is_protected
    log_looks(
        request,
        action,
        [participation.pk],
        fields=AccessLog.FieldsClass.PROTECTED if protected else fields,
        purpose=reason_given(request, participation) if protected else "",
        object_ref=object_ref,
        may_be_granted=protected,
    )


def log_looks(
    request: Request,
    action: AccessLog.Action,
    participation_ids: Iterable[int],
    *,
    may_be_granted: bool = True,
    **values: Any,
) -> None:
    """Record a look at these people; what was opened by access for a time is in a class of its own. (SAFETY.md P-13)

    A look at a page is written as such access alone; any other deed is written beside it.
    """
    ids = set(participation_ids)
    granted = opened_by_grant(request.user, ids) if may_be_granted and ids else set()
    if granted:
        log_access(request, AccessLog.Action.GRANTED, participation_ids=granted, **values)
    others = ids - granted if action in LOOKING else ids
    if others or not granted:
        log_access(request, action, participation_ids=others, **values)


LOOKING = {AccessLog.Action.VIEW, AccessLog.Action.LIST, AccessLog.Action.SEARCH}


def opened_by_grant(user: User, participation_ids: Iterable[int]) -> set[int]:
    """Those whom the user sees by nothing but a place that was given to her for a time: protected persons."""
    places = CareTeamMember.objects.filter(
        in_force(today()), participation__in=participation_ids, user=user.pk
    ).exclude(participation__participant__protection=Participant.Protection.NONE)
    temporary: dict[bool, set[int]] = {True: set(), False: set()}
    for participation, reason in places.values_list("participation", "grant_reason"):
        temporary[bool(reason)].add(participation)
    return temporary[True] - temporary[False]
