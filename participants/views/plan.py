"""The plan and its progress: goals, steps, reviews, assessments, and the paper that the participant takes home.

What is changed on the tab itself answers with the plan anew; what needs more than a click has a page of its own.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from participants import actions, forms, plans
from participants.models import Participation, PlanFocus, PlanGoal, PlanStep, ProgressAssessment
from participants.opening import log_opening
from participants.progress_line import progress_of
from participants.views.frame import GET_AND_POST, Category, find, show
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog, User

PLAN = "plan"
SENSITIVE = AccessLog.FieldsClass.SENSITIVE


def plan_context(user: User, participation: Participation) -> dict[str, Any]:
    """What the tab shows, and what comes back of it after a deed."""
    return {
        "plan": plans.plan_of(user, participation),
        "progress": progress_of(user, participation),
        "is_arranging": False,
        "said": "",
    }


def fields_of_plan(user: User, participation: Participation) -> AccessLog.FieldsClass:
    """The look at a plan is one at sensitive data for those to whom it may tell of health."""
    sees_health = access.has(user, Permission.HEALTH_VIEW, participation.project_id)
    return SENSITIVE if sees_health else AccessLog.FieldsClass.BASIC


def _find(request: Request, pk: int) -> Participation:
    return find(request, pk, Category.JOURNEY)


def _find_to_write(request: Request, pk: int) -> Participation:
    participation = _find(request, pk)
    access.require(request.user, Permission.PLAN_WRITE, participation)
    return participation


def _goal(request: Request, participation: Participation, goal_pk: int) -> PlanGoal:
    goals = PlanGoal.objects.visible_to(request.user).select_related("focus__area", "focus__participation")
    return get_object_or_404(goals, focus__participation=participation, pk=goal_pk)


def _step(request: Request, participation: Participation, step_pk: int) -> PlanStep:
    steps = PlanStep.objects.visible_to(request.user).select_related(
        "goal__focus__area", "goal__focus__participation", "organisation"
    )
    return get_object_or_404(steps, goal__focus__participation=participation, pk=step_pk)


def _plan_address(participation: Participation) -> str:
    return f"{reverse('participants:participation_detail', args=[participation.pk])}?flik={PLAN}"


def _back(request: Request, participation: Participation, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect(_plan_address(participation))


def _answer(
    request: Request, participation: Participation, message: str, *, is_arranging: bool = False, refused: str = ""
) -> HttpResponse:
    """The plan anew where the tab asked for it, or the way back to the tab."""
    if not request.htmx:
        (messages.error if refused else messages.success)(request, refused or message)
        return redirect(_plan_address(participation) + ("&ordna=1" if is_arranging else ""))
    log_opening(request, participation, fields=fields_of_plan(request.user, participation))
    context = {
        "participation": participation,
        "may": {one.value for one in access.permissions_in(request.user, participation.project_id)},
        **plan_context(request.user, participation),
        "is_arranging": is_arranging,
        "said": refused or message,
    }
    response = render(request, "participants/_plan.html#plan", context)
    return reswap(retarget(response, "#plan"), "outerHTML")


# --- Goals ----------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def plan_goal_create(request: Request, pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    form = forms.GoalForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data.copy()
        del data["version"]
        try:
            actions.add_goal(participation=participation, by=request.user, **data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The goal is in the plan. What is the first step?"))
    return show(request, "plan_goal_form", participation, form, goal=None, fields=SENSITIVE)


@require_http_methods(GET_AND_POST)
def plan_goal_edit(request: Request, pk: int, goal_pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    goal = _goal(request, participation, goal_pk)
    names = ("text", "agreed_on", "is_with_person", "present", "version")
    shown = {name: getattr(goal, name) for name in names} | {"area": goal.focus.area_id}
    form = forms.GoalForm(request.POST or None, known=goal.focus.area, initial=shown)
    if form.is_valid():
        data = form.cleaned_data.copy()
        del data["submission"]
        try:
            actions.edit_goal(goal=goal, by=request.user, **data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The goal is changed. What it was before stays in its history."))
    return show(request, "plan_goal_form", participation, form, goal=goal, fields=SENSITIVE)


@require_http_methods(GET_AND_POST)
def plan_goal_close(request: Request, pk: int, goal_pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    goal = _goal(request, participation, goal_pk)
    form = forms.GoalCloseForm(request.POST or None, initial={"version": goal.version})
    if form.is_valid():
        try:
            actions.close_goal(goal=goal, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The goal is closed, and stays readable further down."))
    steps = PlanStep.objects.visible_to(request.user).unfinished().filter(goal=goal).order_by("position", "pk")
    return show(request, "plan_goal_close_form", participation, form, goal=goal, steps=list(steps), fields=SENSITIVE)


@require_POST
def plan_goal_reopen(request: Request, pk: int, goal_pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    actions.reopen_goal(goal=_goal(request, participation, goal_pk), by=request.user)
    return _answer(request, participation, _("The goal is open again."))


# --- Steps ----------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def plan_step_create(request: Request, pk: int, goal_pk: int) -> HttpResponse:
    """On a page of its own, or folded out under the goal."""
    participation = _find_to_write(request, pk)
    goal = _goal(request, participation, goal_pk)
    form = forms.StepForm(request.POST or None, participation=participation, auto_id=f"id_goal_{goal.pk}_%s")
    if form.is_valid():
        data = form.cleaned_data.copy()
        del data["version"]
        try:
            actions.add_step(goal=goal, by=request.user, **data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _answer(request, participation, _("The step is in the plan."))
    part = "#plan-step-form" if request.htmx else ""
    if part:
        form.fields["what"].widget.attrs["autofocus"] = True
    return _show_step(request, participation, form, part, goal=goal, step=None)


def _show_step(
    request: Request, participation: Participation, form: forms.StepForm, part: str, **context: Any
) -> HttpResponse:
    log_opening(request, participation, fields=SENSITIVE)
    context |= {"participation": participation, "form": form}
    status = 422 if form.errors else 200
    return render(request, f"participants/plan_step_form.html{part}", context, status=status)


@require_http_methods(GET_AND_POST)
def plan_step_edit(request: Request, pk: int, step_pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    step = _step(request, participation, step_pk)
    form = forms.StepForm(
        request.POST or None,
        participation=participation,
        known=step.organisation,
        initial={
            "what": step.what,
            "who": forms.who_of(step),
            "due_on": step.due_on,
            "version": step.version,
        },
    )
    if form.is_valid():
        data = form.cleaned_data.copy()
        del data["submission"]
        try:
            actions.edit_step(step=step, by=request.user, **data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The step is changed. What it was before stays in its history."))
    return _show_step(request, participation, form, "", goal=step.goal, step=step)


@require_POST
def plan_step_state(request: Request, pk: int, step_pk: int) -> HttpResponse:
    """One click: done, under way, or planned again. A partner ticks the steps that its own organisation does."""
    participation = _find(request, pk)
    step = _step(request, participation, step_pk)
    if not plans.may_tick(request.user, participation, step):
        raise PermissionDenied
    form = forms.StepStateForm(request.POST)
    if not form.is_valid():
        return _answer(request, participation, "", refused=_("Say whether the step is planned, under way or done."))
    try:
        actions.set_step_state(step=step, by=request.user, **form.cleaned_data)
    except ValidationError as refusal:
        return _answer(request, participation, "", refused=refusal.messages[0])
    said = STATE_SAID[form.cleaned_data["state"]]()
    if request.POST.get("from") == "today":
        messages.success(request, said)
        return redirect("participants:today")
    return _answer(request, participation, said)


STATE_SAID = {
    PlanStep.State.PLANNED: lambda: _("The step is open again."),
    PlanStep.State.ONGOING: lambda: _("The step is under way."),
    PlanStep.State.DONE: lambda: _("The step is done."),
}


@require_http_methods(GET_AND_POST)
def plan_step_drop(request: Request, pk: int, step_pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    step = _step(request, participation, step_pk)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.drop_step(step=step, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The step is dropped. It stays readable with the reason."))
    return show(request, "plan_step_drop_form", participation, form, step=step, fields=SENSITIVE)


@require_POST
def plan_move(request: Request, pk: int) -> HttpResponse:
    """A focus, goal or step one place up or down."""
    participation = _find_to_write(request, pk)
    form = forms.PlanMoveForm(request.POST)
    if not form.is_valid():
        return _answer(request, participation, "", is_arranging=True, refused=_("Say what is to move, and where to."))
    row = _row(request, participation, form.cleaned_data["kind"], form.cleaned_data["row"])
    actions.move_in_plan(row=row, is_up=form.cleaned_data["direction"] == "up", by=request.user)
    return _answer(request, participation, _("Moved."), is_arranging=True)


def _row(request: Request, participation: Participation, kind: str, row_pk: int) -> PlanFocus | PlanGoal | PlanStep:
    if kind == "goal":
        return _goal(request, participation, row_pk)
    if kind == "step":
        return _step(request, participation, row_pk)
    focuses = PlanFocus.objects.visible_to(request.user).select_related("participation")
    return get_object_or_404(focuses, participation=participation, pk=row_pk)


# --- Reviews and progress -------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def plan_review_create(request: Request, pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    form = forms.PlanReviewForm(request.POST or None)
    if form.is_valid():
        try:
            actions.record_plan_review(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The review of the plan is saved."))
    return show(request, "plan_review_form", participation, form, fields=SENSITIVE)


@require_http_methods(GET_AND_POST)
def progress_create(request: Request, pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    form = forms.ProgressForm(request.POST or None)
    if form.is_valid():
        try:
            actions.assess_progress(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The assessment is saved."))
    return show(request, "progress_form", participation, form, fields=SENSITIVE)


@require_http_methods(GET_AND_POST)
def progress_withdraw(request: Request, pk: int, assessment_pk: int) -> HttpResponse:
    participation = _find_to_write(request, pk)
    assessments = ProgressAssessment.objects.visible_to(request.user).select_related("participation")
    assessment = get_object_or_404(assessments, participation=participation, pk=assessment_pk)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_assessment(assessment=assessment, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The assessment is withdrawn. It stays readable with the reason."))
    return show(request, "progress_withdraw_form", participation, form, assessment=assessment, fields=SENSITIVE)


# --- On paper -------------------------------------------------------------------------------------


@require_safe
def plan_print(request: Request, pk: int) -> HttpResponse:
    """The plan in plain words and large letters, for the participant to take home. The scale stays out of it."""
    participation = _find(request, pk)
    plan = plans.plan_of(request.user, participation)
    log_opening(request, participation, fields=fields_of_plan(request.user, participation), object_ref="plan")
    context = {
        "participation": participation,
        "plan": plan,
        "reached": [one for one in plan.closed if one.goal.state == PlanGoal.State.REACHED],
    }
    return render(request, "participants/plan_print.html", context)
