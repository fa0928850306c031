"""The plan is a line; three words say where a goal stands against it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.pace import Pace, planned, standing

START, END = dt.date(2015, 10, 1), dt.date(2018, 9, 30)


def test_planned_is_nothing_at_the_start_and_the_target_at_the_end():
    assert planned(140, START, END, START) == 0
    assert planned(140, START, END, dt.date(2015, 9, 1)) == 0
    assert planned(140, START, END, END) == 140
    assert planned(140, START, END, dt.date(2019, 1, 1)) == 140


def test_planned_of_the_demo_day():
    assert float(planned(140, START, END, dt.date(2017, 3, 15))) == pytest.approx(67.9, abs=0.1)


def test_planned_survives_a_project_of_one_day():
    assert planned(10, START, START, START) == 10
    assert planned(10, START, START, dt.date(2015, 9, 30)) == 0


@pytest.mark.parametrize(
    ("counted", "pace"), [(68, Pace.ON_PLAN), (67, Pace.CLOSE), (58, Pace.CLOSE), (57, Pace.BEHIND), (0, Pace.BEHIND)]
)
def test_standing_on_the_demo_day(counted, pace):
    result = standing(counted, 140, START, END, dt.date(2017, 3, 15))
    assert (result.pace, result.plan, result.close_from) == (pace, 68, 58)


def test_standing_on_the_first_day_is_on_plan():
    assert standing(0, 140, START, END, START).pace is Pace.ON_PLAN


@given(st.integers(0, 300), st.integers(1, 300), st.integers(-40, 1200))
def test_standing_agrees_with_the_line(counted, target, days):
    day = START + dt.timedelta(days=days)
    line = planned(target, START, END, day)
    result = standing(counted, target, START, END, day)
    assert (result.pace is Pace.ON_PLAN) == (counted >= line)
    assert (result.pace is Pace.BEHIND) == (counted < line * 85 / 100)


def test_every_pace_has_its_words_and_sign():
    assert len({str(pace.word) for pace in Pace}) == len({pace.sign for pace in Pace}) == 3
    assert all(str(pace.phrase) and pace.tone for pace in Pace)
