"""What stands between a session and a page: its age, the second factor, and forgetting at the end."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from grundsteget import who
from partners import accounts

GetResponse = Callable[[HttpRequest], HttpResponse]

LOGGED_IN_AT = "logged_in_at"


def _is_open(view: Any) -> bool:
    """Whether the page is for everybody: it is not asked who comes, so that health answers without a database."""
    return not getattr(view, "login_required", True)


class SessionAgeMiddleware:
    """A session ends SESSION_ABSOLUTE_SECONDS after its first page, however busy it was. (SAFETY.md P-25)"""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if _is_open(view) or not request.user.is_authenticated:
            return None
        age = time.time() - request.session.setdefault(LOGGED_IN_AT, time.time())
        if age <= settings.SESSION_ABSOLUTE_SECONDS:
            return None
        logout(request)
        return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))


# What a user without her second factor may reach: setting it up, confirming who she is, and leaving.
OPEN_WITHOUT_SECOND_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}


class SecondFactorMiddleware:
    """Whoever sees people and has no second factor is sent to set one up, by whatever way she came in. (P-19)"""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or _is_open(view) or not request.user.is_authenticated:
            return None
        if not accounts.lacks_second_factor(request.user):
            return None
        request.second_factor_missing = True  # type: ignore[attr-defined]
        if request.resolver_match and request.resolver_match.view_name in OPEN_WITHOUT_SECOND_FACTOR:
            return None
        return redirect("mfa_index")


class ForgetAtLogoutMiddleware:
    """After logging out the browser keeps nothing of what it was shown."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class NameTheActorMiddleware:
    """What the page changes, the change log ascribes to the user. An open page is not asked who comes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with who.by():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        page = request.resolver_match.view_name if request.resolver_match else ""
        who.name(user=None if _is_open(view) else request.user, source=page)
