"""Documents: uploading, newer versions, withdrawing, handing out, and who lacks which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants import actions, forms, rules, tasks
from participants.listing import ALL, MINE, first_tab, of_mine
from participants.missing_documents import (
    BY_CODE,
    REQUIREMENTS,
    Missing,
    consent_in_words,
    lacking,
    missing,
    outcome_in_words,
    stint_in_words,
)
from participants.models import Activity, Consent, Document, DocumentKind, Outcome, Participation, Stint
from participants.views.files import send_file
from participants.views.frame import GET_AND_POST, find, show
from participants.views.journal import writing_organisation
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog

# --- Uploading ------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def document_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.DOCUMENT_ADD, participation)
    own = writing_organisation(request.user, participation)
    shown = _shown(request, participation)
    form = forms.DocumentForm(
        request.POST or None,
        request.FILES or None,
        own=own,
        readers=rules.readers_of_notes(participation),
        shown=shown,
        initial=_asked_for(request, participation),
    )
    there = None
    if form.is_valid():
        try:
            document = actions.add_document(
                participation=participation, organisation=own, by=request.user, **form.cleaned_data
            )
        except ValidationError as refusal:
            form.refuse(refusal)
            there = _there(refusal)
        else:
            tasks.send_scan(tasks.scan_document, document.pk)
            return _back(request, participation, _("The document is saved."))
    return show(request, "document_form", participation, form, there=there)


def _there(refusal: ValidationError) -> Document | None:
    """The document that holds the same file already."""
    return refusal.document if isinstance(refusal, rules.AlreadyThere) else None


def _back(request: Request, participation: Participation, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect(documents_of(participation.pk))


def documents_of(pk: int) -> str:
    return f"{reverse('participants:participation_detail', args=[pk])}?flik=dokument"


def _asked_for(request: Request, participation: Participation) -> dict[str, Any]:
    """What `?galler=` says that the document shall show, and the kind of document that would."""
    address = request.GET.get("galler", "")
    for one in missing(request.user, [participation.pk]).get(participation.pk, []):
        if one.address == address:
            return {"proves": address, "kind": one.requirement.kind}
    return {"proves": address}


def _shown(request: Request, participation: Participation) -> dict[str, tuple[str, Model]]:
    """What a document may show among what the user sees of the person: address → words and row."""
    outcomes = Outcome.objects.visible_to(request.user).standing().select_related("enterprise__organisation")
    stints = Stint.objects.visible_to(request.user).select_related("exit_reason")
    activities = Activity.objects.visible_to(request.user).select_related("enterprise__organisation")
    consents = Consent.objects.visible_to(request.user).select_related("organisation")
    sorts: list[tuple[Any, Callable[[Any], str]]] = [
        (outcomes.order_by("-started_on", "-pk"), outcome_in_words),
        (activities.order_by("-started_on", "-pk"), _activity_in_words),
        (stints.order_by("-started_on", "-pk"), stint_in_words),
        (consents.order_by("-given_on", "-pk"), consent_in_words),
    ]
    return {
        f"{row._meta.model_name}-{row.pk}": (capfirst(words(row)), row)
        for rows, words in sorts
        for row in rows.filter(participation=participation)
    }


def _activity_in_words(activity: Activity) -> str:
    return f"{activity.label}, {activity.started_on}"


# --- Newer versions, withdrawing --------------------------------------------------------------------


def _find_document(request: Request, pk: int, document_pk: int) -> tuple[Participation, Document]:
    participation = find(request, pk)
    documents = Document.objects.visible_to(request.user).select_related("kind", "organisation", "uploaded_by")
    return participation, get_object_or_404(documents, participation=participation, pk=document_pk)


def _require_own(request: Request, document: Document, participation: Participation) -> None:
    """Only the organisation that uploaded a document puts another in its place or takes it back."""
    rights = access.of(request.user)
    if not rights.has(Permission.DOCUMENT_ADD, participation.project_id, document.organisation):
        raise PermissionDenied


@require_http_methods(GET_AND_POST)
def document_replace(request: Request, pk: int, document_pk: int) -> HttpResponse:
    participation, document = _find_document(request, pk, document_pk)
    _require_own(request, document, participation)
    form = forms.DocumentVersionForm(request.POST or None, request.FILES or None, initial={"title": document.title})
    there = None
    if form.is_valid():
        try:
            newer = actions.replace_document(document=document, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
            there = _there(refusal)
        else:
            tasks.send_scan(tasks.scan_document, newer.pk)
            return _back(request, participation, _("The newer version is saved. The old one stays readable."))
    return show(request, "document_replace_form", participation, form, document=document, there=there)


@require_http_methods(GET_AND_POST)
def document_withdraw(request: Request, pk: int, document_pk: int) -> HttpResponse:
    participation, document = _find_document(request, pk, document_pk)
    _require_own(request, document, participation)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_document(document=document, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _back(request, participation, _("The document is withdrawn. It stays readable with your reason."))
    return show(request, "document_withdraw_form", participation, form, document=document)


@require_safe
def document_download(request: Request, pk: int, document_pk: int) -> HttpResponseBase:
    """The file, to whoever may see the document at this moment."""
    participation, document = _find_document(request, pk, document_pk)
    return send_file(
        request,
        participation,
        document,
        document.file,
        name=f"dokument-{document.pk}.{document.file_type}",
        content_type=document.content_type,
        back=documents_of(pk),
    )


# --- The tab of a participant -----------------------------------------------------------------------


@dataclass(frozen=True)
class StepOfDocuments:
    """One step of the way: what is there, newest version first, and what is missing."""

    label: str
    chains: list[list[Document]]
    missing: list[Missing]


def documents_tab(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    documents: list[Any] = list(
        Document.objects.visible_to(request.user)
        .filter(participation=participation)
        .select_related("kind", "organisation", "uploaded_by", "withdrawn_by")
        .order_by("-dated_on", "-pk")
    )
    shown = {address: words for address, (words, _row) in _shown(request, participation).items()}
    own = access.of(request.user).organisation_ids(Permission.DOCUMENT_ADD)
    replaced = {one.replaces_id for one in documents}
    for one in documents:
        one.shows = shown.get(_address(one), "")
        one.is_replaced = one.pk in replaced
        one.is_mine = one.organisation_id in own
    lacks = missing(request.user, [participation.pk]).get(participation.pk, [])
    return {"steps": list(_steps(documents, lacks)), "count": len(documents), "lacks": lacks}


def with_papers(request: Request, outcomes: QuerySet[Outcome]) -> QuerySet[Outcome]:
    """Outcomes, each with the documents that show it and that the user may see."""
    papers = Document.objects.visible_to(request.user).standing().select_related("kind").order_by("-dated_on", "-pk")
    return outcomes.prefetch_related(Prefetch("documents", queryset=papers, to_attr="papers"))


def _address(document: Document) -> str:
    link = next((name for name in Document.PROVES if getattr(document, f"{name}_id")), "")
    return f"{link}-{getattr(document, f'{link}_id')}" if link else ""


def _steps(documents: list[Document], lacks: list[Missing]) -> Iterator[StepOfDocuments]:
    for step in DocumentKind.Step:
        chains = [chain for chain in _chains(documents) if chain[0].kind.step == step]
        of_step = [one for one in lacks if one.requirement.step == step]
        if chains or of_step:
            yield StepOfDocuments(str(step.label), chains, of_step)


def _chains(documents: list[Any]) -> Iterator[list[Document]]:
    """Each newest version with those it replaced behind it."""
    by_pk = {one.pk: one for one in documents}
    for newest in documents:
        if newest.is_replaced:
            continue
        chain, older = [newest], by_pk.get(newest.replaces_id or 0)
        while older is not None:
            chain.append(older)
            older = by_pk.get(older.replaces_id or 0)
        yield chain


# --- Who lacks which --------------------------------------------------------------------------------

SHOWN = 100


@require_safe
def document_missing(request: Request) -> HttpResponse:
    """People for whom a required document is missing, longest in the project first."""
    access.require(request.user, Permission.DOCUMENT_ADD)
    tab = first_tab(request.user, request.GET.get("flik"))
    code = request.GET.get("visa", "")
    chosen = [BY_CODE[code]] if code in BY_CODE else REQUIREMENTS
    visible = Participation.objects.visible_to(request.user)
    if tab == MINE:
        visible = of_mine(visible, request.user)
    rows = lacking(request.user, visible, chosen)
    people: list[Any] = list(rows.with_card().order_by("entered_on", "pk")[:SHOWN])
    lacks = missing(request.user, [person.pk for person in people], chosen)
    for person in people:
        person.lacks = lacks.get(person.pk, [])
    log_access(request, AccessLog.Action.LIST, participation_ids=[person.pk for person in people])
    context = {
        "people": people,
        "count": len(people) if len(people) < SHOWN else rows.count(),
        "shown": len(people),
        "code": code if code in BY_CODE else "",
        "requirements": REQUIREMENTS,
        "tab": tab,
        "mine": MINE,
        "all": ALL,
    }
    return render(request, "participants/document_missing.html", context)
