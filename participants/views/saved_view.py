"""Saved views: the list of participants as somebody wants to find it again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants import actions, forms
from participants.listing import Listing
from participants.listing_file import Reader, in_words
from participants.models import SavedView
from participants.views.frame import GET_AND_POST
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import Organisation, User


def saved_views(user: User) -> list[SavedView]:
    """Those that stand above the list: her own, then what colleagues share."""
    views = list(SavedView.objects.visible_to(user).select_related("user").order_by("name", "pk"))
    return sorted(views, key=lambda view: view.user_id != user.pk)


def start_query(views: list[SavedView], user: User) -> str:
    """What the list opens with when nothing is asked for."""
    return next((view.query for view in views if view.is_start and view.user_id == user.pk), "")


@require_safe
def saved_view_list(request: Request) -> HttpResponse:
    """What each view asks, in words; one's own can be changed."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    lines = [
        {
            "view": view,
            "words": in_words(Listing(Reader(request.user, QueryDict(view.query)))),
            "is_own": view.user_id == request.user.pk,
        }
        for view in saved_views(request.user)
    ]
    return render(request, "participants/saved_view_list.html", {"lines": lines})


@require_http_methods(GET_AND_POST)
def saved_view_create(request: Request) -> HttpResponse:
    """The list as it stands, under a name. Of a search nothing is kept."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    params = QueryDict(request.POST.get("query", "")[:2000]) if request.method == "POST" else request.GET
    listing = Listing(Reader(request.user, params))
    form = forms.SavedViewForm(
        request.POST or None, own=_own(request.user), initial={"query": params.urlencode()[:2000]}
    )
    if form.is_valid():
        asked = {"query": listing.kept(), "unknown": listing.unknown()}
        if _saved(request, form, **asked):
            messages.success(request, _("The view is saved. You find it above the list."))
            return redirect(f"{reverse('participants:participation_list')}?{listing.kept()}")
    return _show(request, form, listing, view=None, had_search=bool(listing.token))


@require_http_methods(GET_AND_POST)
def saved_view_edit(request: Request, view_pk: int) -> HttpResponse:
    """Another name, shared or not, the start view or not, or gone. What it asks stays: a new question is a new view."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    view = get_object_or_404(SavedView.objects.visible_to(request.user).filter(user=request.user), pk=view_pk)
    if "delete" in request.POST:
        actions.delete_view(view=view, by=request.user)
        messages.success(request, _("The view is deleted. The participants are where they were."))
        return redirect("participants:saved_view_list")
    form = forms.SavedViewForm(request.POST or None, own=_own(request.user), view=view)
    if form.is_valid() and _saved(request, form, view=view):
        messages.success(request, _("The view is changed."))
        return redirect("participants:saved_view_list")
    return _show(request, form, Listing(Reader(request.user, QueryDict(view.query))), view=view)


def _own(user: User) -> Organisation:
    return access.of(user).memberships[0].organisation


def _saved(request: Request, form: forms.SavedViewForm, **asked: Any) -> bool:
    data = form.cleaned_data
    try:
        actions.save_view(
            name=data["name"],
            shared_with=_own(request.user) if data["is_shared"] else None,
            is_start=data["is_start"],
            by=request.user,
            **asked,
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    return True


def _show(request: Request, form: forms.SavedViewForm, listing: Listing, **context: Any) -> HttpResponse:
    context |= {
        "form": form,
        "words": in_words(listing),
        "columns": listing.columns,
        "back": listing.kept(),
    }
    return render(request, "participants/saved_view_form.html", context, status=422 if form.errors else 200)
