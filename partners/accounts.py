"""How accounts come to be, and every way into one: the project office invites; nobody signs up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from partners import access
from partners.access import Permission
from partners.links import PasswordLinks
from partners.models import User

# --- Accounts -------------------------------------------------------------------------------------


@transaction.atomic
def make_account(*, email: str, name: str) -> User:
    """An account without a password. Its address counts as verified: whoever may see the link holds the address."""
    user = User.objects.create_user(email, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def close_account(*, user: User) -> None:
    """From the next request on the user is nobody, on every device. Memberships and history stay."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)


def end_sessions(user: User, but: str | None = None) -> None:
    """Log the user out everywhere, or everywhere but in the session with the key `but`."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        session.end()


def lacks_second_factor(user: User) -> bool:
    """Whether she sees people in any of her roles and has nothing but a password. (SAFETY.md P-19)"""
    return (
        user.memberships.ongoing().filter(role__in=access.roles_with(Permission.PARTICIPANT_VIEW)).exists()
        and not Authenticator.objects.filter(
            user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exists()
    )


# --- Links for choosing a password ----------------------------------------------------------------


def password_link(user: User) -> str:
    """The address where the user chooses a password. Making it ends every earlier one."""
    key = PasswordLinks().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.BASE_URL.rstrip("/") + path


# --- Ways in --------------------------------------------------------------------------------------


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Log-in by password: no sign-up, the same answer to every failure, and failures counted twice."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt for the account and this client, then for the account from anywhere."""
        super().pre_authenticate(request, **credentials)
        account = str(credentials.get("email", "")).lower()
        self._account_usage = ratelimit.consume(request, action="login_account", app="allauth.account", key=account)
        if not self._account_usage:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user, or None. allauth's own tells a right password of a closed account apart; nobody else should."""
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if not isinstance(user, User):
            return None
        self._rollback_login_failed_rl_usage()
        if self._account_usage:
            self._account_usage.rollback()
        return user

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"


class KnownPeopleAdapter(DefaultSocialAccountAdapter):
    """Log-in through OpenID Connect: opens the account with the verified address, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse, in the same words, an address that is unverified, unknown, closed or another account's."""
        addresses = [address.email for address in sociallogin.email_addresses if address.verified is True]
        user = User.objects.filter(email__iexact=addresses[0], is_active=True).first() if addresses else None
        is_other = sociallogin.is_existing and sociallogin.user != user
        if user is None or is_other or (request.user.is_authenticated and request.user != user):
            raise ImmediateHttpResponse(render(request, "socialaccount/authentication_error.html", status=403))
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


class SecretKeepingAdapter(DefaultMFAAdapter):
    """One-time codes' secrets and recovery codes rest encrypted, with the keys that keep identity numbers."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.IDENTITY_KEYS])
