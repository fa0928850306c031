"""What may be planned, changed and closed, and how progress is judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import progress
from participants.models import FocusArea, Participation, PlanGoal, PlanStep, ProgressAssessment
from participants.rules.frame import check_has_happened, refused
from partners.models import Organisation, Partnership, in_force


def focus_areas(known: FocusArea | None = None) -> QuerySet[FocusArea]:
    """Those in use, and the one that a goal already has."""
    in_use = FocusArea.objects.filter(retired_on__isnull=True) | FocusArea.objects.filter(retired_on__gte=today())
    return in_use | FocusArea.objects.filter(pk=known.pk) if known else in_use


def partners_for_steps(participation: Participation) -> QuerySet[Organisation]:
    """Today's partners of the project; its owner's steps are the coordinator's."""
    partners = Partnership.objects.filter(in_force(today()), project=participation.project).values("organisation")
    return Organisation.objects.filter(pk__in=partners).exclude(pk=participation.project.owner_id).order_by("name")


def check_goal(
    participation: Participation, area: FocusArea, text: str, agreed_on: dt.date, *, known: FocusArea | None = None
) -> None:
    if not text.strip():
        raise refused(_("Write what the person wants, in her own words."), "text")
    if not focus_areas(known).filter(pk=area.pk).exists():
        raise refused(_("This focus is no longer used. Choose another one."), "area")
    _check_day(participation, agreed_on, "agreed_on")


def _check_day(participation: Participation, day: dt.date, field: str) -> None:
    check_has_happened(day, field)
    if day < participation.project.started_on:
        raise refused(
            _("The project began on %(day)s. Choose that day or a later one.")
            % {"day": participation.project.started_on},
            field,
        )


def check_goal_is_open(goal: PlanGoal) -> None:
    if not goal.is_open:
        raise refused(_("This goal was closed on %(day)s. Open it again first.") % {"day": goal.closed_on})


def check_goal_close(goal: PlanGoal, state: str, note: str) -> None:
    check_goal_is_open(goal)
    if state not in (PlanGoal.State.REACHED, PlanGoal.State.DROPPED):
        raise refused(_("Say whether the goal is reached or dropped."), "state")
    if state == PlanGoal.State.DROPPED and not note.strip():
        raise refused(_("Say why the goal is dropped."), "note")


def check_step(
    participation: Participation,
    goal: PlanGoal,
    *,
    what: str,
    doer: str,
    organisation: Organisation | None,
    due_on: dt.date | None,
    known: Organisation | None = None,
) -> None:
    check_goal_is_open(goal)
    if not what.strip():
        raise refused(_("Write what is to be done."), "what")
    if (doer == PlanStep.Doer.PARTNER) != (organisation is not None):
        raise refused(_("Say who does the step."), "who")
    if (
        organisation is not None
        and organisation != known
        and not partners_for_steps(participation).filter(pk=organisation.pk).exists()
    ):
        raise refused(_("Choose an organisation that is a partner in the project today."), "who")
    if due_on is not None and due_on < goal.agreed_on:
        raise refused(
            _("The goal was agreed on %(day)s. Choose that day or a later one.") % {"day": goal.agreed_on}, "due_on"
        )


def check_step_may_change(step: PlanStep) -> None:
    check_goal_is_open(step.goal)
    if not step.is_unfinished:
        raise refused(_("This step was closed on %(day)s. Open it again first.") % {"day": step.closed_on})


def check_step_state(step: PlanStep, state: str) -> None:
    """To planned, under way or done, back and forth; a dropped step is opened again before it is done."""
    check_goal_is_open(step.goal)
    if state not in (*PlanStep.UNFINISHED, PlanStep.State.DONE):
        raise refused(_("Say whether the step is planned, under way or done."))
    if step.state == PlanStep.State.DROPPED and state != PlanStep.State.PLANNED:
        raise refused(_("This step is dropped. Open it again first."))


def check_step_drop(step: PlanStep, reason: str) -> None:
    check_step_may_change(step)
    if not reason.strip():
        raise refused(_("Say why the step is dropped."), "reason")


def check_review(participation: Participation, held_on: dt.date, said: str, next_on: dt.date | None) -> None:
    _check_day(participation, held_on, "held_on")
    if not said.strip():
        raise refused(_("Write what was said. A few words are enough."), "said")
    if next_on is not None and next_on <= held_on:
        raise refused(_("The next review comes after this one. Choose a later day."), "next_on")


def check_assessment(participation: Participation, assessed_on: dt.date, levels: Mapping[str, int]) -> None:
    """At least one dimension of today's scale, one assessment a day."""
    _check_day(participation, assessed_on, "assessed_on")
    if not levels:
        raise refused(_("Choose a level in at least one row. What you do not know stays not assessed."))
    scale = progress.current()
    if not set(levels) <= set(scale.codes) or not all(
        progress.LOWEST <= level <= progress.HIGHEST for level in levels.values()
    ):
        raise refused(_("Choose one of the five levels."))
    if participation.progress.standing().filter(assessed_on=assessed_on).exists():
        raise refused(_("There is already an assessment of this day. Withdraw it first."), "assessed_on")


def check_assessment_withdrawal(assessment: ProgressAssessment, reason: str) -> None:
    if assessment.withdrawn_at is not None:
        raise refused(_("This assessment is already withdrawn."))
    if not reason.strip():
        raise refused(_("Say why. The reason is kept."), "reason")
