"""What is done with one participant: find, allow, parse, do, show. What is shown is logged before it leaves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grundsteget.dates import today
from participants import actions, forms, identity, rules
from participants.missing_documents import SHOWN_EXITS
from participants.models import (
    Activity,
    CourseGroup,
    ExitReason,
    FollowUp,
    JournalEntry,
    Outcome,
    Participation,
    PlanStep,
    Referral,
    Stint,
)
from participants.views.frame import GET_AND_POST, Category, back, find, show
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, Project

# --- Parallel activities and hours ------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def activity_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.ACTIVITY_RECORD, participation)
    form = forms.ActivityForm(request.POST or None)
    if form.is_valid():
        try:
            actions.record_activity(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The activity is saved."), request)
    return show(request, "activity_form", participation, form)


@require_http_methods(GET_AND_POST)
def activity_end(request: Request, pk: int, activity_pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    activity = get_object_or_404(Activity.objects.visible_to(request.user), participation=participation, pk=activity_pk)
    # Whoever gives a course ends a place in it; any other activity is ended by those who record them.
    kept = CourseGroup.objects.kept_by(request.user)
    if activity.group_id is None or not kept.filter(pk=activity.group_id).exists():
        access.require(request.user, Permission.ACTIVITY_RECORD, participation)
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_activity(activity=activity, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The activity has its last day."), request)
    return show(request, "activity_end_form", participation, form, activity=activity)


@require_http_methods(GET_AND_POST)
def hours_edit(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.HOURS_RECORD, participation)
    form = forms.HoursForm(request.POST or None, participation=participation)
    if form.is_valid():
        changes = form.changes
        try:
            actions.record_hours_by_month(
                participation=participation,
                hours=dict(changes),
                confirmed=form.cleaned_data["confirmed"],
                by=request.user,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(
                participation,
                ngettext("Hours of %(n)s month are saved.", "Hours of %(n)s months are saved.", len(changes))
                % {"n": len(changes)},
                request,
            )
    return show(request, "hours_form", participation, form)


# --- Outcomes -------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def outcome_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.OUTCOME_RECORD, participation)
    form = forms.OutcomeForm(request.POST or None)
    if form.is_valid():
        try:
            actions.record_outcome(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The outcome is saved."), request)
    return show(request, "outcome_form", participation, form)


@require_http_methods(GET_AND_POST)
def outcome_end(request: Request, pk: int, outcome_pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    outcome = _outcome(request, participation, outcome_pk)
    access.require(request.user, Permission.OUTCOME_RECORD, participation)
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_outcome(outcome=outcome, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The outcome has its last day."), request)
    return show(
        request, "outcome_end_form", participation, form, outcome=outcome, words=forms.outcome_in_words(outcome)
    )


@require_http_methods(GET_AND_POST)
def outcome_withdraw(request: Request, pk: int, outcome_pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    outcome = _outcome(request, participation, outcome_pk)
    access.require(request.user, Permission.OUTCOME_RECORD, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_outcome(outcome=outcome, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(
                participation, _("The outcome is removed. It no longer counts, and stays in the history."), request
            )
    return show(
        request, "outcome_withdraw_form", participation, form, outcome=outcome, words=forms.outcome_in_words(outcome)
    )


def _outcome(request: Request, participation: Participation, outcome_pk: int) -> Outcome:
    return get_object_or_404(Outcome.objects.visible_to(request.user), participation=participation, pk=outcome_pk)


@require_http_methods(GET_AND_POST)
def near_employment_edit(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.OUTCOME_RECORD, participation)
    kept = {"value": participation.near_employment, "note": participation.near_employment_note}
    form = forms.NearEmploymentForm(request.POST or None, initial=kept)
    if form.is_valid():
        try:
            actions.set_near_employment(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("Saved."), request)
    return show(request, "near_employment_form", participation, form)


# --- Leaving, coming back, following up -----------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def stint_close(request: Request, pk: int) -> HttpResponse:
    """The exit: why, what the person does now, what is still open, and when the two questions come."""
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.StintCloseForm(
        request.POST or None,
        participation=participation,
        ongoing=_ongoing_outcomes(participation),
        still_open=_still_open(request, participation),
    )
    if form.is_valid():
        try:
            stint = actions.leave_project(participation=participation, by=request.user, **form.leaving)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _after_exit(request, participation, stint)
    is_clock = request.htmx.target == "clocks"
    return show(
        request,
        "stint_close_form",
        participation,
        form,
        part="#clocks" if is_clock else "",
        stint=participation.stints.filter(ended_on__isnull=True).first(),
        activities=list(participation.activities.ongoing().select_related("enterprise__organisation")),
        clocks=_clocks(request, participation.project),
        needs_paper=ExitReason.objects.filter(code__in=SHOWN_EXITS),
    )


def _still_open(request: Request, participation: Participation) -> dict[str, QuerySet[Any]]:
    """Next steps, steps in the plan and unanswered referrals that the user may close, by the form's field."""
    user = request.user
    sending = access.of(user).organisation_ids(Permission.REFERRAL_SEND)
    steps = PlanStep.objects.visible_to(user).filter(goal__focus__participation=participation)
    referrals = Referral.objects.visible_to(user).filter(participation=participation, from_organisation__in=sending)
    may_plan = access.has(user, Permission.PLAN_WRITE, participation.project_id)
    return {
        "done": JournalEntry.objects.visible_to(user).filter(participation=participation).next_steps(),
        "dropped": steps.exclude(state__in=[PlanStep.State.DONE, PlanStep.State.DROPPED]).order_by("due_on", "pk")
        if may_plan
        else steps.none(),
        "withdrawn": referrals.filter(state__in=[Referral.State.DRAFT, *Referral.OPEN])
        .select_related("to_organisation")
        .order_by("pk"),
    }


def _clocks(request: Request, project: Project) -> list[tuple[str, dt.date, dt.date | None]]:
    """When each question may be asked, and until when, if the last day is the one typed so far; else today."""
    try:
        last_day = dt.date.fromisoformat(request.POST.get("ended_on") or request.GET.get("ended_on", ""))
    except ValueError:
        last_day = today()
    if not project.started_on <= last_day <= project.ended_on:
        last_day = today()
    return [
        (
            str(milestone.label),
            rules.follow_up_due_on(last_day, milestone),
            rules.follow_up_closes_on(last_day, milestone),
        )
        for milestone in FollowUp.Milestone
    ]


def _after_exit(request: Request, participation: Participation, stint: Stint) -> HttpResponse:
    """Back to the person; to her documents when the reason is one that a paper has to show."""
    saved = _("The exit is registered. The follow-ups show up under Today when it is time.")
    response = back(participation, saved, request)
    if stint.exit_reason_id in SHOWN_EXITS:
        messages.info(request, _("This reason is shown by a document. Upload it here."))
        response["Location"] += "?flik=dokument"
    return response


def _ongoing_outcomes(participation: Participation) -> list[Outcome]:
    standing = participation.outcomes.standing().exclude(kind__in=[Outcome.Kind.QUALIFICATION, Outcome.Kind.IMPROVED])
    return list(standing.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=today())).order_by("started_on", "pk"))


@require_http_methods(GET_AND_POST)
def stint_open(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPANT_ENROL, participation)
    form = forms.StintOpenForm(request.POST or None, project=participation.project)
    if form.is_valid():
        try:
            actions.open_stint(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The re-entry is registered. The first entry stays as it was."), request)
    stints = list(participation.stints.select_related("exit_reason").order_by("started_on"))
    return show(request, "stint_open_form", participation, form, stints=stints)


@require_http_methods(GET_AND_POST)
def follow_up_create(request: Request, pk: int, milestone: str) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.FOLLOW_UP_RECORD, participation)
    if milestone not in FollowUp.Milestone.values:
        raise Http404
    form = forms.FollowUpForm(request.POST or None, ongoing=_ongoing_outcomes(participation))
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.record_follow_up(
                participation=participation,
                milestone=milestone,
                answer=data["answer"],
                channel=data["channel"],
                answered_on=data["answered_on"],
                note=data["note"],
                submission=data["submission"],
                outcome=form.outcome,
                ended=form.ended,
                by=request.user,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The follow-up is saved."), request)
    left_on = participation.left_on
    return show(
        request,
        "follow_up_form",
        participation,
        form,
        milestone=FollowUp.Milestone(milestone),
        is_first=milestone == FollowUp.Milestone.FOUR_WEEKS,
        due_on=rules.follow_up_due_on(left_on, milestone) if left_on else None,
        closes_on=rules.follow_up_closes_on(left_on, milestone) if left_on else None,
        attempts=list(participation.follow_up_attempts.filter(milestone=milestone, exit_on=left_on)) if left_on else [],
    )


# --- What is known of the person ----------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def entry_record_edit(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPANT_EDIT, participation)
    record = getattr(participation, "entry_record", None)
    initial = {name: getattr(record, name) for name in forms.EntryRecordForm.ENTRY_FIELDS} if record else {}
    form = forms.EntryRecordForm(request.POST or None, initial=initial | {"version": participation.version})
    if form.is_valid():
        try:
            actions.save_entry_record(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The entry record is saved."), request)
    return show(request, "entry_record_form", participation, form)


@require_http_methods(GET_AND_POST)
def sensitive_edit(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.SENSITIVE_VIEW, participation)
    known = {row.question: row.answer for row in participation.sensitive_answers.all()}
    form = forms.SensitiveForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            actions.save_sensitive_answers(
                participation=participation,
                answers=form.sensitive,
                asked_on=form.cleaned_data["asked_on"],
                by=request.user,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The answers are saved."), request)
    return show(request, "sensitive_form", participation, form, fields=AccessLog.FieldsClass.SENSITIVE)


@require_http_methods(GET_AND_POST)
def contact_edit(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.CONTACT)
    access.require(request.user, Permission.PARTICIPANT_EDIT, participation)
    person = participation.participant
    initial = {name: getattr(person, name) for name in forms.ContactForm.PERSON_FIELDS}
    if person.is_protected:
        # What was known before she became protected is not shown, and not kept when the form is saved.
        initial |= dict.fromkeys(("municipality", "district", "phone", "email"), "")
    form = forms.ContactForm(
        request.POST or None, participant=person, initial=initial | {"version": participation.version}
    )
    if form.is_valid():
        try:
            actions.save_contact(
                participation=participation,
                by=request.user,
                identity=form.cleaned_data.get("number"),
                version=form.cleaned_data["version"],
                **form.person,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The person's data are saved."), request)
    return show(request, "contact_form", participation, form, fields=AccessLog.FieldsClass.CONTACT)


@never_cache
@require_http_methods(GET_AND_POST)
def identity_show(request: Request, pk: int) -> HttpResponse:
    """The whole number, once, for a reason that is kept in the log."""
    participation = find(request, pk)
    access.require(request.user, Permission.IDENTITY_UNMASK, participation)
    form = forms.IdentityShowForm(request.POST or None)
    if not form.is_valid():
        return show(request, "identity_form", participation, form)
    person = participation.participant
    log_access(
        request,
        AccessLog.Action.UNMASK,
        participation_ids=[participation.pk],
        fields=AccessLog.FieldsClass.PROTECTED if person.is_protected else AccessLog.FieldsClass.BASIC,
        purpose=form.cleaned_data["reason"],
    )
    context = {
        "participation": participation,
        "form": form,
        "number": person.number and identity.written(person.number),
    }
    template = "participants/identity_shown.html" + ("#number" if request.htmx else "")
    return render(request, template, context)
