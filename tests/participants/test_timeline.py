"""The stream of what happened, and activities as bars."""

import datetime as dt

import pytest

from grundsteget.dates import now
from participants import actions
from participants.models import Activity, AttendanceCertificate, Consent, Measure, Participation
from participants.timeline import KINDS, gantt, timeline
from partners.models import AccessLog
from tests.factories import (
    make_activity,
    make_assessment,
    make_consent,
    make_document,
    make_follow_up,
    make_follow_up_attempt,
    make_goal,
    make_journal_entry,
    make_measure,
    make_outcome,
    make_participation,
    make_plan_review,
    make_referral,
    make_step,
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
    make_journal_entry(participation, cast.coordinator, "2016-04-01")
    timeline(cast.coordinator, participation)  # her rights are asked for once
    with django_assert_max_num_queries(28) as before:
        timeline(cast.coordinator, participation)
    for number in range(1, 20):
        make_journal_entry(participation, cast.coordinator, f"2016-05-{number:02d}")
        make_activity(participation, "praktik", f"2016-06-{number:02d}")
        make_outcome(participation, "job", f"2016-07-{number:02d}")
        goal = make_goal(participation, cast.coordinator)
        make_step(goal, cast.coordinator, due_on="2017-03-20")
        make_plan_review(participation, cast.coordinator, f"2016-08-{number:02d}")
        make_consent(participation, cast.employment_service, f"2016-09-{number:02d}")
    assert participation.project.owner  # a page has them already
    with django_assert_max_num_queries(28) as after:
        timeline(cast.coordinator, participation)
    assert len(before) == len(after)


# --- Everything that happens to her is there ----------------------------------------------------------


def rows_of(user, participation, kind):
    stream = timeline(user, participation, kind)
    return [(entry.on.isoformat(), entry.title) for entry in [*stream.planned, *past(stream)]]


def test_plan_on_the_timeline(cast, participation):
    goal = make_goal(participation, cast.coordinator, text="Jobba i kök", agreed_on=dt.date(2016, 4, 4))
    make_step(goal, cast.coordinator, what="Ringa Komvux", due_on="2017-03-20")
    make_step(goal, cast.coordinator, what="Studiebesök", due_on="2017-03-01")
    make_step(goal, cast.coordinator, what="Skriva cv", state="done", closed_on="2016-05-02")
    make_plan_review(participation, cast.coordinator, "2017-03-01", next_on="2017-06-01", said="Det går framåt.")
    make_assessment(participation, cast.coordinator)

    stream = timeline(cast.coordinator, participation, "plan")
    assert [(entry.on.isoformat(), entry.text or entry.title, entry.is_late) for entry in stream.planned] == [
        ("2017-06-01", stream.planned[0].title, False),
        ("2017-03-20", "Ringa Komvux", False),
        ("2017-03-01", "Studiebesök", True),
    ]
    told = " ".join(f"{entry.title} {entry.text}" for entry in past(stream))
    for words in ("Jobba i kök", "Skriva cv", "Det går framåt."):
        assert words in told
    assert [entry.is_milestone for entry in past(stream)].count(True) == 1  # the assessment


def test_plan_about_health_is_told_to_those_who_may_read_of_it(cast, participation):
    make_goal(participation, cast.coordinator, area="halsa", text="Sova bättre")
    make_activity(participation, enterprise=cast.enterprise)
    make_consent(participation, cast.enterprise.organisation)
    assert timeline(cast.coordinator, participation, "plan").months
    assert timeline(cast.caseworker, participation, "plan").months
    assert timeline(cast.supervisor, participation, "plan").is_empty


def test_measures_on_the_timeline(cast, participation):
    make_measure(participation, ended_on="2017-08-31")
    removed = make_measure(participation, asked_on="2016-09-01", decision="", decided_on=None, started_on=None)
    Measure.objects.filter(pk=removed.pk).update(withdrawn_at=now(), withdrawn_reason="Fel person")
    days = [on for on, _title in rows_of(cast.coordinator, participation, "insatser")]
    assert days == ["2017-08-31", "2017-03-01", "2017-02-15", "2017-02-01", "2016-09-01"]
    assert [entry.is_gone for entry in past(timeline(cast.coordinator, participation, "insatser"))][-1]


def test_referrals_and_the_lead_on_the_timeline(cast, participation):
    answered = {"state": "taken", "answered_by": cast.employment_officer, "answered_at": now()}
    waits = make_referral(participation, cast.coordinator, cast.social_services)
    taken = make_referral(participation, cast.coordinator, cast.employment_service, **answered)
    stream = timeline(cast.coordinator, participation, "samverkan")
    assert [entry.on for entry in stream.planned] == [waits.answer_by]
    told = [entry.title for entry in past(stream)]
    assert sum(str(taken.to_organisation) in title for title in told) == 2
    assert any(cast.coordinator.name in title for title in told)


def test_drafts_of_referrals_are_not_on_the_timeline(cast, participation):
    before = rows_of(cast.coordinator, participation, "samverkan")
    make_referral(participation, cast.coordinator, cast.social_services, sent_on=None)
    assert rows_of(cast.coordinator, participation, "samverkan") == before


def test_documents_name_who_reads_them(cast, participation):
    make_document(participation, cast.coordinator, title="Cv", is_shared=True)
    make_document(participation, cast.coordinator, title="Intern", content=b"%PDF-1.4\n2\n%%EOF\n")
    papers = {
        entry.title.rpartition(" ")[2]: entry for entry in past(timeline(cast.coordinator, participation, "dokument"))
    }
    assert str(cast.social_services) in papers["Cv"].who
    assert str(cast.social_services) not in papers["Intern"].who
    seen = [entry.title for entry in past(timeline(cast.caseworker, participation, "dokument"))]
    assert len(seen) == 1
    assert "Cv" in seen[0]


def test_each_try_to_follow_up_is_an_entry(cast):
    participation = make_participation(cast.project, started_on="2016-01-11", ended_on="2017-01-31")
    make_follow_up(participation, "28d", exit_on="2017-01-31", answered_on="2017-02-20", answer="reached")
    make_follow_up_attempt(participation, asked_on="2017-02-10")
    make_follow_up_attempt(participation, asked_on="2017-02-20", answer="reached")
    make_follow_up(participation, "6m", exit_on="2016-06-01", answered_on="2016-12-20")  # imported: no try
    asked = [on for on, title in rows_of(cast.coordinator, participation, "perioder") if "pp" in title]
    assert asked == ["2017-07-31", "2017-02-20", "2017-02-10", "2016-12-20"]


def test_locked_attendance_is_an_entry_and_a_replaced_version_is_greyed(cast, participation):
    for version, replaced, counts in [(1, now(), False), (2, None, True)]:
        certificate = AttendanceCertificate.objects.create(
            participation=participation,
            month=dt.date(2017, 2, 1),
            version=version,
            state="last",
            counts=counts,
            replaced_at=replaced,
            sha256="0" * 64,
            rows=[],
            hours=60,
        )
        certificate.signatures.create(
            step="las", signed_on=dt.date(2017, 3, 4 + version), recorded_by=cast.project_office
        )
    locked = past(timeline(cast.coordinator, participation, "aktiviteter"))
    assert [(entry.on.isoformat(), entry.is_gone) for entry in locked] == [("2017-03-06", False), ("2017-03-05", True)]
    assert "60" in locked[0].text


def test_partner_without_the_journey_sees_neither_plan_nor_measures(cast, participation):
    Consent.objects.filter(participation=participation).update(covers_journey=False)
    make_goal(participation, cast.coordinator)
    make_measure(participation)
    make_activity(participation)
    make_outcome(participation, "job", "2017-01-09")
    for kind in ("plan", "insatser", "aktiviteter", "utfall", "perioder"):
        assert timeline(cast.caseworker, participation, kind).is_empty, kind


# --- Who reads ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("story")
def test_shared_note_names_its_readers_of_today(cast, participation):
    def who():
        notes = past(timeline(cast.coordinator, participation, "moten"))
        return next(entry.who for entry in notes if entry.text == "Delat.")

    assert str(cast.social_services) in who()
    assert str(cast.employment_service) in who()
    Consent.objects.filter(organisation=cast.social_services).update(covers_notes=False)
    assert str(cast.social_services) not in who()
    Consent.objects.all().delete()
    assert str(cast.employment_service) not in who()


# --- Corrections ----------------------------------------------------------------------------------------


def corrected(user, participation, kind):
    stream = timeline(user, participation, kind)
    return [one for entry in [*stream.planned, *past(stream)] for one in entry.corrections]


def correct(note, by, **changes):
    values = {"kind": note.kind, "happened_on": note.happened_on, "minutes": note.minutes, "edition": note.edition}
    actions.correct_journal(entry=note, by=by, **{**values, **changes})


def test_correction_shows_the_old_value(cast, participation):
    activity = make_activity(participation, "praktik", "2016-06-01", title="Köket", hours_per_week="20.00")
    activity.title, activity.hours_per_week = "Kafét", 30
    activity.save()
    outcome = make_outcome(participation, "job", "2017-01-09", employer="Bageriet")
    outcome.started_on = dt.date(2017, 1, 16)
    outcome.save()

    [change] = corrected(cast.coordinator, participation, "aktiviteter")
    assert any("Köket" in words for words in change.was)
    assert any(words.endswith("20") for words in change.was)
    [change] = corrected(cast.coordinator, participation, "utfall")
    assert len(change.was) == 1
    assert change.was[0].endswith("2017-01-09")


def test_first_answer_in_an_empty_field_corrects_nothing(cast, participation):
    activity = make_activity(participation, "praktik", "2016-06-01", None, title="Köket")
    activity.ended_on = dt.date(2017, 2, 1)
    activity.save()
    assert not corrected(cast.coordinator, participation, "aktiviteter")
    activity.ended_on = dt.date(2017, 2, 28)
    activity.save()
    [change] = corrected(cast.coordinator, participation, "aktiviteter")
    assert change.was[0].endswith("2017-02-01")


def test_partner_sees_that_it_was_changed_and_not_what_it_said(cast, participation):
    outcome = make_outcome(participation, "job", "2017-01-09", employer="Bageriet")
    outcome.employer = "Kafét"
    outcome.save()
    note = make_journal_entry(participation, cast.coordinator, text="Skriven internt.")
    correct(note, cast.coordinator, text="Delad.", is_shared=True)
    for kind in ("utfall", "moten"):
        [change] = corrected(cast.caseworker, participation, kind)
        assert change.was == []
    [change] = corrected(cast.coordinator, participation, "moten")
    assert any("Skriven internt." in words for words in change.was)


def test_correction_of_a_note_one_may_not_read_shows_nothing(cast, participation):
    note = make_journal_entry(participation, cast.coordinator, text="Internt.")
    correct(note, cast.coordinator, text="Också internt.", is_shared=False)
    assert not corrected(cast.caseworker, participation, "moten")


def test_correction_stands_on_the_page(cast, participation, as_coordinator):
    outcome = make_outcome(participation, "job", "2017-01-09", employer="Bageriet")
    outcome.employer = "Kafét"
    outcome.save()
    page = as_coordinator.get(f"/deltagare/{participation.pk}/?flik=tidslinje")
    assert "Bageriet" in page.text


def test_timeline_with_the_plan_is_logged_as_a_look_at_sensitive_data(cast, participation, as_coordinator):
    for tab, expected in [("oversikt", "basic"), ("tidslinje", "sensitive")]:
        as_coordinator.get(f"/deltagare/{participation.pk}/?flik={tab}")
        assert AccessLog.objects.latest("pk").fields_class == expected


def test_overview_leaves_out_the_plan(cast, participation, as_coordinator):
    make_goal(participation, cast.coordinator, area="halsa", text="Sova bättre")
    assert "Sova bättre" in as_coordinator.get(f"/deltagare/{participation.pk}/?flik=tidslinje").text
    assert "Sova bättre" not in as_coordinator.get(f"/deltagare/{participation.pk}/").text


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
