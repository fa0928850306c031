"""Next steps that somebody promised in a note, and dated steps of plans."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants import plans
from participants.inbox.frame import AHEAD_DAYS, Line, Source
from participants.models import Consent, JournalEntry, PlanStep
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

STEP, PLAN_STEP = "step", "plan_step"


def _open_steps(user: User, visible: ParticipationQuerySet) -> QuerySet[JournalEntry]:
    return (
        JournalEntry.objects.visible_to(user)
        .filter(
            participation__in=visible,
            next_step_done_on__isnull=True,
            next_step_on__lte=today() + dt.timedelta(days=AHEAD_DAYS),
        )
        .select_related("participation__participant")
        .order_by("next_step_on", "pk")
    )


def _step(entry: JournalEntry) -> Line:
    return Line(
        kind=STEP,
        row_id=entry.pk,
        participation=entry.participation,
        due_on=entry.next_step_on or today(),
        why=_("A step that was planned.") if entry.participation.participant.is_protected else entry.next_step,
        action=_("Log"),
        url=reverse("participants:journal_create", args=[entry.participation_id]),
        done_url=reverse("participants:journal_step_done", args=[entry.pk]),
    )


def _plan_steps(user: User, visible: ParticipationQuerySet) -> QuerySet[PlanStep]:
    """Those that the user may tick: of plans that she writes, or that her organisation does."""
    return plans.my_open_steps(user).filter(
        goal__focus__participation__in=visible, due_on__lte=today() + dt.timedelta(days=AHEAD_DAYS)
    )


def _plan_step(step: PlanStep) -> Line:
    participation = step.goal.focus.participation
    return Line(
        kind=PLAN_STEP,
        row_id=step.pk,
        participation=participation,
        due_on=step.due_on or today(),
        why=_("Step in the plan: %(step)s") % {"step": step.what}
        if plans.may_be_told_in_a_list(step)
        else _("A step in the plan."),
        action=_("To the plan"),
        url=f"{reverse('participants:participation_detail', args=[participation.pk])}?flik=plan",
        done_url=reverse("participants:plan_step_state", args=[participation.pk, step.pk]),
        done_fields={"state": PlanStep.State.DONE.value},
    )


SOURCES = (
    Source(STEP, gettext_lazy("Next steps"), Permission.JOURNAL_WRITE, _open_steps, _step, query="sort=steg"),
    Source(
        PLAN_STEP,
        gettext_lazy("Steps in plans"),
        Permission.JOURNAL_WRITE,
        _plan_steps,
        _plan_step,
        category=Consent.Category.JOURNEY,
    ),
)
