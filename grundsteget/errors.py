"""The pages for what went wrong. They say what to do and never what the data was."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(
        request, "grundsteget/error.html", {"status": status, "title": title, "advice": advice}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, _("The request could not be read"), _("Go back, check what you typed and try again."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        _("You may not do this"),
        _("Your role does not include this. Ask the project office if you need it."),
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("The page does not exist"),
        _("It may have moved, or it is not shared with you. Check the address or start from Today."),
    )


def closed(request: HttpRequest) -> HttpResponse:
    """A page of somebody else's that this installation does without."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponse:
    """Static on purpose: the database may be what failed, so no template that asks it anything."""
    request_id = getattr(request, "id", "")
    return HttpResponse(
        "<!doctype html><html lang='sv'><meta charset='utf-8'><title>Något gick fel – Grundsteget</title>"
        "<h1>Något gick fel</h1><p>Det du skrev är inte sparat. Försök igen om en stund. Hjälper det inte: kontakta"
        f" projektkontoret och uppge felnumret {request_id}.</p></html>",
        status=500,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("The form had become too old"),
        _("Go back, reload the page and send it again. Nothing was saved."),
    )
