"""Until when a project's documents are kept: what the rules ask for, and the day that somebody has decided."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners import access, actions, forms, retention
from partners.access import Permission
from partners.http import Request
from partners.models import Project


def decides_retention(request: Request, project: Project | None) -> bool:
    """Whether the user is of the project owner's own people with this right."""
    decided = access.of(request.user).edited_projects(Permission.RETENTION_DECIDE)
    return project is not None and decided.filter(pk=project.pk).exists()


@require_http_methods(["GET", "HEAD", "POST"])
def retention_edit(request: Request, project: str) -> HttpResponse:
    visible = access.of(request.user).projects(Permission.ENTERPRISE_VIEW)
    row = get_object_or_404(visible.select_related("owner"), slug=project)
    access.require_owners(request.user, Permission.RETENTION_DECIDE, row)
    form = forms.RetentionForm(request.POST or None, initial=_as_it_is(row))
    if form.is_valid():
        try:
            actions.decide_retention(project=row, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The day is saved."))
            return redirect("partners:retention_edit", project=project)
    context = {"project": row, "form": form, "periods": retention.periods(row)}
    return render(request, "partners/retention_edit.html", context, status=422 if form.errors else 200)


def _as_it_is(project: Project) -> dict[str, object]:
    return {
        "gave_state_aid": project.gave_state_aid,
        "retention_until": project.retention_until,
        "retention_source": project.retention_source,
        "hold_reason": project.retention_hold_reason,
    }
