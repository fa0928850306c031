"""The request as our views see it: with a user of ours and htmx's headers read."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from partners.models import User


class Request(HttpRequest):
    """Only for type checkers."""

    user: User
    htmx: HtmxDetails
    id: str
