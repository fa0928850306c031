"""Protected identity: a named circle, a reason for each opening, a code for a name, no word of where. (3.5, P-11)"""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from participants import opening
from participants.models import Participant, Participation
from partners.models import AccessLog
from tests import factories
from tests.factories import invented_number, make_participation
from tests.filling import fill_in

REASON = "Förbereder dagens möte"


def url(name, participation, **kwargs):
    return reverse(f"participants:{name}", kwargs={"pk": participation.pk, **kwargs})


def protect(participation):
    Participant.objects.filter(pk=participation.participant_id).update(
        protection=Participant.Protection.SECRECY_FLAG,
        phone="070-1740605",
        municipality="Göteborg",
        district="Bergsjön",
    )


@pytest.fixture
def hidden(cast):
    """Known to everybody with consent until she became protected; the coordinator is her lead worker."""
    participation = make_participation(
        cast.project,
        first_name="Hemlig",
        last_name="Person",
        number=invented_number("1991-06-15"),
        lead=cast.coordinator,
        consent_to=[cast.social_services, cast.enterprise.organisation],
        ref="D-9",
    )
    factories.make_activity(participation, enterprise=cast.enterprise, title="Kafét på hörnet")
    factories.make_outcome(participation, "praktik", employer="Verkstan")
    factories.make_journal_entry(
        participation,
        cast.coordinator,
        is_shared=True,
        text="Delad anteckning",
        next_step="Möt henne på Verkstan",
        next_step_on="2017-03-20",
    )
    protect(participation)
    return participation


def give_reason(client, participation, reason=REASON):
    return fill_in(client, url("protection_reason", participation), reason=reason)


# --- A reason for each opening --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["participation_detail", "journal_create", "hours_edit", "contact_edit"])
def test_every_page_asks_for_a_reason_and_leads_back(name, as_coordinator, hidden):
    address = url(name, hidden)
    asked = as_coordinator.get(address)
    assert asked.status_code == 302
    assert asked["Location"] == f"{url('protection_reason', hidden)}?{urlencode({'next': address})}"
    page = as_coordinator.get(asked["Location"])
    assert "D-9" in page.text
    assert "Hemlig" not in page.text
    answer = as_coordinator.post(url("protection_reason", hidden), {"reason": REASON, "next": address})
    assert answer["Location"] == address
    assert as_coordinator.get(address).status_code == 200
    look = AccessLog.objects.first()
    assert (look.fields_class, look.purpose) == ("protected", REASON)


def test_fragment_asks_too_and_leads_the_whole_page(as_coordinator, hidden):
    headers = {"HX-Request": "true", "HX-Target": "timeline"}
    for address in (
        f"{url('participation_detail', hidden)}?flik=tidslinje",
        reverse("reporting:standing", args=[hidden.pk]),
    ):
        answer = as_coordinator.get(address, headers=headers)
        assert answer["HX-Redirect"] == url("protection_reason", hidden)
        assert "Delad" not in answer.text


def test_deed_without_a_reason_changes_nothing(as_coordinator, hidden):
    answer = as_coordinator.post(
        url("journal_create", hidden), {"kind": "note", "happened_on": "2017-03-15", "text": "Smygskrivet"}
    )
    assert answer["Location"] == url("protection_reason", hidden)
    assert not hidden.journal.filter(text="Smygskrivet").exists()


@pytest.mark.parametrize("reason", ["", "ja", "19910615-2386 ska ringas"])
def test_reason_says_something_and_holds_no_number(reason, as_coordinator, hidden):
    assert give_reason(as_coordinator, hidden, reason).status_code == 422
    assert as_coordinator.get(url("participation_detail", hidden)).status_code == 302


def test_reason_holds_for_a_quarter_of_an_hour_and_for_one_person(as_coordinator, hidden, cast, monkeypatch):
    other = make_participation(cast.project, lead=cast.coordinator, ref="D-10")
    protect(other)
    give_reason(as_coordinator, hidden)
    assert as_coordinator.get(url("participation_detail", other)).status_code == 302
    start = opening.now()
    for minutes, status in ((14, 200), (15, 302)):
        monkeypatch.setattr(opening, "now", lambda minutes=minutes: start + dt.timedelta(minutes=minutes))
        assert as_coordinator.get(url("participation_detail", hidden)).status_code == status


def test_form_opened_with_a_reason_may_still_be_sent_later(as_coordinator, hidden, monkeypatch):
    """Nobody loses a long note because writing it took twenty minutes."""
    give_reason(as_coordinator, hidden)
    start = opening.now()
    monkeypatch.setattr(opening, "now", lambda: start + dt.timedelta(minutes=40))
    note = {"kind": "note", "happened_on": "2017-03-15", "text": "Lång anteckning", "is_shared": "own"}
    assert as_coordinator.post(url("journal_create", hidden), note).status_code == 302
    assert hidden.journal.filter(text="Lång anteckning").exists()
    assert as_coordinator.get(url("participation_detail", hidden)).status_code == 302


def test_reason_belongs_to_one_session(as_coordinator, log_in, hidden, cast):
    give_reason(as_coordinator, hidden)
    assert log_in(cast.coordinator).get(url("participation_detail", hidden)).status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_reason_never_leads_to_another_site(target, as_coordinator, hidden):
    answer = as_coordinator.post(url("protection_reason", hidden), {"reason": REASON, "next": target})
    assert answer["Location"] == url("participation_detail", hidden)


def test_reason_is_asked_of_nobody_outside_the_circle(as_caseworker, as_project_office, hidden):
    for client in (as_caseworker, as_project_office):
        assert client.get(url("protection_reason", hidden)).status_code == 404
        assert client.post(url("protection_reason", hidden), {"reason": REASON}).status_code == 404


def test_reason_is_not_asked_about_others(as_coordinator, participation):
    assert as_coordinator.get(url("protection_reason", participation)).status_code == 302
    assert as_coordinator.get(url("participation_detail", participation)).status_code == 200


def test_circle_ends_when_the_place_in_the_care_team_ends(as_coordinator, hidden):
    give_reason(as_coordinator, hidden)
    hidden.care_team.update(ended_on=dt.date(2017, 3, 14))
    assert as_coordinator.get(url("participation_detail", hidden)).status_code == 404


# --- No word of where, in any list ----------------------------------------------------------------

LISTS = {
    "participants:participation_list": "?flik=alla",
    "participants:today": "?flik=alla",
    "participants:journal_quick": "",
    "participants:consent_list": "?flik=alla",
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_tell_the_circle_the_code_and_never_where(name, as_coordinator, hidden):
    hidden.consents.update(valid_to=dt.date(2017, 4, 1))
    page = as_coordinator.get(reverse(name) + LISTS[name])
    assert "D-9" in page.text
    for secret in ("Hemlig", "Möt henne", "Kafét på hörnet", "Verkstan", "Bergsjön", "070-1740605"):
        assert secret not in page.text, secret


def test_box_of_the_enterprise_never_names_her(as_coordinator, hidden, cast):
    page = as_coordinator.get(reverse("participants:enterprise_people", args=[cast.enterprise.pk]))
    assert "D-9" not in page.text
    assert "Hemlig" not in page.text


def test_filter_drop_downs_and_quick_log_of_others_never_offer_her(as_project_office, as_caseworker, hidden):
    for client in (as_project_office, as_caseworker):
        for name, query in LISTS.items():
            assert "D-9" not in client.get(reverse(name) + query).text


# --- No search hit --------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Hemlig", "Person", "D-9", "19910615-2386"])
def test_search_finds_her_for_nobody_outside_the_circle(words, as_project_office, as_caseworker, hidden):
    for client in (as_project_office, as_caseworker):
        page = client.post(reverse("participants:participation_list"), {"q": words}, follow=True)
        assert page.status_code == 200
        assert url("participation_detail", hidden) not in page.text
        quick = client.post(reverse("participants:journal_quick"), {"who": words, "search": "1"})
        assert "D-9" not in quick.text.replace(words, "")
        assert hidden not in quick.context["choices"]


# --- Backwards ------------------------------------------------------------------------------------


def test_what_was_shared_before_is_closed_to_partners(hidden, cast):
    for user in (cast.caseworker, cast.supervisor, cast.project_office):
        assert not Participation.objects.visible_to(user).exists()
        for rows in (hidden.journal, hidden.activities, hidden.outcomes, hidden.consents, hidden.care_team):
            assert not rows.visible_to(user).exists()


def test_partner_in_the_circle_still_reads_under_consent(hidden, cast):
    factories.make_care_team_member(hidden, cast.caseworker)
    assert hidden.journal.visible_to(cast.caseworker).exists()
    hidden.consents.update(withdrawn_on=dt.date(2017, 3, 15))
    assert not Participation.objects.visible_to(cast.caseworker).exists()


def test_contact_kept_from_before_is_not_shown_even_in_the_circle(as_coordinator, hidden):
    give_reason(as_coordinator, hidden)
    for address in (url("contact_edit", hidden), url("participation_detail", hidden)):
        page = as_coordinator.get(address)
        assert page.status_code == 200
        for secret in ("070-1740605", "Bergsjön", 'value="Göteborg"'):
            assert secret not in page.text


def test_statistics_still_count_her(hidden, cast):
    from reporting.facts import facts_of_today

    assert facts_of_today(cast.project).filter(pk=hidden.pk).exists()
