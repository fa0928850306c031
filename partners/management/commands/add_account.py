"""`add_account`: an account with a role in an organisation, and a one-time link to choose the password."""

from __future__ import annotations

import difflib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from grundsteget.commands import Command as BaseCommand
from grundsteget.commands import Refused
from partners import actions
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
        try:
            added = actions.add_member(
                organisation=organisation, email=options["email"], name=options["name"], role=options["role"], by=None
            )
        except ValidationError as refusal:
            raise _refused(refusal, options["email"]) from None
        membership, user = added.membership, added.membership.user
        as_before = "" if added.is_new else " (as before)"
        self.stdout.write(f"{user.email}: {membership.role}, {organisation.name}{as_before}")
        if membership.paused_on is not None:
            self.stderr.write(f"{user.email} is paused: an administrator has to confirm the membership")
        if added.link:
            self.stdout.write(f"Choose a password at {added.link}")


def _organisation(name: str) -> Organisation:
    named = Organisation.objects.filter(name__iexact=name) or Organisation.objects.filter(short_name__iexact=name)
    if len(named) == 1:
        return named[0]
    if named:
        raise Refused("organisation", f"{name} is the short name of several", "write the full name of one")
    near = difflib.get_close_matches(name, Organisation.objects.values_list("name", flat=True), n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else "load a project first: python manage.py load_grundsteget"
    raise Refused("organisation", f"{name} is unknown", advice)


def _refused(refusal: ValidationError, email: str) -> Refused:
    """The rule's sentence as a command says it: where, what, what to do."""
    code = refusal.error_list[0].code
    if code == "name":
        return Refused("name", "is missing", "a new account needs --name")
    if User.objects.filter(email__iexact=email.strip(), is_active=False).exists():
        return Refused("email", f"the account {email} is closed", "use another address, or open the account again")
    return Refused("email", f"{email} is no e-mail address", "write it as name@example.org")
