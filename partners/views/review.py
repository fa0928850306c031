"""The monthly review of the read log: which looks were drawn, and what came out."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partners import access, forms, review
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog

SHOWN = 200


@require_safe
def review_list(request: Request) -> HttpResponse:
    """What was drawn, open ones first. Names no participant, only how many a look showed."""
    access.require(request.user, Permission.LOG_REVIEW)
    samples = (
        review.samples_for(request.user)
        .select_related("entry__actor", "organisation", "reviewed_by")
        .order_by("reviewed_at", "-month", "organisation__name", "pk")[:SHOWN]
    )
    open_first = sorted(samples, key=lambda sample: not sample.is_open)
    log_access(request, AccessLog.Action.LIST, criterion="review")
    return render(request, "partners/review_list.html", {"samples": open_first})


@require_http_methods(["GET", "POST"])
def review_edit(request: Request, sample_pk: int) -> HttpResponse:
    """One look: who, when, at whom and what for; then what the reviewer found."""
    access.require(request.user, Permission.LOG_REVIEW)
    samples = review.samples_for(request.user).select_related("entry__actor", "entry__organisation", "reviewed_by")
    sample = get_object_or_404(samples, pk=sample_pk)
    form = forms.ReviewForm(request.POST or None, initial={"verdict": sample.verdict, "note": sample.note})
    if form.is_valid():
        try:
            review.review_look(sample=sample, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The review is saved."))
            return redirect("partners:review_list")
    log_access(
        request,
        AccessLog.Action.VIEW,
        participation_ids=sample.entry.participations,
        criterion="review",
        object_ref=f"log {sample.entry_id}",
    )
    context = {"sample": sample, "entry": sample.entry, "form": form}
    return render(request, "partners/review_form.html", context, status=422 if form.errors else 200)
