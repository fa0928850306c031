"""The follow-up clock: whom to ask, the call list, and answers for one or for many at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from participants import actions, follow_ups, forms
from participants.follow_ups import ANSWERED, COMING, NOW, SHOWN, TABS, Question
from participants.forms.shared import enterprises
from participants.listing import ALL, MINE, first_tab, of_mine
from participants.models import FollowUp, Participation
from participants.models.participation import ParticipationQuerySet
from participants.opening import log_looks, log_opening
from participants.views.frame import GET_AND_POST, Category, find
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog

KEY = re.compile(r"^([0-9]{1,18})-(28d|6m)-(?:answer|tick)$")
MOST_AT_ONCE = 2 * SHOWN


@require_http_methods(GET_AND_POST)
def follow_up_list(request: Request) -> HttpResponse:
    """Whom to ask, and answers for as many rows as one likes: each is saved or refused for itself."""
    access.require(request.user, Permission.FOLLOW_UP_RECORD)
    tab, whose = _tab(request), first_tab(request.user, request.GET.get("flik"))
    grid = forms.FollowUpGrid(request.POST or None)
    rows: dict[str, forms.FollowUpRow] = {}
    if request.method == "POST":
        rows = _posted(request)
        saved = _save(request, grid, rows)
        if request.htmx.target and (row := rows.get(request.POST.get("row", ""))):
            return _show_row(request, grid, row)
        # What was typed in rows that were not sent, or not saved, stays on the page.
        if saved and not any(row.has_changed() for row in rows.values() if not row.is_saved):
            messages.success(
                request,
                ngettext("%(n)s answer is saved.", "%(n)s answers are saved.", len(saved)) % {"n": len(saved)},
            )
            return redirect(f"{request.path}?visa={tab}&flik={whose}")
    return _show(request, tab, whose, grid, rows)


def _tab(request: Request) -> str:
    asked = request.GET.get("visa", NOW)
    return asked if asked in TABS else NOW


def _visible(request: Request, whose: str) -> ParticipationQuerySet:
    """Participations whose journey the user may read, in projects where she may record follow-ups."""
    projects = access.of(request.user).projects(Permission.FOLLOW_UP_RECORD)
    visible = Participation.objects.visible_to(request.user, Category.JOURNEY).filter(project__in=projects)
    return of_mine(visible, request.user) if whose == MINE else visible


# --- Answers ----------------------------------------------------------------------------------------


def _posted(request: Request) -> dict[str, forms.FollowUpRow]:
    """The rows that were sent, also those that a colleague has answered meanwhile: nothing typed is lost.

    What is not the user's to see is left out as if it did not exist.
    """
    wanted = sorted({(int(m[1]), m[2]) for name in request.POST if (m := KEY.match(name))})[:MOST_AT_ONCE]
    people = _visible(request, ALL).with_card().in_bulk([pk for pk, _milestone in wanted])
    found = [Question(people[pk], milestone) for pk, milestone in wanted if pk in people]
    return {
        question.key: forms.FollowUpRow(request.POST, question=question)
        for question in follow_ups.with_history(request.user, found)
    }


def _save(request: Request, grid: forms.FollowUpGrid, rows: dict[str, forms.FollowUpRow]) -> list[str]:
    """Each row for itself, or the one whose button was pressed: what one is refused does not touch the others.

    The keys of those saved.
    """
    if not grid.is_valid():
        return []
    only = request.POST.get("row", "")
    told = [row for key, row in rows.items() if only in ("", key) and row.read(grid.cleaned_data["same"])]
    if not told:
        grid.add_error(None, _("Nothing to save: choose an answer in at least one row."))
    return [row.question.key for row in told if not row.errors and _save_row(request, grid, row)]


def _save_row(request: Request, grid: forms.FollowUpGrid, row: forms.FollowUpRow) -> bool:
    if row.question.is_hidden:
        row.add_error(None, _("This person is protected. Answer on her own page, where you say why you open it."))
        return False
    data = grid.cleaned_data
    try:
        actions.record_follow_up(
            participation=row.question.participation,
            milestone=row.question.milestone,
            channel=data["channel"],
            answered_on=data["answered_on"],
            submission=data["submission"],
            by=request.user,
            **row.told,
        )
    except ValidationError as refusal:
        row.refuse(refusal)
        return False
    row.is_saved = True
    return True


# --- What is shown ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the list: the question, and the form to answer it where that is done here."""

    question: Question
    form: forms.FollowUpRow | None


def _show(
    request: Request, tab: str, whose: str, grid: forms.FollowUpGrid, sent: dict[str, forms.FollowUpRow]
) -> HttpResponse:
    visible = _visible(request, whose).with_card()
    found: list[Question] = []
    answers: list[FollowUp] = []
    if tab == ANSWERED:
        rows = follow_ups.answered(request.user, visible)
        answers = list(rows[:SHOWN])
        count = len(answers) if len(answers) < SHOWN else rows.count()
    else:
        found, count = follow_ups.questions(request.user, visible, tab)
    told = [row for row in sent.values() if row.is_saved or row.errors]
    shown = {one.participation.pk for one in found} | {one.participation_id for one in answers}
    log_looks(
        request,
        AccessLog.Action.LIST,
        shown | {row.question.participation.pk for row in told},
        may_be_granted=any(one.is_hidden for one in found) or bool(answers or told),
    )
    is_refused = bool(grid.errors or any(row.errors for row in told))
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": TABS,
        "now": NOW,
        "coming": COMING,
        "answered": ANSWERED,
        "whose": whose,
        "mine": MINE,
        "all": ALL,
        "grid": grid,
        "rows": [Row(one, _form(one, sent, can_answer=tab != COMING)) for one in found],
        "answers": answers,
        "count": count,
        "shown": len(found) + len(answers),
        "rates": follow_ups.response_rates(_visible(request, whose)),
        "saved": [row for row in told if row.is_saved],
        "refused": [row for row in told if row.errors],
        "enterprises": enterprises().order_by("organisation__name"),
    }
    return render(request, "participants/follow_up_list.html", context, status=422 if is_refused else 200)


def _form(question: Question, sent: dict[str, forms.FollowUpRow], *, can_answer: bool) -> forms.FollowUpRow | None:
    """The row as it was sent, where it was not saved; a fresh one otherwise."""
    if question.is_hidden or not can_answer:
        return None
    typed = sent.get(question.key)
    return typed if typed is not None and not typed.is_saved else forms.FollowUpRow(question=question)


def _show_row(request: Request, grid: forms.FollowUpGrid, row: forms.FollowUpRow) -> HttpResponse:
    """The one row whose button was pressed, saved or with what is wrong."""
    log_looks(request, AccessLog.Action.LIST, [row.question.participation.pk])
    is_refused = bool(row.errors or grid.errors)
    context = {"row": Row(row.question, row), "problems": grid.errors.values(), "is_saved": row.is_saved}
    return render(request, "participants/_follow_up_row.html", context, status=422 if is_refused else 200)


# --- The call list ----------------------------------------------------------------------------------


@never_cache
@require_POST
def follow_up_contact(request: Request, pk: int) -> HttpResponse:
    """One person's phone, one at a time; each look is in the read log. Nobody's who is protected."""
    participation = find(request, pk, Category.CONTACT)
    access.require(request.user, Permission.FOLLOW_UP_RECORD, participation)
    if participation.participant.is_protected:
        raise Http404
    log_opening(request, participation, fields=AccessLog.FieldsClass.CONTACT, object_ref="phone")
    part = "#contact" if request.htmx else ""
    return render(request, f"participants/follow_up_contact.html{part}", {"participation": participation})


@never_cache
@require_safe
def follow_up_print(request: Request) -> HttpResponse:
    """The call list on paper, with phones and room to write. It names whom it shows in the read log, each of them."""
    access.require(request.user, Permission.FOLLOW_UP_RECORD)
    whose = first_tab(request.user, request.GET.get("flik"))
    found, count = follow_ups.questions(request.user, _visible(request, whose).with_card(), NOW)
    reachable = Participation.objects.visible_to(request.user, Category.CONTACT)
    phones = set(
        reachable.filter(pk__in=[one.participation.pk for one in found if not one.is_hidden]).values_list(
            "pk", flat=True
        )
    )
    log_looks(
        request,
        AccessLog.Action.LIST,
        {one.participation.pk for one in found},
        may_be_granted=any(one.is_hidden for one in found),
        fields=AccessLog.FieldsClass.CONTACT,
        object_ref="call list",
    )
    context = {"questions": found, "phones": phones, "count": count, "shown": len(found), "whose": whose}
    return render(request, "participants/follow_up_print.html", context)
