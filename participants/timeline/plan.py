"""The plan: goals agreed and reached, steps taken and to come, reviews, and how far she has come."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import progress
from participants.models import Participation, PlanGoal, PlanReview, PlanStep, ProgressLevel
from participants.timeline.frame import Entry, joined
from partners.models import User

PLAN = "plan"


def plan(user: User, participation: Participation) -> Iterator[Entry]:
    yield from _goals(user, participation)
    yield from _steps(user, participation)
    yield from _reviews(user, participation)
    yield from _assessments(user, participation)


def _goals(user: User, participation: Participation) -> Iterator[Entry]:
    State = PlanGoal.State
    rows = PlanGoal.objects.visible_to(user).filter(focus__participation=participation)
    for goal in rows.select_related("focus__area").order_by("agreed_on", "pk"):
        with_whom = "" if goal.is_with_person else _("not made together with the person")
        yield Entry(
            goal.agreed_on,
            PLAN,
            _("Goal agreed: %(goal)s") % {"goal": goal.text},
            joined(goal.focus.area, with_whom),
            order=goal.pk,
        )
        if goal.closed_on:
            title = _("Goal reached: %(goal)s") if goal.state == State.REACHED else _("Goal dropped: %(goal)s")
            yield Entry(
                goal.closed_on,
                PLAN,
                title % {"goal": goal.text},
                goal.close_note,
                is_milestone=goal.state == State.REACHED,
                order=goal.pk,
            )


def _steps(user: User, participation: Participation) -> Iterator[Entry]:
    """Taken or dropped on their day; of open goals also those to come, by the day they are promised for."""
    rows = PlanStep.objects.visible_to(user).filter(goal__focus__participation=participation)
    for step in rows.select_related("organisation", "goal").order_by("pk"):
        if step.closed_on:
            is_done = step.state == PlanStep.State.DONE
            title = _("Step taken: %(step)s") if is_done else _("Step dropped: %(step)s")
            yield Entry(step.closed_on, PLAN, title % {"step": step.what}, step.drop_reason, order=step.pk)
        elif step.due_on and step.goal.is_open:
            yield Entry(
                step.due_on,
                PLAN,
                step.what,
                who=step.doer_name,
                is_planned=True,
                is_late=step.is_late,
                order=step.pk,
            )


def _reviews(user: User, participation: Participation) -> Iterator[Entry]:
    rows = list(PlanReview.objects.visible_to(user).filter(participation=participation).order_by("held_on", "pk"))
    for review in rows:
        with_whom = "" if review.is_with_person else _("not together with the person")
        yield Entry(review.held_on, PLAN, _("The plan was gone through"), review.said, who=with_whom, order=review.pk)
    # What the latest review says of the next one is what is planned.
    if rows and (next_on := rows[-1].next_on):
        yield Entry(next_on, PLAN, _("Review of the plan"), is_planned=True, is_late=next_on < today())


def _assessments(user: User, participation: Participation) -> Iterator[Entry]:
    """Each assessment with the levels the reader may see, in the words of its own scale."""
    rows = (
        ProgressLevel.objects.visible_to(user)
        .filter(assessment__participation=participation)
        .select_related("assessment")
        .order_by("assessment__assessed_on", "assessment", "pk")
    )
    for assessment, levels in groupby(rows, key=lambda level: level.assessment):
        scale = progress.SCALES[assessment.scale]
        words = [f"{scale.dimension(one.dimension).name} {one.level}" for one in levels]
        yield Entry(
            assessment.assessed_on,
            PLAN,
            _("Progress assessed"),
            joined(*words),
            is_milestone=True,
            is_gone=assessment.withdrawn_at is not None,
            order=assessment.pk,
        )
