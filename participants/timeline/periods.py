"""Entries and exits, and each time she was asked afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import rules
from participants.models import (
    Break,
    Consent,
    ExitReason,
    FollowUp,
    FollowUpAttempt,
    Participation,
    Stint,
    StintCorrection,
)
from participants.timeline.frame import Correction, Entry, joined, lasting_to
from partners.models import User

PERIODS = "perioder"


def periods(user: User, participation: Participation) -> Iterator[Entry]:
    """Entries and exits, and the two questions that follow an exit."""
    stints = Stint.objects.visible_to(user).filter(participation=participation)
    stints = stints.select_related("exit_reason", "referred_by").prefetch_related(
        "corrections__exit_reason", "corrections__corrected_by"
    )
    number = 0
    for stint in stints.order_by("started_on"):
        mistaken = stint.exit_reason_id == ExitReason.MISTAKE
        number += not mistaken
        referred = _("referred by %(organisation)s") % {"organisation": stint.referred_by} if stint.referred_by else ""
        yield Entry(
            stint.started_on,
            PERIODS,
            _("Entry") if number < 2 else _("Re-entry"),
            str(stint.exit_reason) if mistaken else referred,
            is_milestone=True,
            is_gone=mistaken,
            order=stint.pk,
            corrections=[_as_it_was(one) for one in reversed(stint.corrections.all())],
        )
        if stint.ended_on and not mistaken:
            yield Entry(stint.ended_on, PERIODS, _("Exit"), str(stint.exit_reason), is_milestone=True, order=stint.pk)
    yield from _breaks(user, participation)
    yield from _follow_ups(user, participation)


def _as_it_was(one: StintCorrection) -> Correction:
    """A period until it was corrected, and why it was."""
    period = joined(f"{one.started_on} – {one.ended_on or '…'}", one.exit_reason)
    why = f"{capfirst(one.get_kind_display())}: {one.reason}"
    return Correction(timezone.localdate(one.corrected_at), one.corrected_by.name, [period, why])


def _breaks(user: User, participation: Participation) -> Iterator[Entry]:
    for one in Break.objects.visible_to(user).filter(participation=participation):
        yield Entry(
            one.started_on,
            PERIODS,
            _("Break: %(kind)s") % {"kind": one.get_kind_display()},
            lasting_to(one.ended_on) or _("until further notice"),
            is_planned=one.started_on > today(),
            order=one.pk,
        )


def _follow_ups(user: User, participation: Participation) -> Iterator[Entry]:
    """Each try, and the answers that came without one, as from an import; then the questions that are still open."""
    tries = list(
        FollowUpAttempt.objects.visible_to(user)
        .filter(participation=participation)
        .select_related("recorded_by")
        .order_by("asked_on", "pk")
    )
    tried = {(one.milestone, one.exit_on) for one in tries}
    for one in tries:
        yield _asked(one, one.asked_on)
    answered = set()
    for follow_up in (
        FollowUp.objects.visible_to(user).filter(participation=participation).order_by("answered_on", "pk")
    ):
        question = (follow_up.milestone, follow_up.exit_on)
        if follow_up.answer != FollowUp.Answer.NO_ANSWER:
            answered.add(question)
        if question not in tried:
            yield _asked(follow_up, follow_up.answered_on)
    yield from _to_come(user, participation, answered)


def _asked(row: FollowUp | FollowUpAttempt, on: dt.date) -> Entry:
    # Both say it by the same codes; one of them has the words.
    milestone, answer = FollowUp.Milestone(row.milestone), FollowUp.Answer(row.answer)
    return Entry(
        on,
        PERIODS,
        _("Follow-up %(when)s") % {"when": milestone.label},
        joined(str(answer.label).capitalize(), row.note),
        who=str(FollowUp.Channel(row.channel).label),
        order=row.pk,
    )


def _to_come(user: User, participation: Participation, answered: set[tuple[str, dt.date]]) -> Iterator[Entry]:
    sees = Participation.objects.visible_to(user, Consent.Category.JOURNEY).filter(pk=participation.pk).exists()
    for milestone in FollowUp.Milestone if sees else ():
        if participation.left_on and (milestone, participation.left_on) not in answered:
            due_on = rules.follow_up_closes_on(participation.left_on, milestone) or participation.left_on
            yield Entry(
                due_on,
                PERIODS,
                _("Follow-up %(when)s") % {"when": milestone.label},
                is_planned=True,
                is_late=due_on < today(),
            )
