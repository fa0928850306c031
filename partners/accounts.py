"""How accounts come to be, and every way into one: the project office invites; nobody signs up."""

from __future__ import annotations

import datetime as dt
import logging
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
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from grundsteget.dates import now
from partners import access
from partners.access import Permission
from partners.links import PasswordLinks
from partners.models import User

logger = logging.getLogger(__name__)

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


def want_password_link(user: User) -> None:
    """A link is to be mailed to the user. Earlier ones are dead from now on, however long the mail takes."""
    user.password_links += 1
    user.link_wanted_at = now()
    user.save(update_fields=["password_links", "link_wanted_at"])


def mail_password_links() -> int:
    """Mail every link that is still owed; what cannot be sent now is owed in the next round. How many were sent."""
    owed = User.objects.filter(link_wanted_at__isnull=False).order_by("pk").values_list("pk", flat=True)
    return sum(mail_password_link(pk) for pk in owed)


def mail_password_link(user_id: int) -> bool:
    """Mail one user her link. Done before, it finds nothing owed; nothing is kept of a mail that could not be sent.

    It is tried for as long as a link is good for: then the address is wrong, and somebody asks for a new one.
    """
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=user_id, link_wanted_at__isnull=False).first()
            if user is None or user.link_wanted_at is None:
                return False
            is_late = user.link_wanted_at < now() - dt.timedelta(seconds=settings.INVITATION_SECONDS)
            user.link_wanted_at = None
            user.save(update_fields=["link_wanted_at"])
            if is_late or not user.is_active or user.has_usable_password():
                return False
            _mail_link(user)
    except OSError as error:
        logger.warning("mail with a link for user %s waits for the next round: %s", user_id, type(error).__name__)
        return False
    return True


def _mail_link(user: User) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        send_mail(
            _("Choose a password for Grundsteget"),
            _(
                "You have an account in Grundsteget. Choose your password here:\n\n%(address)s\n\n"
                "The link works once, for %(hours)s hours, and only until you get a newer one. Pass it on to nobody:"
                " whoever has it chooses the password."
            )
            % {"address": password_link(user), "hours": settings.INVITATION_SECONDS // 3600},
            None,
            [user.email],
        )


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

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How she proves again that it is her: who has a second factor does so with it, and not with the password."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods

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
