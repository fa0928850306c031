"""Access for a time: its looks are a class of their own, and the lead worker is told. (P-13)"""

import datetime as dt

import pytest
from django.test import TestCase
from django.urls import reverse

from participants import actions, tasks
from participants.inbox import LET_IN, inbox
from participants.listing import ALL
from participants.models import CareTeamMember, Participant
from partners.models import AccessLog, User
from tests import factories
from tests.factories import Role, make_care_team_member, make_user
from tests.filling import fill_in


def path(name, *args):
    return reverse(f"participants:{name}", args=args)


@pytest.fixture
def protected(participation):
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    participation.participant.refresh_from_db()
    return participation


@pytest.fixture
def guest(cast) -> User:
    return make_user("Gun Gäst", cast.owner, Role.COORDINATOR)


def let_in(cast, participation, guest, until="2017-04-15") -> CareTeamMember:
    return actions.grant_access(
        participation=participation,
        user=guest,
        organisation=cast.owner,
        until=dt.date.fromisoformat(until),
        reason="Vikariat",
        by=cast.project_office,
    )


def give_reason(client, participation):
    client.post(path("protection_reason", participation.pk), {"reason": "Planerat möte"})


def kinds(user) -> list[str]:
    return list(AccessLog.objects.filter(actor=user).order_by("pk").values_list("action", flat=True))


# --- A class of its own -------------------------------------------------------------------------------


def test_looks_through_access_for_a_time_are_a_class_of_their_own(cast, protected, guest, log_in, as_coordinator):
    let_in(cast, protected, guest)
    client = log_in(guest)
    give_reason(client, protected)
    client.get(path("participation_detail", protected.pk))
    assert set(kinds(guest)) == {"granted"}
    opening = AccessLog.objects.filter(actor=guest).latest("pk")
    assert (opening.purpose, opening.fields_class) == ("Planerat möte", "protected")

    give_reason(as_coordinator, protected)
    as_coordinator.get(path("participation_detail", protected.pk))
    assert "granted" not in kinds(cast.coordinator)


def test_list_logs_apart_whom_access_for_a_time_opened(cast, protected, guest, log_in):
    other = factories.make_participation(project=cast.project, ref="G-009")
    let_in(cast, protected, guest)
    log_in(guest).get(path("participation_list") + "?flik=alla")
    rows = {row.action: row.participations for row in AccessLog.objects.filter(actor=guest)}
    assert rows == {"granted": [protected.pk], "list": [other.pk]}


def test_number_shown_through_access_for_a_time_is_in_both_classes(cast, protected, guest, log_in):
    number = factories.invented_number("1985-06-15")
    person = protected.participant
    from participants import identity

    person.set_identity(identity.parse(number))
    person.save()
    let_in(cast, protected, guest)
    client = log_in(guest)
    give_reason(client, protected)
    client.post(path("identity_show", protected.pk), {"reason": "Kontroll av ansökan"})
    assert {"granted", "unmask"} <= set(kinds(guest))


def test_other_ground_is_no_access_for_a_time(cast, protected, guest, log_in):
    let_in(cast, protected, guest)
    make_care_team_member(protected, guest)
    client = log_in(guest)
    give_reason(client, protected)
    client.get(path("participation_detail", protected.pk))
    assert "granted" not in kinds(guest)


def test_person_who_is_not_protected_is_seen_on_other_grounds(cast, participation, guest, log_in):
    let_in(cast, participation, guest)
    log_in(guest).get(path("participation_detail", participation.pk))
    assert kinds(guest) == ["view"]


def test_who_has_looked_says_access_for_a_time(cast, protected, guest, log_in, as_coordinator):
    let_in(cast, protected, guest)
    client = log_in(guest)
    give_reason(client, protected)
    client.get(path("participation_detail", protected.pk))
    give_reason(as_coordinator, protected)
    page = as_coordinator.get(path("trace", protected.pk))
    looks = {look.who: look for look in page.context["looks"]}
    assert looks["Gun Gäst"].action == str(AccessLog.Action.GRANTED.label)


# --- The lead worker is told --------------------------------------------------------------------------


def test_lead_worker_gets_a_mail_that_names_nobody(cast, protected, guest, as_project_office, mailoutbox):
    make_care_team_member(protected, cast.project_office)
    give_reason(as_project_office, protected)
    member = guest.memberships.get()
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = fill_in(
            as_project_office,
            path("care_team_grant", protected.pk),
            member=member.pk,
            until="2017-04-15",
            reason="Vikariat",
        )
    assert answer.status_code == 302
    (mail,) = mailoutbox
    assert mail.to == [cast.coordinator.email]
    for secret in ("Åkesson", "Anna", "G-001", "Gun", "Vikariat", f"/{protected.pk}/"):
        assert secret not in mail.subject + mail.body


def test_nobody_is_told_twice(cast, protected, guest, mailoutbox):
    let_in(cast, protected, guest)
    for _ in range(3):
        tasks.tell_leads()
    assert len(mailoutbox) == 1


def test_mail_that_could_not_be_sent_is_sent_by_the_next_round(cast, protected, guest, monkeypatch, mailoutbox):
    let_in(cast, protected, guest)

    def down(*args, **kwargs):
        raise OSError("no mail server")

    with monkeypatch.context() as patch:
        patch.setattr("participants.actions.care_team.send_mail", down)
        assert actions.tell_leads() == 0
    assert actions.tell_leads() == 1
    assert len(mailoutbox) == 1


def test_place_that_was_given_without_end_tells_nobody(cast, participation, guest, mailoutbox):
    actions.add_care_team_member(participation=participation, user=guest, organisation=cast.owner, by=cast.coordinator)
    tasks.tell_leads()
    assert not mailoutbox


def test_lead_worker_reads_of_it_under_today(cast, protected, guest, on_day):
    let_in(cast, protected, guest)

    def told(user) -> list:
        return [line for line in inbox(user, ALL).lines if line.kind == LET_IN]

    lead = User.objects.get(pk=cast.coordinator.pk)
    (line,) = told(lead)
    assert "Gun Gäst" in line.why
    assert line.participation == protected
    assert not told(User.objects.get(pk=guest.pk))
    on_day("2017-04-16")  # the access is over
    assert not told(User.objects.get(pk=lead.pk))
