"""What happens when allauth says that a user's way in has changed."""

from typing import Any

from allauth.mfa import signals
from django.dispatch import receiver
from django.http import HttpRequest

from partners import accounts
from partners.models import User


@receiver([signals.authenticator_added, signals.authenticator_removed, signals.authenticator_reset])
def end_other_sessions(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who changes her factors keeps the session she does it in, and no other. A new password does so by itself."""
    accounts.end_sessions(user, but=request.session.session_key)
