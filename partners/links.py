"""The keys in links for choosing a password: which ones open, and for how long."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

from partners.models import User


class PasswordLinks(PasswordResetTokenGenerator):
    """Keys that work once, and only the newest: an invitation for a day, a reset for an hour. (SAFETY.md P-29)

    Until a user has chosen a password, whatever link she has is an invitation.
    """

    def make_token(self, user: User) -> str:
        user.password_links += 1
        user.save(update_fields=["password_links"])
        return super().make_token(user)

    def check_token(self, user: User | None, token: str | None) -> bool:
        if user is None or token is None or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(token.split("-")[0])
        return age <= (settings.RESET_SECONDS if user.has_usable_password() else settings.INVITATION_SECONDS)

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}|{user.password_links}"
