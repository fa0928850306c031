"""Putting right what was recorded wrongly: periods, exits, whole registrations, activities, notes; and breaks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants import actions, forms, rules
from participants.models import Activity, Break, ExitReason, JournalEntry, Stint
from participants.views.frame import GET_AND_POST, Category, back, find, show
from partners import access
from partners.access import Permission
from partners.http import Request


@require_http_methods(GET_AND_POST)
def stint_edit(request: Request, pk: int, stint_pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    stint = get_object_or_404(
        Stint.objects.visible_to(request.user).exclude(exit_reason=ExitReason.MISTAKE),
        participation=participation,
        pk=stint_pk,
    )
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.StintEditForm(request.POST or None, stint=stint)
    if form.is_valid():
        try:
            actions.correct_stint(stint=stint, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The period is corrected. What stood there before is kept."), request)
    earlier = stint.corrections.select_related("exit_reason", "corrected_by")
    return show(request, "stint_form", participation, form, stint=stint, earlier=earlier)


@require_http_methods(GET_AND_POST)
def stint_reopen(request: Request, pk: int) -> HttpResponse:
    """An exit registered by mistake today is taken back."""
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.reopen_stint(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The exit is taken back. The person still takes part."), request)
    return show(request, "stint_reopen_form", participation, form)


@require_http_methods(GET_AND_POST)
def mistake_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.mark_mistake(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("Marked as registered by mistake. It counts nowhere any more."), request)
    return show(request, "mistake_form", participation, form)


@require_http_methods(GET_AND_POST)
def mistake_undo(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.undo_mistake(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The registration counts again, as it stood before."), request)
    return show(request, "mistake_undo_form", participation, form)


@require_http_methods(GET_AND_POST)
def activity_withdraw(request: Request, pk: int, activity_pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    activity = get_object_or_404(Activity.objects.visible_to(request.user), participation=participation, pk=activity_pk)
    access.require(request.user, Permission.ACTIVITY_RECORD, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_activity(activity=activity, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(
                participation, _("The activity is removed. It stays on the timeline with your reason."), request
            )
    return show(request, "activity_withdraw_form", participation, form, activity=activity)


@require_http_methods(GET_AND_POST)
def journal_edit(request: Request, pk: int, entry_pk: int) -> HttpResponse:
    """One's own note, and nobody else's."""
    participation = find(request, pk)
    entry = get_object_or_404(
        JournalEntry.objects.visible_to(request.user).filter(written_by=request.user).select_related("organisation"),
        participation=participation,
        pk=entry_pk,
    )
    access.require(request.user, Permission.JOURNAL_WRITE, participation)
    form = forms.JournalEditForm(request.POST or None, entry=entry, readers=rules.readers_of_notes(participation))
    if form.is_valid():
        try:
            actions.correct_journal(entry=entry, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The note is corrected. What stood there before is kept."), request)
    return show(request, "journal_edit_form", participation, form, entry=entry)


@require_http_methods(GET_AND_POST)
def break_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.BreakForm(request.POST or None)
    if form.is_valid():
        try:
            actions.record_break(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The break is recorded. The person still takes part."), request)
    return show(request, "break_form", participation, form)


@require_http_methods(GET_AND_POST)
def break_end(request: Request, pk: int, break_pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    row = get_object_or_404(Break.objects.visible_to(request.user), participation=participation, pk=break_pk)
    access.require(request.user, Permission.PARTICIPATION_CLOSE, participation)
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_break(row=row, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The break has its last day."), request)
    return show(request, "break_end_form", participation, form, row=row)
