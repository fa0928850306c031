"""What the plan holds for the one who reads it: the page's structure, and the steps that somebody is to take.

Each kind of row is read once, through what the reader may see; the page loops and formats.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from participants.models import (
    Participation,
    PlanEvent,
    PlanFocus,
    PlanGoal,
    PlanReview,
    PlanStep,
)
from partners import access
from partners.access import Permission
from partners.models import User


@dataclass(frozen=True)
class StepShown:
    step: PlanStep
    history: list[PlanEvent]
    may_tick: bool


@dataclass(frozen=True)
class GoalShown:
    goal: PlanGoal
    steps: list[StepShown]
    history: list[PlanEvent]

    @property
    def done(self) -> int:
        return sum(one.step.state == PlanStep.State.DONE for one in self.steps)

    @property
    def counted(self) -> int:
        """Steps that are still meant or were taken: dropped ones are no part of the whole."""
        return sum(one.step.state != PlanStep.State.DROPPED for one in self.steps)


@dataclass(frozen=True)
class FocusShown:
    focus: PlanFocus
    goals: list[GoalShown]


@dataclass(frozen=True)
class Plan:
    """Open goals by focus in the person's order, closed ones apart, the newest review first."""

    focuses: list[FocusShown] = field(default_factory=list)
    closed: list[GoalShown] = field(default_factory=list)
    reviews: list[PlanReview] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.focuses and not self.closed and not self.reviews

    @property
    def next_review_on(self) -> dt.date | None:
        return self.reviews[0].next_on if self.reviews else None


def plan_of(user: User, participation: Participation) -> Plan:
    """The plan as the user may read it. As many queries for twenty-five goals as for one."""
    goals = list(
        PlanGoal.objects.visible_to(user)
        .filter(focus__participation=participation)
        .select_related("focus__area")
        .order_by("focus__position", "focus", "position", "pk")
    )
    steps = _steps_by_goal(user, goals, _Ticking.of(user, participation))
    about_goals = PlanEvent.objects.visible_to(user).filter(goal__in=goals, step__isnull=True)
    histories = _by_owner(about_goals, "goal_id")
    shown = [GoalShown(goal, steps.get(goal.pk, []), histories.get(goal.pk, [])) for goal in goals]
    reviews = PlanReview.objects.visible_to(user).filter(participation=participation)
    return Plan(
        focuses=_by_focus([one for one in shown if one.goal.is_open]),
        closed=sorted((one for one in shown if not one.goal.is_open), key=_closed_on, reverse=True),
        reviews=list(reviews.select_related("recorded_by").order_by("-held_on", "-pk")),
    )


def _steps_by_goal(user: User, goals: list[PlanGoal], ticking: _Ticking) -> dict[int, list[StepShown]]:
    rows = PlanStep.objects.visible_to(user).filter(goal__in=goals).select_related("organisation")
    histories = _by_owner(PlanEvent.objects.visible_to(user).filter(goal__in=goals, step__isnull=False), "step_id")
    found: dict[int, list[StepShown]] = {}
    for step in rows.order_by("position", "pk"):
        shown = StepShown(step, histories.get(step.pk, []), ticking.may(step))
        found.setdefault(step.goal_id, []).append(shown)
    return found


def _by_owner(events: QuerySet[PlanEvent], owner: str) -> dict[int, list[PlanEvent]]:
    """What happened to each goal or step, the oldest first."""
    found: dict[int, list[PlanEvent]] = {}
    for event in events.select_related("by").order_by("at", "pk"):
        found.setdefault(getattr(event, owner), []).append(event)
    return found


def _by_focus(goals: Iterable[GoalShown]) -> list[FocusShown]:
    found: dict[int, FocusShown] = {}
    for one in goals:
        found.setdefault(one.goal.focus_id, FocusShown(one.goal.focus, [])).goals.append(one)
    return list(found.values())


def _closed_on(one: GoalShown) -> tuple[dt.date, int]:
    return one.goal.closed_on or dt.date.max, one.goal.pk


# --- Who ticks a step -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ticking:
    """Who writes the plan ticks every step of it; a partner those that its own organisation does."""

    is_writer: bool
    organisation_ids: set[int]

    @classmethod
    def of(cls, user: User, participation: Participation) -> _Ticking:
        rights, project = access.of(user), participation.project_id
        return cls(
            rights.has(Permission.PLAN_WRITE, project),
            {
                hat.organisation_id
                for hat in rights.memberships
                if rights.has(Permission.JOURNAL_WRITE, project, hat.organisation)
            },
        )

    def may(self, step: PlanStep) -> bool:
        return self.is_writer or step.organisation_id in self.organisation_ids


def may_tick(user: User, participation: Participation, step: PlanStep) -> bool:
    return _Ticking.of(user, participation).may(step)


# --- Steps for the timeline and for Today -------------------------------------------------------------


def open_steps(user: User) -> QuerySet[PlanStep]:
    """Dated steps of open goals that are not taken, the nearest first, of everybody whose plan the user may read."""
    return (
        PlanStep.objects.visible_to(user)
        .unfinished()
        .filter(due_on__isnull=False, goal__state=PlanGoal.State.OPEN)
        .select_related("goal__focus__area", "goal__focus__participation__participant", "organisation")
        .order_by("due_on", "pk")
    )


def my_open_steps(user: User) -> QuerySet[PlanStep]:
    """Those of `open_steps` that the user may tick: all that she plans, or those that her organisation does."""
    rights = access.of(user)
    own = rights.organisation_ids(Permission.JOURNAL_WRITE)
    written = rights.projects(Permission.PLAN_WRITE)
    steps = open_steps(user)
    return steps.filter(goal__focus__participation__project__in=written) | steps.filter(organisation__in=own)


def may_be_told_in_a_list(step: PlanStep) -> bool:
    """Whether a list may say what the step is: never of a protected person, never about health."""
    focus = step.goal.focus
    return not (focus.participation.participant.is_protected or focus.area.is_about_health)
