"""The first way in: an account, a role, and a link that works once."""

import io
import re

import pytest
from django.core.management import call_command

from grundsteget.commands import Refused
from partners.models import Membership, User
from tests.factories import make_organisation

NEW = {"name": "Eva Ek", "organisation": "Coompanion", "role": "project_office"}


def add(email="eva@test.example", **options) -> str:
    out = io.StringIO()
    call_command("add_account", email, stdout=out, **{**NEW, **options})
    return out.getvalue()


def test_add_account_gives_a_role_and_a_link_to_choose_the_password(cast, client):
    link = re.search(r"http://127.0.0.1:8000(\S+)", add())
    assert link
    assert Membership.objects.ongoing().get(user__email="eva@test.example").role == "project_office"
    page = client.get(link.group(1), follow=True)
    form = {"password1": "en lång fras att minnas", "password2": "en lång fras att minnas"}
    client.post(page.redirect_chain[-1][0], form)
    assert User.objects.get(email="eva@test.example").check_password("en lång fras att minnas")
    again = client.get(link.group(1), follow=True)
    assert "password1" not in again.content.decode()


def test_add_account_twice_is_one_account_and_one_role(cast):
    add()
    assert "(as before)" in add()
    add(role="coordinator")
    assert Membership.objects.filter(user__email="eva@test.example").count() == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"email": "eva"}, "email: eva is no e-mail address — write it as name@example.org"),
        ({"name": " "}, "name: is missing — a new account needs --name"),
        ({"organisation": "Coompagnon Göteborg"}, "did you mean Coompanion Göteborgsregionen"),
    ],
)
def test_add_account_refuses_in_words(cast, options, message):
    with pytest.raises(Refused, match=re.escape(message)):
        add(**options)
    assert not User.objects.filter(email="eva@test.example").exists()


def test_add_account_refuses_a_short_name_that_several_have(cast):
    make_organisation("En annan", short_name="Coompanion")
    with pytest.raises(Refused, match="write the full name"):
        add()
