"""Before a protected person's page opens: what is the look for?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from participants import forms
from participants.models import Participation
from participants.opening import keep_reason, log_opening
from participants.views.frame import GET_AND_POST
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog


@require_http_methods(GET_AND_POST)
def protection_reason(request: Request, pk: int) -> HttpResponse:
    """Asks the named circle for a reason, keeps it for a quarter of an hour, and goes on to the page asked for."""
    visible = Participation.objects.visible_to(request.user).select_related("participant")
    participation = get_object_or_404(visible, pk=pk)
    onwards = _onwards(request, participation)
    if not participation.participant.is_protected:
        return redirect(onwards)
    form = forms.ProtectionReasonForm(request.POST or None)
    if form.is_valid():
        keep_reason(request, participation, form.cleaned_data["reason"])
        log_opening(request, participation)
        return redirect(onwards)
    log_access(request, AccessLog.Action.LIST, participation_ids=[participation.pk])
    context = {"participation": participation, "form": form, "onwards": onwards}
    return render(request, "participants/protection_reason.html", context, status=422 if form.errors else 200)


def _onwards(request: Request, participation: Participation) -> str:
    """The page that was asked for, if it is one of ours; otherwise the participant's."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("participants:participation_detail", args=[participation.pk])
