"""What the tab *Historik* tells: every change by whatever way, in plain words, and nothing one may not know of."""

import datetime as dt

import pytest

from participants import history
from participants.models import HoursMonth, JournalEntry, Outcome, Stint
from partners.change_log import by, forget
from tests import factories

pytestmark = pytest.mark.django_db


def told(user, participation) -> list[tuple[str, str, list[str]]]:
    changes = history.changes(user, participation)
    return [(change.who, change.what, change.details) for change in changes for _ in range(change.times)]


def test_bulk_write_is_told_with_dates_from_what_to_what(participation, coordinator):
    with by(user=coordinator):
        Stint.objects.filter(participation=participation).update(started_on=dt.date(2016, 2, 1))
    who, what, details = told(coordinator, participation)[0]
    assert (who, what) == ("Karin Koordinator", "ändrade: period")
    assert details == ["Start: från 2016-03-01 till 2016-02-01"]


def test_choices_are_told_by_their_names(participation, coordinator):
    outcome = factories.make_outcome(participation, "job", "2016-09-01")
    Outcome.objects.filter(pk=outcome.pk).update(kind="education")
    [detail] = told(coordinator, participation)[0][2]
    assert str(Outcome.Kind.EDUCATION.label) in detail
    assert "education" not in detail


def test_removal_is_told_and_nobody_is_the_system(participation, coordinator):
    factories.make_outcome(participation, "job", "2016-09-01").delete()
    assert told(coordinator, participation)[0][:2] == ("systemet", "tog bort: utfall")


def test_note_of_another_organisation_is_told_to_those_who_may_read_it(cast, participation):
    factories.make_journal_entry(participation, cast.caseworker, "2017-01-02", text="Vårt.")
    ours, theirs = told(cast.caseworker, participation), told(cast.coordinator, participation)
    assert len(ours) == len(theirs) + 1
    JournalEntry.objects.update(is_shared=True)
    assert len(told(cast.coordinator, participation)) == len(theirs) + 2


def test_another_participation_of_the_same_person_is_not_told(cast, participation):
    project = factories.make_project(cast.owner, dnr="2017/00001")
    before = told(cast.coordinator, participation)
    other = factories.make_participation(project, participant=participation.participant, ref="other")
    factories.make_outcome(other, "job", "2016-09-01")
    assert told(cast.coordinator, participation) == before


def test_what_is_erased_is_told_without_what_it_was(participation, coordinator):
    Stint.objects.filter(participation=participation).update(started_on=dt.date(2016, 2, 1))
    forget(participation_ids=[participation.pk], participant_ids=[], certificate="E-1")
    assert told(coordinator, participation)[0][1:] == ("ändrade: period", [])


def test_same_thing_done_many_times_at_once_is_one_line(participation, coordinator):
    HoursMonth.objects.bulk_create(
        HoursMonth(participation=participation, month=dt.date(2016, month, 1), hours=10) for month in (4, 5, 6)
    )
    newest = history.changes(coordinator, participation)[0]
    assert (newest.what, newest.times) == ("lade till: månadens timmar", 3)


def test_history_takes_one_query(participation, coordinator, django_assert_num_queries):
    history.changes(coordinator, participation)
    for number in (1, 25):
        for month in range(number):
            factories.make_outcome(participation, "job", "2016-09-01", employer=f"Arbete {number} {month}")
        with django_assert_num_queries(1):
            assert sum(change.times for change in history.changes(coordinator, participation)) > number
