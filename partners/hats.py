"""Which hat somebody wears who works for several organisations: her rights in a request are those of one of them."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

SESSION_KEY = "acting_membership"


class HatMiddleware:
    """Tells the user object which membership the session has chosen; `access` decides what follows.

    Stands after Django's own, and is as lazy: a page that asks for no user causes no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _with_hat(request))  # type: ignore[assignment]
        return self.get_response(request)


def _with_hat(request: HttpRequest) -> Any:
    user = get_user(request)
    user._acting_membership_id = request.session.get(SESSION_KEY)  # type: ignore[union-attr]
    return user
