"""What every page about one participant does: find her, show the form after the look is logged, go back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from participants import forms
from participants.models import Consent, Participation
from participants.opening import check_reason, log_opening
from partners.http import Request
from partners.models import AccessLog

GET_AND_POST = ["GET", "POST"]
Category = Consent.Category


def find(request: Request, pk: int, category: Consent.Category | None = None) -> Participation:
    """The participation if the user may see it, or that category of it. A protected one asks for a reason first."""
    visible = Participation.objects.visible_to(request.user, category).with_card()
    participation = get_object_or_404(visible, pk=pk)
    check_reason(request, participation)
    return participation


def back(participation: Participation, message: str, request: Request) -> HttpResponse:
    messages.success(request, message)
    return redirect("participants:participation_detail", pk=participation.pk)


def show(
    request: Request,
    template: str,
    participation: Participation,
    form: forms.Refusable,
    *,
    fields: AccessLog.FieldsClass = AccessLog.FieldsClass.BASIC,
    part: str = "",
    **context: Any,
) -> HttpResponse:
    """The page about one participant, after the look at her is logged."""
    log_opening(request, participation, fields=fields)
    context |= {"participation": participation, "form": form}
    return render(request, f"participants/{template}.html{part}", context, status=422 if form.errors else 200)
