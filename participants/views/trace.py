"""*Vem har tittat*: the read log about one participant, to be read with her and printed for her."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grundsteget.dates import now
from participants.opening import log_opening
from participants.trace import SHOWN, looks, viewers
from participants.views.frame import find
from partners import access
from partners.access import Permission
from partners.http import Request


@require_safe
def trace(request: Request, pk: int) -> HttpResponse:
    """Who has looked, when, at which page, and who may see what until when. This look is on the page, too."""
    participation = find(request, pk)
    access.require(request.user, Permission.TRACE_VIEW, participation)
    log_opening(request, participation)
    everything = request.GET.get("hela") == "1"
    seen = looks(participation, limit=None if everything else SHOWN)
    context = {
        "participation": participation,
        "looks": seen,
        "has_more": not everything and len(seen) == SHOWN,
        "viewers": viewers(request.user, participation),
        "printed_at": now(),
    }
    return render(request, "participants/trace.html", context)
