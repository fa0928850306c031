"""allauth's passkey forms, in our words, and refusing instead of failing when an answer is no passkey's."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

UNREADABLE = (KeyError, AttributeError, TypeError, ValueError)  # What the parser raises at a made-up answer.


class _Refusing:
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class LoginForm(_Refusing, webauthn.LoginWebAuthnForm):
    pass


class AuthenticateForm(_Refusing, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticateForm(_Refusing, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddForm(webauthn.AddWebAuthnForm):
    passwordless = forms.BooleanField(
        label=_("Let it log me in without a password"),
        help_text=_("It then asks for your finger, face or PIN each time."),
        initial=True,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("So that you tell it from others: my phone, the key in the drawer.")

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None
