"""The follow-up clock: whom to ask, tries, answers for many at once, and how many have answered."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, follow_ups
from participants.follow_ups import ANSWERED, COMING, LATE, NOW
from participants.inbox import inbox
from participants.models import FollowUp, FollowUpAttempt, Participant, Participation
from partners.models import AccessLog
from tests.factories import make_follow_up, make_outcome, make_participation
from tests.filling import forms_of, send

LIST = reverse("participants:follow_up_list")
FOUR_WEEKS, SIX_MONTHS = FollowUp.Milestone.FOUR_WEEKS, FollowUp.Milestone.SIX_MONTHS


def leaver(cast, left, **fields):
    return make_participation(cast.project, started_on="2016-01-11", ended_on=left, **fields)


def found(user, tab):
    rows, count = follow_ups.questions(user, Participation.objects.visible_to(user), tab)
    assert len(rows) == count
    return {(row.participation.ref, row.milestone) for row in rows}


def answer(client, *, row="", htmx=False, address=f"{LIST}?flik=alla", **answers):
    """Open the list, fill in what is named by key, and send the form."""
    page = client.get(address)
    form = next(form for form in forms_of(page) if "answered_on" in form["values"])
    values = {**form["values"], **answers, **({"row": row} if row else {})}
    unknown = answers.keys() - form["values"].keys() - {"submission"}
    assert not unknown, unknown
    data = {name: value for name, value in values.items() if value not in (None, [])}
    headers = {"HX-Request": "true", "HX-Target": f"row-{row}"} if htmx else {}
    return client.post(address, data, headers=headers)


# --- Whom to ask ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ("2017-03-15", {NOW: {FOUR_WEEKS}, COMING: {SIX_MONTHS}}),
        ("2017-02-15", {NOW: {FOUR_WEEKS}, COMING: {SIX_MONTHS}}),  # the window closed the day before yesterday
        ("2016-11-17", {NOW: {FOUR_WEEKS}, COMING: {SIX_MONTHS}}),  # 28 + 90 days
        ("2016-11-16", {LATE: {FOUR_WEEKS}, COMING: {SIX_MONTHS}}),
        ("2016-09-16", {LATE: {FOUR_WEEKS}, COMING: {SIX_MONTHS}}),
        ("2016-09-15", {LATE: {FOUR_WEEKS}, NOW: {SIX_MONTHS}}),
        ("2016-06-17", {LATE: {FOUR_WEEKS}, NOW: {SIX_MONTHS}}),
        ("2016-06-16", {LATE: {FOUR_WEEKS, SIX_MONTHS}}),
    ],
)
def test_questions_stand_under_now_coming_or_too_late(cast, left, expected):
    leaver(cast, left, ref="D-1")
    got = {tab: {milestone for _ref, milestone in found(cast.coordinator, tab)} for tab in (NOW, COMING, LATE)}
    assert {tab: milestones for tab, milestones in got.items() if milestones} == expected


def test_what_is_to_be_asked_now_is_what_today_asks_for(cast):
    for number, left in enumerate(["2017-03-10", "2017-02-01", "2016-10-01", "2016-09-01", "2016-07-01", "2016-03-01"]):
        left_person = leaver(cast, left, ref=f"D-{number}")
        if number == 3:
            make_follow_up(left_person, SIX_MONTHS, exit_on=left, answered_on="2017-03-05")
        if number == 4:
            make_follow_up(left_person, SIX_MONTHS, exit_on=left, answered_on="2017-01-05", answer="no_answer")
    lines = {
        (line.participation.ref, line.kind)
        for line in inbox(cast.coordinator, "alla").lines
        if line.kind in (FOUR_WEEKS, SIX_MONTHS)
    }
    assert lines
    assert found(cast.coordinator, NOW) == lines


def test_an_answer_moves_the_question_to_the_answered_and_a_try_does_not(cast, as_coordinator):
    left_person = leaver(cast, "2017-03-01", ref="D-1")
    for day in ("2017-03-08", "2017-03-10"):
        actions.record_follow_up(
            participation=left_person,
            milestone=FOUR_WEEKS,
            answer="no_answer",
            channel="phone",
            answered_on=dt.date.fromisoformat(day),
            by=cast.coordinator,
        )
    rows, _count = follow_ups.questions(cast.coordinator, Participation.objects.all(), NOW)
    assert [attempt.asked_on.isoformat() for attempt in rows[0].attempts] == ["2017-03-08", "2017-03-10"]
    actions.record_follow_up(
        participation=left_person,
        milestone=FOUR_WEEKS,
        answer="reached",
        channel="letter",
        answered_on=dt.date(2017, 3, 14),
        by=cast.coordinator,
    )
    assert not found(cast.coordinator, NOW)
    page = as_coordinator.get(f"{LIST}?visa={ANSWERED}&flik=alla")
    assert [row.participation.ref for row in page.context["answers"]] == ["D-1"]
    assert left_person.follow_ups.count() == 1
    assert left_person.follow_up_attempts.count() == 3


def test_a_re_entry_ends_the_questions(cast):
    left_person = leaver(cast, "2017-02-20", ref="D-1")
    actions.open_stint(participation=left_person, started_on=dt.date(2017, 3, 1), referred_by=None, by=cast.coordinator)
    assert not found(cast.coordinator, NOW) | found(cast.coordinator, COMING) | found(cast.coordinator, LATE)


def test_earlier_answers_became_tries_when_tries_began_to_be_kept(cast):
    person = leaver(cast, "2017-03-01")
    make_follow_up(person, exit_on="2017-03-01", answered_on="2017-03-10", answer="no_answer", note="Bytt nummer")
    import_module("participants.migrations.0011_measures").add_tries(apps, None)
    attempt = person.follow_up_attempts.get()
    assert (attempt.asked_on, attempt.answer, attempt.note) == (dt.date(2017, 3, 10), "no_answer", "Bytt nummer")


# --- Answers ----------------------------------------------------------------------------------------


def test_many_are_answered_at_once_with_the_same_answer(cast, as_coordinator):
    people = [leaver(cast, "2017-03-01") for _ in range(3)]
    ticks = {f"{person.pk}-28d-tick": "on" for person in people[:2]}
    response = answer(as_coordinator, **ticks, same="nothing", channel="register", answered_on="2017-03-14")
    assert response.status_code == 302
    rows = FollowUp.objects.values_list("participation", "answer", "channel", "answered_on")
    assert set(rows) == {(person.pk, "reached", "register", dt.date(2017, 3, 14)) for person in people[:2]}


def test_a_rows_own_answer_goes_before_the_one_for_all(cast, as_coordinator):
    first, second = leaver(cast, "2017-03-01"), leaver(cast, "2017-03-01")
    response = answer(
        as_coordinator,
        **{
            f"{first.pk}-28d-tick": "on",
            f"{second.pk}-28d-tick": "on",
            f"{second.pk}-28d-answer": "job_asf",
            f"{second.pk}-28d-since": "2017-03-06",
            f"{second.pk}-28d-where": cast.enterprise.organisation.name,
        },
        same="no_answer",
    )
    assert response.status_code == 302
    assert first.follow_ups.get().answer == "no_answer"
    job = second.outcomes.get()
    assert (job.kind, job.enterprise, job.started_on) == ("job_asf", cast.enterprise, dt.date(2017, 3, 6))


def test_what_one_row_is_refused_does_not_touch_the_others_and_nothing_typed_is_lost(cast, as_coordinator):
    fine, early, unsaid = (leaver(cast, left) for left in ("2017-03-01", "2017-03-12", "2017-03-02"))
    response = answer(
        as_coordinator,
        answered_on="2017-03-10",
        **{
            f"{fine.pk}-28d-answer": "declined",
            f"{early.pk}-28d-answer": "no_answer",  # asked before the exit
            f"{unsaid.pk}-28d-answer": "education",  # since when?
            f"{unsaid.pk}-28d-where": "Komvux",
        },
    )
    assert response.status_code == 422
    assert [row.question.participation for row in response.context["saved"]] == [fine]
    assert {row.question.participation for row in response.context["refused"]} == {early, unsaid}
    page = response.content.decode()
    assert 'value="Komvux"' in page
    assert "2017-03-12" in page  # why the row is refused
    assert fine.follow_ups.get().answer == "declined"
    assert not FollowUp.objects.exclude(participation=fine).exists()

    again = send(
        as_coordinator,
        response,
        LIST,
        **{f"{unsaid.pk}-28d-since": "2017-03-06", f"{early.pk}-28d-answer": ""},
    )
    assert again.status_code == 302
    assert unsaid.outcomes.get().employer == "Komvux"
    assert fine.follow_up_attempts.count() == 1


def test_a_row_that_a_colleague_answered_meanwhile_is_refused_by_name(cast, as_coordinator):
    person = leaver(cast, "2017-03-01", ref="D-1")
    page = as_coordinator.get(f"{LIST}?flik=alla")
    make_follow_up(person, exit_on="2017-03-01", answered_on="2017-03-10")
    response = send(as_coordinator, page, LIST, **{f"{person.pk}-28d-answer": "no_answer"})
    assert response.status_code == 422
    assert "2017-03-10" in response.content.decode()
    assert person.follow_ups.get().answer == "reached"


def test_the_same_form_sent_twice_is_one_try(cast, as_coordinator):
    person = leaver(cast, "2017-03-01")
    page = as_coordinator.get(f"{LIST}?flik=alla")
    for _ in range(2):
        assert send(as_coordinator, page, LIST, **{f"{person.pk}-28d-answer": "no_answer"}).status_code == 302
    assert person.follow_up_attempts.count() == 1
    answer(as_coordinator, **{f"{person.pk}-28d-answer": "no_answer"})
    assert person.follow_up_attempts.count() == 2


def test_one_row_is_saved_by_its_own_button(cast, as_coordinator):
    first, second = leaver(cast, "2017-03-01"), leaver(cast, "2017-03-02")
    typed = {f"{first.pk}-28d-answer": "no_answer", f"{second.pk}-28d-answer": "declined"}
    response = answer(as_coordinator, row=f"{first.pk}-28d", htmx=True, **typed)
    assert response.status_code == 200
    page = response.content.decode()
    assert f'id="row-{first.pk}-28d"' in page
    assert f"row-{second.pk}" not in page
    assert not second.follow_ups.exists()
    # Without script the whole page comes back, with what was typed beside it.
    response = answer(as_coordinator, row=f"{first.pk}-28d", **typed)
    assert response.status_code == 200
    assert first.follow_up_attempts.count() == 2
    assert '<option value="declined" selected>' in " ".join(response.content.decode().split())


def test_one_row_tells_in_its_place_why_it_is_refused(cast, as_coordinator):
    person = leaver(cast, "2017-03-12")
    response = answer(
        as_coordinator,
        row=f"{person.pk}-28d",
        htmx=True,
        answered_on="2017-03-10",
        **{f"{person.pk}-28d-answer": "no_answer"},
    )
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert not person.follow_ups.exists()


def test_an_unchanged_situation_needs_one_that_is_recorded(cast, as_coordinator):
    with_job, without = leaver(cast, "2017-03-01"), leaver(cast, "2017-03-01")
    make_outcome(with_job, "job", "2017-02-20", employer="Bageriet")
    ticks = {f"{person.pk}-28d-tick": "on" for person in (with_job, without)}
    response = answer(as_coordinator, **ticks, same="unchanged")
    assert response.status_code == 422
    assert with_job.follow_ups.get().answer == "reached"
    assert not without.follow_ups.exists()


def test_an_empty_form_and_foreign_rows_save_nothing(cast, as_coordinator, log_in):
    person = leaver(cast, "2017-03-01")
    assert answer(as_coordinator).status_code == 422
    response = as_coordinator.post(LIST, {f"{person.pk}-28d-answer": "declined"})  # no channel, no day
    assert response.status_code == 422
    assert not FollowUp.objects.exists()
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    data = {"channel": "phone", "answered_on": "2017-03-14", "submission": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    response = log_in(cast.project_office).post(LIST, {**data, f"{person.pk}-28d-answer": "declined"})
    assert response.status_code == 422
    assert person.ref not in response.content.decode()
    assert not FollowUp.objects.exists()


# --- Protection, phones, the log --------------------------------------------------------------------


def test_a_protected_person_stands_with_her_code_and_is_answered_on_her_own_page(cast, as_coordinator):
    person = leaver(cast, "2017-03-01", ref="D-77", lead=cast.coordinator, last_name="Hemlig", phone="070-1740605")
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    page = as_coordinator.get(f"{LIST}?flik=alla").content.decode()
    assert "D-77" in page
    assert "Hemlig" not in page
    assert f"{person.pk}-28d-answer" not in page
    data = {"channel": "phone", "answered_on": "2017-03-14", "submission": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    assert as_coordinator.post(LIST, {**data, f"{person.pk}-28d-answer": "declined"}).status_code == 422
    assert not FollowUp.objects.exists()
    paper = as_coordinator.get(reverse("participants:follow_up_print") + "?flik=alla").content.decode()
    assert "D-77" in paper
    assert "070-1740605" not in paper
    assert "Hemlig" not in paper


def test_a_phone_is_shown_one_at_a_time_and_the_look_is_logged(cast, as_coordinator):
    person = leaver(cast, "2017-03-01", phone="070-1740605")
    assert "070-1740605" not in as_coordinator.get(f"{LIST}?flik=alla").content.decode()
    shown = as_coordinator.post(
        reverse("participants:follow_up_contact", args=[person.pk]), headers={"HX-Request": "true"}
    )
    assert "070-1740605" in shown.content.decode()
    look = AccessLog.objects.latest("pk")
    assert (look.view, look.participations, look.fields_class) == (
        "participants:follow_up_contact",
        [person.pk],
        "contact",
    )


def test_the_call_list_shows_phones_and_names_everybody_on_it_in_the_log(cast, as_coordinator):
    people = [leaver(cast, "2017-03-01", phone=f"070-174060{n}") for n in (5, 6)]
    paper = as_coordinator.get(reverse("participants:follow_up_print") + "?flik=alla").content.decode()
    assert "070-1740605" in paper
    look = AccessLog.objects.latest("pk")
    assert (set(look.participations), look.fields_class) == ({person.pk for person in people}, "contact")


def test_the_list_logs_whom_it_shows(cast, as_coordinator):
    person = leaver(cast, "2017-03-01")
    as_coordinator.get(f"{LIST}?flik=alla")
    assert AccessLog.objects.latest("pk").participations == [person.pk]


# --- How many have answered -------------------------------------------------------------------------


def test_response_rates_are_those_of_a_count_by_hand(cast):
    due = [
        ("K", "2016-05-01", "reached"),
        ("K", "2016-06-01", "no_answer"),
        ("M", "2016-07-01", "reached"),
        ("M", "2016-08-01", "declined"),
        ("", "2016-09-15", None),
    ]
    for sex, left, told in due:
        person = leaver(cast, left, sex=sex)
        if told:
            make_follow_up(person, SIX_MONTHS, exit_on=left, answered_on="2017-03-15", answer=told)
    leaver(cast, "2016-09-16")  # six months tomorrow, four weeks long ago
    answered_early = leaver(cast, "2017-03-01")
    make_follow_up(answered_early, FOUR_WEEKS, exit_on="2017-03-01", answered_on="2017-03-10")
    four, six = follow_ups.response_rates(Participation.objects.visible_to(cast.coordinator))
    assert [(rate.reached, rate.due) for rate in (six.women, six.men, six.total)] == [(1, 2), (1, 2), (2, 5)]
    assert (six.declined, six.not_reached, six.never_asked) == (1, 1, 1)
    assert (four.total.reached, four.total.due) == (0, 6)
    assert six.total.percent == pytest.approx(40.0)


def test_response_rates_count_the_last_exit_alone(cast):
    person = leaver(cast, "2016-05-01")
    make_follow_up(person, SIX_MONTHS, exit_on="2016-03-01", answered_on="2016-09-05")
    six = follow_ups.response_rates(Participation.objects.all())[1]
    assert (six.total.reached, six.total.due) == (0, 1)


# --- Queries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*(f"{LIST}?flik=alla&visa={tab}" for tab in follow_ups.TABS), "print"])
def test_pages_take_the_same_queries_for_one_and_for_many(cast, as_coordinator, address):
    address = reverse("participants:follow_up_print") + "?flik=alla" if address == "print" else address

    def fill(number):
        for n in range(number):
            for left in ("2017-03-01", "2016-09-01", "2016-02-01"):
                person = leaver(cast, left, phone="070-1740605")
                make_outcome(person, "job", left, employer=f"Firma {n}")
                FollowUpAttempt.objects.create(
                    participation=person, milestone=FOUR_WEEKS, exit_on=left, answer="no_answer", channel="phone"
                )
            answered = leaver(cast, "2016-10-03")
            make_follow_up(answered, FOUR_WEEKS, exit_on="2016-10-03", answered_on="2016-10-20")

    def queries():
        with CaptureQueriesContext(connection) as context:
            response = as_coordinator.get(address)
        assert response.status_code == 200
        return len(context)

    fill(1)
    queries()
    few = queries()
    fill(24)
    assert queries() == few
