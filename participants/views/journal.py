"""Writing: a note on one participant's page, or from anywhere about one or several, one after the other."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grundsteget.dates import today
from participants import actions, forms, rules
from participants.models import Consent, JournalEntry, NoteDraft, NoteTemplate, Participant, Participation
from participants.names import name_key
from participants.views.frame import GET_AND_POST, Category, back, find, show
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, Organisation, User, in_force

MATCHES = 8
# What a draft keeps of the form; everything else that is posted is forgotten.
KEPT = ("kind", "happened_on", "minutes", "text", "next_step", "next_step_on", "is_shared", "submission")
LONGEST_KEPT = 10_000  # Characters of one field.


# --- On one participant's page ----------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def journal_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.JOURNAL_WRITE, participation)
    own = writing_organisation(request.user, participation)
    form = forms.JournalForm(request.POST or None, own=own, readers=rules.readers_of_notes(participation))
    if form.is_valid():
        try:
            actions.write_journal(participation=participation, organisation=own, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return back(participation, _("The note is saved."), request)
    return show(request, "journal_form", participation, form)


@require_POST
def journal_step_done(request: Request, entry_pk: int) -> HttpResponse:
    """Ticks the next step of a note; the answer is where the person came from: Today or the participant."""
    entry = get_object_or_404(
        JournalEntry.objects.visible_to(request.user).select_related("participation"), pk=entry_pk
    )
    access.require(request.user, Permission.JOURNAL_WRITE, entry.participation)
    try:
        actions.finish_step(entry=entry, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("The step is done."))
    if request.POST.get("from") == "today":
        return redirect("participants:today")
    return redirect("participants:participation_detail", pk=entry.participation_id)


def writing_organisation(user: User, participation: Participation) -> Organisation:
    """For whom a note is written: the organisation through which the user sees the person."""
    rights = access.of(user)
    mine = [m for m in rights.memberships if m.organisation_id in rights.organisation_ids(Permission.JOURNAL_WRITE)]
    consented = set(participation.consents.lifting_secrecy().values_list("organisation", flat=True))
    through = [m for m in mine if m.organisation_id == participation.project.owner_id] + [
        m for m in mine if m.organisation_id in consented
    ]
    return (through or mine)[0].organisation


# --- From anywhere ----------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def journal_quick(request: Request) -> HttpResponse:
    """Log from anywhere, one after the other. What is typed to search by travels in the body, never in an address."""
    access.require(request.user, Permission.JOURNAL_WRITE)
    visible = Participation.objects.visible_to(request.user).with_card()
    is_step = "search" in request.POST or "use_template" in request.POST or request.htmx.target == "choices"
    saved = ""
    form = _quick_form(request, visible, is_step)
    if form.is_valid():
        saved = _write(request, form)
        if saved and request.htmx.target != "log":
            messages.success(request, saved)
            return redirect("participants:journal_quick")
    if saved:
        form = _quick_form(request, visible, is_step, is_fresh=True)
    return _show_quick(request, form, visible, saved)


def _quick_form(request: Request, visible: Any, is_step: bool, *, is_fresh: bool = False) -> forms.JournalQuickForm:
    """What was posted to be saved; otherwise a form that holds what was typed so far, or the draft."""
    own = access.of(request.user).memberships[0].organisation
    if is_fresh:
        return forms.JournalQuickForm(own=own, participations=visible)
    if request.method == "POST" and not is_step:
        return forms.JournalQuickForm(request.POST, own=own, participations=visible)
    initial = _typed(request.POST) if is_step else _draft(request.user)
    if "use_template" in request.POST:
        initial |= _begun(request, initial)
    return forms.JournalQuickForm(own=own, participations=visible, initial=initial)


def _typed(data: QueryDict) -> dict[str, Any]:
    typed: dict[str, Any] = {name: data.get(name, "")[:LONGEST_KEPT] for name in KEPT if name in data}
    return typed | {"participation": data.getlist("participation")[: forms.MOST_AT_ONCE]}


def _draft(user: User) -> dict[str, Any]:
    draft = NoteDraft.objects.filter(user=user).first()
    return {**draft.fields, "draft_of": draft.saved_at} if draft else {}


def _begun(request: Request, typed: dict[str, Any]) -> dict[str, Any]:
    """What the chosen template fills in: after what was written already, which it never replaces."""
    chosen = request.POST.get("template", "")
    template = _templates(request.user).filter(pk=chosen).first() if chosen.isdigit() and len(chosen) < 19 else None
    if template is None:
        return {}
    text = "\n\n".join(part for part in (typed.get("text", "").strip(), template.text) if part)
    return {"kind": template.kind, "minutes": typed.get("minutes") or template.minutes or "", "text": text}


def _templates(user: User) -> Any:
    return NoteTemplate.objects.visible_to(user).in_use()


def _write(request: Request, form: forms.JournalQuickForm) -> str:
    """What was saved, in words; empty when a rule refused, and the form says which."""
    data = form.cleaned_data.copy()
    chosen = list(data.pop("participation"))
    for participation in chosen:
        access.require(request.user, Permission.JOURNAL_WRITE, participation)
    about = [(participation, writing_organisation(request.user, participation)) for participation in chosen]
    try:
        actions.write_journal_on_several(about=about, by=request.user, **data)
    except ValidationError as refusal:
        form.refuse(refusal)
        return ""
    codes = ", ".join(participation.ref for participation in chosen)
    return _("Saved on %(codes)s. Ready for the next.") % {"codes": codes}


def _show_quick(request: Request, form: forms.JournalQuickForm, visible: Any, saved: str) -> HttpResponse:
    who = "" if saved else request.POST.get("who", "").strip()
    chosen = [] if saved else [str(pk) for pk in (form["participation"].value() or [])]
    choices = _choices(request, visible, who, chosen)
    context = {
        "form": form,
        "who": who,
        "choices": choices,
        "has_more": len(choices) - len(chosen) >= MATCHES,
        "saved": saved,
        "draft_of": form.initial.get("draft_of"),
        "note_templates": _templates(request.user),
    }
    part = f"#{request.htmx.target}" if request.htmx.target in {"choices", "log"} else ""
    return render(request, f"participants/journal_quick.html{part}", context, status=422 if form.errors else 200)


def _choices(request: Request, visible: Any, who: str, chosen: list[str]) -> list[Participation]:
    """Those chosen already, then those that match what was typed, or whom one follows or wrote about. It is logged."""
    ids = {int(pk) for pk in chosen if pk.isascii() and pk.isdigit() and len(pk) < 19}
    of_chosen = list(_in_order(visible.filter(pk__in=ids)))
    others = visible.exclude(pk__in=ids)
    found = list(_in_order(_named(others, who))[:MATCHES] if who else _recent(others, request.user)[:MATCHES])
    action, criterion = (AccessLog.Action.SEARCH, "name") if who else (AccessLog.Action.LIST, "")
    shown = of_chosen + found
    log_access(request, action, participation_ids=[participation.pk for participation in shown], criterion=criterion)
    shared_with = _consented(request.user, shown)
    for participation in shown:
        participation.shared_with = shared_with.get(participation.pk, [])
        participation.is_chosen = participation.pk in ids
    return shown


def _in_order(participations: Any) -> Any:
    return participations.order_by("participant__first_name_key", "participant__last_name_key", "pk")


def _named(visible: Any, who: str) -> Any:
    """Every word begins one of the names, or all of it is the code. Protected persons are found by code alone."""
    match = Q()
    for word in name_key(who).split():
        match &= (
            Q(participant__first_name_key__startswith=word)
            | Q(participant__last_name_key__startswith=word)
            | Q(participant__first_name_key__contains=f" {word}")
            | Q(participant__last_name_key__contains=f" {word}")
        )
    by_name = match & Q(participant__protection=Participant.Protection.NONE)
    return visible.filter(by_name | Q(ref__iexact=who))


def _recent(visible: Any, user: User) -> Any:
    follows = user.care_team_places.filter(in_force(today())).values("participation")
    wrote = JournalEntry.objects.visible_to(user).filter(written_by=user).values("participation")
    return visible.filter(Q(pk__in=follows) | Q(pk__in=wrote)).order_by("-last_event_on", "-pk")


def _consented(user: User, participations: list[Participation]) -> dict[int, list[str]]:
    """Participation → the partners who would read a shared note."""
    found: dict[int, list[str]] = {}
    rows = Consent.objects.visible_to(user).lifting_secrecy(Category.NOTES).filter(participation__in=participations)
    for consent in rows.select_related("organisation").order_by("organisation__name"):
        names = found.setdefault(consent.participation_id, [])
        if str(consent.organisation) not in names:
            names.append(str(consent.organisation))
    return found


@require_POST
def journal_draft(request: Request) -> HttpResponse:
    """Keep what is typed in the quick log, or throw it away. Nobody but the writer ever sees it."""
    access.require(request.user, Permission.JOURNAL_WRITE)
    if "discard" in request.POST:
        NoteDraft.objects.filter(user=request.user).delete()
        return redirect("participants:journal_quick")
    fields = _typed(request.POST)
    visible = Participation.objects.visible_to(request.user)
    ids = [int(pk) for pk in fields["participation"] if pk.isascii() and pk.isdigit() and len(pk) < 19]
    about = list(visible.filter(pk__in=ids).values_list("pk", flat=True))
    fields["participation"] = [str(pk) for pk in about]
    actions.keep_draft(fields=fields, about=about, submission=_token(fields), by=request.user)
    return HttpResponse(status=204)


def _token(fields: dict[str, Any]) -> uuid.UUID | None:
    try:
        return uuid.UUID(fields.get("submission", ""))
    except ValueError:
        return None


# --- Templates --------------------------------------------------------------------------------------


@require_safe
def note_template_list(request: Request) -> HttpResponse:
    access.require(request.user, Permission.JOURNAL_WRITE)
    rows = _templates(request.user).select_related("organisation")
    return render(request, "participants/note_template_list.html", {"note_templates": rows})


@require_http_methods(GET_AND_POST)
def note_template_create(request: Request) -> HttpResponse:
    access.require(request.user, Permission.JOURNAL_WRITE)
    return _edit_template(request, None)


@require_http_methods(GET_AND_POST)
def note_template_edit(request: Request, template_pk: int) -> HttpResponse:
    """New words, or no longer offered. What comes with the system is nobody's to change."""
    own = NoteTemplate.objects.visible_to(request.user).in_use().filter(organisation__isnull=False)
    template = get_object_or_404(own, pk=template_pk)
    if "retire" in request.POST:
        actions.retire_note_template(template=template, by=request.user)
        messages.success(request, _("The template is no longer offered."))
        return redirect("participants:note_template_list")
    return _edit_template(request, template)


def _edit_template(request: Request, template: NoteTemplate | None) -> HttpResponse:
    form = forms.NoteTemplateForm(request.POST or None, template=template)
    if form.is_valid():
        own = access.of(request.user).memberships[0].organisation
        try:
            actions.save_note_template(template=template, organisation=own, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The template is saved."))
            return redirect("participants:note_template_list")
    context = {"form": form, "template": template}
    return render(request, "participants/note_template_form.html", context, status=422 if form.errors else 200)
