"""Two records of one person: found, looked at side by side, joined, and parted again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants import actions, forms, merging
from participants.models import Merge, Participant, Participation
from participants.models.participation import ParticipationQuerySet
from participants.opening import log_opening
from participants.views.frame import GET_AND_POST, find, show
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog

MERGES_SHOWN = 50
NAMESAKES_SHOWN = 20


@require_http_methods(GET_AND_POST)
def merge_list(request: Request) -> HttpResponse:
    """Find the two; under it who may be the same person, and what was joined before."""
    access.require(request.user, Permission.PARTICIPANT_MERGE)
    visible = _visible(request)
    first = visible.filter(pk=request.GET["en"]).first() if request.GET.get("en", "").isdigit() else None
    form = forms.MergeSearchForm(
        request.POST or None, visible=visible, initial={"former": first.ref} if first else None
    )
    if request.method == "POST" and form.is_valid():
        pair = [form.cleaned_data["kept"], form.cleaned_data["former"]]
        log_access(
            request, AccessLog.Action.SEARCH, participation_ids=[one.pk for one in pair], criterion="two records"
        )
        return redirect("participants:merge_create", *(one.pk for one in pair))
    merges = list(
        Merge.objects.visible_to(request.user).select_related("kept", "merged_by", "undone_by")[:MERGES_SHOWN]
    )
    of_person = {row.participant_id: row for row in visible.filter(participant__in=[one.kept_id for one in merges])}
    namesakes: list[Any] = list(_namesakes(visible)[:NAMESAKES_SHOWN])
    shown = {row.pk for row in of_person.values()} | {pk for row in namesakes for pk in (row.pk, row.other)}
    log_access(request, AccessLog.Action.LIST, participation_ids=shown)
    context = {
        "form": form,
        "namesakes": namesakes,
        "merges": [(one, of_person[one.kept_id]) for one in merges if one.kept_id in of_person],
    }
    return render(request, "participants/merge_list.html", context, status=422 if form.errors else 200)


def _visible(request: Request) -> ParticipationQuerySet:
    projects = access.of(request.user).edited_projects(Permission.PARTICIPANT_MERGE)
    return Participation.objects.visible_to(request.user).filter(project__in=projects).with_card()


def _namesakes(visible: ParticipationQuerySet) -> ParticipationQuerySet:
    """Those with the same name and birth date as somebody with a lower id, `other`. Nothing of the protected."""
    unprotected = visible.filter(participant__protection=Participant.Protection.NONE)
    same = (
        unprotected.filter(
            participant__first_name_key=OuterRef("participant__first_name_key"),
            participant__last_name_key=OuterRef("participant__last_name_key"),
            participant__birth_date=OuterRef("participant__birth_date"),
            participant__lt=OuterRef("participant"),
        )
        .order_by("pk")
        .values("pk")
    )
    named = unprotected.exclude(participant__last_name_key="").filter(Exists(same))
    return named.annotate(other=same[:1], other_ref=same.values("ref")[:1]).order_by("ref")


@require_http_methods(GET_AND_POST)
def merge_create(request: Request, pk: int, other_pk: int) -> HttpResponse:
    """What each record has, what becomes of it, and what is left to choose. Nothing is done before it is said."""
    kept, former = find(request, pk), find(request, other_pk)
    for one in (kept, former):
        access.require_owners(request.user, Permission.PARTICIPANT_MERGE, one)
    plan = merging.plan_merge(kept.participant, former.participant, merging.AS_PROPOSED, by=request.user)
    form = forms.MergeForm(request.POST or None, plan=plan)
    if form.is_valid():
        try:
            actions.merge_participants(
                kept=kept.participant,
                former=former.participant,
                choices=form.choices,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The two records are one person now. It can be undone here."))
            return redirect("participants:merge_list")
    log_opening(request, former)
    return show(request, "merge_form", kept, form, **_side_by_side(plan, kept, former))


def _side_by_side(plan: merging.Plan, kept: Participation, former: Participation) -> dict[str, Any]:
    pairs = [(pair, merging.life_of(pair.kept, pair.former)) for pair in plan.pairs]
    return {
        "plan": plan,
        "former": former,
        "sides": [(one, merging.life_of(one)) for one in (kept, former)],
        "pairs": pairs,
        "may_merge": not plan.refusals,
    }


@require_http_methods(GET_AND_POST)
def merge_undo(request: Request, merge_pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.visible_to(request.user).select_related("kept", "former"), pk=merge_pk)
    seen = _visible(request).filter(participant=merge.kept).order_by("pk").first()
    participation = find(request, seen.pk if seen else 0)
    access.require_owners(request.user, Permission.PARTICIPANT_MERGE, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            told = actions.undo_merge(merge=merge, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, " ".join([_("The records are two again, as they were."), *told]))
            return redirect("participants:merge_list")
    return show(request, "merge_undo_form", participation, form, merge=merge, former_refs=merging.former_refs(merge))
