"""Today, the list and the participant's page as they are asked for."""

import datetime as dt
import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants.models import SensitiveAnswer
from partners.models import AccessLog
from tests.factories import (
    invented_number,
    make_activity,
    make_care_team_member,
    make_consent,
    make_journal_entry,
    make_outcome,
    make_participation,
)

LIST = "/deltagare/"
_days = itertools.count()
TABS = ["oversikt", "tidslinje", "aktiviteter", "samtycken", "historik"]


def queries(client, url: str) -> int:
    client.get(url)  # what is cached for good, such as content types
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def people(cast, count: int) -> None:
    for _ in range(count):
        born = dt.date(1960, 1, 1) + dt.timedelta(days=next(_days))
        one = make_participation(
            cast.project,
            started_on="2016-05-02",
            lead=cast.coordinator,
            consent_to=[cast.social_services],
            number=invented_number(born),
        )
        make_journal_entry(one, cast.coordinator, "2017-01-02", next_step="Ring", next_step_on="2017-03-20")


def without_token(html: str) -> str:
    """The token against forged forms is masked anew in each answer."""
    return re.sub(r'(name="csrfmiddlewaretoken"\s+value=)"\w+"', r"\1", html)


def element(html: str, name: str) -> str:
    """The element with the id, from its start to the end of its block."""
    opening = re.search(rf'<(\w+) id="{name}"', html)
    assert opening, f"no element {name}"
    tag, start = opening.group(1), html.index(f'id="{name}"')
    start, depth = html.rindex("<", 0, start), 0
    for match in re.finditer(rf"<(/?){tag}\b", html[start:]):
        depth += -1 if match.group(1) else 1
        if depth == 0:
            return html[start : start + match.end()]
    raise AssertionError(f"{name} never ends")


def without_tokens(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


# --- Today ----------------------------------------------------------------------------------------


def test_today_shows_what_waits_and_logs_whom_it_showed(cast, as_coordinator):
    people(cast, 2)
    page = as_coordinator.get(reverse("participants:today"))
    assert page.status_code == 200
    assert "Ring" in page.text
    log = AccessLog.objects.first()
    assert (log.action, log.count) == ("list", 2)


def test_today_takes_the_same_queries_for_1_and_25(cast, as_coordinator):
    people(cast, 1)
    before = queries(as_coordinator, "/idag/?flik=mina")
    people(cast, 24)
    assert queries(as_coordinator, "/idag/?flik=mina") == before


@pytest.mark.parametrize("role", ["steering", "controller", "administrator"])
def test_today_gives_roles_without_participants_their_doors(cast, participation, log_in, role):
    page = log_in(getattr(cast, role)).get("/idag/")
    assert page.status_code == 200
    assert "Anna" not in page.text
    assert reverse("enterprises:enterprise_list") in page.text
    assert reverse("participants:participation_list") not in page.text


# --- The list -------------------------------------------------------------------------------------


def test_participation_list_takes_the_same_queries_for_1_and_25(cast, as_coordinator):
    people(cast, 1)
    before = queries(as_coordinator, f"{LIST}?flik=alla")
    people(cast, 24)
    assert queries(as_coordinator, f"{LIST}?flik=alla") == before


def test_participation_list_logs_exactly_the_ids_it_shows(cast, as_coordinator):
    people(cast, 27)
    page = as_coordinator.get(f"{LIST}?flik=alla")
    log = AccessLog.objects.first()
    assert log.action == "list"
    assert log.participations == sorted(row.pk for row in page.context["page"].rows)
    assert log.count == 25


def test_participation_list_fragment_is_the_page_part(cast, as_coordinator):
    people(cast, 27)
    for query in ("flik=alla", "flik=alla&sort=namn", "flik=alla&skede=avslutad", "flik=mina&after=1"):
        page = as_coordinator.get(f"{LIST}?{query}")
        part = as_coordinator.get(f"{LIST}?{query}", headers={"HX-Request": "true", "HX-Target": "participant-rows"})
        assert part.text.strip().startswith('<div id="participant-rows"')
        assert without_token(element(part.text, "participant-rows")) == without_token(
            element(page.text, "participant-rows")
        )
        assert "<html" not in part.text


def test_participation_list_search_keeps_names_and_numbers_out_of_the_address(cast, as_coordinator):
    number = invented_number("1991-06-15")
    wanted = make_participation(cast.project, first_name="Anna", last_name="Åkesson", number=number)
    make_participation(cast.project, first_name="Bo", last_name="Ek")
    for typed, kind in ((number, "identity"), ("åkesson", "name")):
        answer = as_coordinator.post(LIST, {"q": typed, "query": "flik=mina&skede=pagar&after=3"})
        assert answer.status_code == 302
        assert typed not in answer["Location"]
        assert "skede=pagar" in answer["Location"]
        assert "after" not in answer["Location"]

        page = as_coordinator.get(answer["Location"])
        assert [row.pk for row in page.context["page"].rows] == [wanted.pk]
        log = AccessLog.objects.first()
        assert (log.action, log.criterion, log.participations) == ("search", kind, [wanted.pk])
        assert number not in page.text


def test_participation_list_search_of_another_session_is_not_followed(cast, as_coordinator, log_in):
    people(cast, 1)
    address = as_coordinator.post(LIST, {"q": "test"})["Location"]
    page = log_in(cast.project_office).get(address)
    assert page.context["listing"].search is None
    assert page.context["listing"].search_is_forgotten


def test_participation_list_never_takes_a_search_from_the_address(cast, participation, as_coordinator):
    make_participation(cast.project, last_name="Ek")
    page = as_coordinator.get(f"{LIST}?flik=alla&q=Åkesson")
    assert len(page.context["page"].rows) == 2


def test_participation_list_is_refused_to_roles_without_participants(cast, log_in):
    assert log_in(cast.steering).get(LIST).status_code == 403


def test_participation_list_shows_a_partner_those_who_consent(cast, participation, as_caseworker, as_stranger):
    make_participation(cast.project, ref="other")
    assert [row.pk for row in as_caseworker.get(LIST).context["page"].rows] == [participation.pk]
    assert as_stranger.get(LIST).context["page"].rows == []


@pytest.mark.parametrize(
    "query", ["sort=x", "after=%F0", "before=999999999999", "flik=x", "fran=x", "hanvisad=x", "sok=x"]
)
def test_participation_list_survives_any_address(participation, as_coordinator, query):
    assert as_coordinator.get(f"{LIST}?{query}").status_code == 200


def test_participation_list_says_what_to_do_when_it_is_empty(cast, as_coordinator, as_stranger):
    assert reverse("participants:participation_create") in as_coordinator.get(LIST).text
    assert reverse("participants:participation_create") not in as_stranger.get(LIST).text


# --- One participant ------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_participation_detail_opens_every_tab_and_logs_it(cast, participation, as_coordinator, tab):
    make_activity(participation, "arbetstraning", "2016-03-07", hours_per_week=20)
    make_outcome(participation, "job", "2017-01-09", employer="Kommunen")
    page = as_coordinator.get(f"{LIST}{participation.pk}/?flik={tab}")
    assert page.status_code == 200
    assert "Anna Åkesson" in page.text
    log = AccessLog.objects.first()
    assert (log.action, log.participations) == ("view", [participation.pk])


def test_participation_detail_is_not_found_for_strangers(cast, participation, as_stranger):
    known = as_stranger.get(f"{LIST}{participation.pk}/")
    unknown = as_stranger.get(f"{LIST}999999/")
    assert known.status_code == unknown.status_code == 404
    asked_for = re.compile(rf"/{participation.pk}/|/999999/|[0-9a-f]{{32}}")
    assert asked_for.sub("", without_tokens(known.text)) == asked_for.sub("", without_tokens(unknown.text))
    assert not AccessLog.objects.filter(action="view").exists()


@pytest.mark.parametrize("tab", TABS)
def test_participation_detail_takes_the_same_queries_for_a_long_story(cast, participation, as_coordinator, tab):
    url = f"{LIST}{participation.pk}/?flik={tab}"
    make_activity(participation, "praktik", "2016-06-01")
    make_outcome(participation, "job", "2016-06-01", employer="Nr 0")
    make_journal_entry(participation, cast.coordinator, "2016-05-01")
    before = queries(as_coordinator, url)
    for number in range(1, 20):
        make_activity(participation, "praktik", f"2016-06-{number:02d}", enterprise=cast.enterprise)
        make_outcome(participation, "job", f"2016-07-{number:02d}", employer=f"Nr {number}")
        make_journal_entry(participation, cast.coordinator, f"2016-05-{number:02d}")
        make_consent(participation, cast.employment_service, f"2016-08-{number:02d}")
    assert queries(as_coordinator, url) == before


def test_participation_detail_title_names_nobody(participation, as_coordinator):
    page = as_coordinator.get(f"{LIST}{participation.pk}/")
    assert "Anna" not in re.search(r"<title>(.*?)</title>", page.text, re.DOTALL).group(1)


def test_participation_detail_masks_the_number_and_offers_it_by_permission(cast, as_coordinator, as_caseworker):
    number = invented_number("1991-06-15")
    participation = make_participation(cast.project, number=number, consent_to=[cast.social_services])
    for client, may_show in ((as_coordinator, True), (as_caseworker, False)):
        page = client.get(f"{LIST}{participation.pk}/")
        assert "19910615-••••" in page.text
        assert number[-4:] not in page.text
        assert (reverse("participants:identity_show", args=[participation.pk]) in page.text) == may_show


def test_participation_detail_of_a_protected_person_shows_a_code(cast, as_coordinator, log_in):
    number = invented_number("1991-06-15")
    participation = make_participation(
        cast.project, first_name="Hemlig", last_name="Person", number=number, protection="sekretessmarkering", ref="D-9"
    )
    make_care_team_member(participation, cast.coordinator)
    as_coordinator.post(reverse("participants:protection_reason", args=[participation.pk]), {"reason": "Möte idag"})
    for tab in TABS:
        page = as_coordinator.get(f"{LIST}{participation.pk}/?flik={tab}")
        assert "D-9" in page.text
        assert "Hemlig" not in page.text
        assert "19910615" not in page.text
        assert "1991-06-15" not in page.text
    assert AccessLog.objects.first().fields_class == "protected"
    assert log_in(cast.project_office).get(f"{LIST}{participation.pk}/").status_code == 404


def test_participation_detail_gives_a_partner_no_deeds_of_the_owner(cast, participation, as_caseworker):
    page = as_caseworker.get(f"{LIST}{participation.pk}/")
    for deed in ("outcome_create", "stint_close", "activity_create", "entry_record_edit", "sensitive_edit"):
        assert reverse(f"participants:{deed}", args=[participation.pk]) not in page.text
    assert reverse("participants:journal_create", args=[participation.pk]) in page.text


def test_participation_detail_history_is_for_editors(cast, participation, as_coordinator, as_caseworker):
    assert as_coordinator.get(f"{LIST}{participation.pk}/?flik=historik").context["tab"] == "historik"
    assert as_caseworker.get(f"{LIST}{participation.pk}/?flik=historik").context["tab"] == "oversikt"


def test_participation_detail_history_never_tells_numbers_notes_or_sensitive_answers(cast, as_coordinator):
    number = invented_number("1991-06-15")
    participation = make_participation(cast.project, number=number)
    answer = SensitiveAnswer.objects.create(participation=participation, question="co16", answer="n")
    answer.answer = "vill_ej"
    answer.save()
    note = make_journal_entry(participation, cast.coordinator, "2017-01-02", text="Hemligt om hälsan.")
    note.text = "Ännu hemligare."
    note.save()
    participation.participant.phone = "070-1740605"
    participation.participant.save()

    changes = as_coordinator.get(f"{LIST}{participation.pk}/?flik=historik").context["changes"]

    told = repr(changes)
    assert len(changes) >= 5
    for secret in (number, number[-4:], "vill", "Hemligt", "hemligare", "070"):
        assert secret not in told


def test_participation_detail_timeline_fragment_is_the_page_part(cast, participation, as_coordinator):
    make_journal_entry(participation, cast.coordinator, "2017-01-02")
    for query in ("flik=tidslinje", "flik=tidslinje&visa=moten", "flik=tidslinje&visa=nonsens&hela=1"):
        url = f"{LIST}{participation.pk}/?{query}"
        page, part = (
            as_coordinator.get(url),
            as_coordinator.get(url, headers={"HX-Request": "true", "HX-Target": "timeline"}),
        )
        assert element(part.text, "timeline") == element(page.text, "timeline")
        assert "<html" not in part.text


# --- The box on the enterprise's page ----------------------------------------------------------------


def test_enterprise_people_shows_those_placed_whom_one_may_see(cast, participation, as_coordinator, as_stranger):
    make_activity(participation, "arbetstraning", "2016-03-07", enterprise=cast.enterprise)
    make_activity(participation, "praktik", "2017-01-07", enterprise=cast.enterprise)
    gone = make_participation(cast.project, ref="gone")
    make_activity(gone, "praktik", "2016-03-07", "2016-04-07", enterprise=cast.enterprise)
    url = reverse("participants:enterprise_people", args=[cast.enterprise.pk])

    assert [row.pk for row in as_coordinator.get(url).context["people"]] == [participation.pk]
    assert AccessLog.objects.first().participations == [participation.pk]
    assert as_stranger.get(url).context["people"] == []


def test_enterprise_people_fragment_is_the_page_part(cast, participation, as_coordinator):
    make_activity(participation, "arbetstraning", "2016-03-07", enterprise=cast.enterprise)
    url = reverse("participants:enterprise_people", args=[cast.enterprise.pk])
    page, part = as_coordinator.get(url), as_coordinator.get(url, headers={"HX-Request": "true"})
    assert element(part.text, "enterprise-people") == element(page.text, "enterprise-people")


def test_enterprise_people_takes_the_same_queries_for_1_and_25(cast, as_coordinator):
    url = reverse("participants:enterprise_people", args=[cast.enterprise.pk])
    counts = []
    for more in (1, 24):
        for _ in range(more):
            one = make_participation(cast.project)
            make_activity(one, "praktik", "2017-01-07", enterprise=cast.enterprise)
        counts.append(queries(as_coordinator, url))
    assert counts[0] == counts[1]


def test_participation_list_fragment_pushes_an_address_without_empty_names(cast, participation, as_coordinator):
    part = as_coordinator.get(
        f"{LIST}?skede=pagar&fran=&till=&flik=alla", headers={"HX-Request": "true", "HX-Target": "participant-rows"}
    )
    assert part["HX-Push-Url"] == f"{LIST}?skede=pagar&flik=alla"
