"""What may happen, given what has happened: each rule says no in a sentence, at the answer that is at fault."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from grundsteget.dates import add_months
from participants import rules
from participants.models import Consent, EntryRecord, ExitReason, FollowUp, Outcome, Participant
from tests import factories

day = dt.date.fromisoformat


def refused(check, *args, **kwargs) -> str:
    """The field at fault; fails unless the rule refuses with a whole sentence."""
    with pytest.raises(ValidationError) as refusal:
        check(*args, **kwargs)
    (sentence,) = refusal.value.messages
    assert sentence.strip().endswith((".", "!"))
    return refusal.value.code or ""


@pytest.fixture
def left(participation):
    """Anna left on 2016-12-31."""
    stint = participation.stints.get()
    stint.ended_on, stint.exit_reason = dt.date(2016, 12, 31), factories.make_exit_reason()
    stint.save()
    return factories.refreshed(participation)


# --- Entering and leaving (P-1, P-2, P-7, P-11) -------------------------------------------------------


@pytest.mark.parametrize("started_on", ["2015-10-01", "2016-05-05", "2017-03-15"])
def test_entry_within_the_project_until_today(project, started_on):
    rules.check_entry(project, day(started_on))


@pytest.mark.parametrize("started_on", ["2015-09-30", "2017-03-16", "2018-10-01"])
def test_entry_refuses_before_the_project_and_in_the_future(project, started_on):
    assert refused(rules.check_entry, project, day(started_on)) == "started_on"


def test_entry_refuses_after_the_project(project, on_day):
    on_day("2019-01-01")
    assert refused(rules.check_entry, project, day("2018-10-01")) == "started_on"


def test_a_second_open_stint_is_refused(participation):
    assert refused(rules.check_stint_start, participation, day("2017-01-01")) == ""


@pytest.mark.parametrize("started_on", ["2016-01-01", "2016-06-01", "2016-12-31"])
def test_reentry_refuses_days_up_to_the_last_exit(left, started_on):
    assert refused(rules.check_stint_start, left, day(started_on)) == "started_on"


def test_reentry_on_the_day_after_the_exit(left):
    rules.check_stint_start(left, day("2017-01-01"))


def test_reentry_refuses_the_start_of_a_mistaken_registration(project):
    mistaken = factories.make_participation(
        project, started_on="2016-05-01", ended_on="2016-05-01", exit_reason=ExitReason.MISTAKE
    )
    assert refused(rules.check_stint_start, mistaken, day("2016-05-01")) == "started_on"
    rules.check_stint_start(mistaken, day("2016-04-30"))


@pytest.mark.parametrize("ended_on", ["2016-02-29", "2017-03-16", "2018-10-01"])
def test_exit_refuses_before_entry_and_in_the_future(participation, ended_on):
    stint = participation.stints.get()
    reason = factories.make_exit_reason()
    assert refused(rules.check_stint_end, participation, stint, day(ended_on), reason) == "ended_on"


def test_exit_refuses_after_the_project(participation, on_day):
    on_day("2018-11-15")
    stint, reason = participation.stints.get(), factories.make_exit_reason()
    assert refused(rules.check_stint_end, participation, stint, day("2018-10-01"), reason) == "ended_on"
    rules.check_stint_end(participation, stint, day("2018-09-30"), reason)


def test_exit_may_be_on_the_day_of_entry(participation):
    rules.check_stint_end(participation, participation.stints.get(), day("2016-03-01"), factories.make_exit_reason())


def test_exit_needs_a_reason_in_use(participation):
    stint, reason = participation.stints.get(), factories.make_exit_reason()
    assert refused(rules.check_stint_end, participation, stint, day("2017-01-01"), None) == "exit_reason"
    reason.retired_on = dt.date(2016, 6, 1)
    assert refused(rules.check_stint_end, participation, stint, day("2017-01-01"), reason) == "exit_reason"
    rules.check_stint_end(participation, stint, day("2016-06-01"), reason)


def test_closing_what_is_closed_is_refused(left):
    assert refused(rules.check_stint_end, left, None, day("2017-01-01"), factories.make_exit_reason()) == ""


def test_exit_refuses_hours_or_activities_after_it(participation):
    stint, reason = participation.stints.get(), factories.make_exit_reason()
    factories.make_hours(participation, "2017-02-01", 40)
    assert refused(rules.check_stint_end, participation, stint, day("2017-01-31"), reason) == "ended_on"
    rules.check_stint_end(participation, stint, day("2017-02-01"), reason)
    factories.make_activity(participation, started_on="2017-02-10")
    assert refused(rules.check_stint_end, participation, stint, day("2017-02-09"), reason) == "ended_on"
    rules.check_stint_end(participation, stint, day("2017-02-10"), reason)


def test_a_mistaken_registration_closes_whatever_was_recorded(participation):
    factories.make_hours(participation, "2017-02-01", 40)
    mistake = factories.make_exit_reason(ExitReason.MISTAKE)
    rules.check_stint_end(participation, participation.stints.get(), day("2016-03-01"), mistake)


# --- Activities and hours -----------------------------------------------------------------------------


def test_activity_lies_within_a_stint(participation):
    rules.check_activity(participation, day("2016-03-01"), None)
    rules.check_activity(participation, day("2017-05-01"), day("2018-09-30"))  # planned ahead
    assert refused(rules.check_activity, participation, day("2016-02-29"), None) == "started_on"
    assert refused(rules.check_activity, participation, day("2015-09-30"), None) == "started_on"
    assert refused(rules.check_activity, participation, day("2017-01-01"), day("2016-12-31")) == "ended_on"
    assert refused(rules.check_activity, participation, day("2017-01-01"), day("2018-10-01")) == "ended_on"


def test_activity_ends_with_the_stint(left):
    assert refused(rules.check_activity, left, day("2016-06-01"), None) == "ended_on"
    assert refused(rules.check_activity, left, day("2016-06-01"), day("2017-01-01")) == "ended_on"
    assert refused(rules.check_activity, left, day("2017-01-01"), None) == "started_on"
    rules.check_activity(left, day("2016-06-01"), day("2016-12-31"))


def test_an_ended_activity_does_not_end_again(participation):
    activity = factories.make_activity(participation, ended_on="2016-12-31")
    assert refused(rules.check_activity_end, activity, day("2017-01-31")) == "ended_on"


def test_a_planned_end_may_be_moved(participation):
    activity = factories.make_activity(participation, ended_on="2017-06-30")
    rules.check_activity_end(activity, day("2017-04-30"))
    assert refused(rules.check_activity_end, activity, day("2016-03-01")) == "ended_on"


@pytest.mark.parametrize("hours", ["0", "0.5", "200"])
def test_hours_that_are_taken_as_they_are(participation, hours):
    rules.check_hours(participation, day("2017-02-01"), Decimal(hours))


@pytest.mark.parametrize("hours", ["200.01", "744"])
def test_many_hours_ask_for_confirmation(participation, hours):
    assert refused(rules.check_hours, participation, day("2017-02-01"), Decimal(hours)) == "confirmed"
    rules.check_hours(participation, day("2017-02-01"), Decimal(hours), confirmed=True)


@pytest.mark.parametrize("hours", ["-1", "744.01"])
def test_impossible_hours_are_refused_even_when_confirmed(participation, hours):
    check = rules.check_hours
    assert refused(check, participation, day("2017-02-01"), Decimal(hours), confirmed=True) == "hours"


def test_hours_only_in_months_of_taking_part(left):
    rules.check_hours(left, day("2016-03-01"), Decimal(10))
    rules.check_hours(left, day("2016-12-01"), Decimal(10))
    for month in ("2016-02-01", "2017-01-01", "2017-04-01"):
        assert refused(rules.check_hours, left, day(month), Decimal(10)) == "hours"


def test_hours_of_a_mistaken_stint_are_refused(project):
    mistaken = factories.make_participation(
        project, started_on="2016-05-01", ended_on="2016-08-01", exit_reason=ExitReason.MISTAKE
    )
    assert refused(rules.check_hours, mistaken, day("2016-06-01"), Decimal(10)) == "hours"


# --- The journal ----------------------------------------------------------------------------------


def test_journal_from_the_project_start_until_today(participation):
    for happened_on in ("2015-10-01", "2016-02-01", "2017-03-15"):
        rules.check_journal(participation, day(happened_on), "Möte", "", None)
    for happened_on in ("2015-09-30", "2017-03-16"):
        assert refused(rules.check_journal, participation, day(happened_on), "Möte", "", None) == "happened_on"


def test_journal_next_step_needs_words_and_a_date_in_order(participation):
    today = day("2017-03-15")
    assert refused(rules.check_journal, participation, today, " \n", "", None) == "text"
    assert refused(rules.check_journal, participation, today, "Möte", "Ringa", None) == "next_step_on"
    assert refused(rules.check_journal, participation, today, "Möte", " ", today) == "next_step"
    assert refused(rules.check_journal, participation, today, "Möte", "Ringa", day("2017-03-14")) == "next_step_on"
    rules.check_journal(participation, today, "Möte", "Ringa", today)


# --- Outcomes -------------------------------------------------------------------------------------


def outcome(participation, kind="job", started_on="2017-01-09", ended_on=None, **named):
    values: dict[str, Any] = {"employer": "Bageriet", "enterprise": None, "support": ""} | named
    return (rules.check_outcome, participation, kind, day(started_on), day(ended_on) if ended_on else None), values


def check(participation, *args, **named):
    (function, *positional), values = outcome(participation, *args, **named)
    return function(*positional, **values)


def test_outcome_from_the_first_entry_until_today(participation):
    check(participation, started_on="2016-03-01")
    check(participation, started_on="2017-03-15")
    assert refused(check, participation, started_on="2016-02-29") == "started_on"
    assert refused(check, participation, started_on="2017-03-16") == "started_on"


def test_outcome_end_may_be_planned_but_not_before_the_start(participation):
    check(participation, ended_on="2019-12-31")
    check(participation, ended_on="2017-01-09")
    assert refused(check, participation, ended_on="2017-01-08") == "ended_on"


def test_outcome_long_after_the_exit(left, on_day):
    on_day("2018-12-31")
    check(left, started_on="2018-12-31")


def test_outcome_needs_an_entry(project):
    mistaken = factories.make_participation(
        project, started_on="2016-05-01", ended_on="2016-08-01", exit_reason=ExitReason.MISTAKE
    )
    assert refused(check, mistaken) == ""


@pytest.mark.parametrize("kind", ["job_asf", "sysselsattning_asf"])
def test_in_a_social_enterprise_names_which(participation, enterprise, kind):
    assert refused(check, participation, kind, employer=" ") == "enterprise"
    check(participation, kind, employer="Kooperativet Okänt")
    check(participation, kind, employer="", enterprise=enterprise)
    enterprise.is_wise = False
    assert refused(check, participation, kind, employer="", enterprise=enterprise) == "enterprise"


def test_job_elsewhere_is_not_in_a_social_enterprise(participation, enterprise):
    assert refused(check, participation, "job", enterprise=enterprise) == "kind"
    enterprise.is_wise = False
    check(participation, "job", enterprise=enterprise)


def test_internship_and_occupation_are_never_employment():
    assert {kind for kind in Outcome.Kind if rules.is_employment(kind)} == {"job", "job_asf"}


@pytest.mark.parametrize("support", ["Lönebidrag", "nystartsjobb 2 år", "OSA, offentligt skyddat arbete"])
def test_support_that_goes_with_a_wage_is_no_internship(participation, support):
    assert refused(check, participation, "praktik", support=support) == "support"
    check(participation, "job", support=support)


def test_aktivitetsstod_goes_with_an_internship(participation):
    check(participation, "praktik", support="aktivitetsstöd")


def test_removed_outcome_is_not_removed_again(participation):
    row = factories.make_outcome(participation)
    assert refused(rules.check_withdrawal, row, "  ") == "reason"
    row.withdrawn_at = dt.datetime(2017, 3, 1, tzinfo=dt.UTC)
    assert refused(rules.check_withdrawal, row, "Fel") == ""
    assert refused(rules.check_outcome_end, row, day("2017-02-01")) == ""


def test_near_employment_says_why():
    assert refused(rules.check_near_employment, True, " ") == "note"
    rules.check_near_employment(True, "Anställning lovad från 1 maj")
    rules.check_near_employment(False, "")


# --- Follow-ups -----------------------------------------------------------------------------------


@given(st.dates(dt.date(2015, 10, 1), dt.date(2018, 9, 30)))
def test_follow_ups_open_on_the_exit_and_six_months_after(exit_on):
    assert rules.follow_up_due_on(exit_on, "28d") == exit_on
    assert rules.follow_up_closes_on(exit_on, "28d") == exit_on + dt.timedelta(days=28)
    assert rules.follow_up_due_on(exit_on, "6m") == add_months(exit_on, 6) == rules.follow_up_closes_on(exit_on, "6m")


def test_six_months_after_31_august_is_the_last_of_february():
    assert rules.follow_up_due_on(dt.date(2016, 8, 31), "6m") == dt.date(2017, 2, 28)


def test_follow_up_only_after_leaving_and_when_due(left, on_day):
    assert rules.check_follow_up(left, "28d", day("2016-12-31")) == day("2016-12-31")
    assert refused(rules.check_follow_up, left, "28d", day("2016-12-30")) == "answered_on"
    assert refused(rules.check_follow_up, left, "28d", day("2017-03-16")) == "answered_on"
    assert refused(rules.check_follow_up, left, "6m", day("2017-03-15")) == ""
    on_day("2017-06-30")
    assert refused(rules.check_follow_up, left, "6m", day("2017-06-29")) == "answered_on"
    rules.check_follow_up(left, "6m", day("2017-06-30"))


def test_follow_up_of_somebody_who_takes_part_is_refused(participation):
    assert refused(rules.check_follow_up, participation, "28d", day("2017-03-15")) == ""
    assert refused(rules.check_follow_up, participation, "1y", day("2017-03-15")) == ""


@pytest.mark.parametrize(("answer", "final"), [("reached", True), ("declined", True), ("no_answer", False)])
def test_an_answer_is_final_but_no_answer_is_not(answer, final):
    earlier = FollowUp(answer=answer, answered_on=dt.date(2017, 1, 2))
    if final:
        assert refused(rules.check_follow_up_is_unanswered, earlier) == ""
    else:
        rules.check_follow_up_is_unanswered(earlier)
    rules.check_follow_up_is_unanswered(None)


# --- Entry record, consent, person ----------------------------------------------------------------


def test_entry_record_agrees_with_itself():
    entered, born = dt.date(2016, 3, 1), dt.date(1985, 6, 15)
    unemployed, employed = EntryRecord.LabourStatus.UNEMPLOYED, EntryRecord.LabourStatus.EMPLOYED

    def answers(**given):
        return entered, born, given

    rules.check_entry_record(*answers(labour_status=unemployed, unemployed_since=dt.date(2016, 2, 29)))
    rules.check_entry_record(*answers())
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"labour_status": "I", "unemployed_since": dt.date(2015, 1, 1)}, "unemployed_since"),
        ({"labour_status": unemployed, "unemployed_since": entered}, "unemployed_since"),
        ({"labour_status": unemployed, "unemployed_since": born}, "unemployed_since"),
        ({"labour_status": employed, "household_jobless": "j"}, "household_jobless"),
        ({"asked_on": dt.date(2017, 3, 16)}, "asked_on"),
    ]
    for wrong, field in wrongs:
        assert refused(rules.check_entry_record, *answers(**wrong)) == field


def test_consent_dates_and_partners(participation, cast):
    stranger = factories.make_organisation("Utomstående")
    args = (participation, cast.adult_education, Consent.Purpose.SECRECY)
    rules.check_consent(*args, day("2017-03-15"), None)
    assert refused(rules.check_consent, *args, day("2017-03-16"), None) == "given_on"
    assert refused(rules.check_consent, *args, day("2017-03-15"), day("2017-03-14")) == "valid_to"
    assert refused(rules.check_consent, participation, stranger, "samverkan", day("2017-03-15"), None) == "organisation"
    again = (participation, cast.social_services, "samverkan", day("2016-03-01"), None)
    assert refused(rules.check_consent, *again) == "given_on"


def test_consent_is_withdrawn_once_and_in_order(participation, cast):
    consent = factories.make_consent(participation, cast.adult_education, "2016-06-01", valid_to="2016-12-31")
    assert refused(rules.check_consent_withdrawal, consent, day("2016-05-31")) == "withdrawn_on"
    assert refused(rules.check_consent_withdrawal, consent, day("2017-01-01")) == "withdrawn_on"
    assert refused(rules.check_consent_withdrawal, consent, day("2017-03-16")) == "withdrawn_on"
    rules.check_consent_withdrawal(consent, day("2016-12-31"))
    consent.withdrawn_on = day("2016-12-31")
    assert refused(rules.check_consent_withdrawal, consent, day("2016-12-31")) == ""


def test_owner_is_not_asked_for_consent(project, cast):
    partners = set(rules.partners_to_ask(project))
    assert cast.owner not in partners
    assert {cast.social_services, cast.adult_education, cast.enterprise.organisation} <= partners


def test_protected_person_has_no_contact_data():
    person = Participant(phone="031-000000")
    rules.check_protection(person, "none")
    assert refused(rules.check_protection, person, "sekretessmarkering") == "protection"


def test_birth_comes_before_the_entry():
    rules.check_birth_date(None, dt.date(2016, 3, 1))
    assert refused(rules.check_birth_date, dt.date(2016, 3, 1), dt.date(2016, 3, 1)) == "birth_date"


def test_personal_number_is_not_exchanged():
    assert refused(rules.check_number_may_change, Participant(identity_kind="personal")) == "number"
    for kind in ("", "temporary", "coordination"):
        rules.check_number_may_change(Participant(identity_kind=kind))


def test_a_stale_version_is_refused(participation):
    rules.check_version(participation, None)
    rules.check_version(participation, participation.version)
    assert refused(rules.check_version, participation, participation.version + 1) == ""
