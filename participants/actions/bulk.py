"""One deed done to several people: to each whole or not at all, and of each it is said what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from participants import rules
from participants.actions.care_team import add_care_team_member, offer_lead
from participants.models import Participation
from partners.access import Permission
from partners.models import Membership, User


@dataclass(frozen=True)
class Answer:
    """What became of the deed on one person; `why` says why not."""

    participation_id: int
    why: str = ""

    @property
    def is_done(self) -> bool:
        return not self.why


def offer_lead_on_several(
    *, participation_ids: Iterable[int], member: Membership, note: str, is_staying: bool, by: User
) -> list[Answer]:
    """Ask one colleague to take the lead of each. The same once more asks nobody twice."""

    def offer(participation: Participation) -> None:
        rules.check_colleague(participation, member)
        offer_lead(
            participation=participation,
            user=member.user,
            organisation=member.organisation,
            note=note,
            is_staying=is_staying,
            by=by,
        )

    return _on_each(participation_ids, offer, by)


def add_to_several_care_teams(*, participation_ids: Iterable[int], member: Membership, by: User) -> list[Answer]:
    """Give one colleague a place with each."""

    def add(participation: Participation) -> None:
        rules.check_colleague(participation, member)
        add_care_team_member(participation=participation, user=member.user, organisation=member.organisation, by=by)

    return _on_each(participation_ids, add, by)


def _on_each(participation_ids: Iterable[int], deed: Callable[[Participation], Any], by: User) -> list[Answer]:
    """In the order of the ids, so that two groups never wait for each other. Who may be seen is asked at each."""
    return [_on_one(pk, deed, by) for pk in sorted(participation_ids)]


def _on_one(pk: int, deed: Callable[[Participation], Any], by: User) -> Answer:
    seen = Participation.objects.visible_to(by).select_related("participant", "project")
    try:
        with transaction.atomic():
            participation = seen.filter(pk=pk).first()
            if participation is None:
                return Answer(pk, _("Not found, or not yours to see any more."))
            rules.check_in_bulk(participation, by, Permission.CARE_TEAM_EDIT)
            deed(participation)
    except ValidationError as refusal:
        return Answer(pk, " ".join(refusal.messages))
    except Participation.DoesNotExist:
        return Answer(pk, _("Not found, or not yours to see any more."))
    return Answer(pk)
