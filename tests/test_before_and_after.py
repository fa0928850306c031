"""Every address as every role: with consent, after its withdrawal, and after protection begins. (P-08, P-09, P-11)

Whatever changes between two walks must be one of the changes named here; any other difference fails.
"""

import datetime as dt

import pytest
from django.urls import reverse

from participants.models import Consent, Participant
from tests.access_table import ROLES
from tests.every_url import World, about_people, every_url
from tests.test_access import own_files, shared_world, world  # noqa: F401 — one world for all walks

# Where people could be seen: everything but log-in and health.
URLS = {name: arguments for name, arguments in every_url() if ":" in name}
ABOUT = about_people()
NAMES = ("Åkesson", "Öberg")
REASON = "participants:protection_reason"


def walk(world: World, role: str) -> dict[str, tuple[int, frozenset[str]]]:  # noqa: F811
    """Address name → status, and which of the two people the page names."""
    found = {}
    for name, arguments in URLS.items():
        answer = world.answer(role, "GET", world.address(name, arguments))
        found[name] = answer.status_code, frozenset(mark for mark in NAMES if mark in answer.body)
    return found


def changes(before, after):
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


BEFORE: dict[str, dict] = {}


def walk_before(world: World, role: str):  # noqa: F811
    """The walk with consent: the same for every test, for each leaves the world as it was."""
    if role not in BEFORE:
        BEFORE[role] = walk(world, role)
    return BEFORE[role]


# What hangs on her, such as a referral, closes with her own pages.
HANGS_ON_HER = {"export_id", "referral_pk", "entry_pk", "merge_pk"}


# A consent that is taken back asks for no signed form any more.
ASKS_FOR_LESS = {"participants:document_missing"}


def may_close(name: str) -> bool:
    return name in ABOUT or bool(HANGS_ON_HER & set(URLS[name]))


@pytest.mark.parametrize("role", ROLES[1:])
def test_withdrawal_closes_her_pages_to_the_partner_and_nothing_else_to_anybody(role, world):  # noqa: F811
    before = walk_before(world, role)
    Consent.objects.update(withdrawn_on=dt.date(2017, 3, 15))
    changed = changes(before, walk(world, role))
    if role != "caseworker":
        assert changed.keys() <= ASKS_FOR_LESS
        return
    assert {name for name, (status, _) in before.items() if name in ABOUT and status in {200, 403}} <= changed.keys()
    for name, ((status, _), (status_after, named_after)) in changed.items():
        assert not named_after, name
        assert status_after == (404 if may_close(name) else status), name


@pytest.mark.parametrize("role", ROLES[1:])
def test_protection_closes_her_pages_to_all_outside_the_circle_and_asks_those_within(role, world):  # noqa: F811
    before = walk_before(world, role)
    Participant.objects.update(protection=Participant.Protection.PROTECTED_REGISTRATION)
    after = walk(world, role)
    changed = changes(before, after)
    assert not [name for name, (_, named) in after.items() if named], "a name is shown"
    lead = role == "coordinator"
    if role not in {"coordinator", "caseworker", "project_office"}:
        assert not changed
        return
    for name, (status, _) in after.items():
        if name not in ABOUT or status == 405:
            continue
        if name == REASON:
            assert status == (200 if lead else 404)
        elif before[name][0] in {200, 403}:
            assert status == (302 if lead else 404), f"{name} answers {status}"
    for name, ((status, _), (status_after, _named)) in changed.items():
        if not may_close(name):
            assert status_after == status, name


@pytest.mark.parametrize("role", ["caseworker", "project_office", "stranger"])
def test_protected_person_answers_like_nobody(role, world):  # noqa: F811
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    for name, arguments in ABOUT.items():
        theirs = world.answer(role, "GET", world.address(name, arguments)).status_code
        nobody = world.answer(role, "GET", world.address(name, arguments, pk=987654)).status_code
        assert theirs == nobody, name


def test_downloaded_form_is_refused_after_the_withdrawal_of_the_right_to_see(world):  # noqa: F811
    """The link copied to somebody else, and the link of her who may no longer see the person."""
    address = world.address("participants:consent_evidence", URLS["participants:consent_evidence"])
    assert world.answer("coordinator", "GET", address).status_code == 200
    assert world.answer("stranger", "GET", address).status_code == 404
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    assert world.answer("project_office", "GET", address).status_code == 404
    assert world.answer("coordinator", "GET", address)["Location"].startswith(
        reverse("participants:protection_reason", args=[world.ongoing.pk])
    )
