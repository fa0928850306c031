"""`add_account`: an account with a role in an organisation, and a one-time link to choose the password."""

from __future__ import annotations

import difflib
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from grundsteget.commands import Command as BaseCommand
from grundsteget.commands import Refused
from partners.models import Membership, Organisation, User


class Command(BaseCommand):
    help = "Make an account, or give an existing one a further role. Prints a link that works once; sends nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="needed for a new account")
        parser.add_argument("--organisation", required=True, help="name or short name of an organisation")
        parser.add_argument("--role", required=True, choices=Membership.Role.values)

    @transaction.atomic
    def run(self, **options: Any) -> None:
        organisation = _organisation(options["organisation"])
        user = User.objects.filter(email__iexact=options["email"]).first() or _new_user(
            options["email"], options["name"]
        )
        membership, is_new = Membership.objects.ongoing().get_or_create(
            user=user, organisation=organisation, role=options["role"]
        )
        self.stdout.write(f"{user.email}: {membership.role}, {organisation.name}{'' if is_new else ' (as before)'}")
        if not user.has_usable_password():
            self.stdout.write(f"Choose a password at {_password_link(user)}")


def _organisation(name: str) -> Organisation:
    named = Organisation.objects.filter(name__iexact=name) or Organisation.objects.filter(short_name__iexact=name)
    if len(named) == 1:
        return named[0]
    if named:
        raise Refused("organisation", f"{name} is the short name of several", "write the full name of one")
    near = difflib.get_close_matches(name, Organisation.objects.values_list("name", flat=True), n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else "load a project first: python manage.py load_grundsteget"
    raise Refused("organisation", f"{name} is unknown", advice)


def _new_user(email: str, name: str) -> User:
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("email", f"{email} is no e-mail address", "write it as name@example.org") from None
    if not name.strip():
        raise Refused("name", "is missing", "a new account needs --name")
    return User.objects.create_user(email, name=name.strip())


def _password_link(user: User) -> str:
    """Dead after use, after a newer one is used, and when PASSWORD_RESET_TIMEOUT has passed."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.BASE_URL.rstrip("/") + path
