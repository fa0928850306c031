"""An organisation's people, as its administrator keeps them; and the hat that somebody with several of them wears."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from partners import access, actions, forms, hats, reminders, rules, tasks
from partners.access import Permission
from partners.http import Request
from partners.models import Membership, Organisation
from partners.step_up import fresh_factor_required, is_posted
from partners.views.choosing import find_organisation


def _administered(request: Request, pk: int) -> Organisation:
    organisation = find_organisation(request, pk)
    access.require(request.user, Permission.MEMBERS_MANAGE, organisation)
    return organisation


def _member(organisation: Organisation, membership_pk: int) -> Membership:
    return get_object_or_404(organisation.memberships.select_related("user", "organisation"), pk=membership_pk)


def _form(request: Request, organisation: Organisation, *, is_sent: bool = False) -> forms.MemberForm:
    """The form for one more person; the first one is proposed as administrator."""
    has_administrator = rules.administrators(organisation).exists()
    return forms.MemberForm(
        request.POST if is_sent else None,
        roles=rules.roles_to_give(organisation, request.user),
        initial={"is_administrator": not has_administrator},
    )


def _show(
    request: Request,
    organisation: Organisation,
    form: forms.MemberForm,
    *,
    refusal: ValidationError | None = None,
    link: str = "",
    link_for: Membership | None = None,
) -> HttpResponse:
    """The page about all people of the organisation. A link for choosing a password is shown this once."""
    members = list(organisation.memberships.select_related("user").order_by("user__name", "started_on", "pk"))
    context = {
        "organisation": organisation,
        "present": [one for one in members if not one.is_over],
        "before": [one for one in members if one.is_over],
        "has_administrator": rules.administrators(organisation).exists(),
        "reminders": reminders.reminders_at({organisation.pk}),
        "form": form,
        "refusals": refusal.messages if refusal else [],
        "link": link,
        "link_for": link_for,
    }
    status = 422 if form.errors or refusal else 200
    return render(request, "partners/member_list.html", context, status=status)


@fresh_factor_required(when=is_posted)
@require_http_methods(["GET", "POST"])
def member_list(request: Request, pk: int) -> HttpResponse:
    """Who works here, and one more."""
    organisation = _administered(request, pk)
    form = _form(request, organisation, is_sent=request.method == "POST")
    if form.is_valid():
        try:
            added = actions.add_member(organisation=organisation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            if added.link:
                fresh = _form(request, organisation)
                return _show(request, organisation, fresh, link=added.link, link_for=added.membership)
            if added.is_mailed:
                _mail_link(request, added.membership)
            else:
                messages.success(request, _("%(name)s is added.") % {"name": added.membership.user.name})
            return redirect("partners:member_list", pk=pk)
    return _show(request, organisation, form)


@fresh_factor_required(when=is_posted)
@require_POST
def members_confirm(request: Request, pk: int) -> HttpResponse:
    """These still work here: one of them, or all that are ticked."""
    organisation = _administered(request, pk)
    chosen = [int(value) for value in request.POST.getlist("member") if value.isdecimal() and len(value) < 19]
    found = organisation.memberships.filter(pk__in=chosen).order_by("pk")
    count = actions.confirm_members(organisation=organisation, memberships=found, by=request.user)
    if count:
        sentence = ngettext("One person is confirmed.", "%(count)s people are confirmed.", count)
        messages.success(request, sentence % {"count": count})
    else:
        messages.error(request, _("Nobody is confirmed. Choose somebody who works here."))
    return redirect("partners:member_list", pk=pk)


@fresh_factor_required
@require_http_methods(["GET", "POST"])
def member_end(request: Request, pk: int, membership_pk: int) -> HttpResponse:
    organisation = _administered(request, pk)
    member = _member(organisation, membership_pk)
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_membership(membership=member, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("%(name)s has a last day here.") % {"name": member.user.name})
            return _back(request, organisation)
    context = {"organisation": organisation, "member": member, "form": form}
    return render(request, "partners/member_end_form.html", context, status=422 if form.errors else 200)


@fresh_factor_required(when=is_posted)
@require_POST
def member_administrator(request: Request, pk: int, membership_pk: int) -> HttpResponse:
    """Make somebody administrator of the organisation's people (`value=1`), or take it back."""
    value = request.POST.get("value") == "1"
    return _deed(
        request,
        pk,
        membership_pk,
        lambda member: actions.set_administrator(membership=member, value=value, by=request.user),
        _("%(name)s administers the people here.") if value else _("%(name)s no longer administers the people here."),
    )


@fresh_factor_required(when=is_posted)
@require_POST
def member_pause(request: Request, pk: int, membership_pk: int) -> HttpResponse:
    return _deed(
        request,
        pk,
        membership_pk,
        lambda member: actions.pause_membership(membership=member, by=request.user),
        _("%(name)s is paused and has no rights until confirmed."),
    )


@fresh_factor_required(when=is_posted)
@require_POST
def member_link(request: Request, pk: int, membership_pk: int) -> HttpResponse:
    """A new link for somebody who has not chosen a password: mailed to her, or without mail on the page, this once."""
    organisation = _administered(request, pk)
    member = _member(organisation, membership_pk)
    form = _form(request, organisation)
    try:
        link = actions.new_password_link(membership=member, by=request.user)
    except ValidationError as refusal:
        return _show(request, organisation, form, refusal=refusal)
    if not link:
        _mail_link(request, member)
        return redirect("partners:member_list", pk=pk)
    return _show(request, organisation, form, link=link, link_for=member)


def _mail_link(request: Request, member: Membership) -> None:
    tasks.send_mail_password_link(member.user_id)
    messages.success(
        request,
        _("%(name)s gets a mail at %(email)s with a link for choosing a password.")
        % {"name": member.user.name, "email": member.user.email},
    )


def _deed(
    request: Request, pk: int, membership_pk: int, do: Callable[[Membership], object], sentence: str
) -> HttpResponse:
    """A deed with one button: done and told, or refused with the page as it is (422)."""
    organisation = _administered(request, pk)
    member = _member(organisation, membership_pk)
    try:
        do(member)
    except ValidationError as refusal:
        return _show(request, organisation, _form(request, organisation), refusal=refusal)
    messages.success(request, sentence % {"name": member.user.name})
    return _back(request, organisation)


def _back(request: Request, organisation: Organisation) -> HttpResponse:
    """To the people, or, for somebody who has just ended her own right to them, to the beginning."""
    still = Membership.objects.ongoing().filter(user=request.user).order_by("pk")
    if any(Permission.MEMBERS_MANAGE in access.rights(one) for one in still):
        return redirect("partners:member_list", pk=organisation.pk)
    return redirect("home")


# --- Hats -------------------------------------------------------------------------------------------


@require_POST
def hat_change(request: Request) -> HttpResponse:
    """From now on, in this session, the user works for the organisation she chose."""
    chosen = request.POST.get("membership", "")
    hat = get_object_or_404(
        Membership.objects.ongoing().select_related("organisation").filter(user=request.user),
        pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0,
    )
    request.session[hats.SESSION_KEY] = hat.pk
    messages.success(
        request,
        _("You now work as %(role)s at %(organisation)s.")
        % {"role": hat.get_role_display(), "organisation": hat.organisation},
    )
    return redirect("home")
