"""Who follows the participant: places, access for a time, the lead, and a colleague's phone and mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from participants import actions, forms, tasks
from participants.models import CareTeamMember, JournalEntry, LeadTransfer, Participation
from participants.opening import log_opening
from participants.views.frame import GET_AND_POST, find, show
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog, User
from partners.step_up import fresh_factor_required

NETWORK = "natverk"


def _back(request: Request, participation: Participation, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect(f"{reverse('participants:participation_detail', args=[participation.pk])}?flik={NETWORK}")


def _who(data: dict[str, Any]) -> dict[str, Any]:
    """The chosen colleague as the deeds want her: the person, and where she works."""
    membership = data.pop("member")
    return {"user": membership.user, "organisation": membership.organisation, **data}


def _open_steps(request: Request, participation: Participation) -> list[JournalEntry]:
    """Steps that are promised and not done: whoever takes the lead finds them under Today."""
    notes = JournalEntry.objects.visible_to(request.user)
    return list(notes.filter(participation=participation).next_steps().select_related("written_by"))


# --- Places in the network ------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def care_team_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.CARE_TEAM_EDIT, participation)
    form = forms.CareTeamForm(request.POST or None, participation=participation)
    if form.is_valid():
        try:
            actions.add_care_team_member(participation=participation, by=request.user, **_who(form.cleaned_data))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The network is widened."))
    return show(request, "care_team_form", participation, form)


@fresh_factor_required
@require_http_methods(GET_AND_POST)
def care_team_grant(request: Request, pk: int) -> HttpResponse:
    """A place for a time, with a reason: the project office lets in whom the person's situation needs."""
    participation = find(request, pk)
    access.require(request.user, Permission.CARE_TEAM_GRANT, participation)
    form = forms.CareTeamGrantForm(request.POST or None, participation=participation)
    if form.is_valid():
        try:
            actions.grant_access(participation=participation, by=request.user, **_who(form.cleaned_data))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            tasks.send_tell_leads()
            return _back(request, participation, _("The access is open, and closes by itself."))
    return show(request, "care_team_grant_form", participation, form)


@require_http_methods(GET_AND_POST)
def care_team_end(request: Request, pk: int, member_pk: int) -> HttpResponse:
    """Who administers the network ends any place; everybody may leave her own."""
    participation = find(request, pk)
    member = _member(request, participation, member_pk)
    if member.user_id != request.user.pk:
        access.require(request.user, Permission.CARE_TEAM_EDIT, participation)
    form = forms.CareTeamEndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_care_team_member(member=member, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The place has ended and stays in the history."))
            still = Participation.objects.visible_to(request.user).filter(pk=pk).exists()
            return _back_or_away(participation, still)
    steps = _open_steps(request, participation)
    return show(request, "care_team_end_form", participation, form, member=member, steps=steps)


def _back_or_away(participation: Participation, still_visible: bool) -> HttpResponse:
    """Whoever left a protected person's network no longer has her page to go back to."""
    if not still_visible:
        return redirect("participants:participation_list")
    return redirect(f"{reverse('participants:participation_detail', args=[participation.pk])}?flik={NETWORK}")


@require_POST
def care_team_contact(request: Request, pk: int, member_pk: int) -> HttpResponse:
    """A colleague's phone and mail, one at a time; who looked at whose is in the read log."""
    participation = find(request, pk)
    member = _member(request, participation, member_pk)
    log_opening(
        request,
        participation,
        fields=AccessLog.FieldsClass.CONTACT,
        object_ref=f"care team {member.pk}",
    )
    part = "#contact" if request.htmx else ""
    context = {"participation": participation, "member": member}
    return render(request, f"participants/care_team_contact.html{part}", context)


def _member(request: Request, participation: Participation, member_pk: int) -> CareTeamMember:
    members = CareTeamMember.objects.visible_to(request.user).select_related("user", "organisation", "participation")
    return get_object_or_404(members, participation=participation, pk=member_pk)


# --- The lead -------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def lead_offer(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.CARE_TEAM_EDIT, participation)
    form = forms.LeadOfferForm(request.POST or None, participation=participation)
    if form.is_valid():
        try:
            transfer = actions.offer_lead(
                participation=participation, by=request.user, **_who(form.cleaned_data.copy())
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _offered(transfer))
    return show(request, "care_team_lead_form", participation, form, steps=_open_steps(request, participation))


def _offered(transfer: LeadTransfer) -> str:
    if transfer.state == LeadTransfer.State.ACCEPTED:
        return _("You are lead worker from today.")
    return _("%(name)s is asked to take the lead. Until then nothing changes.") % {"name": transfer.to_user.name}


@require_http_methods(GET_AND_POST)
def lead_answer(request: Request, pk: int, transfer_pk: int) -> HttpResponse:
    """The one who is asked accepts or declines; the one who asked may take the offer back."""
    participation = find(request, pk)
    transfers = LeadTransfer.objects.visible_to(request.user).select_related("to_user", "offered_by", "participation")
    transfer = get_object_or_404(transfers, participation=participation, pk=transfer_pk)
    _require_party(request.user, participation, transfer)
    form = forms.LeadAnswerForm(request.POST or None)
    if form.is_valid():
        try:
            message = _answer_lead(request, transfer, form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, message)
    context: dict[str, Any] = {
        "transfer": transfer,
        "steps": _open_steps(request, participation),
        "is_asked": transfer.to_user_id == request.user.pk,
    }
    return show(request, "care_team_lead_answer_form", participation, form, **context)


def _require_party(user: User, participation: Participation, transfer: LeadTransfer) -> None:
    if transfer.to_user_id != user.pk:
        access.require(user, Permission.CARE_TEAM_EDIT, participation)
    elif not access.has(user, Permission.JOURNAL_WRITE, participation.project):
        raise PermissionDenied


def _answer_lead(request: Request, transfer: LeadTransfer, reason: str) -> str:
    if transfer.to_user_id != request.user.pk:
        actions.withdraw_lead_offer(transfer=transfer, by=request.user)
        return _("The offer is taken back.")
    if "decline" in request.POST:
        actions.decline_lead(transfer=transfer, reason=reason, by=request.user)
        return _("Declined. The one who asked reads why.")
    actions.accept_lead(transfer=transfer, by=request.user)
    return _("You are lead worker from today.")
