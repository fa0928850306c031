"""What participants ask to have corrected: recorded, answered, and the list of those that wait."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants import actions, forms
from participants.models import RectificationRequest
from participants.views.frame import GET_AND_POST, back, find, show
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog

ANSWERED_SHOWN = 25
WAITING_SHOWN = 200


@require_http_methods(GET_AND_POST)
def rectification_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require_owners(request.user, Permission.RIGHTS_ANSWER, participation)
    form = forms.RectificationForm(request.POST or None)
    if form.is_valid():
        try:
            actions.record_rectification(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The request is recorded. It is to be answered within a month."), request)
    return show(request, "rectification_form", participation, form)


@require_http_methods(GET_AND_POST)
def rectification_answer(request: Request, pk: int, rectification_pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require_owners(request.user, Permission.RIGHTS_ANSWER, participation)
    asked = get_object_or_404(
        RectificationRequest.objects.visible_to(request.user).filter(participation=participation), pk=rectification_pk
    )
    form = forms.RectificationAnswerForm(request.POST or None)
    if form.is_valid():
        try:
            actions.answer_rectification(request=asked, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The answer is saved."), request)
    return show(request, "rectification_answer_form", participation, form, asked=asked)


@require_safe
def rectification_list(request: Request) -> HttpResponse:
    """The requests that wait for an answer, the one due first on top; under them the latest answers."""
    access.require(request.user, Permission.RIGHTS_ANSWER)
    requests = RectificationRequest.objects.visible_to(request.user).select_related("participation__participant")
    waiting = list(requests.unanswered()[:WAITING_SHOWN])
    answered = list(requests.filter(answered_on__isnull=False).order_by("-answered_on", "-pk")[:ANSWERED_SHOWN])
    log_access(request, AccessLog.Action.LIST, participation_ids=(one.participation_id for one in waiting + answered))
    context = {"waiting": waiting, "answered": answered}
    return render(request, "participants/rectification_list.html", context)
