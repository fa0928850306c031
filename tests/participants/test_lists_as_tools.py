"""Saved views, deeds for several, chosen columns and the list on paper."""

import itertools
import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import rules
from participants.listing import Listing, ListingFilter
from participants.listing_columns import COLUMNS, FIRST_CHOICE, as_text, chosen_columns
from participants.listing_file import Reader
from participants.models import CareTeamMember, LeadTransfer, Participant, Participation, SavedView
from partners.models import AccessLog
from reporting.models import Fact
from tests.factories import (
    COMPLETE_RECORD,
    make_activity,
    make_care_team_member,
    make_consent,
    make_outcome,
    make_participation,
    make_saved_view,
    refreshed,
)
from tests.filling import fill_in, form_of, send

LIST, BULK, PRINT = (reverse(f"participants:participation_{name}") for name in ("list", "bulk", "print"))
VIEWS, VIEW_NEW = reverse("participants:saved_view_list"), reverse("participants:saved_view_create")
EVERY_COLUMN = ".".join(column.key for column in COLUMNS)


def refs(page) -> set[str]:
    return {row.ref for row in page.context["page"].rows}


@pytest.fixture
def three(cast):
    """Three led by the coordinator, one of whom has consented to the social services."""
    return [
        make_participation(
            cast.project,
            ref=f"T-{number}",
            lead=cast.coordinator,
            consent_to=[cast.social_services] if number == 0 else [],
        )
        for number in range(3)
    ]


# --- Filters ----------------------------------------------------------------------------------------


def test_filter_takes_several_stages(cast, as_coordinator):
    make_participation(cast.project, ref="ongoing")
    make_participation(cast.project, ref="left", ended_on="2016-09-01")
    make_participation(cast.project, ref="waiting", started_on=None)
    assert refs(as_coordinator.get(f"{LIST}?flik=alla&skede=pagar&skede=ej")) == {"ongoing", "waiting"}
    assert refs(as_coordinator.get(f"{LIST}?flik=alla&skede=ej")) == {"waiting"}


def test_filter_by_lead_worker_and_by_none(cast, as_coordinator):
    make_participation(cast.project, ref="led", lead=cast.coordinator)
    make_participation(cast.project, ref="alone")
    assert refs(as_coordinator.get(f"{LIST}?flik=alla&ansvarig={cast.coordinator.pk}")) == {"led"}
    assert refs(as_coordinator.get(f"{LIST}?flik=alla&ansvarig=ingen")) == {"alone"}


def test_filter_by_exit(cast, as_coordinator):
    make_participation(cast.project, ref="early", ended_on="2016-09-01")
    make_participation(cast.project, ref="late", ended_on="2017-01-31")
    make_participation(cast.project, ref="here")
    assert refs(as_coordinator.get(f"{LIST}?flik=alla&slutfran=2017-01-01&sluttill=2017-01-31")) == {"late"}


def test_filter_by_enterprise_hides_the_protected_and_what_consent_leaves_out(cast, as_coordinator, as_caseworker):
    for ref in ("open", "protected", "basic"):
        one = make_participation(cast.project, ref=ref, lead=cast.coordinator)
        make_activity(one, "arbetstraning", "2016-06-01", enterprise=cast.enterprise)
        make_consent(one, cast.social_services, "2016-06-01", covers_journey=ref != "basic")
    Participant.objects.filter(participations__ref="protected").update(protection="sekretessmarkering")
    query = f"{LIST}?flik=alla&foretag={cast.enterprise.pk}"
    assert refs(as_coordinator.get(query)) == {"open", "basic"}
    assert refs(as_caseworker.get(query)) == {"open"}


def test_filter_by_referrer_tells_nothing_that_consent_leaves_out(cast, as_caseworker):
    one = make_participation(cast.project, referred_by=cast.social_services)
    make_consent(one, cast.social_services, "2016-03-01", covers_journey=False)
    assert not refs(as_caseworker.get(f"{LIST}?flik=alla&hanvisad={cast.social_services.pk}"))


@pytest.mark.parametrize(
    "flaw",
    [
        {},
        {"record": None},
        {"record": COMPLETE_RECORD | {"labour_status": ""}},
        {"record": COMPLETE_RECORD | {"isced": "vill_ej"}},
        {"sex": ""},
        {"birth_date": None},
    ],
)
def test_incomplete_record_is_what_the_facts_call_so(cast, flaw):
    one = make_participation(cast.project, **flaw)
    found = Participation.objects.visible_to(cast.coordinator).with_incomplete_record().filter(pk=one.pk).exists()
    assert found is not Fact.objects.get(project=cast.project, ref=one.ref).is_complete
    assert found is bool(flaw)


def test_filter_by_missing_documents(cast, as_coordinator):
    lacks = make_participation(cast.project, ref="lacks")
    make_outcome(lacks, "job", "2017-01-09", employer="Kommunen")
    make_participation(cast.project, ref="whole")
    page = as_coordinator.get(f"{LIST}?flik=alla&dokument=saknas&kol=dokument")
    assert refs(page) == {"lacks"}
    assert page.context["page"].rows[0].cells[-1].text == "1"


FILTERS = ["", "skede=pagar", "skede=avslutad&skede=ej", "samtycke=saknas", "uppgifter=saknas", "ansvarig=ingen"]
ORDERS = [sign + column.key for column in COLUMNS if column.paths for sign in ("", "-")]


def test_every_filter_in_every_order_visits_each_row_once(cast, as_coordinator):
    for number in range(31):
        make_participation(
            cast.project,
            started_on=[None, "2016-02-01", "2016-05-01"][number % 3],
            ended_on="2016-09-01" if number % 3 and number % 4 == 0 else None,
            lead=[None, cast.coordinator, cast.project_office][number % 5 % 3],
            record=None if number % 7 == 0 else COMPLETE_RECORD,
            last_name="Ek" if number % 2 else "Åby",
        )
    for filters, order in itertools.product(FILTERS, ORDERS):
        expected = set(_listing(cast.coordinator, f"flik=alla&{filters}").participations().values_list("pk", flat=True))
        seen, query = [], f"flik=alla&sort={order}&{filters}"
        for _ in range(9):
            listing = _listing(cast.coordinator, query)
            page = listing.page()
            seen += [row.pk for row in page.rows]
            if not page.after:
                break
            query = listing.query(after=page.after)
        assert len(seen) == len(set(seen)), (filters, order)
        assert set(seen) == expected, (filters, order)


def _listing(user, query: str) -> Listing:
    return Listing(Reader(user, QueryDict(query)))


# --- Columns ----------------------------------------------------------------------------------------


def test_columns_are_chosen_in_their_own_order_with_the_name_first():
    assert [column.key for column in chosen_columns(["senast.start", "slut"])] == ["namn", "start", "slut", "senast"]
    assert chosen_columns(["x"]) == chosen_columns([]) == FIRST_CHOICE
    assert as_text(FIRST_CHOICE) == ""
    for column in COLUMNS:
        assert column in chosen_columns([as_text(chosen_columns([column.key]))])


def test_chosen_columns_stand_on_the_screen_and_in_short_in_the_address(cast, participation, as_coordinator):
    page = as_coordinator.get(f"{LIST}?flik=alla&kol=start&kol=slut")
    assert [cell.column.key for cell in page.context["page"].rows[0].cells] == ["namn", "start", "slut"]
    assert "kol=namn.start.slut" in page.context["listing"].query()


@pytest.mark.parametrize("count", [1, 25])
def test_every_column_costs_the_same_queries_for_1_and_25(cast, as_coordinator, count):
    address = f"{LIST}?flik=alla&kol={EVERY_COLUMN}"
    counts = []
    for more in (1, count):
        for _ in range(more):
            one = make_participation(cast.project, lead=cast.coordinator, consent_to=[cast.social_services])
            make_outcome(one, "job", "2017-01-09", employer="Kommunen")
        as_coordinator.get(address)
        with CaptureQueriesContext(connection) as seen:
            as_coordinator.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_place_of_residence_needs_its_consent_and_is_logged_as_contact(cast, as_caseworker):
    for ref, covered in (("covered", True), ("not", False)):
        one = make_participation(cast.project, ref=ref, municipality="Göteborg", district="Lärje")
        make_consent(one, cast.social_services, "2016-03-01", covers_contact=covered)
    hidden = make_participation(cast.project, municipality="Borås", protection="sekretessmarkering")
    make_consent(hidden, cast.social_services, "2016-03-01")
    make_care_team_member(hidden, cast.caseworker)
    page = as_caseworker.get(f"{LIST}?flik=alla&kol=ort")
    shown = {row.ref: row.cells[-1].text for row in page.context["page"].rows}
    assert shown == {"covered": "Göteborg, Lärje", "not": "", hidden.ref: ""}
    assert AccessLog.objects.first().fields_class == "contact"


def test_sorting_by_lead_follows_a_new_name(cast, three, as_coordinator):
    cast.coordinator.name = "Örjan Ny"
    cast.coordinator.save()
    assert set(Participation.objects.values_list("lead_key", flat=True)) == {"Örjan Ny"}


# --- Saved views ------------------------------------------------------------------------------------


def save(client, query="flik=alla&skede=pagar&sort=namn", **answers):
    return fill_in(client, VIEW_NEW, page=f"{VIEW_NEW}?{query}", **{"name": "Pågår", **answers})


def test_saved_view_stands_above_the_list(cast, participation, as_coordinator):
    save(as_coordinator, "flik=alla&skede=pagar&sort=namn&kol=start&after=3")
    view = SavedView.objects.get()
    assert dict(QueryDict(view.query).items()) == {
        "flik": "alla",
        "skede": "pagar",
        "sort": "namn",
        "kol": "namn.start",
    }
    page = as_coordinator.get(f"{LIST}?{view.query}")
    assert re.search(r'aria-current="true">\s*Pågår', page.text)


def test_saved_view_keeps_no_search(cast, participation, as_coordinator):
    found = as_coordinator.post(LIST, {"q": "Åkesson"})["Location"].partition("?")[2]
    save(as_coordinator, found)
    assert set(QueryDict(SavedView.objects.get().query)) == {"flik", "sort"}


def test_saved_view_refuses_what_the_list_does_not_know(cast, as_coordinator):
    answer = save(as_coordinator, "flik=alla&q=Anna+Åkesson")
    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_saved_view_twice_is_one_and_a_name_is_used_once(cast, as_coordinator):
    save(as_coordinator)
    save(as_coordinator)
    assert SavedView.objects.count() == 1
    assert save(as_coordinator, "flik=mina").status_code == 422


def test_saved_views_are_limited(cast, as_coordinator, monkeypatch):
    monkeypatch.setattr(rules.saved_view, "MOST_VIEWS", 1)
    save(as_coordinator)
    assert save(as_coordinator, "flik=mina", name="En till").status_code == 422


def test_shared_view_is_seen_by_colleagues_alone_and_changed_by_nobody_else(
    cast, log_in, as_coordinator, as_caseworker
):
    save(as_coordinator, is_shared=True)
    view = SavedView.objects.get()
    assert "Pågår" in log_in(cast.project_office).get(VIEWS).text
    assert "Pågår" not in as_caseworker.get(VIEWS).text
    address = reverse("participants:saved_view_edit", args=[view.pk])
    assert log_in(cast.project_office).post(address, {"delete": "1"}).status_code == 404
    assert SavedView.objects.exists()


def test_list_opens_with_the_start_view_and_only_one_is(cast, participation, as_coordinator):
    other = make_saved_view(cast.coordinator, "Annan", "flik=mina&sort=namn", is_start=True)
    save(as_coordinator, is_start=True)
    other.refresh_from_db()
    assert not other.is_start
    assert as_coordinator.get(LIST)["Location"] == f"{LIST}?{SavedView.objects.get(is_start=True).query}"
    assert as_coordinator.get(f"{LIST}?flik=alla").status_code == 200


def test_view_is_renamed_and_deleted(cast, as_coordinator):
    view = make_saved_view(cast.coordinator)
    address = reverse("participants:saved_view_edit", args=[view.pk])
    fill_in(as_coordinator, address, name="Nytt namn")
    view.refresh_from_db()
    assert view.name == "Nytt namn"
    as_coordinator.post(address, {"delete": "1"})
    assert not SavedView.objects.exists()


# --- Several at once --------------------------------------------------------------------------------


def ticked(people, **more):
    return {"participation": [one.pk for one in people], "query": "flik=alla", **more}


def colleague(user):
    return user.memberships.get().pk


def test_lead_is_offered_for_several_and_each_is_told(cast, three, as_coordinator):
    page = as_coordinator.post(BULK, ticked(three, deed="lead"))
    assert page.status_code == 200
    answer = send(as_coordinator, page, BULK, member=colleague(cast.project_office))
    assert LeadTransfer.objects.filter(to_user=cast.project_office).count() == 3
    result = as_coordinator.get(answer["Location"])
    assert [len(result.context[name]) for name in ("done", "refused")] == [3, 0]


def test_each_refusal_says_why_and_the_others_go_through(cast, three, as_coordinator):
    Participant.objects.filter(pk=three[1].participant_id).update(protection="sekretessmarkering")
    data = ticked(three, deed="network", confirm="1", member=colleague(cast.caseworker))
    result = as_coordinator.get(as_coordinator.post(BULK, data)["Location"])
    assert [row.ref for row in result.context["done"]] == ["T-0"]
    reasons = {row.ref: row.why for row in result.context["refused"]}
    assert set(reasons) == {"T-1", "T-2"}
    assert all(reasons.values())
    assert reasons["T-1"] != reasons["T-2"]
    assert CareTeamMember.objects.filter(user=cast.caseworker).count() == 1


def test_same_deed_sent_twice_does_it_once(cast, three, as_coordinator):
    data = ticked(three, deed="lead", confirm="1", member=colleague(cast.project_office))
    for _ in range(2):
        result = as_coordinator.get(as_coordinator.post(BULK, data)["Location"])
        assert len(result.context["done"]) == 3
    assert LeadTransfer.objects.count() == 3


def test_who_is_not_to_be_seen_is_counted_and_not_named(cast, three, as_coordinator):
    hidden = make_participation(cast.project, ref="D-secret", protection="sekretessmarkering")
    data = ticked([*three, hidden], deed="network", confirm="1", member=colleague(cast.project_office))
    result = as_coordinator.get(as_coordinator.post(BULK, data)["Location"])
    assert result.context["unseen"] == 1
    assert "D-secret" not in result.text
    assert not hidden.care_team.exists()


def test_deeds_need_their_right(cast, three, as_caseworker):
    data = ticked(three, deed="lead", confirm="1", member=colleague(cast.project_office))
    assert as_caseworker.post(BULK, data).status_code == 403
    assert not LeadTransfer.objects.exists()


def test_right_is_asked_at_each_person(cast, three, monkeypatch, as_coordinator):
    """In a project where she lost the right meanwhile, the deed is refused at the name."""
    monkeypatch.setattr(rules.bulk.access, "has", lambda user, right, project=None: project is None)
    data = ticked(three, deed="network", confirm="1", member=colleague(cast.project_office))
    result = as_coordinator.get(as_coordinator.post(BULK, data)["Location"])
    assert len(result.context["refused"]) == 3


def test_nobody_ticked_and_too_many_are_said(cast, three, monkeypatch, as_coordinator):
    assert as_coordinator.post(BULK, ticked([], deed="lead"))["Location"] == f"{LIST}?flik=alla"
    monkeypatch.setattr(rules, "MOST_IN_BULK", 2)
    assert as_coordinator.post(BULK, ticked(three, deed="lead"))["Location"] == f"{LIST}?flik=alla"


def test_all_that_the_list_shows_can_be_chosen(cast, three, as_coordinator):
    make_participation(cast.project, ref="left", ended_on="2016-09-01")
    page = as_coordinator.post(BULK, {"deed": "all", "query": "flik=alla&skede=pagar"})
    assert {row.ref for row in page.context["rows"]} == {"T-0", "T-1", "T-2"}
    assert page.text.count("checked") == 3


def test_note_for_several_goes_on_to_the_quick_log_with_them_chosen(cast, three, as_coordinator):
    answer = as_coordinator.post(BULK, ticked(three[:2], search="1"), follow=True)
    assert answer.redirect_chain == [(reverse("participants:journal_quick"), 307)]
    assert sum(choice.is_chosen for choice in answer.context["choices"]) == 2


def test_note_for_more_than_a_group_is_refused_whole(cast, three, as_coordinator, monkeypatch):
    monkeypatch.setattr("participants.forms.MOST_AT_ONCE", 2)
    assert as_coordinator.post(BULK, ticked(three, search="1"))["Location"] == f"{LIST}?flik=alla"


def test_result_of_another_session_is_not_found(cast, three, as_coordinator, log_in):
    data = ticked(three, deed="network", confirm="1", member=colleague(cast.project_office))
    address = as_coordinator.post(BULK, data)["Location"]
    assert log_in(cast.project_office).get(address).status_code == 404


def test_bulk_page_logs_whom_it_shows(cast, three, as_coordinator):
    as_coordinator.post(BULK, ticked(three[:2], deed="lead"))
    assert AccessLog.objects.first().participations == sorted(one.pk for one in three[:2])


# --- On paper ---------------------------------------------------------------------------------------


def test_print_is_the_whole_list_with_its_question_in_words(cast, as_coordinator):
    for number in range(27):
        make_participation(cast.project, ref=f"P-{number}")
    make_participation(cast.project, ref="left", ended_on="2016-09-01")
    page = as_coordinator.get(f"{PRINT}?flik=alla&skede=pagar&kol=start&sort=namn")
    assert len(page.context["rows"]) == 27
    assert "left" not in page.text
    assert "2017-03-15" in page.text
    assert "form-check-input" not in page.text
    assert AccessLog.objects.first().count == 27


def test_print_says_where_it_is_cut(cast, three, monkeypatch, as_coordinator):
    monkeypatch.setattr("participants.views.bulk.PRINTED", 2)
    page = as_coordinator.get(f"{PRINT}?flik=alla")
    assert len(page.context["rows"]) == 2
    assert page.context["is_cut"]


def test_filters_have_a_label_each():
    assert all(str(one.label) for one in ListingFilter.base_filters.values())


def test_summaries_hold_the_lead_worker(cast, participation):
    assert refreshed(participation).lead_key == cast.coordinator.name
    participation.care_team.update(ended_on="2017-03-01")
    assert refreshed(participation).lead_key is None


def test_bar_can_be_sent_with_its_token(cast, three, coordinator):
    """The bar is a piece of two pages: on each it has its own token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    page = client.get(f"{LIST}?flik=alla")
    bar = form_of(page, BULK)["values"]
    assert client.post(BULK, {**bar, "deed": "all"}).status_code == 200
    assert client.post(BULK, {"query": "flik=alla", "deed": "all"}).status_code == 403
