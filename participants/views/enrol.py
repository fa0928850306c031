"""A new participant: first the number, then the rest, on one address and without script.

The number travels from the first step to the second in the form's body, encrypted and signed for this user and project.
What is found about people whom the user may not see is never told, neither in words nor in the number of queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants import actions, forms, identity
from participants.models import Participant, Participation
from participants.names import name_key
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, Project

SALT = "participants.enrol"
MINUTES = 60


@dataclass(frozen=True)
class FirstStep:
    """What the first step settled: the project and the number, if there is one."""

    project: Project
    number: identity.Identity | None

    def sealed(self, user_id: int) -> str:
        number = identity.encrypt(self.number.number) if self.number else ""
        return signing.dumps({"user": user_id, "project": self.project.pk, "number": number}, salt=SALT)


def _opened(sealed: str, user_id: int, projects: QuerySet[Project]) -> FirstStep | None:
    """The first step, or None when the seal is broken, somebody else's, or an hour old."""
    try:
        data = signing.loads(sealed, salt=SALT, max_age=MINUTES * 60)
        project = projects.filter(pk=data["project"]).first()
        number = identity.parse(identity.decrypt(data["number"])) if data["number"] else None
    except (signing.BadSignature, ValidationError, ValueError):
        return None
    return FirstStep(project, number) if project and data["user"] == user_id else None


@require_http_methods(["GET", "POST"])
def participation_create(request: Request) -> HttpResponse:
    projects = access.of(request.user).projects(Permission.PARTICIPANT_ENROL)
    if not projects.exists():
        raise PermissionDenied
    if "sealed" in request.POST:
        return _everything_else(request, projects)
    return _number_first(request, projects)


def _number_first(request: Request, projects: QuerySet[Project]) -> HttpResponse:
    form = forms.NumberForm(request.POST or None, projects=projects)
    if not form.is_valid():
        return _show_number(request, form)
    step = FirstStep(form.cleaned_data["project"], form.cleaned_data["number"])
    known = _already_here(request, step)
    if known is not None:
        return _show_number(request, form, known)
    return _show_rest(request, step, forms.EnrolForm(project=step.project, user=request.user, number=step.number))


def _show_number(request: Request, form: forms.NumberForm, known: Participation | None = None) -> HttpResponse:
    context = {"form": form, "known": known, "asks_project": form.fields["project"].queryset.count() > 1}  # type: ignore[attr-defined]
    return render(request, "participants/participation_create.html", context, status=422 if form.errors else 200)


def _already_here(request: Request, step: FirstStep) -> Participation | None:
    """The participation of this number in this project, if the user may see it. One query, whatever it finds."""
    if step.number is None:
        return None
    number_hash = identity.search_hash(step.number, step.project.pk)
    visible = Participation.objects.visible_to(request.user).with_card()
    known = visible.filter(project=step.project).with_number([number_hash]).order_by("pk").first()
    ids = [known.pk] if known else []
    log_access(request, AccessLog.Action.SEARCH, participation_ids=ids, criterion="identity")
    return known


def _everything_else(request: Request, projects: QuerySet[Project]) -> HttpResponse:
    step = _opened(request.POST["sealed"], request.user.pk, projects)
    if step is None:
        messages.error(request, _("The form had become too old. Begin with the number again. Nothing was saved."))
        return redirect("participants:participation_create")
    form = forms.EnrolForm(request.POST, project=step.project, user=request.user, number=step.number)
    known = _already_here(request, step)
    if known is not None:
        return _show_number(request, forms.NumberForm(projects=projects), known)
    doubles: list[Participation] = []
    if form.is_valid():
        doubles = _same_name(request, step.project, form)
        if doubles and not form.cleaned_data["other_person"]:
            form.add_error(
                "other_person", _("Somebody with this name and birth date is already in the project. Look first.")
            )
    if form.is_valid() and "change" in request.POST:
        return _show_rest(request, step, form, doubles)
    if form.is_valid() and "review" in request.POST:
        return _show_review(request, step, form)
    if form.is_valid():
        try:
            participation = _enrol(request, step, form)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The participant is enrolled."))
            return redirect("participants:participation_detail", pk=participation.pk)
    return _show_rest(request, step, form, doubles)


def _same_name(request: Request, project: Project, form: forms.EnrolForm) -> list[Participation]:
    """Others whom the user may see with the same name and birth date. (esf-rules.md R20)"""
    data = form.cleaned_data
    found = list(
        Participation.objects.visible_to(request.user)
        .with_card()
        .filter(
            project=project,
            participant__first_name_key=name_key(data["first_name"]),
            participant__last_name_key=name_key(data["last_name"]),
            participant__birth_date=data["birth_date"],
        )
        .order_by("pk")[:5]
    )
    log_access(
        request, AccessLog.Action.SEARCH, participation_ids=[p.pk for p in found], criterion="name and birth date"
    )
    return found


def _enrol(request: Request, step: FirstStep, form: forms.EnrolForm) -> Participation:
    data = form.cleaned_data
    return actions.enrol_participant(
        project=step.project,
        identity=step.number,
        started_on=data["started_on"],
        referred_by=data["referred_by"],
        lead=data["lead"],
        entry=form.entry,
        sensitive=form.sensitive,
        consents=form.consents,
        by=request.user,
        **form.person,
    )


def _show_review(request: Request, step: FirstStep, form: forms.EnrolForm) -> HttpResponse:
    """Everything once more, and who will see it. Nothing is saved yet; what was typed is sent along."""
    context = {
        "form": form,
        "project": step.project,
        "sealed": step.sealed(request.user.pk),
        "protected": form.cleaned_data["protection"] != Participant.Protection.NONE,
        **_number_shown(step),
    }
    return render(request, "participants/participation_create_review.html", context)


def _number_shown(step: FirstStep) -> dict[str, Any]:
    return {
        "masked_number": identity.masked(step.number.number) if step.number else "",
        "number_kind": step.number.kind.label if step.number else "",
    }


def _show_rest(
    request: Request, step: FirstStep, form: forms.EnrolForm, doubles: list[Participation] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "project": step.project,
        **_number_shown(step),
        "sealed": step.sealed(request.user.pk),
        "doubles": doubles or [],
    }
    template = "participants/participation_create_rest.html"
    return render(request, template, context, status=422 if form.errors else 200)
