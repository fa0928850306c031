"""Deeds of the plan: goals and steps, how they change and close, reviews, and assessments of progress."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import progress, rules
from participants.actions.frame import changed, locked, save
from participants.models import (
    FocusArea,
    Participation,
    PlanEvent,
    PlanFocus,
    PlanGoal,
    PlanReview,
    PlanStep,
    ProgressAssessment,
    ProgressLevel,
)
from partners.models import Organisation, User

Kind = PlanEvent.Kind


# --- Goals ----------------------------------------------------------------------------------------


@transaction.atomic
def add_goal(
    *,
    participation: Participation,
    area: FocusArea,
    text: str,
    agreed_on: dt.date,
    is_with_person: bool = True,
    present: str = "",
    submission: uuid.UUID | None = None,
    by: User,
) -> PlanGoal:
    """What the person wants, last in its focus. The same `submission` again is the same goal."""
    participation = locked(participation)
    goals = PlanGoal.objects.filter(focus__participation=participation)
    if (earlier := _sent_before(goals, submission, by)) is not None:
        return earlier
    rules.check_goal(participation, area, text, agreed_on)
    focus = _focus(participation, area)
    goal = PlanGoal(
        focus=focus,
        text=text.strip(),
        agreed_on=agreed_on,
        is_with_person=is_with_person,
        present=present.strip(),
        position=_next_position(focus.goals.all()),
        submission=submission,
        recorded_at=now(),
        recorded_by=by,
    )
    save(goal)
    _tell(goal, Kind.AGREED, by)
    changed(participation.pk)
    return goal


@transaction.atomic
def edit_goal(
    *,
    goal: PlanGoal,
    area: FocusArea,
    text: str,
    agreed_on: dt.date,
    is_with_person: bool,
    present: str = "",
    version: int | None = None,
    by: User,
) -> PlanGoal:
    """The wording or the frame of a goal; the former wording stays in its history."""
    participation, goal = _locked_goal(goal)
    rules.check_version(goal, version)
    rules.check_goal_is_open(goal)
    rules.check_goal(participation, area, text, agreed_on, known=goal.focus.area)
    former = goal.text
    if area != goal.focus.area:
        goal.focus = _focus(participation, area)
        goal.position = _next_position(goal.focus.goals.all())
    goal.text, goal.agreed_on = text.strip(), agreed_on
    goal.is_with_person, goal.present = is_with_person, present.strip()
    _save_next_version(goal)
    if goal.text != former:
        _tell(goal, Kind.CHANGED, by, was=former)
    changed(participation.pk)
    return goal


@transaction.atomic
def close_goal(*, goal: PlanGoal, state: str, note: str = "", version: int | None = None, by: User) -> PlanGoal:
    """Reached, or dropped with a reason. Steps that are still open are dropped with it, and say so."""
    participation, goal = _locked_goal(goal)
    if goal.state == state and not goal.is_open:
        return goal  # a second click
    rules.check_version(goal, version)
    rules.check_goal_close(goal, state, note)
    for step in goal.steps.unfinished():
        _drop(step, _goal_is_over(state), by)
    goal.state, goal.closed_on, goal.close_note = state, today(), note.strip()
    _save_next_version(goal)
    _tell(goal, Kind.REACHED if state == PlanGoal.State.REACHED else Kind.DROPPED, by, note=goal.close_note)
    changed(participation.pk)
    return goal


def _goal_is_over(state: str) -> str:
    return _("The goal was reached.") if state == PlanGoal.State.REACHED else _("The goal was dropped.")


@transaction.atomic
def reopen_goal(*, goal: PlanGoal, by: User) -> PlanGoal:
    """The goal is pursued after all; its dropped steps stay dropped until somebody opens them."""
    participation, goal = _locked_goal(goal)
    if not goal.is_open:
        goal.state, goal.closed_on, goal.close_note = PlanGoal.State.OPEN, None, ""
        _save_next_version(goal)
        _tell(goal, Kind.REOPENED, by)
        changed(participation.pk)
    return goal


# --- Steps ----------------------------------------------------------------------------------------


@transaction.atomic
def add_step(
    *,
    goal: PlanGoal,
    what: str,
    doer: str,
    organisation: Organisation | None = None,
    due_on: dt.date | None = None,
    submission: uuid.UUID | None = None,
    by: User,
) -> PlanStep:
    """A step, last under its goal. The same `submission` again is the same step."""
    participation, goal = _locked_goal(goal)
    if (earlier := _sent_before(goal.steps.all(), submission, by)) is not None:
        return earlier
    rules.check_step(participation, goal, what=what, doer=doer, organisation=organisation, due_on=due_on)
    step = PlanStep(
        goal=goal,
        what=what.strip(),
        doer=doer,
        organisation=organisation,
        due_on=due_on,
        position=_next_position(goal.steps.all()),
        submission=submission,
        recorded_at=now(),
        recorded_by=by,
    )
    save(step)
    _tell(goal, Kind.AGREED, by, step=step)
    changed(participation.pk)
    return step


@transaction.atomic
def edit_step(
    *,
    step: PlanStep,
    what: str,
    doer: str,
    organisation: Organisation | None = None,
    due_on: dt.date | None = None,
    version: int | None = None,
    by: User,
) -> PlanStep:
    """What, who or when; what it was before stays in its history."""
    participation, step = _locked_step(step)
    rules.check_version(step, version)
    rules.check_step_may_change(step)
    rules.check_step(
        participation,
        step.goal,
        what=what,
        doer=doer,
        organisation=organisation,
        due_on=due_on,
        known=step.organisation,
    )
    was, was_due_on = step.what, step.due_on
    kind = _kind_of_change(step, what.strip(), doer, organisation, due_on)
    step.what, step.doer, step.organisation, step.due_on = what.strip(), doer, organisation, due_on
    if kind is not None:
        _save_next_version(step)
        _tell(step.goal, kind, by, step=step, was=was, was_due_on=was_due_on)
        changed(participation.pk)
    return step


def _kind_of_change(
    step: PlanStep, what: str, doer: str, organisation: Organisation | None, due_on: dt.date | None
) -> Kind | None:
    if what != step.what:
        return Kind.CHANGED
    is_moved = (doer, organisation, due_on) != (step.doer, step.organisation, step.due_on)
    return Kind.MOVED if is_moved else None


@transaction.atomic
def set_step_state(*, step: PlanStep, state: str, by: User) -> PlanStep:
    """The step is under way, done, or planned again. Ticking it twice changes nothing."""
    participation, step = _locked_step(step)
    rules.check_step_state(step, state)
    if step.state == state:
        return step
    was_closed = not step.is_unfinished
    step.state, step.drop_reason = state, ""
    step.closed_on = today() if state == PlanStep.State.DONE else None
    _save_next_version(step)
    kind = {PlanStep.State.DONE: Kind.DONE, PlanStep.State.ONGOING: Kind.STARTED}.get(PlanStep.State(state))
    _tell(step.goal, Kind.REOPENED if was_closed or kind is None else kind, by, step=step)
    changed(participation.pk)
    return step


@transaction.atomic
def drop_step(*, step: PlanStep, reason: str, by: User) -> PlanStep:
    """The step is not taken, and why. It stays readable. The same reason twice drops it once."""
    participation, step = _locked_step(step)
    if step.state == PlanStep.State.DROPPED and step.drop_reason == reason.strip():
        return step
    rules.check_step_drop(step, reason)
    _drop(step, reason.strip(), by)
    changed(participation.pk)
    return step


def _drop(step: PlanStep, reason: str, by: User) -> None:
    step.state, step.drop_reason, step.closed_on = PlanStep.State.DROPPED, reason, today()
    _save_next_version(step)
    _tell(step.goal, Kind.DROPPED, by, step=step, note=reason)


# --- The order ------------------------------------------------------------------------------------


@transaction.atomic
def move_in_plan(*, row: PlanFocus | PlanGoal | PlanStep, is_up: bool, by: User) -> None:
    """Changes places with its neighbour. The first stays first, the last stays last; nothing else about it changes."""
    participation = locked(_participation_of(row))
    siblings = list(_siblings(row))
    here = siblings.index(row)
    there = here - 1 if is_up else here + 1
    if 0 <= there < len(siblings):
        siblings[here], siblings[there] = siblings[there], siblings[here]
        for position, sibling in enumerate(siblings, start=1):
            sibling.position = position
        type(row)._default_manager.bulk_update(siblings, ["position"])
        changed(participation.pk)


def _participation_of(row: PlanFocus | PlanGoal | PlanStep) -> Participation:
    if isinstance(row, PlanStep):
        row = row.goal
    return row.focus.participation if isinstance(row, PlanGoal) else row.participation


def _siblings(row: PlanFocus | PlanGoal | PlanStep) -> models.QuerySet[Any]:
    """Those that stand beside it on the page: closed goals stand elsewhere."""
    if isinstance(row, PlanStep):
        return row.goal.steps.order_by("position", "pk")
    if isinstance(row, PlanGoal):
        same = PlanGoal.State.OPEN if row.is_open else row.state
        return row.focus.goals.filter(state=same).order_by("position", "pk")
    return row.participation.plan_focuses.filter(goals__state=PlanGoal.State.OPEN).distinct().order_by("position", "pk")


# --- Reviews and progress -------------------------------------------------------------------------


@transaction.atomic
def record_plan_review(
    *,
    participation: Participation,
    held_on: dt.date,
    said: str,
    is_with_person: bool = True,
    present: str = "",
    next_on: dt.date | None = None,
    submission: uuid.UUID | None = None,
    by: User,
) -> PlanReview:
    """The plan was gone through. The same `submission` again is the same review."""
    participation = locked(participation)
    if (earlier := _sent_before(participation.plan_reviews.all(), submission, by)) is not None:
        return earlier
    rules.check_review(participation, held_on, said, next_on)
    review = PlanReview(
        participation=participation,
        held_on=held_on,
        said=said.strip(),
        is_with_person=is_with_person,
        present=present.strip(),
        next_on=next_on,
        submission=submission,
        recorded_at=now(),
        recorded_by=by,
    )
    save(review)
    changed(participation.pk)
    return review


@transaction.atomic
def assess_progress(
    *,
    participation: Participation,
    assessed_on: dt.date,
    levels: Mapping[str, int],
    is_with_person: bool = True,
    note: str = "",
    submission: uuid.UUID | None = None,
    by: User,
) -> ProgressAssessment:
    """Where the person stands, on today's scale (dimension → 1–5). The same `submission` again is the same one."""
    participation = locked(participation)
    if (earlier := _sent_before(participation.progress.all(), submission, by)) is not None:
        return earlier
    rules.check_assessment(participation, assessed_on, levels)
    assessment = ProgressAssessment(
        participation=participation,
        assessed_on=assessed_on,
        scale=progress.current_version(),
        is_with_person=is_with_person,
        note=note.strip(),
        submission=submission,
        recorded_at=now(),
        recorded_by=by,
    )
    save(assessment)
    for dimension, level in levels.items():
        save(ProgressLevel(assessment=assessment, dimension=dimension, level=level))
    changed(participation.pk)
    return assessment


@transaction.atomic
def withdraw_assessment(*, assessment: ProgressAssessment, reason: str, by: User) -> ProgressAssessment:
    """The assessment was wrong: it leaves the line and stays readable with the reason."""
    participation = locked(assessment.participation)
    assessment = participation.progress.get(pk=assessment.pk)
    rules.check_assessment_withdrawal(assessment, reason)
    assessment.withdrawn_at, assessment.withdrawn_by = now(), by
    assessment.withdrawn_reason = reason.strip()
    save(assessment)
    changed(participation.pk)
    return assessment


# --- Pieces ---------------------------------------------------------------------------------------


def _locked_goal(goal: PlanGoal) -> tuple[Participation, PlanGoal]:
    participation = locked(goal.focus.participation)
    found = PlanGoal.objects.select_related("focus__area", "focus__participation").get(pk=goal.pk)
    return participation, found


def _locked_step(step: PlanStep) -> tuple[Participation, PlanStep]:
    participation = locked(step.goal.focus.participation)
    found = PlanStep.objects.select_related("goal__focus__area", "goal__focus__participation", "organisation").get(
        pk=step.pk
    )
    return participation, found


def _sent_before(rows: models.QuerySet[Any], submission: uuid.UUID | None, by: User) -> Any:
    """What this very form made the first time."""
    return rows.filter(submission=submission, recorded_by=by).first() if submission is not None else None


def _focus(participation: Participation, area: FocusArea) -> PlanFocus:
    """The part of life in this plan; a new one comes last."""
    focus = participation.plan_focuses.filter(area=area).first()
    if focus is None:
        position = _next_position(participation.plan_focuses.all())
        focus = PlanFocus(participation=participation, area=area, position=position)
        save(focus)
    return focus


def _next_position(rows: models.QuerySet[Any]) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1


def _save_next_version(row: PlanGoal | PlanStep) -> None:
    row.version += 1
    save(row)


def _tell(
    goal: PlanGoal,
    kind: Kind,
    by: User,
    *,
    step: PlanStep | None = None,
    note: str = "",
    was: str = "",
    was_due_on: dt.date | None = None,
) -> None:
    save(PlanEvent(goal=goal, step=step, kind=kind, at=now(), by=by, note=note, was=was, was_due_on=was_due_on))
