"""Each record test fails on the one thing it looks for, and each test of the sums on sums that cannot be."""

import dataclasses
import datetime as dt

import pytest

from participants import identity
from participants.models import Outcome, Participation, Stint
from partners.models import Project
from reporting import facts
from reporting.checks import NAMES, Check, Subject, _sum_checks, run_checks
from reporting.figures import Figure, Figures, figures
from reporting.indicators import RULE_SETS
from tests.factories import (
    invented_number,
    make_follow_up,
    make_hours,
    make_journal_entry,
    make_outcome,
    make_participation,
)

CUT_OFF = dt.date(2017, 3, 15)


def checked(project: Project, *, cut_off=CUT_OFF, rule_set="2018-08-02") -> dict[tuple[str, str], Check]:
    rules = RULE_SETS[rule_set]
    with facts.facts_as_of(project, cut_off) as rows:
        found = run_checks(Subject(project, cut_off, rules, rows), figures(rows, rules))
    return {(check.id, check.severity): check for check in found}


def failing(project: Project, **options) -> set[str]:
    return {id_ for (id_, _), check in checked(project, **options).items() if not check.holds}


@pytest.fixture
def sound(project, coordinator):
    """A participation that passes every test: complete, heard of lately."""
    participation = make_participation(project=project, started_on="2016-03-01")
    make_journal_entry(participation, coordinator, "2017-03-01")
    return participation


def test_a_sound_project_passes_everything(project, sound):
    assert failing(project) == set()
    assert failing(project, rule_set="2013") <= {"R05"}


def test_every_check_has_a_name(project, sound):
    assert {id_ for id_, _ in checked(project, rule_set="2013")} <= set(NAMES)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"participant__sex": ""}, "R01"),
        ({"entry_record__labour_status": "vill_ej"}, "R02"),
        ({"participant__birth_date": None}, "R03"),
        ({"entry_record__isced": ""}, "R04"),
        ({"entry_record__unemployed_since": dt.date(2016, 3, 1)}, "R08"),
        ({"participant__birth_date": dt.date(2001, 1, 1)}, "R18"),
        ({"participant__birth_date": dt.date(1998, 1, 1), "entry_record__isced": "5"}, "R19"),
    ],
)
def test_record_check_finds_what_it_looks_for(project, sound, change, check):
    for path, value in change.items():
        owner, field = path.split("__")
        row = getattr(sound, owner)
        setattr(row, field, value)
        row.save()
    assert check in failing(project)


def test_household_is_asked_for_only_in_rule_set_2013(project, sound):
    sound.entry_record.household_children = ""
    sound.entry_record.save()
    assert "R05" in failing(project, rule_set="2013")
    assert ("R05", "E") not in checked(project)


def test_r07_finds_an_entry_before_the_project(project, sound):
    Stint.objects.filter(participation=sound).update(started_on="2015-09-30")
    assert "R07" in failing(project)


def test_r12_finds_an_answer_given_before_its_day(project):
    participation = make_participation(project=project, started_on="2016-01-11", ended_on="2016-05-31")
    make_follow_up(participation, "6m", exit_on="2016-05-31", answered_on="2016-11-29")
    assert "R12" in failing(project)


def test_r20_finds_two_of_the_same_name_and_birth_date(project, sound):
    twin = make_participation(project=project, started_on="2016-04-01")
    for row in (sound.participant, twin.participant):
        row.first_name, row.last_name, row.birth_date = "Eva", "Öman", dt.date(1980, 1, 1)
        row.save()
    assert "R20" in failing(project)


def test_r21_finds_a_number_that_cannot_be_read(project, sound):
    sound.participant.set_identity(identity.parse(invented_number()))
    sound.participant.identity_cipher = identity.encrypt("198506152380")
    sound.participant.save()
    assert "R21" in failing(project)


@pytest.mark.parametrize("difference", [{"sex": "M"}, {"birth_date": dt.date(1985, 6, 16)}])
def test_r22_finds_what_differs_from_the_number(project, coordinator, difference):
    participation = make_participation(project=project, number=invented_number(), **difference)
    make_journal_entry(participation, coordinator, "2017-03-01")
    assert failing(project) == {"R22"}


def test_r23_warns_of_many_hours_and_refuses_hours_outside_stints(project, sound):
    make_hours(sound, "2017-02-01", 201)
    assert [key for key, check in checked(project).items() if not check.holds] == [("R23", "W")]
    make_hours(sound, "2016-02-01", 10)
    assert not checked(project)["R23", "E"].holds


def test_r24_finds_silence_of_sixty_days(project):
    make_participation(project=project, started_on="2016-03-01")
    assert "R24" in failing(project)


def test_r25_finds_who_still_takes_part_after_the_end(project, sound, on_day):
    on_day("2018-10-01")
    assert "R25" in failing(project, cut_off=dt.date(2018, 10, 1))


def test_detail_names_pseudonyms_only(project, sound):
    sound.participant.sex = ""
    sound.participant.save()
    assert checked(project)["R01", "E"].detail == f"1: {sound.ref}"


# --- Sums -----------------------------------------------------------------------------------------


@pytest.fixture
def counted(project, sound) -> Figures:
    for n in range(4):
        leaver = make_participation(project=project, started_on="2016-01-11", ended_on="2016-05-31")
        make_outcome(leaver, [Outcome.Kind.JOB, Outcome.Kind.EDUCATION][n % 2], "2016-06-01")
    assert Participation.objects.count() == 5
    return figures(facts.facts_of_today(project), RULE_SETS["2013"])


def with_code(counted: Figures, code: str, figure: Figure) -> Figures:
    return dataclasses.replace(counted, total=counted.total | {code: figure})


def broken(counted: Figures) -> set[str]:
    return {check.id for check in _sum_checks(counted) if not check.holds}


def test_counted_sums_hold(counted):
    assert broken(counted) == set()


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("CO02", "A01"), ("CO04", "A02"), ("CO06", "A03"), ("CO08", "A04"), ("CO08", "A05"), ("CO09", "A06"),
        ("CO16", "A07"), ("CO12", "A07"), ("CO13", "A08"), ("CR01", "A09"), ("CR02", "A10"), ("CR03", "A11"),
        ("CR04", "A12"), ("CR05", "A13"), ("CR05", "A14"), ("CR06", "A15"), ("CR07", "A16"), ("CR08", "A17"),
        ("CR08", "A18"), ("CR09", "A19"), ("TOTAL", "A21"), ("CO01", "A22"), ("CR04", "A23"),
    ],
)  # fmt: skip
def test_a_figure_too_large_breaks_its_check(counted, code, check):
    assert check in broken(with_code(counted, code, Figure(200, 100, 100)))


def test_a_split_that_does_not_add_up_breaks_a20(counted):
    whole = counted.total["CO01"]
    assert "A20" in broken(with_code(counted, "CO01", Figure(whole.total, whole.women + 1, whole.men)))


def test_unknown_sex_in_the_grand_total_is_no_fault(counted):
    whole = counted.total["GRAND_TOTAL"]
    assert "A20" not in broken(with_code(counted, "GRAND_TOTAL", Figure(whole.total + 1, whole.women, whole.men)))


def test_a_negative_figure_breaks_a24(counted):
    assert "A24" in broken(with_code(counted, "CO16", Figure(-1, -1, 0)))
