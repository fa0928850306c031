"""The stream of what happened, and activities as bars."""

import datetime as dt

import pytest

from participants.models import Activity, Participation
from participants.timeline import KINDS, gantt, timeline
from tests.factories import (
    make_activity,
    make_consent,
    make_follow_up,
    make_journal_entry,
    make_outcome,
    make_participation,
    make_stint,
)


def titles(entries):
    return [entry.title for entry in entries]


def past(stream):
    return [entry for month in stream.months for entry in month.entries]


@pytest.fixture
def story(cast, participation):
    """A year with one of everything."""
    make_activity(participation, "arbetstraning", "2016-03-07", "2016-12-31", title="Köket", hours_per_week=20)
    make_activity(participation, "utbildning", "2017-04-03", title="Svenska")
    make_journal_entry(participation, cast.coordinator, "2016-05-02", text="Internt.", minutes=45)
    make_journal_entry(participation, cast.coordinator, "2016-05-09", text="Delat.", is_shared=True)
    make_journal_entry(
        participation, cast.coordinator, "2017-02-01", next_step="Trepartssamtal", next_step_on="2017-03-21"
    )
    make_outcome(participation, "job_asf", "2017-01-09", employer="Köket")
    make_consent(participation, cast.employment_service, "2016-03-01", valid_to="2017-09-30")
    return participation


@pytest.mark.usefixtures("story")
def test_timeline_is_newest_first_by_month_with_planned_apart(cast, participation):
    stream = timeline(cast.coordinator, participation)

    days = [entry.on for entry in past(stream)]
    assert days == sorted(days, reverse=True)
    assert [entry.on for entry in stream.planned] == [dt.date(2017, 9, 30), dt.date(2017, 4, 3), dt.date(2017, 3, 21)]
    for month in stream.months:
        assert len({(entry.on.year, entry.on.month) for entry in month.entries}) == 1
    assert past(stream)[-1].on == dt.date(2016, 3, 1)


@pytest.mark.usefixtures("story")
def test_timeline_shows_a_partner_only_shared_notes(cast, participation):
    texts = {entry.text for entry in past(timeline(cast.caseworker, participation, "moten"))}
    assert texts == {"Delat."}


@pytest.mark.usefixtures("story")
def test_timeline_says_who_reads_a_note(cast, participation):
    notes = {entry.text: entry for entry in past(timeline(cast.coordinator, participation, "moten"))}
    assert "Coompanion" in notes["Internt."].who
    assert "45" in notes["Internt."].who
    assert not notes["Internt."].is_shared
    assert notes["Delat."].is_shared


@pytest.mark.usefixtures("story")
def test_timeline_of_all_kinds_is_the_sum_of_each(cast, participation):
    everything = timeline(cast.coordinator, participation)
    each = [timeline(cast.coordinator, participation, kind) for kind in KINDS]
    assert len(past(everything)) == sum(len(past(one)) for one in each)
    assert len(everything.planned) == sum(len(one.planned) for one in each)


@pytest.mark.usefixtures("story")
def test_timeline_hides_the_oldest_and_counts_them(cast, participation):
    whole = past(timeline(cast.coordinator, participation, limit=None))
    stream = timeline(cast.coordinator, participation, limit=2)
    assert past(stream) == whole[:2]
    assert stream.hidden == len(whole) - 2


def test_timeline_names_re_entry_and_keeps_mistakes_greyed(cast):
    participation = make_participation(cast.project, started_on="2016-01-11", ended_on="2016-04-01")
    make_stint(participation, "2016-09-05", "2016-09-06", exit_reason="felregistrering")
    make_stint(participation, "2016-10-03")

    periods = past(timeline(cast.coordinator, participation, "perioder"))

    # Not counted by name: the mistake is an entry that counts for nothing.
    assert [(entry.on.isoformat(), entry.is_gone) for entry in periods] == [
        ("2016-10-03", False),
        ("2016-09-05", True),
        ("2016-04-01", False),
        ("2016-01-11", False),
    ]
    assert periods[0].title != periods[3].title


def test_timeline_plans_unanswered_follow_ups(cast):
    participation = make_participation(cast.project, started_on="2016-01-11", ended_on="2017-01-31")
    make_follow_up(participation, "28d", exit_on="2017-01-31", answered_on="2017-02-20", answer="no_answer")
    planned = timeline(cast.coordinator, participation, "perioder").planned
    assert [(entry.on.isoformat(), entry.is_late) for entry in planned] == [("2017-07-31", False), ("2017-02-28", True)]

    make_follow_up(participation, "6m", exit_on="2017-01-31", answered_on="2017-03-01")
    planned = timeline(cast.coordinator, participation, "perioder").planned
    assert [entry.on.isoformat() for entry in planned] == ["2017-02-28"]


def test_timeline_takes_the_same_queries_for_a_short_and_a_long_story(
    cast, participation, django_assert_max_num_queries
):
    timeline(cast.coordinator, participation)  # her rights are asked for once
    with django_assert_max_num_queries(20) as before:
        timeline(cast.coordinator, participation)
    for number in range(1, 20):
        make_journal_entry(participation, cast.coordinator, f"2016-05-{number:02d}")
        make_activity(participation, "praktik", f"2016-06-{number:02d}")
    with django_assert_max_num_queries(20) as after:
        timeline(cast.coordinator, participation)
    assert len(before) == len(after)


# --- Bars -----------------------------------------------------------------------------------------


def test_gantt_draws_parallel_activities_to_scale(participation):
    make_activity(participation, "arbetstraning", "2017-01-01", None, title="A", hours_per_week="30.00")
    make_activity(participation, "utbildning", "2017-02-01", "2017-02-28", title="B", hours_per_week="7.50")
    activities = list(Activity.objects.filter(participation=participation).order_by("started_on"))

    drawing = gantt(activities, participation)

    first, second = drawing.bars
    assert (first.x, first.tone, second.tone) == (0, "work", "learn")
    assert first.x + first.width == round(74 * 1000 / 90)  # 1 January to 15 March of the quarter's 90 days
    assert (second.x, second.width) == (round(31 * 1000 / 90), round(59 * 1000 / 90) - round(31 * 1000 / 90))
    assert "30" in first.hours
    assert "7,5" in second.hours
    assert second.is_over
    assert not first.is_over


def test_gantt_of_nothing_is_nothing(participation):
    assert gantt([], participation) is None


@pytest.mark.parametrize("start", ["2016-03-01", "2016-12-31", "2017-05-01"])
def test_gantt_stays_inside_its_frame(cast, participation, start):
    make_activity(participation, "arbete", start)
    activities = list(Activity.objects.filter(participation=participation))
    drawing = gantt(activities, Participation.objects.get(pk=participation.pk))
    for bar in drawing.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= 1006
    assert all(0 < x < 1000 for x in drawing.lines)
