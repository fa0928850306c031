"""What is done with one participant: find, allow, parse, do, show. What is shown is logged before it leaves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grundsteget.dates import today
from participants import actions, forms, identity, rules
from participants.models import (
    Activity,
    Consent,
    FollowUp,
    JournalEntry,
    Outcome,
    Participant,
    Participation,
)
from participants.names import name_key
from participants.views.frame import GET_AND_POST, Category, back, find, show
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, Organisation, User, in_force

MATCHES = 12


# --- The journal ----------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def journal_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.JOURNAL_WRITE, participation)
    own = writing_organisation(request.user, participation)
    form = forms.JournalForm(request.POST or None, own=own, readers=readers(participation))
    if form.is_valid():
        try:
            actions.write_journal(participation=participation, organisation=own, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The note is saved."), request)
    return show(request, "journal_form", participation, form)


@require_http_methods(GET_AND_POST)
def journal_quick(request: Request) -> HttpResponse:
    """Log from anywhere, one after the other. What is typed to search by travels in the body, never in an address."""
    access.require(request.user, Permission.JOURNAL_WRITE)
    own = access.of(request.user).memberships[0].organisation
    visible = Participation.objects.visible_to(request.user).with_card()
    is_search = "search" in request.POST or request.htmx.target == "choices"
    typed = request.POST if request.POST and not is_search else None
    form = forms.JournalQuickForm(
        typed, own=own, participations=visible, initial=request.POST.dict() if is_search else {}
    )
    if form.is_valid():
        data = form.cleaned_data.copy()
        participation = data.pop("participation")
        access.require(request.user, Permission.JOURNAL_WRITE, participation)
        try:
            organisation = writing_organisation(request.user, participation)
            actions.write_journal(participation=participation, organisation=organisation, by=request.user, **data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved on %(code)s. Ready for the next.") % {"code": participation.ref})
            return redirect("participants:journal_quick")
    who = request.POST.get("who", "").strip()
    choices = _choices(request, visible, who, chosen=request.POST.get("participation", ""))
    context = {
        "form": form,
        "who": who,
        "choices": choices,
        "is_search": is_search,
        "has_more": len(choices) >= MATCHES,
    }
    template = "participants/journal_quick.html"
    if request.htmx.target == "choices":
        template += "#choices"
    return render(request, template, context, status=422 if form.errors else 200)


def _choices(request: Request, visible: Any, who: str, chosen: str) -> list[Participation]:
    """Who may be chosen: those that match what was typed, or those one follows or wrote about. The look is logged."""
    if who:
        found = list(
            _named(visible, who).order_by("participant__first_name_key", "participant__last_name_key", "pk")[:MATCHES]
        )
    else:
        found = list(_recent(visible, request.user)[:MATCHES])
    if chosen.isdigit() and int(chosen) < 2**63 and int(chosen) not in {participation.pk for participation in found}:
        found = [*visible.filter(pk=int(chosen)).order_by("pk"), *found]
    action, criterion = (AccessLog.Action.SEARCH, "name") if who else (AccessLog.Action.LIST, "")
    log_access(request, action, participation_ids=[participation.pk for participation in found], criterion=criterion)
    shared_with = _consented(request.user, found)
    for participation in found:
        hidden = [_("only those in her network")] if participation.participant.is_protected else None
        participation.shared_with = hidden or shared_with.get(participation.pk, [])
        participation.is_chosen = str(participation.pk) == chosen
    return found


def _named(visible: Any, who: str) -> Any:
    """Every word begins one of the names, or all of it is the code. Protected persons are found by code alone."""
    match = Q()
    for word in name_key(who).split():
        match &= (
            Q(participant__first_name_key__startswith=word)
            | Q(participant__last_name_key__startswith=word)
            | Q(participant__first_name_key__contains=f" {word}")
            | Q(participant__last_name_key__contains=f" {word}")
        )
    by_name = match & Q(participant__protection=Participant.Protection.NONE)
    return visible.filter(by_name | Q(ref__iexact=who))


def _recent(visible: Any, user: User) -> Any:
    follows = user.care_team_places.filter(in_force(today())).values("participation")
    wrote = JournalEntry.objects.visible_to(user).filter(written_by=user).values("participation")
    return visible.filter(Q(pk__in=follows) | Q(pk__in=wrote)).order_by("-last_event_on", "-pk")


def _consented(user: User, participations: list[Participation]) -> dict[int, list[str]]:
    """Participation → the partners who would read a shared note."""
    found: dict[int, list[str]] = {}
    rows = Consent.objects.visible_to(user).lifting_secrecy(Category.NOTES).filter(participation__in=participations)
    for consent in rows.select_related("organisation").order_by("organisation__name"):
        names = found.setdefault(consent.participation_id, [])
        if str(consent.organisation) not in names:
            names.append(str(consent.organisation))
    return found


@require_POST
def journal_step_done(request: Request, entry_pk: int) -> HttpResponse:
    """Ticks the next step of a note; the answer is where the person came from: Today or the participant."""
    entry = get_object_or_404(
        JournalEntry.objects.visible_to(request.user).select_related("participation"), pk=entry_pk
    )
    access.require(request.user, Permission.JOURNAL_WRITE, entry.participation)
    try:
        actions.finish_step(entry=entry, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("The step is done."))
    if request.POST.get("from") == "today":
        return redirect("participants:today")
    return redirect("participants:participation_detail", pk=entry.participation_id)


def writing_organisation(user: User, participation: Participation) -> Organisation:
    """For whom a note is written: the organisation through which the user sees the person."""
    rights = access.of(user)
    mine = [m for m in rights.memberships if m.organisation_id in rights.organisation_ids(Permission.JOURNAL_WRITE)]
    consented = set(participation.consents.lifting_secrecy().values_list("organisation", flat=True))
    through = [m for m in mine if m.organisation_id == participation.project.owner_id] + [
        m for m in mine if m.organisation_id in consented
    ]
    return (through or mine)[0].organisation


def readers(participation: Participation) -> list[Organisation]:
    """Who reads a shared note: the project's owner, and the partners whose consent covers notes today."""
    consented = participation.consents.lifting_secrecy(Category.NOTES).values("organisation")
    partners = Organisation.objects.filter(pk__in=consented).exclude(pk=participation.project.owner_id).order_by("name")
    return [participation.project.owner, *partners]


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
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.StintCloseForm(request.POST or None, ongoing=_ongoing_outcomes(participation))
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.close_stint(
                participation=participation,
                ended_on=data["ended_on"],
                exit_reason=data["exit_reason"],
                exit_note=data["exit_note"],
                outcome=form.outcome,
                by=request.user,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(
                participation, _("The exit is registered. The follow-ups show up under Today when it is time."), request
            )
    return show(
        request,
        "stint_close_form",
        participation,
        form,
        stint=participation.stints.filter(ended_on__isnull=True).first(),
        activities=list(participation.activities.ongoing().select_related("enterprise__organisation")),
        steps=list(
            JournalEntry.objects.visible_to(request.user)
            .filter(participation=participation, next_step_on__isnull=False, next_step_done_on__isnull=True)
            .order_by("next_step_on", "pk")[:20]
        ),
    )


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
        earlier=participation.follow_ups.filter(milestone=milestone, exit_on=left_on).first() if left_on else None,
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
