"""The plan and its progress."""

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
from partners.models import User
from tests.factories.frame import day
from tests.factories.people import _parsed


def make_goal(participation: Participation, by: User, area: str = "arbete", **fields) -> PlanGoal:
    """A goal agreed on 1 March 2017, last in its focus."""
    area_row, _ = FocusArea.objects.get_or_create(
        code=area, defaults={"name_sv": area, "name_en": area, "is_about_health": area == "halsa"}
    )
    focus, _ = PlanFocus.objects.get_or_create(
        participation=participation, area=area_row, defaults={"position": participation.plan_focuses.count() + 1}
    )
    fields = {name: _parsed(value) for name, value in fields.items()}
    values = {"text": "Jag vill jobba med mat", "agreed_on": day("2017-03-01"), "position": focus.goals.count() + 1}
    goal = PlanGoal.objects.create(focus=focus, recorded_by=by, **{**values, **fields})
    PlanEvent.objects.create(goal=goal, kind=PlanEvent.Kind.AGREED, by=by)
    return goal


def make_step(goal: PlanGoal, by: User, **fields) -> PlanStep:
    """A planned step that the participant takes herself, unless an organisation is named."""
    doer = PlanStep.Doer.PARTNER if fields.get("organisation") else PlanStep.Doer.PERSON
    fields = {name: _parsed(value) for name, value in fields.items()}
    values = {"what": "Besöka köket", "doer": doer, "position": goal.steps.count() + 1}
    step = PlanStep.objects.create(goal=goal, recorded_by=by, **{**values, **fields})
    PlanEvent.objects.create(goal=goal, step=step, kind=PlanEvent.Kind.AGREED, by=by)
    return step


def make_plan_review(participation: Participation, by: User, held_on: str = "2017-03-01", **fields) -> PlanReview:
    fields = {name: _parsed(value) for name, value in fields.items()}
    values = {"said": "Vi gick igenom planen.", "recorded_by": by}
    return PlanReview.objects.create(participation=participation, held_on=day(held_on), **{**values, **fields})


def make_assessment(
    participation: Participation,
    by: User,
    assessed_on: str = "2017-03-01",
    levels: dict[str, int] | None = None,
    **fields,
) -> ProgressAssessment:
    """Everyday life on level 2 and health on level 3, unless told otherwise."""
    assessment = ProgressAssessment.objects.create(
        participation=participation, assessed_on=day(assessed_on), recorded_by=by, **fields
    )
    for dimension, level in (levels or {"vardag": 2, "halsa": 3}).items():
        ProgressLevel.objects.create(assessment=assessment, dimension=dimension, level=level)
    return assessment
