"""Measures of authorities: what may be recorded, how a measure stands, who sees it, and when one is reminded."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, timeline
from participants.measure_reminders import ending_measures
from participants.models import Consent, Measure, MeasureKind, Participant
from partners.models import AccessLog
from tests.factories import (
    day,
    make_activity,
    make_consent,
    make_measure,
    make_measure_kind,
    make_outcome,
    make_participation,
    make_stint,
)
from tests.filling import fill_in

State, Decision = Measure.State, Measure.Decision


def record(participation, by, kind="lonebidrag_anstallning", **values):
    given = {"asked_on": "2017-02-01", **values}
    dates = {name: day(value) for name, value in given.items() if name.endswith("_on") and value}
    return actions.record_measure(
        participation=participation,
        kind=MeasureKind.objects.get(pk=kind),
        asked_by=participation.project.owner,
        by=by,
        **{**given, **dates},
    )


def granted(**values):
    return {"decision": Decision.GRANTED, "decided_on": "2017-02-15", "started_on": "2017-03-01", **values}


# --- The list of kinds ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_of_kinds_says_who_decides_and_what_goes_with_a_wage():
    wage = set(MeasureKind.objects.filter(has_wage=True).values_list("code", flat=True))
    assert {"lonebidrag_anstallning", "nystartsjobb", "osa", "extratjanst"} <= wage
    assert not {"arbetstraning", "arbetspraktik", "arbetsprovning", "daglig_verksamhet"} & wage
    assert MeasureKind.objects.get(pk="nystartsjobb").authority == "employment_service"


def test_kinds_offered_are_those_given_now_or_during_the_project(project, on_day):
    with_day = {"2017-03-15": (True, False), "2018-03-15": (True, True)}
    for today, (entry_level, introduction) in with_day.items():
        on_day(today)
        offered = set(MeasureKind.objects.offered(project).values_list("code", flat=True))
        assert ("instegsjobb" in offered, "introduktionsjobb" in offered) == (entry_level, introduction)
    MeasureKind.objects.filter(pk="osa").update(valid_to=dt.date(2014, 12, 31))
    assert not MeasureKind.objects.offered(project).filter(pk="osa").exists()


def test_record_measure_refuses_a_kind_before_it_exists_and_after_it_is_abolished(cast, participation, on_day):
    on_day("2018-06-01")
    with pytest.raises(ValidationError, match="2018-01-01"):
        record(participation, cast.coordinator, "introduktionsjobb", asked_on="2017-12-31")
    record(participation, cast.coordinator, "introduktionsjobb", asked_on="2018-01-01")
    MeasureKind.objects.filter(pk="instegsjobb").update(valid_to=dt.date(2018, 4, 30))
    with pytest.raises(ValidationError, match="2018-04-30"):
        record(participation, cast.coordinator, "instegsjobb", asked_on="2018-05-01")
    with pytest.raises(ValidationError, match="2018-04-30"):  # asked for in time, given too late
        record(
            participation,
            cast.coordinator,
            "instegsjobb",
            asked_on="2018-04-01",
            **granted(decided_on="2018-05-02", started_on="2018-05-07"),
        )


def test_a_retired_kind_stays_readable_on_what_was_given(cast, participation, as_coordinator):
    make_measure(participation, "sysselsattningsfasen", asked_on="2016-03-01", decided_on="2016-03-02")
    MeasureKind.objects.filter(pk="sysselsattningsfasen").update(valid_to=dt.date(2016, 12, 31))
    page = as_coordinator.get(
        reverse("participants:participation_detail", args=[participation.pk]) + "?flik=aktiviteter"
    )
    assert str(MeasureKind.objects.get(pk="sysselsattningsfasen")) in page.content.decode()


# --- Recording and deciding -------------------------------------------------------------------------


def test_record_measure_keeps_who_asked_and_waits_for_the_decision(cast, participation):
    measure = record(participation, cast.caseworker)
    assert (measure.state, measure.asked_by, measure.recorded_by) == (State.ASKED, cast.owner, cast.caseworker)


def test_record_measure_takes_the_one_authority_that_decides(cast, participation):
    measure = record(participation, cast.coordinator, **granted())
    assert measure.decided_by == cast.employment_service
    assert measure.state == State.ONGOING


def test_record_measure_asks_who_decided_when_several_might_have(cast, participation):
    MeasureKind.objects.filter(pk="daglig_verksamhet").update(authority="social_services")
    with pytest.raises(ValidationError) as refusal:
        record(participation, cast.coordinator, "daglig_verksamhet", **granted())
    assert [error.code for error in refusal.value.error_list] == ["decided_by"]


@pytest.mark.parametrize(
    ("values", "at_fault"),
    [
        ({"asked_on": "2017-03-16"}, "asked_on"),
        ({"decided_on": "2017-02-15"}, "decision"),
        ({"started_on": "2017-03-01"}, "started_on"),
        (granted(decided_on=None), "decided_on"),
        (granted(decided_on="2017-03-16"), "decided_on"),
        (granted(decided_on="2017-01-31"), "decided_on"),
        (granted(started_on=None), "started_on"),
        (granted(ended_on="2017-02-28"), "ended_on"),
        (
            granted(asked_on="2016-01-01", decided_on="2016-01-05", started_on="2016-01-11", ended_on="2016-02-29"),
            "ended_on",
        ),
        ({"decision": Decision.REFUSED, "decided_on": "2017-02-15", "started_on": "2017-03-01"}, "started_on"),
    ],
)
def test_record_measure_refuses_what_cannot_be(cast, participation, values, at_fault):
    with pytest.raises(ValidationError) as refusal:
        record(participation, cast.coordinator, **values)
    assert [error.code for error in refusal.value.error_list] == [at_fault]
    assert not participation.measures.exists()


def test_record_measure_may_have_begun_before_the_entry_and_end_after_the_project(cast, participation):
    measure = record(
        participation,
        cast.coordinator,
        **granted(asked_on="2015-12-01", decided_on="2015-12-10", started_on="2016-01-11", ended_on="2019-01-10"),
    )
    assert measure.state == State.ONGOING


def test_record_measure_refuses_a_decision_by_an_enterprise(cast, participation):
    with pytest.raises(ValidationError) as refusal:
        record(participation, cast.coordinator, **granted(decided_by=cast.enterprise.organisation))
    assert [error.code for error in refusal.value.error_list] == ["decided_by"]


def test_record_measure_refuses_an_extent_that_is_no_share(cast, participation):
    with pytest.raises(ValidationError):
        record(participation, cast.coordinator, **granted(extent_percent=0))
    with pytest.raises(ValidationError):
        record(participation, cast.coordinator, **granted(extent_percent=101))


def test_record_measure_supports_only_what_is_hers_and_has_a_wage(cast, participation):
    hers = make_outcome(participation, "job_asf", "2017-03-01", enterprise=cast.enterprise)
    unpaid = make_outcome(participation, "praktik", "2017-02-01")
    others = make_activity(make_participation(cast.project))
    measure = record(participation, cast.coordinator, **granted(outcome=hers))
    assert measure.outcome == hers
    with pytest.raises(ValidationError) as refusal:
        record(participation, cast.coordinator, "nystartsjobb", **granted(outcome=unpaid))
    assert refusal.value.error_list[0].code == "outcome"
    record(participation, cast.coordinator, "arbetspraktik", **granted(outcome=unpaid))
    with pytest.raises(ValidationError) as refusal:
        record(participation, cast.coordinator, "osa", **granted(activity=others))
    assert refusal.value.error_list[0].code == "activity"


def test_record_measure_twice_with_one_form_is_one_measure(cast, participation):
    token = uuid.uuid4()
    first = record(participation, cast.coordinator, submission=token)
    assert record(participation, cast.coordinator, submission=token) == first
    with pytest.raises(ValidationError):
        record(participation, cast.coordinator)
    assert participation.measures.count() == 1


def test_decide_measure_answers_once(cast, participation):
    measure = record(participation, cast.coordinator)
    values = {"decision": Decision.GRANTED, "decided_on": day("2017-02-15"), "started_on": day("2017-04-03")}
    decided = actions.decide_measure(measure=measure, by=cast.coordinator, **values)
    assert decided.state == State.GRANTED
    assert actions.decide_measure(measure=measure, by=cast.coordinator, **values) == decided  # a second click
    with pytest.raises(ValidationError):
        actions.decide_measure(
            measure=measure, by=cast.coordinator, decision=Decision.REFUSED, decided_on=day("2017-02-15")
        )


def test_refused_may_be_asked_for_again(cast, participation):
    record(participation, cast.coordinator, decision=Decision.REFUSED, decided_on="2017-02-15")
    assert record(participation, cast.coordinator, asked_on="2017-03-01").state == State.ASKED


def test_end_measure_moves_a_last_day_that_has_not_passed(cast, participation):
    measure = make_measure(participation, ended_on="2017-06-30")
    assert actions.end_measure(measure=measure, ended_on=day("2017-03-14"), by=cast.coordinator).state == State.ENDED
    with pytest.raises(ValidationError):
        actions.end_measure(measure=measure, ended_on=day("2017-12-31"), by=cast.coordinator)
    asked = make_measure(participation, "osa", decision="", decided_on=None, started_on=None)
    with pytest.raises(ValidationError):
        actions.end_measure(measure=asked, ended_on=day("2017-12-31"), by=cast.coordinator)


def test_withdraw_measure_keeps_it_with_the_reason_and_makes_room(cast, participation):
    wrong = record(participation, cast.coordinator, **granted())
    with pytest.raises(ValidationError):
        actions.withdraw_measure(measure=wrong, reason=" ", by=cast.coordinator)
    actions.withdraw_measure(measure=wrong, reason="Fel person", by=cast.coordinator)
    right = record(participation, cast.coordinator, **granted())
    wrong.refresh_from_db()
    assert (wrong.state, wrong.withdrawn_reason, right.state) == (State.REMOVED, "Fel person", State.ONGOING)
    for deed in (
        lambda: actions.withdraw_measure(measure=wrong, reason="Igen", by=cast.coordinator),
        lambda: actions.end_measure(measure=wrong, ended_on=day("2017-04-01"), by=cast.coordinator),
    ):
        with pytest.raises(ValidationError):
            deed()


# --- State ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2017-02-14", State.ASKED),
        ("2017-02-15", State.GRANTED),
        ("2017-02-28", State.GRANTED),
        ("2017-03-01", State.ONGOING),
        ("2017-06-30", State.ONGOING),
        ("2017-07-01", State.ENDED),
    ],
)
def test_state_follows_the_decision_and_the_days(participation, on, state):
    measure = make_measure(participation, ended_on="2017-06-30")
    assert measure.state_on(day(on)) == state
    assert Measure.objects.with_state(day(on)).get().state_then == state


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.TAKEN_BACK])
def test_state_of_what_was_not_given(participation, decision):
    measure = make_measure(participation, decision=decision, started_on=None)
    for on in ("2017-02-14", "2017-02-15", "2017-12-31"):
        assert Measure.objects.with_state(day(on)).get().state_then == measure.state_on(day(on))
    assert measure.state_on(day("2017-02-14")) == State.ASKED


# --- Reminders --------------------------------------------------------------------------------------


def test_ending_measures_are_those_within_the_days_without_a_successor(cast, participation):
    soon = make_measure(participation, ended_on="2017-04-14")
    make_measure(participation, "osa", ended_on="2017-06-14")  # 91 days
    make_measure(participation, "nystartsjobb", ended_on="2017-03-14")  # over
    make_measure(participation, "arbetstraning")  # until further notice
    assert list(ending_measures(cast.coordinator, 30)) == [soon]
    assert list(ending_measures(cast.coordinator, 90)) == [soon]
    assert [one.kind_id for one in ending_measures(cast.coordinator, 91)] == ["lonebidrag_anstallning", "osa"]

    again = make_measure(participation, asked_on="2017-03-10", decision="", decided_on=None, started_on=None)
    assert not ending_measures(cast.coordinator, 30)
    actions.decide_measure(measure=again, by=cast.coordinator, decision=Decision.REFUSED, decided_on=day("2017-03-15"))
    assert list(ending_measures(cast.coordinator, 30)) == [soon]


def test_ending_measures_of_leavers_while_they_are_followed(cast):
    for left, expected in {"2016-09-15": 1, "2016-09-14": 0}.items():
        left_person = make_participation(cast.project, started_on="2016-02-01", ended_on=left)
        make_measure(left_person, ended_on="2017-04-01")
        assert ending_measures(cast.coordinator).filter(participation=left_person).count() == expected


def test_ending_measures_only_of_those_one_sees(cast, participation):
    make_measure(participation, ended_on="2017-04-14")
    assert ending_measures(cast.caseworker).count() == 1
    assert not ending_measures(cast.stranger)
    Consent.objects.update(covers_journey=False)
    assert not ending_measures(cast.caseworker)
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    assert ending_measures(cast.coordinator).count() == 1  # in the circle
    assert not ending_measures(cast.project_office)


# --- Pages ------------------------------------------------------------------------------------------


def tab(participation):
    return reverse("participants:participation_detail", args=[participation.pk]) + "?flik=aktiviteter"


def test_measure_create_by_the_authority_that_sees_the_person(cast, participation, log_in):
    make_consent(participation, cast.employment_service)
    officer = log_in(cast.employment_officer)
    address = reverse("participants:measure_create", args=[participation.pk])
    answer = fill_in(
        officer,
        address,
        kind="nystartsjobb",
        asked_on="2017-03-01",
        decision="granted",
        decided_on="2017-03-10",
        started_on="2017-03-13",
        extent_percent="75",
        enterprise=str(cast.enterprise.pk),
    )
    assert answer.status_code == 302, answer.content.decode()
    measure = participation.measures.get()
    assert (measure.asked_by, measure.decided_by) == (cast.employment_service, cast.employment_service)
    assert (measure.state, measure.employer) == (State.ONGOING, cast.enterprise.organisation.name)
    page = officer.get(tab(participation)).content.decode()
    assert str(measure.kind) in page
    assert "75 %" in page


def test_measure_create_tells_what_is_refused_and_keeps_what_was_typed(cast, participation, as_coordinator):
    address = reverse("participants:measure_create", args=[participation.pk])
    answer = fill_in(as_coordinator, address, kind="osa", decision="granted", note="Beslutet ligger i pärmen")
    assert answer.status_code == 422
    assert "Beslutet ligger i pärmen" in answer.content.decode()


def test_measure_create_again_begins_with_the_one_before(cast, participation, as_coordinator):
    before = make_measure(participation, extent_percent=50, support_rate="60 procent")
    address = reverse("participants:measure_create", args=[participation.pk])
    form = as_coordinator.get(f"{address}?efter={before.pk}").context["form"]
    assert (form["kind"].value(), form["extent_percent"].value(), form["support_rate"].value()) == (
        before.kind_id,
        50,
        "60 procent",
    )
    assert as_coordinator.get(f"{address}?efter=999999999999999999999").status_code == 200


def test_measure_decide_end_and_withdraw_pages(cast, participation, as_coordinator):
    measure = record(participation, cast.coordinator)
    at = [participation.pk, measure.pk]
    decide, end, remove = (
        reverse(f"participants:{name}", args=at) for name in ("measure_decide", "measure_end", "measure_withdraw")
    )
    assert fill_in(as_coordinator, decide, decision="granted", started_on="2017-03-20").status_code == 302
    assert fill_in(as_coordinator, end, ended_on="2017-01-01").status_code == 422
    assert fill_in(as_coordinator, end, ended_on="2017-09-30").status_code == 302
    assert fill_in(as_coordinator, remove, reason="").status_code == 422
    assert fill_in(as_coordinator, remove, reason="Dubblett").status_code == 302
    page = as_coordinator.get(tab(participation)).content.decode()
    assert "Dubblett" in page


def test_supervisor_may_not_record_measures_of_those_placed_with_her(cast, participation, log_in):
    make_consent(participation, cast.enterprise.organisation)
    make_activity(participation, enterprise=cast.enterprise)
    address = reverse("participants:measure_create", args=[participation.pk])
    assert log_in(cast.supervisor).get(address).status_code == 403


def test_measures_are_hidden_with_the_journey(cast, participation, as_caseworker):
    measure = make_measure(participation)
    address = reverse("participants:measure_end", args=[participation.pk, measure.pk])
    assert as_caseworker.get(address).status_code == 200
    Consent.objects.update(covers_journey=False)
    assert as_caseworker.get(address).status_code == 404


def test_measure_of_somebody_else_is_not_found_under_this_person(cast, participation, as_coordinator):
    other = make_measure(make_participation(cast.project))
    address = reverse("participants:measure_end", args=[participation.pk, other.pk])
    assert as_coordinator.get(address).status_code == 404


def test_opening_a_measure_is_logged(cast, participation, as_coordinator):
    measure = make_measure(participation)
    as_coordinator.get(reverse("participants:measure_end", args=[participation.pk, measure.pk]))
    look = AccessLog.objects.latest("pk")
    assert (look.view, look.participations) == ("participants:measure_end", [participation.pk])


def test_measures_on_the_page_take_the_same_queries_for_one_and_for_many(cast, participation, as_coordinator):
    def queries():
        with CaptureQueriesContext(connection) as context:
            assert as_coordinator.get(tab(participation)).status_code == 200
        return len(context)

    make_stint(make_participation(cast.project, started_on=None))
    make_measure(participation, "osa", activity=make_activity(participation), enterprise=cast.enterprise)
    queries()
    few = queries()
    for number in range(24):
        make_measure_kind(f"sort_{number}")
        make_measure(participation, f"sort_{number}", enterprise=cast.enterprise)
    assert queries() == few


def test_granted_measures_stand_as_bars_beside_the_activities(participation):
    activity = make_activity(participation, title="Köket")
    shown = make_measure(participation, ended_on="2019-12-31", extent_percent=75)
    removed = make_measure(participation, "osa", withdrawn_at="2017-03-01T10:00Z", withdrawn_reason="Fel")
    asked = make_measure(participation, "nystartsjobb", decision="", decided_on=None, started_on=None)
    drawn = timeline.gantt([activity], participation, [shown, removed, asked])
    assert drawn is not None
    assert [(bar.activity, bar.tone, bar.hours) for bar in drawn.bars] == [
        (activity, "work", ""),
        (shown, "support", "75 %"),
    ]
    assert drawn.last.endswith("2017")  # what goes on for years is cut off half a year ahead
    assert drawn.bars[1].x + drawn.bars[1].width <= timeline.WIDTH
