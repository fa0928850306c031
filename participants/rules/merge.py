"""When two records may be joined to one person, and when they may be parted again."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from participants.models import Participant, Participation
from participants.rules.frame import refused
from partners import access
from partners.access import Permission
from partners.models import User


def check_may_be_merged(kept: Participant, former: Participant, reason: str) -> None:
    if kept.pk == former.pk:
        raise refused(_("It is the same record twice. Choose the other one."))
    if kept.merged_into_id is not None or former.merged_into_id is not None:
        raise refused(_("One of the records is already joined to another. Begin from that one."))
    if not reason.strip():
        raise refused(_("Say how you know that it is the same person. The reason is kept."), "reason")


def check_sees_both_whole(user: User, persons: Sequence[Participant]) -> None:
    """Whoever joins two records sees all of both, and answers for every project they are in."""
    whole = Participation.objects.filter(participant__in=persons, merged_into__isnull=True)
    seen = Participation.objects.visible_to(user).filter(
        project__in=access.of(user).edited_projects(Permission.PARTICIPANT_MERGE)
    )
    if whole.exclude(pk__in=seen).exists():
        raise refused(_("You may not join these two records. Contact the administrator."))


def check_merge_plan(refusals: Sequence[str]) -> None:
    """All that must be settled first is told together."""
    if refusals:
        raise ValidationError([refused(sentence) for sentence in refusals])


def check_merge_may_be_undone(has_later: bool, reason: str) -> None:
    if has_later:
        raise refused(_("One of the records was joined to a third one since. Part those first."))
    if not reason.strip():
        raise refused(_("Say why the records are parted. The reason is kept."), "reason")
