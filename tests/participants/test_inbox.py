"""What waits for whom on Today."""

import datetime as dt

import pytest

from participants import rules
from participants.inbox import SHOWN_OF_EACH, inbox
from participants.models import Participation
from tests.factories import attach_evidence, make_consent, make_follow_up, make_journal_entry, make_participation


@pytest.fixture
def participation(participation):
    """Anna Åkesson, whose signed consent is there: nothing waits."""
    attach_evidence(participation.consents.get())
    return participation


def kinds(found):
    return {(line.kind, line.participation.ref, line.due_on.isoformat()) for line in found.lines}


def test_inbox_lists_steps_that_are_due_and_not_those_done_or_far_away(cast, participation):
    def step(on, **fields):
        return make_journal_entry(participation, cast.coordinator, "2017-03-01", next_step="Ring", next_step_on=on)

    step("2017-03-10")
    step("2017-03-16")
    step("2017-04-10")
    step("2017-06-01")
    done = step("2017-03-14")
    done.next_step_done_on = dt.date(2017, 3, 14)
    done.save()

    found = inbox(cast.coordinator, "mina")

    assert [[line.due_on.isoformat() for line in group.lines] for group in found.groups] == [
        ["2017-03-10"],
        ["2017-03-16"],
        ["2017-04-10"],
    ]
    assert [group.is_late for group in found.groups] == [True, False, False]
    assert (found.count, found.late) == (3, 1)


def test_inbox_does_not_show_steps_of_notes_one_may_not_read(cast, participation):
    make_journal_entry(participation, cast.coordinator, "2017-03-01", next_step="Internt", next_step_on="2017-03-16")
    assert inbox(cast.caseworker, "alla").count == 0


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ("2017-03-14", {("28d", "2017-04-11")}),
        ("2017-02-10", {("28d", "2017-03-10")}),
        ("2016-09-15", {("6m", "2017-03-15")}),
        ("2016-09-16", set()),  # 28 days long over, six months tomorrow
        ("2016-06-20", {("6m", "2016-12-20")}),
        ("2016-05-01", set()),
    ],
)
def test_inbox_asks_for_follow_ups_in_their_time(cast, left, expected):
    make_participation(cast.project, started_on="2016-01-11", ended_on=left, ref="D-1")
    assert {(kind, due) for kind, _ref, due in kinds(inbox(cast.coordinator, "alla"))} == expected


def test_inbox_keeps_asking_whoever_was_not_reached_and_stops_at_an_answer(cast):
    participation = make_participation(cast.project, started_on="2016-01-11", ended_on="2017-03-01", ref="D-1")
    make_follow_up(participation, "28d", exit_on="2017-03-01", answered_on="2017-03-10", answer="no_answer")
    assert kinds(inbox(cast.coordinator, "alla")) == {("28d", "D-1", "2017-03-29")}

    participation.follow_ups.update(answer="reached")
    assert inbox(cast.coordinator, "alla").count == 0


def test_last_exit_due_knows_short_months():
    assert rules.last_exit_due(dt.date(2017, 2, 28)) == dt.date(2016, 8, 31)
    assert rules.last_exit_due(dt.date(2017, 3, 15)) == dt.date(2016, 9, 15)
    assert rules.last_exit_due(dt.date(2017, 8, 31)) == dt.date(2017, 2, 28)


def test_inbox_warns_of_consents_that_run_out_unless_renewed(cast, participation):
    for to, until in [(cast.employment_service, "2017-04-01"), (cast.adult_education, "2017-12-01")]:
        attach_evidence(make_consent(participation, to, "2016-03-02", valid_to=until))
    make_journal_entry(participation, cast.coordinator, "2017-03-01")
    assert kinds(inbox(cast.coordinator, "mina")) == {("consent", participation.ref, "2017-04-01")}

    attach_evidence(make_consent(participation, cast.employment_service, "2017-03-14", valid_to="2018-03-14"))
    assert inbox(cast.coordinator, "mina").count == 0


def test_inbox_reminds_of_silence_after_sixty_days(cast):
    quiet = make_participation(cast.project, started_on="2016-12-01", ref="D-1")
    Participation.objects.filter(pk=quiet.pk).update(last_event_on=dt.date(2017, 1, 14))
    assert inbox(cast.coordinator, "alla").count == 0  # exactly sixty days
    Participation.objects.filter(pk=quiet.pk).update(last_event_on=dt.date(2017, 1, 13))
    assert kinds(inbox(cast.coordinator, "alla")) == {("silence", "D-1", "2017-03-14")}


def test_inbox_of_mine_and_of_all(cast, participation):
    make_participation(cast.project, started_on="2016-05-02", ref="other")
    assert {line.participation.ref for line in inbox(cast.coordinator, "mina").lines} == {participation.ref}
    assert {line.participation.ref for line in inbox(cast.coordinator, "alla").lines} == {participation.ref, "other"}


def test_inbox_asks_only_for_what_one_may_do(cast):
    make_participation(
        cast.project, started_on="2016-01-11", ended_on="2017-03-10", consent_to=[cast.social_services], ref="D-1"
    )
    assert inbox(cast.caseworker, "alla").count == 0
    assert inbox(cast.coordinator, "alla").counts == {"28d": 1, "papers": 1}


def test_inbox_caps_each_kind_and_counts_the_rest(cast):
    for number in range(SHOWN_OF_EACH + 3):
        make_participation(cast.project, started_on="2016-05-02", ref=f"D-{number}")
    found = inbox(cast.coordinator, "alla")
    assert len(found.lines) == SHOWN_OF_EACH
    assert [more.count for more in found.more] == [3]
    assert found.count == SHOWN_OF_EACH + 3
