"""Measures by sex: people counted by hand, periods, and what outsiders see of small numbers."""

import itertools
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants.measure_statistics import FURTHEST_FIRST, People, measure_counts
from participants.models import Measure
from reporting.disclosure import Hidden
from reporting.measures import measures_of
from tests.factories import day, make_measure, make_organisation, make_participation, make_project

State, Decision = Measure.State, Measure.Decision


def page(project):
    return reverse("reporting:measure_statistics", kwargs={"project": project.slug})


def person(project, sex="K"):
    return make_participation(project, sex=sex)


def states(project, kind="lonebidrag_anstallning", **period):
    found = {count.kind.pk: count.states for count in measure_counts(project, **period)}
    return {state: (n.total, n.women, n.men) for state, n in found.get(kind, {}).items()}


def asked(participation, kind="lonebidrag_anstallning", **fields):
    values = {"decision": "", "decided_on": None, "started_on": None}
    return make_measure(participation, kind, **{**values, **fields})


def refused(participation, kind="lonebidrag_anstallning", **fields):
    return make_measure(participation, kind, **{"decision": Decision.REFUSED, "started_on": None, **fields})


def test_people_are_counted_by_kind_state_and_sex(project):
    make_measure(person(project, "K"))
    make_measure(person(project, "M"))
    make_measure(person(project, ""))
    make_measure(person(project, "K"), ended_on="2017-03-10")
    asked(person(project, "M"))
    refused(person(project, "M"))
    make_measure(person(project, "K"), "osa")
    assert states(project) == {
        State.ONGOING: (3, 1, 1),
        State.ENDED: (1, 1, 0),
        State.ASKED: (1, 0, 1),
        State.REFUSED: (1, 0, 1),
    }
    assert states(project, "osa") == {State.ONGOING: (1, 1, 0)}


def test_a_person_is_counted_once_for_each_kind_where_she_has_come_furthest(project):
    woman = person(project)
    refused(woman, asked_on="2016-05-01", decided_on="2016-05-10")
    make_measure(woman, asked_on="2016-06-01", decided_on="2016-06-10", started_on="2016-07-01", ended_on="2016-12-31")
    make_measure(woman)
    asked(woman, asked_on="2017-03-10")
    make_measure(woman, "nystartsjobb")
    assert states(project) == {State.ONGOING: (1, 1, 0)}
    assert states(project, "nystartsjobb") == {State.ONGOING: (1, 1, 0)}


def test_removed_measures_and_other_projects_are_not_counted(project):
    make_measure(person(project), withdrawn_at="2017-03-01T10:00Z", withdrawn_reason="Fel")
    make_measure(person(make_project(make_organisation(), dnr="2015/00999")))
    assert measure_counts(project) == []


def test_a_period_counts_what_was_asked_for_or_had_in_it_as_it_stood_on_its_last_day(project):
    make_measure(
        person(project), asked_on="2016-01-10", decided_on="2016-02-10", started_on="2016-03-01", ended_on="2016-06-30"
    )
    assert states(project, first=day("2016-01-01"), last=day("2016-01-31")) == {State.ASKED: (1, 1, 0)}
    assert states(project, first=day("2016-02-11"), last=day("2016-02-29")) == {State.GRANTED: (1, 1, 0)}
    assert states(project, first=day("2016-03-01"), last=day("2016-03-31")) == {State.ONGOING: (1, 1, 0)}
    assert states(project, first=day("2016-06-30"), last=day("2016-12-31")) == {State.ENDED: (1, 1, 0)}
    assert states(project, first=day("2016-07-01"), last=day("2016-12-31")) == {}
    assert states(project, last=day("2016-01-09")) == {}
    refused(person(project, "M"), "osa", asked_on="2016-01-10", decided_on="2016-02-10")
    assert states(project, "osa", first=day("2016-02-11")) == {}
    assert states(project, "osa", first=day("2016-02-10")) == {State.REFUSED: (1, 0, 1)}


@pytest.mark.parametrize("seed", range(3))
def test_statistics_equal_a_count_by_hand(project, seed):
    chance = random.Random(seed)
    for _ in range(15):
        someone = person(project, chance.choice(["K", "M", ""]))
        for month in chance.sample(range(1, 12), chance.randint(1, 4)):
            kind = chance.choice(["osa", "nystartsjobb"])
            start = day(f"2016-{month:02}-15")
            what = chance.choice(["asked", "refused", "granted", "granted"])
            if what == "granted":
                end = chance.choice([None, day("2016-12-20"), day("2017-06-01")])
                make_measure(
                    someone, kind, asked_on=f"2016-{month:02}-01", decided_on=start, started_on=start, ended_on=end
                )
            elif what == "refused":
                refused(someone, kind=kind, asked_on=f"2016-{month:02}-01", decided_on=start)
            elif not someone.measures.filter(kind=kind, decision="").exists():
                asked(someone, kind=kind, asked_on=f"2016-{month:02}-01")
    last = day(chance.choice(["2016-06-30", "2016-12-31", "2017-03-15"]))
    expected: dict = {}
    measures = Measure.objects.filter(asked_on__lte=last).select_related("participation__participant")
    for (kind, _person), group in itertools.groupby(
        measures.order_by("kind", "participation"), key=lambda one: (one.kind_id, one.participation_id)
    ):
        group = list(group)
        best = min((one.state_on(last) for one in group), key=FURTHEST_FIRST.index)
        sex = group[0].participation.participant.sex
        more = People(1, int(sex == "K"), int(sex == "M"))
        expected[kind, best] = expected.get((kind, best), People()) + more
    counted = measure_counts(project, last=last)
    assert {(count.kind.pk, state): n for count in counted for state, n in count.states.items()} == expected


# --- The page ---------------------------------------------------------------------------------------


def shown(value):
    return "hidden" if isinstance(value, Hidden) else value


def test_the_teams_own_page_is_exact_and_parts_add_up(project, cast, as_coordinator):
    for sex in "KKM":
        make_measure(person(project, sex))
    refused(person(project, "M"))
    asked(person(project, "K"))
    (kind,) = as_coordinator.get(page(project)).context["kinds"]
    assert (kind.people.women, kind.people.men, kind.people.total) == (3, 2, 5)
    assert [(row.depth, row.line.women, row.line.men, row.line.total) for row in kind.rows] == [
        (1, 1, 0, 1),  # asked for
        (1, 2, 2, 4),  # decided
        (2, 2, 1, 3),  # granted
        (3, 2, 1, 3),  # of which going on
        (2, 0, 1, 1),  # refused
    ]
    granted = kind.granted
    assert (granted.women.percent, granted.men.percent, granted.total.percent) == (100.0, 50.0, 75.0)


def test_partners_see_small_numbers_hidden_and_none_that_reveals_them(project, cast):
    for _ in range(20):
        make_measure(person(project, "K"))
    for _ in range(12):
        make_measure(person(project, "M"))
    for _ in range(3):
        refused(person(project, "M"))
    (kind,) = measures_of(project, is_exact=False)
    labels = {row.line.label: [shown(row.line.women), shown(row.line.men), shown(row.line.total)] for row in kind.rows}
    decided, granted, _ongoing, refusals = labels.values()
    assert refusals == ["hidden", "hidden", "hidden"]
    # 35 decided − 32 granted would tell it: one of the two is hidden as well.
    assert "hidden" in (decided[2], granted[2])
    assert isinstance(kind.granted.men.percent, Hidden)


def test_partners_page_shows_no_small_number(project, cast, as_caseworker):
    for sex in "KKKKKKKKM":
        make_measure(person(project, sex))
    response = as_caseworker.get(page(project))
    (kind,) = response.context["kinds"]
    assert shown(kind.people.men) == "hidden"
    assert shown(kind.people.women) == "hidden"  # the whole less the women would be the men
    assert kind.people.total == 9


def test_partners_cannot_choose_a_period(project, cast, as_caseworker, as_coordinator):
    for _ in range(6):
        make_measure(person(project))
    early = f"{page(project)}?fran=2015-10-01&till=2016-01-31"
    assert as_coordinator.get(early).context["kinds"] == []
    answer = as_caseworker.get(early)
    assert answer.context["kinds"][0].people.total == 6
    assert 'name="fran"' not in answer.content.decode()


def test_a_period_that_ends_before_it_begins_is_refused(project, as_coordinator):
    assert as_coordinator.get(f"{page(project)}?fran=2017-02-01&till=2017-01-01").status_code == 422


def test_the_page_takes_the_same_queries_for_one_and_for_many(project, cast, as_coordinator):
    def queries():
        with CaptureQueriesContext(connection) as context:
            assert as_coordinator.get(page(project)).status_code == 200
        return len(context)

    make_measure(person(project))
    queries()
    few = queries()
    for kind in ("lonebidrag_anstallning", "osa", "nystartsjobb"):
        for sex in "KMKMKMKM":
            make_measure(person(project, sex), kind)
    assert queries() == few
