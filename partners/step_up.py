"""Was it really her, just now? Asked before exports, break-glass, changes of rights and erasure. (SAFETY.md P-28)"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

View = Callable[..., HttpResponseBase]


def fresh_factor_required(
    view: View | None = None, *, when: Callable[[Any], bool] = lambda request: True
) -> Callable[..., Any]:
    """Send whoever has not proved who she is within STEP_UP_SECONDS to do so first, and then on to where she was going.

    The page with the form asks before anything is typed; a form that is sent too late is kept with the session and
    sent again once she has answered. `when` leaves out requests that reach no further than reading.
    """

    def decorator(view: View) -> View:
        @functools.wraps(view)
        def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            _know_where_we_are(request)
            if request.method not in {"GET", "HEAD", "POST"} or not when(request) or is_fresh(request):
                return view(request, *args, **kwargs)
            return _ask(request)

        return asked_first

    return decorator(view) if view else decorator


def _ask(request: HttpRequest) -> HttpResponseBase:
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        # Nothing here that she could prove it with, as where another service logs her in: she logs in anew.
        logout(request)
        return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
    answer = suspend_request(request, methods[0]["url"])
    if request.method == "POST":
        # allauth knows a form that it kept by its path alone, and a page's own query would make it forget the form.
        answer["Location"] = f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: request.path})}"
    return HttpResponseClientRedirect(answer["Location"]) if getattr(request, "htmx", False) else answer


def is_posted(request: HttpRequest) -> bool:
    """For `when`: only the deed, not the page that it is done from."""
    return request.method == "POST"


def is_fresh(request: HttpRequest) -> bool:
    """Whether a factor was given within STEP_UP_SECONDS: at log-in or since; the second one, by whoever has it."""
    records = get_authentication_records(request, request.user)
    if is_mfa_enabled(request.user):
        records = [record for record in records if record["method"] == "mfa"]
    return any(0 <= time.time() - record["at"] < settings.STEP_UP_SECONDS for record in records)


def _know_where_we_are(request: HttpRequest) -> None:
    """A form sent again comes from within the page that asked: the read log must name the form's own page."""
    match = request.resolver_match
    if match is not None and match.namespace == "" and match.url_name in ASKING:
        request.resolver_match = resolve(request.path_info)


ASKING = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
