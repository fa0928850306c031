"""Leads whoever opens a protected person's page to where the reason is asked for."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from participants.opening import ReasonNeeded
from partners.http import Request


class AskForReasonMiddleware:
    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Request, exception: Exception) -> HttpResponse | None:
        """Back to the very page afterwards; a fragment or a deed is no page, and leads to the participant's."""
        if not isinstance(exception, ReasonNeeded):
            return None
        address = reverse("participants:protection_reason", args=[exception.participation_id])
        if request.htmx:
            return HttpResponseClientRedirect(address)
        if request.method == "GET":
            address += f"?{urlencode({'next': request.get_full_path()})}"
        return redirect(address)
