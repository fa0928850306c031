"""What was recorded wrongly is put right, and what stood there before stays readable. (esf-rules.md P-5, P-8, P-9)"""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from participants import actions
from participants.models import (
    Activity,
    ExitReason,
    FollowUp,
    JournalEntry,
    Participation,
    Stint,
    StintCorrection,
)
from participants.timeline import timeline
from reporting import facts
from reporting.models import Fact
from tests import factories
from tests.factories import day
from tests.filling import fill_in, forms_of, send

WHY = "Fel datum i underlaget"


@pytest.fixture
def closed(project, coordinator):
    return factories.make_participation(
        project, started_on="2016-03-01", ended_on="2016-12-31", lead=coordinator, ref="D-0201"
    )


@pytest.fixture
def ongoing(project, coordinator):
    return factories.make_participation(project, started_on="2016-03-01", lead=coordinator, ref="D-0202")


def correct(participation, by, started_on="2016-03-01", ended_on="2016-12-31", reason="flyttat", why=WHY, **more):
    return actions.correct_stint(
        stint=participation.stints.get(),
        started_on=day(started_on),
        ended_on=day(ended_on) if ended_on else None,
        exit_reason=ExitReason.objects.get(pk=reason) if reason else None,
        reason=why,
        by=by,
        **more,
    )


def fact_of(participation):
    return Fact.objects.filter(participation=participation).values_list("entry_on", "exit_on").first()


def agrees(project):
    """The facts as the deed left them are those that a whole rebuild gives."""
    before = sorted(Fact.objects.values_list(*facts.COLUMNS), key=str)
    assert facts.astray(project) == 0
    facts.rebuild_facts(project)
    return sorted(Fact.objects.values_list(*facts.COLUMNS), key=str) == before


# --- Periods -------------------------------------------------------------------------------------------


def test_correct_stint_changes_the_figures_and_keeps_what_stood_there(closed, project, coordinator):
    correct(closed, coordinator, started_on="2016-04-01", ended_on="2017-01-15", reason="flyttat")
    closed = factories.refreshed(closed)
    assert (closed.entered_on, closed.left_on) == (day("2016-04-01"), day("2017-01-15"))
    assert fact_of(closed) == (day("2016-04-01"), day("2017-01-15"))
    kept = StintCorrection.objects.get()
    assert (kept.started_on, kept.ended_on, kept.exit_reason_id) == (day("2016-03-01"), day("2016-12-31"), "ovrigt")
    assert (kept.reason, kept.corrected_by) == (WHY, coordinator)
    assert agrees(project)


def test_correct_stint_twice_is_once(closed, coordinator):
    correct(closed, coordinator, ended_on="2017-01-15")
    correct(closed, coordinator, ended_on="2017-01-15")
    assert StintCorrection.objects.count() == 1


def test_correct_stint_does_not_undo_a_colleagues_correction(closed, coordinator):
    correct(closed, coordinator, ended_on="2017-01-15", version=0)
    with pytest.raises(ValidationError, match="En kollega"):
        correct(closed, coordinator, ended_on="2017-01-20", version=0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"why": " "}, "reason"),
        ({"ended_on": "2016-02-01"}, "ended_on"),
        ({"started_on": "2015-01-01"}, "started_on"),
        ({"ended_on": "2017-03-16"}, "ended_on"),
        ({"ended_on": None, "reason": None}, "ended_on"),
        ({"reason": "felregistrering"}, "exit_reason"),
        ({"started_on": "2017-01-15"}, "ended_on"),
    ],
)
def test_correct_stint_refuses(closed, coordinator, change, field):
    with pytest.raises(ValidationError) as refused:
        correct(closed, coordinator, **change)
    assert refused.value.code == field
    assert not StintCorrection.objects.exists()


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda p: factories.make_activity(p, started_on="2016-03-10"), {"started_on": "2016-04-01"}),
        (lambda p: factories.make_hours(p, month="2016-03-01"), {"started_on": "2016-04-01"}),
        (lambda p: factories.make_hours(p, month="2016-12-01"), {"ended_on": "2016-11-30"}),
        (lambda p: factories.make_activity(p, started_on="2016-12-01"), {"ended_on": "2016-11-30"}),
        (lambda p: factories.make_stint(p, "2017-02-01"), {"ended_on": "2017-02-01"}),
    ],
)
def test_correct_stint_refuses_what_contradicts_the_rest(closed, coordinator, make, change):
    stint = closed.stints.get()
    make(closed)
    values = {"started_on": "2016-03-01", "ended_on": "2016-12-31", **change}
    with pytest.raises(ValidationError) as refused:
        actions.correct_stint(
            stint=stint,
            started_on=day(values["started_on"]),
            ended_on=day(values["ended_on"]),
            exit_reason=stint.exit_reason,
            reason=WHY,
            by=coordinator,
        )
    assert [refused.value.code] == list(change)


def test_correct_stint_holds_the_first_entry_against_what_was_asked_then(closed, coordinator):
    closed.entry_record.unemployed_since = day("2016-02-15")
    closed.entry_record.save()
    with pytest.raises(ValidationError):
        correct(closed, coordinator, started_on="2016-02-01", reason="ovrigt")


def test_a_follow_up_goes_on_from_the_corrected_exit_while_its_answer_holds(closed, coordinator):
    factories.make_follow_up(closed, "28d", exit_on="2016-12-31", answered_on="2017-02-01")
    correct(closed, coordinator, ended_on="2017-01-02", reason="ovrigt")
    assert FollowUp.objects.get().exit_on == day("2017-01-02")
    correct(closed, coordinator, ended_on="2017-02-10", reason="ovrigt")
    assert FollowUp.objects.get().exit_on == day("2017-01-02")  # Asked too early now: it is asked again.


def test_reopen_stint_on_the_same_day_takes_back_all_that_ended_with_it(ongoing, project, coordinator):
    goes_on = factories.make_activity(ongoing, started_on="2017-01-01")
    ends = factories.make_activity(ongoing, started_on="2017-01-02", ended_on="2017-06-30")
    planned = factories.make_activity(ongoing, started_on="2017-04-01")
    before = fact_of(ongoing)
    actions.close_stint(
        participation=ongoing,
        ended_on=day("2017-03-01"),
        exit_reason=ExitReason.objects.get(pk="flyttat"),
        by=coordinator,
    )
    assert planned.pk not in ongoing.activities.values_list("pk", flat=True)
    actions.reopen_stint(participation=ongoing, reason="Fel person", by=coordinator)
    assert dict(ongoing.activities.values_list("pk", "ended_on")) == {
        goes_on.pk: None,
        ends.pk: day("2017-06-30"),
        planned.pk: None,
    }
    assert fact_of(ongoing) == before
    assert agrees(project)


def test_reopen_stint_later_is_a_re_entry(ongoing, coordinator, on_day):
    leave(ongoing, coordinator)
    on_day("2017-03-16")
    with pytest.raises(ValidationError, match="återinträde"):
        actions.reopen_stint(participation=ongoing, reason=WHY, by=coordinator)


def leave(participation, by, **more):
    return actions.leave_project(
        participation=participation,
        ended_on=day("2017-03-01"),
        exit_reason=ExitReason.objects.get(pk="flyttat"),
        by=by,
        **more,
    )


# --- The whole registration ------------------------------------------------------------------------------


def test_mistake_counts_nowhere_and_is_taken_back_as_it_was(closed, project, coordinator):
    factories.make_stint(closed, "2017-02-01")
    Participation.objects.filter(pk=closed.pk).refresh_summaries()
    facts.refresh_facts([closed.pk])
    before = list(Stint.objects.order_by("pk").values())
    actions.mark_mistake(participation=closed, reason="Fel person", by=coordinator)
    assert fact_of(closed) is None
    assert factories.refreshed(closed).entered_on is None
    assert agrees(project)
    actions.undo_mistake(participation=closed, reason="Rätt person ändå", by=coordinator)
    assert list(Stint.objects.order_by("pk").values()) == before
    assert fact_of(closed) == (day("2016-03-01"), None)
    assert agrees(project)


def test_mistake_is_not_marked_twice_and_not_taken_back_unmarked(closed, coordinator):
    with pytest.raises(ValidationError):
        actions.undo_mistake(participation=closed, reason=WHY, by=coordinator)
    actions.mark_mistake(participation=closed, reason=WHY, by=coordinator)
    with pytest.raises(ValidationError):
        actions.mark_mistake(participation=closed, reason=WHY, by=coordinator)


def test_mistake_is_not_taken_back_beside_a_new_entry(closed, coordinator):
    actions.mark_mistake(participation=closed, reason=WHY, by=coordinator)
    actions.open_stint(participation=closed, started_on=day("2017-03-01"), referred_by=None, by=coordinator)
    with pytest.raises(ValidationError, match="skrivits in på nytt"):
        actions.undo_mistake(participation=closed, reason=WHY, by=coordinator)


# --- Activities and notes ---------------------------------------------------------------------------------


def test_withdrawn_activity_is_in_no_list_and_opens_nothing(cast, ongoing, coordinator):
    activity = factories.make_activity(ongoing, enterprise=cast.enterprise, started_on="2017-01-01")
    factories.make_consent(ongoing, cast.enterprise.organisation)
    assert Participation.objects.visible_to(cast.supervisor).exists()
    actions.withdraw_activity(activity=activity, reason="Fel företag", by=coordinator)
    assert not ongoing.activities.exists()
    assert not Participation.objects.visible_to(cast.supervisor).exists()
    told = [entry for month in timeline(coordinator, ongoing).months for entry in month.entries if entry.is_gone]
    assert ["Fel företag" in entry.text for entry in told] == [True]


def test_withdraw_activity_refuses_one_with_attendance(ongoing, coordinator):
    activity = factories.make_activity(ongoing, started_on="2017-01-01")
    factories.make_attendance_day(ongoing, activity=activity)
    with pytest.raises(ValidationError, match="närvaro"):
        actions.withdraw_activity(activity=activity, reason=WHY, by=coordinator)
    assert Activity.objects.get() == activity


def rewrite(entry, by, text="Vi ringde.", is_shared=None, edition=None):
    return actions.correct_journal(
        entry=entry,
        kind="phone",
        happened_on=day("2017-03-02"),
        minutes=10,
        text=text,
        is_shared=entry.is_shared if is_shared is None else is_shared,
        edition=edition or entry.edition,
        by=by,
    )


def test_correct_journal_keeps_the_old_words(ongoing, coordinator):
    entry = factories.make_journal_entry(ongoing, coordinator, text="Vi sågs.")
    rewrite(entry, coordinator)
    rewrite(entry, coordinator)
    entry.refresh_from_db()
    assert (entry.text, entry.kind, entry.happened_on) == ("Vi ringde.", "phone", day("2017-03-02"))
    shown = [e for month in timeline(coordinator, ongoing).months for e in month.entries if e.corrections]
    assert len(shown[0].corrections) == 1
    assert any("Vi sågs." in words for words in shown[0].corrections[0].was)


def test_correct_journal_is_for_the_writer_alone(cast, ongoing, coordinator):
    entry = factories.make_journal_entry(ongoing, coordinator)
    with pytest.raises(ValidationError, match="Bara den som har skrivit"):
        rewrite(entry, cast.project_office)


def test_correct_journal_does_not_overwrite_another_correction(ongoing, coordinator):
    entry = factories.make_journal_entry(ongoing, coordinator)
    opened = entry.edition
    rewrite(entry, coordinator)
    with pytest.raises(ValidationError, match="medan du skrev"):
        rewrite(entry, coordinator, text="Något annat", edition=opened)


def test_what_was_internal_stays_so_when_the_note_is_shared(cast, ongoing, coordinator):
    factories.make_consent(ongoing, cast.social_services)
    entry = factories.make_journal_entry(ongoing, coordinator, text="Bara för oss", is_shared=False)
    rewrite(entry, coordinator, text="För alla", is_shared=True)
    assert JournalEntry.objects.visible_to(cast.caseworker).get().text == "För alla"
    assert "Bara för oss" in str(timeline(coordinator, ongoing))
    told = str(timeline(cast.caseworker, ongoing))
    assert "Bara för oss" not in told


# --- Breaks ------------------------------------------------------------------------------------------------


def test_a_break_silences_the_question_why_nothing_happens(ongoing, coordinator, on_day):
    on_day("2017-03-15")
    silent = Participation.objects.silent()
    assert ongoing in silent.all()
    actions.record_break(
        participation=ongoing, kind="sjukdom", started_on=day("2017-01-01"), ended_on=day("2017-03-31"), by=coordinator
    )
    assert ongoing not in Participation.objects.silent()
    on_day("2017-05-30")
    assert ongoing not in Participation.objects.silent()
    on_day("2017-05-31")
    assert ongoing in Participation.objects.silent()


@pytest.mark.parametrize(
    ("started_on", "ended_on"),
    [("2016-02-01", None), ("2016-05-10", "2016-05-01"), ("2016-07-20", "2016-08-10"), ("2016-06-01", None)],
)
def test_record_break_refuses(ongoing, coordinator, started_on, ended_on):
    factories.make_break(ongoing, "2016-07-04", "2016-07-31")
    with pytest.raises(ValidationError):
        actions.record_break(
            participation=ongoing,
            kind="semester",
            started_on=day(started_on),
            ended_on=day(ended_on) if ended_on else None,
            by=coordinator,
        )


def test_end_break_and_the_exit_ends_what_goes_on(ongoing, coordinator):
    row = factories.make_break(ongoing, "2017-02-01")
    leave(ongoing, coordinator)
    row.refresh_from_db()
    assert row.ended_on == day("2017-03-01")
    with pytest.raises(ValidationError, match="slut sedan"):
        actions.end_break(row=row, ended_on=day("2017-03-10"), by=coordinator)


# --- The exit -----------------------------------------------------------------------------------------------


def test_leave_project_hands_over_what_is_open(cast, ongoing, coordinator):
    note = factories.make_journal_entry(ongoing, coordinator, next_step="Ringa", next_step_on="2017-03-20")
    step = factories.make_step(factories.make_goal(ongoing, coordinator), coordinator, due_on="2017-03-20")
    factories.make_consent(ongoing, cast.social_services)
    referral = factories.make_referral(ongoing, coordinator, cast.social_services)
    place = cast.project_office.memberships.get()
    leave(
        ongoing,
        coordinator,
        exit_support="studiestod",
        exit_registered="n",
        done=[note],
        dropped=[step],
        withdrawn=[referral],
        lead_to=place,
    )
    for row in (note, step, referral):
        row.refresh_from_db()
    stint = ongoing.stints.get()
    assert (stint.exit_support, stint.exit_registered) == ("studiestod", "n")
    assert note.next_step_done_on == day("2017-03-15")
    assert (step.state, referral.state) == ("dropped", "withdrawn")
    assert ongoing.lead_transfers.get().to_user == cast.project_office
    assert ongoing.care_team.get(is_lead=True).ended_on is None


def test_leave_project_is_whole_or_nothing(cast, ongoing, coordinator):
    place = cast.coordinator.memberships.get()
    with pytest.raises(ValidationError):
        leave(ongoing, coordinator, lead_to=place)
    assert factories.refreshed(ongoing).left_on is None


def test_exit_page_shows_the_clocks_and_what_is_open(as_coordinator, ongoing, coordinator):
    note = factories.make_journal_entry(ongoing, coordinator, next_step="Ringa läraren", next_step_on="2017-03-20")
    address = reverse("participants:stint_close", args=[ongoing.pk])
    page = as_coordinator.get(address)
    assert "2017-04-12" in page.content.decode()
    assert "2017-09-15" in page.content.decode()
    part = as_coordinator.get(
        address, {"ended_on": "2017-03-01"}, headers={"HX-Request": "true", "HX-Target": "clocks"}
    )
    assert part.content.decode().strip().startswith('<div id="clocks"')
    assert "2017-03-29" in part.content.decode()
    done = fill_in(
        as_coordinator, address, ended_on="2017-03-01", exit_reason="utbildning", done=[note.pk], exit_registered="j"
    )
    assert done["Location"].endswith("?flik=dokument")
    note.refresh_from_db()
    assert note.next_step_done_on == dt.date(2017, 3, 15)


def test_exit_page_does_not_close_what_is_somebody_elses(as_coordinator, ongoing, coordinator, project):
    other = factories.make_participation(project)
    note = factories.make_journal_entry(other, coordinator, next_step="Ringa", next_step_on="2017-03-20")
    factories.make_journal_entry(ongoing, coordinator, next_step="Skriva", next_step_on="2017-03-20")
    address = reverse("participants:stint_close", args=[ongoing.pk])
    response = as_coordinator.post(
        address, {"ended_on": "2017-03-01", "exit_reason": "flyttat", "kind": "", "done": [note.pk]}
    )
    assert response.status_code == 422
    assert factories.refreshed(ongoing).left_on is None


# --- Pages ---------------------------------------------------------------------------------------------------


def test_every_correction_has_a_page_that_works_without_script(as_coordinator, closed, coordinator):
    stint = closed.stints.get()
    pages = {
        reverse("participants:stint_edit", args=[closed.pk, stint.pk]): {"ended_on": "2016-12-30", "reason": WHY},
        reverse("participants:mistake_create", args=[closed.pk]): {"reason": WHY},
        reverse("participants:mistake_undo", args=[closed.pk]): {"reason": WHY},
    }
    for address, answers in pages.items():
        assert as_coordinator.post(address, {"submitted": "1"}).status_code == 422
        assert fill_in(as_coordinator, address, **answers).status_code == 302
    page = as_coordinator.get(reverse("participants:participation_detail", args=[closed.pk]), {"flik": "historik"})
    assert page.content.decode().count(WHY) >= 3


def test_journal_edit_page_is_the_writers(as_coordinator, client, cast, ongoing, coordinator):
    entry = factories.make_journal_entry(ongoing, coordinator, is_shared=True)
    address = reverse("participants:journal_edit", args=[ongoing.pk, entry.pk])
    assert fill_in(as_coordinator, address, text="Nya ord").status_code == 302
    client.force_login(cast.project_office)
    assert client.get(address).status_code == 404


def test_enrolment_is_read_through_before_it_is_saved(as_coordinator, cast):
    """Nothing typed is lost on the way there and back, and the last page says who will see it."""
    address = reverse("participants:participation_create")
    rest = send(as_coordinator, as_coordinator.get(address), address, without_number=["on"])
    answers = {
        "first_name": "Ester",
        "last_name": "Lind",
        "birth_date": "1985-06-15",
        "sex": ["K"],
        "phone": "070-1740605",
        "consent_to": [cast.social_services.pk],
    }
    review = send(as_coordinator, rest, address, press="review", **answers)
    text = review.content.decode()
    assert not Participation.objects.exists()
    for told in ("Ester", "070-1740605", str(cast.social_services), str(cast.owner)):
        assert told in text
    back = send(as_coordinator, review, address, press="change", first_name="Ester")
    again = next(form for form in forms_of(back) if "first_name" in form["values"])
    assert again["values"]["phone"] == "070-1740605"
    assert again["values"]["consent_to"] == [str(cast.social_services.pk)]
    done = send(as_coordinator, review, address, first_name="Ester")
    assert done.status_code == 302
    assert Participation.objects.get().consents.get().organisation == cast.social_services
