"""Several participants at once: choose, say what, and read of each what became of it; and the list on paper."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from participants import actions, forms, rules
from participants.listing import Listing
from participants.listing_file import Reader, in_words
from participants.models import Participation
from participants.opening import log_looks
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog, User

RESULTS, RESULTS_KEPT = "bulk_results", 4
PRINTED = 300  # Rows on paper: a longer list is a file.
ALL = "all"


@dataclass(frozen=True)
class Deed:
    """Something that can be done to several: how the page calls it, what it asks, and what it does."""

    title: Promise
    advice: Promise
    button: Promise
    done: Promise
    form: Callable[..., forms.Refusable]
    do: Callable[..., list[actions.Answer]]


DEEDS = {
    "lead": Deed(
        gettext_lazy("Hand over the lead"),
        gettext_lazy(
            "The colleague is asked, one participant at a time, and answers under Today. Until then nothing changes."
        ),
        gettext_lazy("Ask the colleague"),
        gettext_lazy("asked to take the lead"),
        forms.BulkLeadForm,
        actions.offer_lead_on_several,
    ),
    "network": Deed(
        gettext_lazy("Add a colleague"),
        gettext_lazy("The colleague gets a place in the network of each of them from today."),
        gettext_lazy("Add the colleague"),
        gettext_lazy("in the network"),
        forms.BulkNetworkForm,
        actions.add_to_several_care_teams,
    ),
}


# --- Choosing and saying --------------------------------------------------------------------------


@require_POST
def participation_bulk(request: Request) -> HttpResponse:
    """Those who were ticked and what is done with them. The rights are asked again at each of them, when it is done."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    listing = Listing(Reader(request.user, QueryDict(request.POST.get("query", "")[:2000]), request.session))
    name = request.POST.get("deed", "")
    asked = ticked_in(request.POST)
    rows = _chosen(listing, asked, is_all=name == ALL)
    is_note = "search" in request.POST  # What the quick log calls choosing whom it is about.
    if refusal := _wrong_number(rows, most=forms.MOST_AT_ONCE if is_note else rules.MOST_IN_BULK):
        messages.error(request, refusal)
        return redirect(f"{reverse('participants:participation_list')}?{listing.address()}")
    if is_note:
        access.require(request.user, Permission.JOURNAL_WRITE)
        # The quick log takes the same form over, with those who are ticked in it.
        return HttpResponseRedirect(reverse("participants:journal_quick"), status=307)
    if name not in DEEDS:
        return _show(request, listing, rows, ticked={row.pk for row in rows})
    access.require(request.user, Permission.CARE_TEAM_EDIT)
    return _do(request, listing, rows, name, unseen=len(asked) - len(rows))


def ticked_in(data: QueryDict) -> set[int]:
    """Whom the form names, whether or not they may be seen."""
    texts = data.getlist("participation")
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}


def _chosen(listing: Listing, ids: set[int], *, is_all: bool) -> list[Participation]:
    """Those who were ticked, of whom the list shows now; or all that it shows. One more than may be chosen at most."""
    shown = listing.participations().with_card()
    if not is_all:
        # Ticked on one page, changed on another: who no longer fits the filter is still meant.
        shown = Participation.objects.visible_to(listing.user).with_card().filter(pk__in=ids)
    rows = list(listing.order.apply(shown)[: rules.MOST_IN_BULK + 1])
    listing.dress(rows)
    return rows


def _wrong_number(rows: list[Participation], *, most: int) -> str:
    if not rows:
        return _("Nobody is ticked. Tick those you mean in the list, and choose again.")
    if len(rows) > most:
        return _("At most %(most)s people at once. Filter the list or tick fewer.") % {"most": most}
    return ""


def _do(request: Request, listing: Listing, rows: list[Participation], name: str, *, unseen: int) -> HttpResponse:
    deed, ids = DEEDS[name], [row.pk for row in rows]
    members = rules.colleagues_of_any(Participation.objects.visible_to(request.user).filter(pk__in=ids))
    is_said = "confirm" in request.POST
    form = deed.form(request.POST if is_said else None, members=members)
    if form.is_valid():
        answers = deed.do(participation_ids=ids, by=request.user, **form.cleaned_data)
        return redirect("participants:bulk_result", token=_keep(request, name, answers, unseen, listing.address()))
    return _show(request, listing, rows, ticked=set(ids), deed=deed, deed_name=name, form=form)


def _show(request: Request, listing: Listing, rows: list[Participation], **context: Any) -> HttpResponse:
    _log(request, listing, rows)
    context |= {
        "listing": listing,
        "rows": rows,
        "back": listing.address(),
        "may": deeds_for_several(request.user),
        "words": in_words(listing, listing.search.kind if listing.search else ""),
    }
    form = context.get("form")
    status = 422 if form is not None and form.errors else 200
    return render(request, "participants/participation_bulk.html", context, status=status)


def deeds_for_several(user: User) -> dict[str, bool]:
    """Which deeds the bar offers."""
    return {
        "log": access.has(user, Permission.JOURNAL_WRITE),
        "care_team": access.has(user, Permission.CARE_TEAM_EDIT),
        "export": access.has(user, Permission.PARTICIPANT_EXPORT),
    }


def _log(request: Request, listing: Listing, rows: Iterable[Participation]) -> None:
    rows = list(rows)
    log_looks(
        request,
        AccessLog.Action.SEARCH if listing.search else AccessLog.Action.LIST,
        [row.pk for row in rows],
        may_be_granted=any(row.participant.is_protected for row in rows),
        criterion=listing.search.kind if listing.search else "",
        fields=listing.fields_class,
    )


# --- What became of it ----------------------------------------------------------------------------


def _keep(request: Request, name: str, answers: list[actions.Answer], unseen: int, back: str) -> str:
    """Put the result with the session, so that reading it again does nothing again."""
    token = secrets.token_urlsafe(6)
    kept = dict(list(request.session.get(RESULTS, {}).items())[-(RESULTS_KEPT - 1) :])
    lines = [[answer.participation_id, answer.why] for answer in answers]
    request.session[RESULTS] = {**kept, token: {"deed": name, "lines": lines, "unseen": unseen, "back": back}}
    return token


@never_cache
@require_safe
def bulk_result(request: Request, token: str) -> HttpResponse:
    """Of each: done, or not and why. Whoever may no longer be seen is only counted."""
    access.require(request.user, Permission.CARE_TEAM_EDIT)
    result = request.session.get(RESULTS, {}).get(token)
    if result is None or result["deed"] not in DEEDS:
        raise Http404
    reasons = dict(result["lines"])
    rows: list[Any] = list(
        Participation.objects.visible_to(request.user)
        .with_card()
        .filter(pk__in=reasons)
        .order_by("participant__last_name_key", "participant__first_name_key", "pk")
    )
    for row in rows:
        row.why = reasons[row.pk]
    log_looks(request, AccessLog.Action.LIST, [row.pk for row in rows])
    context = {
        "deed": DEEDS[result["deed"]],
        "refused": [row for row in rows if row.why],
        "done": [row for row in rows if not row.why],
        "unseen": result["unseen"] + len(reasons) - len(rows),
        "back": result["back"],
    }
    return render(request, "participants/bulk_result.html", context)


# --- On paper -------------------------------------------------------------------------------------


@never_cache
@require_safe
def participation_print(request: Request) -> HttpResponse:
    """The list as it stands on the screen, all its pages, with what was asked in words and the day."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    listing = Listing(request)
    if listing.search_is_forgotten:
        messages.warning(request, _("The search is no longer kept. Search again."))
        return redirect("participants:participation_list")
    rows = listing.first(PRINTED)
    _log(request, listing, rows)
    context = {
        "listing": listing,
        "rows": rows,
        "words": in_words(listing, listing.search.kind if listing.search else ""),
        "is_cut": listing.count > PRINTED,
        "most": PRINTED,
    }
    return render(request, "participants/participation_print.html", context)
