"""What happens when allauth says that a user's way in has changed."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa import signals
from allauth.usersessions.models import UserSession
from django.dispatch import receiver
from django.http import HttpRequest

from partners import accounts
from partners.models import User


@receiver([signals.authenticator_added, signals.authenticator_removed, signals.authenticator_reset])
def end_other_sessions(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who changes her factors keeps the session she does it in, and no other. A new password does so by itself."""
    accounts.end_sessions(user, but=request.session.session_key)


@receiver(authentication_step_completed)
def renew_session(request: HttpRequest, *, reauthenticated: bool = False, **kwargs: Any) -> None:
    """Who proves again that it is her goes on under a new session id: one known before is worth nothing. (P-24)"""
    if not reauthenticated:
        return
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
