"""Measures of authorities: asked for, decided, ended, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants import actions, forms
from participants.models import Measure, Participation
from participants.views.frame import GET_AND_POST, Category, find, show
from participants.views.journal import writing_organisation
from partners import access
from partners.access import Permission
from partners.http import Request


@require_http_methods(GET_AND_POST)
def measure_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.MEASURE_RECORD, participation)
    form = forms.MeasureForm(
        request.POST or None, participation=participation, initial=_initial(request, participation)
    )
    if form.is_valid():
        try:
            actions.record_measure(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(participation, _("The measure is saved."), request)
    return show(request, "measure_form", participation, form)


def _initial(request: Request, participation: Participation) -> dict[str, Any]:
    """Asked for by one's own organisation; the next one like the one that `?efter=` names, from the day after it."""
    initial: dict[str, Any] = {"asked_by": writing_organisation(request.user, participation).pk}
    asked = request.GET.get("efter", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return initial
    before = Measure.objects.visible_to(request.user).filter(participation=participation, pk=int(asked)).first()
    if before is None:
        return initial
    return initial | {
        "kind": before.kind_id,
        "asked_by": before.asked_by_id,
        "extent_percent": before.extent_percent,
        "enterprise": before.enterprise_id,
        "employer": before.employer,
        "support_rate": before.support_rate,
    }


@require_http_methods(GET_AND_POST)
def measure_decide(request: Request, pk: int, measure_pk: int) -> HttpResponse:
    participation, measure = _find_measure(request, pk, measure_pk)
    access.require(request.user, Permission.MEASURE_RECORD, participation)
    known = {
        name: getattr(measure, name)
        for name in ("extent_percent", "enterprise", "employer", "support_rate", "activity", "outcome", "note")
    }
    form = forms.MeasureDecisionForm(request.POST or None, participation=participation, initial=known)
    if form.is_valid():
        try:
            actions.decide_measure(measure=measure, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(participation, _("The decision is saved."), request)
    return show(request, "measure_decide_form", participation, form, measure=measure)


@require_http_methods(GET_AND_POST)
def measure_end(request: Request, pk: int, measure_pk: int) -> HttpResponse:
    participation, measure = _find_measure(request, pk, measure_pk)
    access.require(request.user, Permission.MEASURE_RECORD, participation)
    initial = {"ended_on": measure.ended_on} if measure.ended_on else {}
    form = forms.EndForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            actions.end_measure(measure=measure, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(participation, _("The measure has its last day."), request)
    return show(request, "measure_end_form", participation, form, measure=measure)


@require_http_methods(GET_AND_POST)
def measure_withdraw(request: Request, pk: int, measure_pk: int) -> HttpResponse:
    participation, measure = _find_measure(request, pk, measure_pk)
    access.require(request.user, Permission.MEASURE_RECORD, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_measure(measure=measure, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(
                participation, _("The measure is removed. It no longer counts, and stays in the history."), request
            )
    return show(request, "measure_withdraw_form", participation, form, measure=measure)


def _find_measure(request: Request, pk: int, measure_pk: int) -> tuple[Participation, Measure]:
    participation = find(request, pk, Category.JOURNEY)
    measures = Measure.objects.visible_to(request.user).with_card()
    return participation, get_object_or_404(measures, participation=participation, pk=measure_pk)


def _back(participation: Participation, message: str, request: Request) -> HttpResponse:
    """To the tab where measures stand."""
    messages.success(request, message)
    return redirect(f"{reverse('participants:participation_detail', args=[participation.pk])}?flik=aktiviteter")
