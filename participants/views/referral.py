"""Referrals: the list, one of them, and each deed: find, allow, parse, do, show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from participants import actions, forms, rules, tasks
from participants.forms.referral import ASK, DECLINE, PASS_ON, TAKE
from participants.models import DeclineReason, Participation, Referral, ReferralEvent
from participants.opening import check_reason, log_opening
from participants.views.frame import GET_AND_POST, find, show
from participants.views.journal import writing_organisation
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, User
from partners.step_up import fresh_factor_required

State = Referral.State
TO_ANSWER, SENT, CLOSED = "att-besvara", "skickade", "avslutade"
TABS = {
    TO_ANSWER: gettext_lazy("To answer"),
    SENT: gettext_lazy("Sent"),
    CLOSED: gettext_lazy("Closed"),
}
SHOWN = 100


# --- The list -------------------------------------------------------------------------------------


@require_safe
def referral_list(request: Request) -> HttpResponse:
    """What waits for my organisation, what we have sent, and what is over."""
    access.require(request.user, Permission.REFERRAL_ANSWER)
    tab = request.GET.get("flik", TO_ANSWER)
    if tab not in TABS:
        tab = TO_ANSWER
    visible = Referral.objects.visible_to(request.user)
    rows = list(_of_tab(visible, tab, request.user).with_card()[: SHOWN + 1])
    _mark_readable(request.user, rows)
    log_access(request, AccessLog.Action.LIST, participation_ids={row.participation_id for row in rows[:SHOWN]})
    context = {"rows": rows[:SHOWN], "has_more": len(rows) > SHOWN, "tab": tab, "tabs": TABS, "to_answer": TO_ANSWER}
    return render(request, "participants/referral_list.html", context | {"sent": SENT})


def _of_tab(visible: Any, tab: str, user: User) -> Any:
    if tab == TO_ANSWER:
        return visible.received_by(user).filter(state__in=Referral.OPEN).order_by("answer_by", "pk")
    if tab == SENT:
        own = access.of(user).organisation_ids(Permission.REFERRAL_SEND)
        waiting = visible.filter(from_organisation__in=own, state__in=[State.DRAFT, *Referral.OPEN])
        return waiting.order_by("answer_by", "pk")
    ended = [State.TAKEN, State.DECLINED, State.EXPIRED, State.WITHDRAWN]
    return visible.filter(state__in=ended).order_by("-sent_on", "-pk")


def _mark_readable(user: User, rows: list[Referral]) -> None:
    """Whose own page the user may open: the name is a link there."""
    ids = [row.participation_id for row in rows]
    readable = set(Participation.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    for row in rows:
        row.is_readable = row.participation_id in readable  # type: ignore[attr-defined]


# --- One referral ---------------------------------------------------------------------------------


@require_safe
def referral_detail(request: Request, referral_pk: int) -> HttpResponse:
    referral = _find(request, referral_pk)
    events = ReferralEvent.objects.visible_to(request.user).filter(referral=referral)
    context = {
        "referral": referral,
        "events": events.select_related("by").order_by("at", "pk"),
        "may": _may(request.user, referral),
        "may_be_told": rules.may_be_told(referral.participation, referral.to_organisation),
    }
    log_opening(request, referral.participation)
    return render(request, "participants/referral_detail.html", context)


def _find(request: Request, referral_pk: int) -> Referral:
    referral = get_object_or_404(Referral.objects.visible_to(request.user).with_card(), pk=referral_pk)
    _mark_readable(request.user, [referral])
    check_reason(request, referral.participation)
    return referral


def _may(user: User, referral: Referral) -> set[str]:
    """What the user may do with it, as her organisation's part in it and its state allow."""
    rights, project = access.of(user), referral.participation.project_id
    may = set()
    if rights.has(Permission.REFERRAL_SEND, project, referral.from_organisation):
        may |= {"send"} if referral.state == State.DRAFT else set()
        may |= {"reply"} if referral.state == State.MORE_ASKED else set()
        may |= {"withdraw"} if referral.state == State.DRAFT or referral.is_open else set()
        has_ended = referral.state in (State.TAKEN, State.DECLINED, State.EXPIRED)
        may |= {"acknowledge"} if has_ended and referral.acknowledged_at is None else set()
        may |= {"ask_another"} if referral.state in (State.DECLINED, State.EXPIRED) else set()
    if rights.has(Permission.REFERRAL_ANSWER, project, referral.to_organisation):
        may |= {"answer"} if referral.state == State.SENT and not referral.is_overdue else set()
    return may


def _require_sender(request: Request, referral: Referral) -> None:
    if not access.of(request.user).has(
        Permission.REFERRAL_SEND, referral.participation.project_id, referral.from_organisation
    ):
        raise PermissionDenied


def _detail(referral: Referral) -> HttpResponse:
    return redirect("participants:referral_detail", referral_pk=referral.pk)


def _page(request: Request, template: str, referral: Referral, form: forms.Refusable, **context: Any) -> HttpResponse:
    return show(request, template, referral.participation, form, referral=referral, **context)


# --- Writing and sending --------------------------------------------------------------------------


def _overrides(request: Request) -> bool:
    """Whether the form says why it is sent without consent."""
    return bool(request.POST.get("override_reason", "").strip())


@fresh_factor_required(when=_overrides)
@require_http_methods(GET_AND_POST)
def referral_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.REFERRAL_SEND, participation)
    sender = writing_organisation(request.user, participation)
    form = forms.ReferralForm(
        request.POST or None,
        participation=participation,
        sender=sender,
        may_override=access.has(request.user, Permission.REFERRAL_OVERRIDE, participation.project),
        initial={"to_organisation": request.GET.get("till", "")},
    )
    if form.is_valid():
        data = form.cleaned_data.copy()
        reason = data.pop("override_reason", "")
        try:
            referral = actions.write_referral(
                participation=participation, from_organisation=sender, by=request.user, **data
            )
            return _saved(request, referral, reason)
        except ValidationError as refusal:
            form.refuse(refusal)
    return show(request, "referral_form", participation, form, sender=sender, referral=None)


@fresh_factor_required(when=_overrides)
@require_http_methods(GET_AND_POST)
def referral_edit(request: Request, referral_pk: int) -> HttpResponse:
    """The draft: changed, kept or sent."""
    referral = _find(request, referral_pk)
    _require_sender(request, referral)
    if referral.state != State.DRAFT:
        return _detail(referral)
    participation = referral.participation
    form = forms.ReferralForm(
        request.POST or None,
        participation=participation,
        sender=referral.from_organisation,
        may_override=access.has(request.user, Permission.REFERRAL_OVERRIDE, participation.project),
        initial={
            "to_organisation": referral.to_organisation_id,
            "purpose": referral.purpose,
            "message": referral.message,
        },
    )
    if form.is_valid():
        data = form.cleaned_data.copy()
        reason, _token = data.pop("override_reason", ""), data.pop("submission")
        try:
            referral = actions.edit_referral(referral=referral, by=request.user, **data)
            return _saved(request, referral, reason)
        except ValidationError as refusal:
            form.refuse(refusal)
    return _page(request, "referral_form", referral, form, sender=referral.from_organisation)


def _saved(request: Request, referral: Referral, override_reason: str) -> HttpResponse:
    """Sent, or kept as a draft where the button says so. What cannot be sent stays a draft, and the page says why."""
    if "draft" in request.POST:
        messages.success(request, _("The draft is saved. Only your organisation sees it."))
        return _detail(referral)
    try:
        sent = actions.send_referral(referral=referral, override_reason=override_reason, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join([*refusal.messages, _("It is kept as a draft.")]))
        return redirect("participants:referral_edit", referral_pk=referral.pk)
    tasks.send_mail_referral(sent.pk)
    messages.success(
        request,
        _("Sent to %(organisation)s, which answers by %(day)s.")
        % {"organisation": sent.to_organisation, "day": sent.answer_by},
    )
    return _detail(sent)


@require_http_methods(GET_AND_POST)
def referral_reply(request: Request, referral_pk: int) -> HttpResponse:
    """The sender answers what the receiver asked."""
    referral = _find(request, referral_pk)
    _require_sender(request, referral)
    if request.method != "POST" and referral.state != State.MORE_ASKED:
        return _detail(referral)
    form = forms.ReferralReplyForm(request.POST or None)
    if form.is_valid():
        try:
            actions.reply_to_referral(referral=referral, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            tasks.send_mail_referral(referral.pk)
            messages.success(request, _("Your answer is sent."))
            return _detail(referral)
    asked = ReferralEvent.objects.visible_to(request.user).filter(referral=referral, kind=ReferralEvent.Kind.MORE_ASKED)
    return _page(request, "referral_reply_form", referral, form, asked=asked.order_by("-at", "-pk").first())


@require_http_methods(GET_AND_POST)
def referral_withdraw(request: Request, referral_pk: int) -> HttpResponse:
    referral = _find(request, referral_pk)
    _require_sender(request, referral)
    form = forms.ReferralWithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_referral(referral=referral, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The referral is taken back."))
            return _detail(referral)
    return _page(request, "referral_withdraw_form", referral, form)


@require_POST
def referral_acknowledge(request: Request, referral_pk: int) -> HttpResponse:
    """The sender has read how it ended; the line leaves Today."""
    referral = _find(request, referral_pk)
    _require_sender(request, referral)
    try:
        actions.acknowledge_referral(referral=referral, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Noted."))
    return redirect("participants:today") if request.POST.get("from") == "today" else _detail(referral)


# --- Answering ------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def referral_answer(request: Request, referral_pk: int) -> HttpResponse:
    """Only people at the receiver answer; what they see before is the name or code and the message."""
    referral = _find(request, referral_pk)
    rights, project = access.of(request.user), referral.participation.project_id
    if not rights.has(Permission.REFERRAL_ANSWER, project, referral.to_organisation):
        raise PermissionDenied
    if request.method != "POST" and "answer" not in _may(request.user, referral):
        return _detail(referral)
    form = forms.ReferralAnswerForm(
        request.POST or None,
        referral=referral,
        may_start_activity=rights.has(Permission.ACTIVITY_RECORD, project, referral.to_organisation),
    )
    if form.is_valid():
        try:
            message = ANSWERS[form.cleaned_data["answer"]](referral, request.user, form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, message)
            still = Referral.objects.visible_to(request.user).filter(pk=referral.pk).exists()
            return _detail(referral) if still else redirect("participants:referral_list")
    return _page(request, "referral_answer_form", referral, form)


def _take(referral: Referral, user: User, data: dict[str, Any]) -> str:
    actions.take_referral(
        referral=referral,
        note=data["note"],
        activity_kind=data.get("activity_kind", ""),
        activity_on=data.get("activity_on"),
        submission=data["submission"],
        by=user,
    )
    return _("Taken on. You are in the person's network from today.")


def _decline(referral: Referral, user: User, data: dict[str, Any]) -> str:
    actions.decline_referral(
        referral=referral, reason=data["reason"], note=data["note"], submission=data["submission"], by=user
    )
    return _("Declined. The sender has your reason.")


def _pass_on(referral: Referral, user: User, data: dict[str, Any]) -> str:
    actions.decline_referral(
        referral=referral,
        reason=DeclineReason.objects.filter(code=DeclineReason.BETTER_ELSEWHERE).first(),
        suggested_to=data["suggested_to"],
        note=data["note"],
        submission=data["submission"],
        by=user,
    )
    return _("Declined. The sender has your suggestion.")


def _ask(referral: Referral, user: User, data: dict[str, Any]) -> str:
    actions.ask_more(referral=referral, note=data["note"], submission=data["submission"], by=user)
    return _("Your question is sent.")


ANSWERS: dict[str, Callable[[Referral, User, dict[str, Any]], str]] = {
    TAKE: _take,
    DECLINE: _decline,
    PASS_ON: _pass_on,
    ASK: _ask,
}


@never_cache
@require_http_methods(GET_AND_POST)
def referral_link(request: Request, token: str) -> HttpResponse:
    """Where a mailed link leads, after the log-in: to one button, which opens the answer and uses the link up.

    A used, replaced or foreign link answers like one that never was. Opening by POST keeps mail scanners and
    prefetching browsers from using it up, and leaves the token out of the address from there on.
    """
    token = token if access.has(request.user, Permission.REFERRAL_ANSWER) else ""
    if request.method == "POST":
        referral = actions.use_link(token=token, by=request.user)
        if referral is not None:
            return redirect("participants:referral_answer", referral_pk=referral.pk)
    is_live = request.method != "POST" and actions.live_link(token=token, user=request.user) is not None
    status = 200 if is_live else 404
    response = render(request, "participants/referral_link.html", {"is_live": is_live}, status=status)
    # Django would write the address, and with it the token, into the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
