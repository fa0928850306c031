"""The one statement against the rules in plain Python, on random histories and on the document's own examples."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participants.models import Outcome
from reporting import facts
from reporting.figures import codes_by_participation, counted_codes, figures
from reporting.indicators import RULE_SETS
from reporting.models import Fact
from tests.factories import make_outcome, make_participation, make_stint
from tests.reporting.histories import histories, store
from tests.reporting.reference import expected_codes, expected_fact

REPEATED = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def emptied(project):
    """The project without anybody in it, again at each call: hypothesis runs many examples in one test."""
    from participants.models import Participation

    def empty():
        Fact.objects.all().delete()
        for participation in Participation.objects.all():
            participation.stints.all().delete()
        Participation.objects.all().delete()
        return project

    return empty


@REPEATED
@given(cases=st.lists(histories, min_size=1, max_size=6), cut_off=st.dates(dt.date(2015, 10, 1), dt.date(2019, 6, 30)))
def test_facts_and_codes_follow_the_rules_at_any_cut_off(emptied, cases, cut_off):
    project = emptied()
    stored = {store(project, case, f"H-{n}").pk: case for n, case in enumerate(cases)}
    expected = {pk: fact for pk, case in stored.items() if (fact := expected_fact(case, cut_off)) is not None}
    with facts.facts_as_of(project, cut_off) as rows:
        found = {row.pk: row for row in rows}
        assert {pk: {name: getattr(found[pk], name) for name in fact} for pk, fact in expected.items()} == expected
        assert found.keys() == expected.keys()
        for code in ("2018-08-02", "2013"):
            rule_set = RULE_SETS[code]
            for row in codes_by_participation(rows, rule_set):
                assert set(counted_codes(row, rule_set)) == expected_codes(stored[row.pk], expected[row.pk], code)


@REPEATED
@given(cases=st.lists(histories, min_size=1, max_size=5), today=st.dates(dt.date(2015, 10, 1), dt.date(2019, 6, 30)))
def test_one_at_a_time_and_all_at_once_agree(emptied, on_day, cases, today):
    project, _ = emptied(), on_day(today)
    pks = [store(project, case, f"H-{n}").pk for n, case in enumerate(cases)]
    for pk in pks:
        facts.refresh_facts([pk])
    one_by_one = list(Fact.objects.order_by("pk").values())
    rebuilt = facts.rebuild_facts(project)
    assert list(Fact.objects.order_by("pk").values()) == one_by_one
    assert rebuilt.count == len(one_by_one)
    assert facts.astray(project) == 0


@REPEATED
@given(cases=st.lists(histories, min_size=0, max_size=8))
def test_every_figure_is_the_sum_of_the_people_behind_it(emptied, cases):
    project = emptied()
    for n, case in enumerate(cases):
        store(project, case, f"H-{n}")
    with facts.facts_as_of(project, dt.date(2018, 9, 30)) as rows:
        for rule_set in RULE_SETS.values():
            people = list(codes_by_participation(rows, rule_set))
            counted = figures(rows, rule_set)
            for code, figure in counted.total.items():
                behind = [person for person in people if code in counted_codes(person, rule_set)]
                assert figure.total == len(behind)
                assert figure.women == sum(person.sex == "K" for person in behind)
                assert figure.men == sum(person.sex == "M" for person in behind)
                assert figure.total == sum(row[code].total for row in counted.by_year.values())
            assert sum(figure.total for figure in counted.goals.values()) == len(people)


# --- The document's own examples ------------------------------------------------------------------


def fact_of(participation) -> Fact:
    return Fact.objects.get(pk=participation.pk)


@pytest.fixture
def leaver(project):
    """Inactive at entry on 2016-01-11, left on 2016-05-31; the window closes on 2016-06-28."""
    participation = make_participation(project=project, started_on="2016-01-11", ended_on="2016-05-31")
    participation.entry_record.labour_status = "I"
    participation.entry_record.save()
    return participation


def test_inactive_who_looks_for_work_and_finds_it_counts_only_as_employed(leaver):
    make_outcome(leaver, Outcome.Kind.JOB_SEARCH, "2016-05-31")
    make_outcome(leaver, Outcome.Kind.JOB, "2016-06-20")
    assert fact_of(leaver).window_status == "E"


def test_inactive_who_gets_work_and_loses_it_counts_only_as_looking_for_work(leaver):
    make_outcome(leaver, Outcome.Kind.JOB, "2016-05-31", "2016-06-10")
    make_outcome(leaver, Outcome.Kind.JOB_SEARCH, "2016-06-11")
    assert fact_of(leaver).window_status == "U"


@pytest.mark.parametrize(("started_on", "counts"), [("2016-06-28", True), ("2016-06-29", False)])
def test_day_28_is_inside_the_window_and_day_29_is_not(leaver, started_on, counts):
    make_outcome(leaver, Outcome.Kind.JOB_ASF, started_on, employer="Gröna Köket")
    assert (fact_of(leaver).goal == "A") is counts


def test_goal_1_takes_precedence_over_goal_2(leaver):
    make_outcome(leaver, Outcome.Kind.JOB, "2016-06-01")
    make_outcome(leaver, Outcome.Kind.OCCUPATION_ASF, "2016-06-01", "2016-06-05")
    fact = fact_of(leaver)
    assert (fact.goal, fact.goal_through) == ("A", "sysselsattning_asf")


def test_job_in_a_social_enterprise_that_ended_before_the_exit_does_not_count(leaver):
    make_outcome(leaver, Outcome.Kind.JOB_ASF, "2016-02-01", "2016-05-30")
    assert fact_of(leaver).goal == "none"


def test_job_held_already_at_entry_is_not_new(leaver):
    make_outcome(leaver, Outcome.Kind.JOB_ASF, "2015-12-01")
    assert fact_of(leaver).goal == "none"


def test_internship_elsewhere_must_still_run_when_the_window_closes(leaver):
    make_outcome(leaver, Outcome.Kind.INTERNSHIP, "2016-06-01", "2016-06-27")
    assert fact_of(leaver).goal == "none"
    make_outcome(leaver, Outcome.Kind.INTERNSHIP, "2016-06-10", "2016-06-28")
    assert fact_of(leaver).goal == "B"


def test_re_entry_takes_the_result_back_and_keeps_the_first_entry(leaver):
    make_outcome(leaver, Outcome.Kind.JOB_ASF, "2016-06-01", "2016-07-31")
    assert fact_of(leaver).goal == "A"
    make_stint(leaver, "2016-09-05")
    fact = fact_of(leaver)
    assert (fact.goal, fact.entry_on, fact.exit_on) == ("ongoing", dt.date(2016, 1, 11), None)


def test_six_months_after_31_august_is_the_last_of_february(project):
    participation = make_participation(project=project, started_on="2016-01-11", ended_on="2016-08-31")
    assert fact_of(participation).six_months_on == dt.date(2017, 2, 28)


def test_window_still_open_is_not_yet_measurable(project, on_day):
    on_day("2016-06-27")
    participation = make_participation(project=project, started_on="2016-01-11", ended_on="2016-05-31")
    make_outcome(participation, Outcome.Kind.JOB_ASF, "2016-06-01")
    assert fact_of(participation).goal == "pending"
    on_day("2016-06-28")
    assert facts.facts_of_today(project).get().goal == "A"


def test_mistaken_registration_does_not_exist(project):
    participation = make_participation(project=project, started_on="2016-01-11")
    participation.stints.update(ended_on="2016-01-12", exit_reason="felregistrering")
    facts.rebuild_facts(project)
    assert not Fact.objects.exists()


def test_rebuild_reports_a_change_that_bypassed_the_signal(project):
    participation = make_participation(project=project, started_on="2016-01-11")
    facts.rebuild_facts(project)
    participation.entry_record.isced = "6" if participation.entry_record.isced != "6" else "5"
    participation.entry_record.save()
    assert facts.rebuild_facts(project).astray == 1
    assert facts.rebuild_facts(project).astray == 0


def test_the_passing_of_days_is_no_fault(project, on_day):
    participation = make_participation(project=project, started_on="2016-01-11", ended_on="2017-03-01")
    make_outcome(participation, Outcome.Kind.JOB_ASF, "2017-03-01")
    facts.rebuild_facts(project)
    on_day("2017-05-01")
    assert facts.rebuild_facts(project).astray == 0
    assert fact_of(participation).goal == "A"
