"""Writing notes: on one participant's page, from anywhere on one or several; templates, and a draft that is kept."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions
from participants.models import JournalEntry, NoteDraft, NoteTemplate
from participants.shorthand import read_day, read_minutes
from partners.models import AccessLog
from tests import factories
from tests.filling import fill_in, send


def url(name, participation=None, **ids):
    if participation is not None:
        ids["pk"] = participation.pk
    return reverse(f"participants:{name}", kwargs=ids)


def text_of(response) -> str:
    return response.content.decode()


def errors_of(response: Any) -> dict[str, list[str]]:
    return response.context["form"].errors


def last_look() -> AccessLog:
    return AccessLog.objects.latest("pk")


def is_back(response, participation) -> bool:
    return response.status_code == 302 and response["Location"] == url("participation_detail", participation)


# --- On one participant's page ----------------------------------------------------------------------


def test_journal_create(as_coordinator, participation, cast):
    response = fill_in(as_coordinator, url("journal_create", participation), text="Möte i köket", minutes=45)
    assert is_back(response, participation)
    entry = JournalEntry.objects.get()
    assert (entry.text, entry.minutes, entry.organisation, entry.is_shared) == ("Möte i köket", 45, cast.owner, False)


def test_journal_create_twice_with_the_same_form_is_one_note(as_coordinator, participation):
    page = as_coordinator.get(url("journal_create", participation))
    for _ in range(2):
        assert is_back(send(as_coordinator, page, url("journal_create", participation), text="Möte"), participation)
    assert JournalEntry.objects.count() == 1


def test_journal_create_names_who_reads_a_shared_note(as_coordinator, participation, cast):
    page = text_of(as_coordinator.get(url("journal_create", participation)))
    assert str(cast.social_services) in page
    assert str(cast.social_services_b) not in page
    fill_in(as_coordinator, url("journal_create", participation), text="Delad", is_shared="shared")
    assert JournalEntry.objects.get().is_shared


def test_journal_create_of_a_partner_belongs_to_the_partner(as_caseworker, participation, cast):
    fill_in(as_caseworker, url("journal_create", participation), text="Möte på kontoret")
    assert JournalEntry.objects.get().organisation == cast.social_services


def test_journal_create_refuses_the_future_at_the_date(as_coordinator, participation):
    response = fill_in(as_coordinator, url("journal_create", participation), text="Möte", happened_on="2017-03-16")
    assert response.status_code == 422
    assert "happened_on" in errors_of(response)
    assert not JournalEntry.objects.exists()


# --- From anywhere ------------------------------------------------------------------------------------


def test_journal_quick_offers_those_one_follows(as_coordinator, participation, project):
    other = factories.make_participation(project, first_name="Bo", last_name="Ek")
    page = text_of(as_coordinator.get(url("journal_quick")))
    assert "Anna Åkesson" in page
    assert "Bo Ek" not in page
    assert last_look().participations == [participation.pk]
    assert other.pk not in last_look().participations


def test_journal_quick_searches_without_script_and_keeps_what_was_typed(as_coordinator, participation, project):
    other = factories.make_participation(project, first_name="Bo Erik", last_name="Ek")
    page = as_coordinator.get(url("journal_quick"))
    found = send(as_coordinator, page, url("journal_quick"), press="search", who="erik ek", text="Halvskriven")
    assert found.status_code == 200
    content = text_of(found)
    assert "Bo Erik Ek" in content
    assert "Halvskriven" in content
    look = last_look()
    assert (look.action, look.criterion, look.participations) == ("search", "name", [other.pk])
    saved = send(as_coordinator, found, url("journal_quick"), participation=other.pk, text="Helskriven")
    assert saved["Location"] == url("journal_quick")
    assert JournalEntry.objects.get().participation == other
    confirmation = text_of(as_coordinator.get(url("journal_quick")))
    assert other.ref in confirmation
    assert "Helskriven" not in confirmation


def test_journal_quick_fragment_is_part_of_the_page(as_coordinator, participation):
    data = {"who": "åkes"}
    fragment = as_coordinator.post(url("journal_quick"), data, headers={"HX-Request": "true", "HX-Target": "choices"})
    page = as_coordinator.post(url("journal_quick"), data | {"search": "1"})
    assert fragment.status_code == 200
    assert "<html" not in text_of(fragment)
    assert " ".join(text_of(fragment).split()) in " ".join(text_of(page).split())


def test_journal_quick_finds_only_what_one_may_see(as_stranger, participation, log_in, cast):
    answer = as_stranger.post(url("journal_quick"), {"who": "Anna", "search": "1"})
    assert "Åkesson" not in text_of(answer)
    chosen = {
        "participation": participation.pk,
        "kind": "meeting",
        "happened_on": "2017-03-15",
        "text": "x",
        "is_shared": "own",
    }
    refused = as_stranger.post(url("journal_quick"), chosen)
    assert refused.status_code == 422
    assert "Åkesson" not in text_of(refused)
    assert not JournalEntry.objects.exists()


def test_journal_quick_finds_a_protected_person_by_code_alone(as_coordinator, project, coordinator):
    hidden = factories.make_participation(
        project,
        first_name="Hemlig",
        last_name="Hansson",
        protection="sekretessmarkering",
        lead=coordinator,
        ref="D-7777",
    )
    by_name = as_coordinator.post(url("journal_quick"), {"who": "Hemlig", "search": "1"})
    assert f'id="choice_{hidden.pk}"' not in text_of(by_name)
    by_code = as_coordinator.post(url("journal_quick"), {"who": "d-7777", "search": "1"})
    assert f'id="choice_{hidden.pk}"' in text_of(by_code)
    assert "Hansson" not in text_of(by_code)


@pytest.mark.parametrize("who", ["", "%", "_", "' or 1=1", "åäö" * 20, "\N{PILE OF POO}", "9" * 40])
def test_journal_quick_survives_any_search(as_coordinator, participation, who):
    assert (
        as_coordinator.post(url("journal_quick"), {"who": who, "participation": "9" * 30, "search": "1"}).status_code
        == 200
    )


def test_journal_quick_needs_the_same_queries_for_one_and_for_many(as_coordinator, project, coordinator, cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            as_coordinator.get(url("journal_quick"))
        return len(seen)

    def add(number):
        factories.make_participation(project, lead=coordinator, consent_to=[cast.social_services, cast.adult_education])

    add(0)
    queries()
    one = queries()
    for number in range(11):
        add(number)
    assert queries() == one


def test_journal_quick_is_refused_to_the_steering_group(log_in, steering):
    assert log_in(steering).get(url("journal_quick")).status_code == 403


def test_journal_step_done(as_coordinator, participation, coordinator):
    entry = factories.make_journal_entry(participation, coordinator, next_step="Ringa", next_step_on="2017-03-16")
    address = url("journal_step_done", entry_pk=entry.pk)
    assert as_coordinator.get(address).status_code == 405
    assert as_coordinator.post(address, {"from": "today"})["Location"] == url("today")
    assert is_back(as_coordinator.post(address), participation)
    entry.refresh_from_db()
    assert entry.next_step_done_on == dt.date(2017, 3, 15)


def test_journal_step_done_of_another_organisation_is_not_there(as_caseworker, participation, coordinator):
    entry = factories.make_journal_entry(participation, coordinator, next_step="Ringa", next_step_on="2017-03-16")
    assert as_caseworker.post(url("journal_step_done", entry_pk=entry.pk)).status_code == 404


# --- Several at once --------------------------------------------------------------------------------


@pytest.fixture
def others(project, coordinator):
    return [
        factories.make_participation(project, first_name=name, last_name="Grupp", lead=coordinator)
        for name in ("Bo", "Cia", "Disa")
    ]


def typed(*chosen, **words) -> dict:
    return {
        "participation": [str(participation.pk) for participation in chosen],
        "kind": "meeting",
        "happened_on": "2017-03-14",
        "text": "Gruppträff",
        "is_shared": "own",
        "submission": str(uuid.uuid4()),
        **words,
    }


def test_the_same_note_on_several_is_one_note_on_each(as_coordinator, others):
    saved = as_coordinator.post(url("journal_quick"), typed(*others, next_step="Ringa", next_step_on="+7"))
    assert saved.status_code == 302
    entries = JournalEntry.objects.order_by("participation")
    assert [entry.participation for entry in entries] == others
    assert {(entry.text, entry.next_step_on) for entry in entries} == {("Gruppträff", dt.date(2017, 3, 22))}


def test_a_note_on_several_is_saved_on_all_or_on_none(as_coordinator, others):
    refused = as_coordinator.post(url("journal_quick"), typed(*others, next_step="Ringa", next_step_on="2017-03-01"))
    assert len(errors_of(refused)["next_step_on"]) == 1  # the same for all: said once
    assert not JournalEntry.objects.exists()


def test_a_note_on_several_says_whose_is_refused(others, coordinator, project, cast):
    later = factories.make_project(dnr="2017/00001", owner=cast.owner, started_on="2017-03-15", ended_on="2019-03-14")
    newcomer = factories.make_participation(later, started_on="2017-03-15", ref="G-900", first_name="Ny")
    words = {"kind": "meeting", "happened_on": dt.date(2017, 3, 14), "text": "Träff", "submission": uuid.uuid4()}
    about = [(participation, cast.owner) for participation in (newcomer, *others)]
    with pytest.raises(ValidationError) as refusal:
        actions.write_journal_on_several(about=about, by=coordinator, **words)
    assert [message[:6] for message in refusal.value.messages] == ["G-900:"]
    assert not JournalEntry.objects.exists()


def test_a_note_on_several_sent_twice_is_still_one_on_each(as_coordinator, others):
    twice = typed(*others)
    for _ in range(2):
        assert as_coordinator.post(url("journal_quick"), twice).status_code == 302
    assert JournalEntry.objects.count() == len(others)


def test_a_note_on_several_keeps_each_to_the_organisation_that_sees_her(as_caseworker, participation, others, cast):
    """A partner cannot slip somebody it may not see into the group."""
    refused = as_caseworker.post(url("journal_quick"), typed(participation, others[0]))
    assert refused.status_code == 422
    assert not JournalEntry.objects.exists()
    as_caseworker.post(url("journal_quick"), typed(participation))
    assert JournalEntry.objects.get().organisation == cast.social_services


def test_too_many_at_once_are_refused_with_words(as_coordinator, participation):
    refused = as_coordinator.post(url("journal_quick"), typed(participation) | {"participation": ["1"] * 41})
    assert refused.status_code == 422
    assert "40" in str(errors_of(refused)["participation"])


def test_those_chosen_stay_chosen_while_one_looks_for_more(as_coordinator, others):
    found = as_coordinator.post(url("journal_quick"), typed(others[0]) | {"who": "cia", "search": "1"})
    assert [(row.pk, row.is_chosen) for row in found.context["choices"]] == [
        (others[0].pk, True),
        (others[1].pk, False),
    ]


def test_the_fragment_says_what_was_saved_and_is_ready_for_the_next(as_coordinator, others):
    to_log = {"HX-Request": "true", "HX-Target": "log"}
    saved = as_coordinator.post(url("journal_quick"), typed(others[0]), headers=to_log)
    assert saved.status_code == 200
    assert others[0].ref in text_of(saved)
    assert text_of(saved).lstrip().startswith('<div id="log"')
    assert "Gruppträff" not in text_of(saved)
    refused = as_coordinator.post(url("journal_quick"), typed(others[0], text=""), headers=to_log)
    assert refused.status_code == 422
    assert "text" in errors_of(refused)


# --- Few keys -----------------------------------------------------------------------------------------

WEDNESDAY = dt.date(2017, 3, 15)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-03-01", "2017-03-01"),
        ("i dag", "2017-03-15"),
        ("igår", "2017-03-14"),
        ("I GÅR", "2017-03-14"),
        ("yesterday", "2017-03-14"),
        ("må", "2017-03-13"),
        ("ons", "2017-03-15"),
        ("torsdag", "2017-03-09"),
        ("14/3", "2017-03-14"),
        ("16/3", "2016-03-16"),
        ("29/2", "2016-02-29"),
        ("1 mars", "2017-03-01"),
        ("24 dec", "2016-12-24"),
        ("-2", "2017-03-13"),
    ],
)
def test_read_day_looks_back(text, day):
    assert read_day(text, WEDNESDAY) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("fre", "2017-03-17"),
        ("ti", "2017-03-21"),
        ("+7", "2017-03-22"),
        ("1/3", "2018-03-01"),
        ("imorgon", "2017-03-16"),
    ],
)
def test_read_day_looks_ahead(text, day):
    assert read_day(text, WEDNESDAY, ahead=True) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["", "t", "32/1", "31/2", "0/0", "hej", "2017-02-30", "+9999", "m", "\uff11\uff14/\uff13", "\0"]
)
def test_read_day_never_guesses(text):
    assert read_day(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45", 45), ("45 min", 45), ("1h", 60), ("1h30", 90), ("1:30", 90), ("1,5 h", 90), ("0.5 tim", 30), ("24h", 1440)],
)
def test_read_minutes(text, minutes):
    assert read_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "länge", "25h", "1441", "-5", "1:75", "²"])
def test_read_minutes_never_guesses(text):
    assert read_minutes(text) is None


def test_shorthand_that_means_nothing_is_said_at_the_field_and_kept(as_coordinator, participation):
    refused = as_coordinator.post(url("journal_quick"), typed(participation, happened_on="häromdagen", minutes="länge"))
    assert set(errors_of(refused)) == {"happened_on", "minutes"}
    assert "häromdagen" in text_of(refused)
    assert "Gruppträff" in text_of(refused)


# --- The draft --------------------------------------------------------------------------------------


def test_the_draft_comes_back_with_those_chosen(as_coordinator, others):
    begun = typed(*others[:2], text="Halv mening", happened_on="igår")
    assert as_coordinator.post(url("journal_draft"), begun).status_code == 204
    page = as_coordinator.get(url("journal_quick"))
    assert "Halv mening" in text_of(page)
    assert 'value="igår"' in text_of(page)
    assert [row.pk for row in page.context["choices"] if row.is_chosen] == [row.pk for row in others[:2]]


def test_the_draft_is_gone_when_the_note_is_saved_and_does_not_come_back_late(as_coordinator, participation):
    """A draft that was on its way while the note was saved must not be offered as if it were not."""
    begun = typed(participation)
    as_coordinator.post(url("journal_draft"), begun)
    as_coordinator.post(url("journal_quick"), begun)
    as_coordinator.post(url("journal_draft"), begun)
    assert not NoteDraft.objects.exists()


def test_the_draft_is_its_writers_alone(as_coordinator, as_caseworker, participation):
    as_coordinator.post(url("journal_draft"), typed(participation, text="Bara mitt"))
    assert "Bara mitt" not in text_of(as_caseworker.get(url("journal_quick")))


def test_the_draft_forgets_people_one_may_no_longer_see(as_caseworker, participation, caseworker):
    as_caseworker.post(url("journal_draft"), typed(participation, text="Om någon"))
    participation.consents.update(withdrawn_on=dt.date(2017, 3, 15))
    page = as_caseworker.get(url("journal_quick"))
    assert page.context["choices"] == []
    assert "Åkesson" not in text_of(page)


def test_the_draft_can_be_thrown_away(as_coordinator, participation):
    as_coordinator.post(url("journal_draft"), typed(participation))
    assert as_coordinator.post(url("journal_draft"), {"discard": "1"}).status_code == 302
    assert not NoteDraft.objects.exists()


def test_the_draft_keeps_nothing_but_the_form(as_coordinator, participation, coordinator):
    as_coordinator.post(url("journal_draft"), typed(participation, text="å" * 50_000, extra="x", who="Anna"))
    kept = NoteDraft.objects.get(user=coordinator).fields
    assert set(kept) == {"participation", "kind", "happened_on", "text", "is_shared", "submission"}
    assert len(kept["text"]) == 10_000


# --- Templates ----------------------------------------------------------------------------------------


def test_a_template_fills_in_without_script_and_replaces_nothing(as_coordinator, participation):
    template = NoteTemplate.objects.get(title="Trepartssamtal")
    begun = typed(participation, text="Redan skrivet", minutes="") | {"template": template.pk, "use_template": "1"}
    page = as_coordinator.post(url("journal_quick"), begun)
    assert page.status_code == 200
    value = page.context["form"]["text"].value()
    assert value.startswith("Redan skrivet\n\nDeltog:")
    assert page.context["form"]["kind"].value() == "three_party"
    assert page.context["form"]["minutes"].value() == 60
    assert not JournalEntry.objects.exists()


def test_templates_belong_to_the_organisation(as_coordinator, as_caseworker, cast):
    fill_in(as_coordinator, url("note_template_create"), title="Vår egen", kind="note", text="Rubrik:")
    template = NoteTemplate.objects.get(title="Vår egen")
    assert template.organisation == cast.owner
    assert "Vår egen" in text_of(as_coordinator.get(url("journal_quick")))
    assert "Vår egen" not in text_of(as_caseworker.get(url("journal_quick")))
    assert as_caseworker.get(url("note_template_edit", template_pk=template.pk)).status_code == 404


def test_a_template_with_a_name_that_is_taken_is_refused(as_coordinator):
    for status in (302, 422):
        answer = fill_in(as_coordinator, url("note_template_create"), title="Samma", kind="note", text="Rubrik:")
        assert answer.status_code == status


def test_a_template_is_changed_and_retired(as_coordinator):
    fill_in(as_coordinator, url("note_template_create"), title="Tillfällig", kind="note", text="Rubrik:")
    template = NoteTemplate.objects.get(title="Tillfällig")
    fill_in(as_coordinator, url("note_template_edit", template_pk=template.pk), text="Ny rubrik:")
    template.refresh_from_db()
    assert template.text == "Ny rubrik:"
    as_coordinator.post(url("note_template_edit", template_pk=template.pk), {"retire": "1"})
    assert "Tillfällig" not in text_of(as_coordinator.get(url("note_template_list")))
    assert as_coordinator.get(url("note_template_edit", template_pk=template.pk)).status_code == 404


def test_what_comes_with_the_system_is_nobodys_to_change(as_coordinator):
    shipped = NoteTemplate.objects.filter(organisation=None).first()
    assert as_coordinator.get(url("note_template_edit", template_pk=shipped.pk)).status_code == 404
