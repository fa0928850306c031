"""Today: what waits for me, what I let rest, and the mail that reminds me."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grundsteget import dates
from participants import actions, forms, rules
from participants.forms.inbox import SOON
from participants.inbox import find_line, inbox
from participants.listing import ALL, MINE, first_tab
from participants.models import DigestChoice
from participants.views.frame import GET_AND_POST
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog
from partners.reminders import reminders_for


@require_safe
def today(request: Request) -> HttpResponse:
    """The start page of everybody: what waits for me. Who has no participants gets the doors that are open to her."""
    if not access.has(request.user, Permission.PARTICIPANT_VIEW):
        return render(request, "participants/today_doors.html", {"reminders": reminders_for(request.user)})
    return _show(request, request.GET.get("flik"), request.GET.get("visa", ""))


@require_POST
def today_snooze(request: Request) -> HttpResponse:
    """Let one of my lines rest until a day. It is mine alone: for my colleagues it goes on waiting."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    form = forms.SnoozeForm(request.POST)
    tab = request.POST.get("flik")
    if form.is_valid():
        line = find_line(request.user, form.cleaned_data["kind"], form.cleaned_data["row"])
        if line is None:
            raise Http404
        try:
            actions.snooze_line(line=line, until=form.cleaned_data["until"], by=request.user)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It rests until %(day)s.") % {"day": form.cleaned_data["until"]})
            return _back(tab)
    return _show(request, tab, refused=form)


@require_POST
def today_wake(request: Request) -> HttpResponse:
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    row = request.POST.get("row", "")
    if row.isascii() and row.isdigit() and len(row) < 19:
        actions.wake_line(kind=request.POST.get("kind", ""), row_id=int(row), by=request.user)
    return _back(request.POST.get("flik"))


def _back(tab: str | None) -> HttpResponse:
    return redirect(f"{reverse('participants:today')}?flik={tab if tab in (MINE, ALL) else ''}")


def _show(request: Request, asked: str | None, kind: str = "", refused: forms.SnoozeForm | None = None) -> HttpResponse:
    tab = first_tab(request.user, asked)
    everything = inbox(request.user, tab)
    kind = kind if kind in everything.counts else ""
    waiting = everything.only(kind) if kind else everything
    log_access(request, AccessLog.Action.LIST, participation_ids=waiting.participation_ids)
    now = dates.today()
    context = {
        "inbox": waiting,
        "kind": kind,
        "tab": tab,
        "mine": MINE,
        "all": ALL,
        "reminders": reminders_for(request.user),
        "soon": SOON,
        "first_day": now + dt.timedelta(days=1),
        "last_day": now + dt.timedelta(days=rules.SNOOZE_DAYS),
        "refused": refused.sentence if refused else "",
        "refused_key": f"{refused.data.get('kind')}-{refused.data.get('row')}" if refused else "",
    }
    return render(request, "participants/today.html", context, status=422 if refused else 200)


@require_http_methods(GET_AND_POST)
def digest_edit(request: Request) -> HttpResponse:
    """My reminders: whether and how often a mail tells me that something waits."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    choice = DigestChoice.objects.filter(user=request.user).first() or DigestChoice(user=request.user)
    initial = {"frequency": choice.frequency, "weekday": choice.weekday}
    form = forms.DigestForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            actions.choose_digest(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your reminders are saved."))
            return redirect("participants:today")
    return render(request, "participants/digest_form.html", {"form": form}, status=422 if form.errors else 200)
