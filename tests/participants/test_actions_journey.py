"""Activities, hours, notes, outcomes and follow-ups: each deed is whole or not at all."""

import uuid
from decimal import Decimal

import pytest

from participants import actions
from participants.models import FollowUp, JournalEntry, Outcome
from tests import factories
from tests.participants.deeds import day, fresh, reason, refusal

# --- Activities and hours -----------------------------------------------------------------------------


def test_activities_run_in_parallel(participation, coordinator, enterprise):
    words = {"participation": participation, "by": coordinator, "started_on": day("2016-04-01")}
    work = actions.record_activity(**words, kind="arbete", enterprise=enterprise, hours_per_week=Decimal(30))
    actions.record_activity(**words, kind="utbildning", title="Svenska för yrket", hours_per_week=Decimal("7.5"))
    assert participation.activities.ongoing().count() == 2
    assert (work.recorded_by, work.label) == (coordinator, "Kooperativet Provbageriet")
    assert fresh(participation).last_event_on == day("2016-04-01")
    refusal(actions.record_activity, **words, kind="arbete", enterprise=enterprise, hours_per_week=Decimal(30))


def test_record_activity_refuses_more_hours_than_a_week_has(participation, coordinator):
    refusal(
        actions.record_activity,
        participation=participation, kind="arbete", started_on=day("2016-04-01"), hours_per_week=Decimal(169),
        by=coordinator,
    )  # fmt: skip
    assert not participation.activities.exists()


def test_end_activity(participation, coordinator):
    activity = factories.make_activity(participation)
    actions.end_activity(activity=activity, ended_on=day("2017-03-31"), by=coordinator)
    assert participation.activities.get().ended_on == day("2017-03-31")


def test_record_hours_replaces_and_takes_away(participation, coordinator):
    words = {"participation": participation, "month": day("2017-02-14"), "by": coordinator}
    actions.record_hours(**words, hours=Decimal(80))
    actions.record_hours(**words, hours=Decimal("81.5"))
    row = participation.hours.get()
    assert (row.month, row.hours, row.recorded_by) == (day("2017-02-01"), Decimal("81.5"), coordinator)
    actions.record_hours(**words, hours=Decimal(0))
    assert participation.hours.get().hours == 0
    actions.record_hours(**words, hours=None)
    assert not participation.hours.exists()


def test_record_hours_by_month_saves_all_or_none_and_tells_all(participation, coordinator):
    hours = {day("2017-01-01"): Decimal(10), day("2016-02-01"): Decimal(10), day("2017-02-01"): Decimal(300)}
    refused = refusal(actions.record_hours_by_month, participation=participation, hours=hours, by=coordinator)
    assert sorted(str(error.code) for error in refused.error_list) == ["confirmed", "hours"]
    assert not participation.hours.exists()
    del hours[day("2016-02-01")]
    actions.record_hours_by_month(participation=participation, hours=hours, by=coordinator, confirmed=True)
    assert participation.hours.count() == 2


# --- The journal ----------------------------------------------------------------------------------


def note(participation, user, organisation, **given):
    return {
        "participation": participation,
        "kind": "meeting",
        "happened_on": day("2017-03-14"),
        "text": " Uppföljning i köket. ",
        "organisation": organisation,
        "by": user,
    } | given


def test_write_journal_moves_the_summaries(participation, coordinator, cast):
    entry = actions.write_journal(
        **note(participation, coordinator, cast.owner, next_step="Trepartssamtal", next_step_on=day("2017-03-21"))
    )
    assert (entry.text, entry.written_by, entry.is_shared) == ("Uppföljning i köket.", coordinator, False)
    fresh(participation)
    assert participation.last_event_on == day("2017-03-14")
    assert (participation.next_step, participation.next_step_on) == ("Trepartssamtal", day("2017-03-21"))


def test_the_same_submission_writes_one_note(participation, coordinator, cast):
    words = note(participation, coordinator, cast.owner, submission=uuid.uuid4())
    first = actions.write_journal(**words)
    assert actions.write_journal(**words | {"text": "Igen"}) == first
    assert JournalEntry.objects.count() == 1


def test_a_submission_of_somebody_else_is_refused(participation, coordinator, project_office, cast):
    words = note(participation, coordinator, cast.owner, submission=uuid.uuid4())
    actions.write_journal(**words)
    refusal(actions.write_journal, **words | {"by": project_office})
    assert JournalEntry.objects.count() == 1


def test_finish_step_twice_is_once(participation, coordinator, cast, on_day):
    entry = actions.write_journal(
        **note(participation, coordinator, cast.owner, next_step="Ringa", next_step_on=day("2017-03-16"))
    )
    actions.finish_step(entry=entry, by=coordinator)
    on_day("2017-03-20")
    actions.finish_step(entry=entry, by=coordinator)
    entry.refresh_from_db()
    assert entry.next_step_done_on == day("2017-03-15")
    assert (fresh(participation).next_step, participation.next_step_on) == ("", None)


def test_finish_step_of_a_note_without_one_is_refused(participation, coordinator, cast):
    entry = actions.write_journal(**note(participation, coordinator, cast.owner))
    refusal(actions.finish_step, entry=entry, by=coordinator)


# --- Outcomes -------------------------------------------------------------------------------------


def test_record_outcome(participation, coordinator, enterprise, heard):
    outcome = actions.record_outcome(
        participation=participation,
        kind="job_asf",
        started_on=day("2017-01-09"),
        ended_on=day("2018-01-08"),
        enterprise=enterprise,
        support="lönebidrag",
        evidence="Avtal, pärm 3",
        by=coordinator,
    )
    assert (outcome.employer, outcome.recorded_by) == ("Kooperativet Provbageriet", coordinator)
    assert outcome.recorded_at.date() == day("2017-03-15")
    assert heard == [participation.pk]


def test_record_outcome_twice_is_refused_but_two_jobs_on_a_day_are_not(participation, coordinator):
    words = {"participation": participation, "kind": "job", "started_on": day("2017-01-09"), "by": coordinator}
    actions.record_outcome(**words, employer="Bageriet")
    refusal(actions.record_outcome, **words, employer="Bageriet")
    actions.record_outcome(**words, employer="Biblioteket")
    assert participation.outcomes.count() == 2


def test_record_outcome_refuses_date_before_entry(participation, coordinator):
    refused = refusal(
        actions.record_outcome, participation=participation, kind="job", started_on=day("2016-02-01"), by=coordinator
    )
    assert refused.code == "started_on"


def test_withdrawn_outcome_stays_with_its_reason_and_may_be_recorded_again(participation, coordinator):
    words = {"participation": participation, "kind": "job", "started_on": day("2017-01-09"), "by": coordinator}
    outcome = actions.record_outcome(**words)
    actions.withdraw_outcome(outcome=outcome, reason=" Fel person ", by=coordinator)
    outcome.refresh_from_db()
    assert (outcome.withdrawn_reason, outcome.withdrawn_by) == ("Fel person", coordinator)
    assert not participation.outcomes.standing().exists()
    refusal(actions.withdraw_outcome, outcome=outcome, reason="Igen", by=coordinator)
    actions.record_outcome(**words)
    assert participation.outcomes.count() == 2


def test_end_outcome_keeps_what_was_known(participation, coordinator):
    outcome = factories.make_outcome(participation, employer="Bageriet")
    ended = actions.end_outcome(outcome=outcome, ended_on=day("2017-03-01"), by=coordinator)
    outcome.refresh_from_db()
    assert outcome.ended_on is None
    assert outcome.withdrawn_at is not None
    assert (ended.started_on, ended.ended_on, ended.employer) == (outcome.started_on, day("2017-03-01"), "Bageriet")
    assert participation.outcomes.standing().get() == ended


def test_set_near_employment(participation, coordinator):
    words = {"participation": participation, "by": coordinator}
    refusal(actions.set_near_employment, **words, value=True, note="")
    actions.set_near_employment(**words, value=True, note="Lovad anställning 1 maj")
    assert fresh(participation).near_employment
    actions.set_near_employment(**words, value=False, note="kvar")
    assert (fresh(participation).near_employment, participation.near_employment_note) == (False, "")


# --- Follow-ups -----------------------------------------------------------------------------------


@pytest.fixture
def left(participation, coordinator):
    actions.close_stint(participation=participation, ended_on=day("2016-12-31"), exit_reason=reason(), by=coordinator)
    return fresh(participation)


def asked(participation, user, **given):
    return {
        "participation": participation,
        "milestone": "28d",
        "answer": "reached",
        "channel": "phone",
        "answered_on": day("2017-01-20"),
        "by": user,
    } | given


def test_record_follow_up_with_what_was_told(left, coordinator):
    job = {"kind": "job", "started_on": day("2017-01-09"), "employer": "Bageriet"}
    follow_up = actions.record_follow_up(**asked(left, coordinator, outcome=job))
    assert (follow_up.exit_on, follow_up.recorded_by) == (day("2016-12-31"), coordinator)
    assert left.outcomes.get().kind == Outcome.Kind.JOB


def test_record_follow_up_saves_both_or_neither(left, coordinator):
    refusal(
        actions.record_follow_up, **asked(left, coordinator, outcome={"kind": "job", "started_on": day("2017-04-01")})
    )
    assert not left.follow_ups.exists()
    assert not left.outcomes.exists()


def test_record_follow_up_ends_what_has_ended(left, coordinator):
    job = factories.make_outcome(left, started_on="2016-11-01", employer="Bageriet")
    study = {"kind": "education", "started_on": day("2017-01-16")}
    actions.record_follow_up(**asked(left, coordinator, outcome=study, ended={job.pk: day("2017-01-10")}))
    standing = {(o.kind, o.ended_on) for o in left.outcomes.standing()}
    assert standing == {("job", day("2017-01-10")), ("education", None)}


def test_record_follow_up_once_but_again_after_no_answer(left, coordinator):
    actions.record_follow_up(**asked(left, coordinator, answer="no_answer"))
    actions.record_follow_up(**asked(left, coordinator, answer="no_answer"))
    actions.record_follow_up(**asked(left, coordinator))
    refusal(actions.record_follow_up, **asked(left, coordinator))
    assert FollowUp.objects.get().answer == "reached"


def test_a_new_exit_starts_new_follow_ups(left, coordinator):
    actions.record_follow_up(**asked(left, coordinator))
    actions.open_stint(participation=left, started_on=day("2017-02-01"), referred_by=None, by=coordinator)
    refusal(actions.record_follow_up, **asked(left, coordinator))
    actions.close_stint(participation=left, ended_on=day("2017-03-01"), exit_reason=reason(), by=coordinator)
    actions.record_follow_up(**asked(left, coordinator, answered_on=day("2017-03-10")))
    assert set(left.follow_ups.values_list("exit_on", flat=True)) == {day("2016-12-31"), day("2017-03-01")}
