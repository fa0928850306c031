"""What every request and response passes: an id, the safety headers, and a refusal of input no database can hold."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from grundsteget import errors
from grundsteget.logs import set_request_id

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id of ours (never the client's, which could forge log lines) and sends it back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex  # type: ignore[attr-defined]
        set_request_id(request.id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class SafetyHeadersMiddleware:
    """Nothing behind the log-in is kept by a cache; no device is offered to the page; no other site may embed it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        return response


class RefuseUnreadableInputMiddleware:
    """A NUL in an address or a query is nobody's wish and no database's text: 400, not 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or any(
            "\0" in value for values in request.GET.lists() for value in [values[0], *values[1]]
        ):
            return errors.bad_request(request)
        return self.get_response(request)
