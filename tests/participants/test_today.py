"""Today: lines that rest, counts that equal the lists, and the mail that says what waits."""

import datetime as dt
import random
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grundsteget.dates import today
from participants import actions, follow_ups, rules, tasks
from participants import inbox as inboxes
from participants.inbox import inbox, max_queries, sources
from participants.models import (
    AttendanceCertificate,
    DigestChoice,
    DigestMail,
    Participant,
    Participation,
    Snooze,
)
from partners.models import AccessLog, Membership
from reporting.inbox import DRAFT
from reporting.models import Report
from tests import factories
from tests.filling import fill_in, forms_of
from tests.participants.test_views_overview import element

TODAY = reverse("participants:today")
SNOOZE = reverse("participants:today_snooze")
WAKE = reverse("participants:today_wake")
DIGEST = reverse("participants:digest_edit")


@pytest.fixture
def step(cast, participation):
    """One thing waits: a next step on 20 March."""
    factories.attach_evidence(participation.consents.get())
    return factories.make_journal_entry(
        participation, cast.coordinator, "2017-03-14", next_step="Ringa läraren", next_step_on="2017-03-20"
    )


def snooze(client, step, **answers):
    return client.post(SNOOZE, {"kind": inboxes.STEP, "row": step.pk, "flik": "mina", **answers})


def waiting(user, tab="mina"):
    return [line.key for line in inbox(user, tab).lines]


def resting(user, tab="mina"):
    return [(line.key, line.until.isoformat()) for line in inbox(user, tab).resting]


# --- Snooze -----------------------------------------------------------------------------------------


def test_snoozed_line_rests_until_the_day_and_comes_back_by_itself(cast, step, as_coordinator, on_day):
    response = snooze(as_coordinator, step, until="2017-03-18")
    assert response.status_code == 302
    assert (waiting(cast.coordinator), resting(cast.coordinator)) == ([], [(f"step-{step.pk}", "2017-03-18")])
    assert inbox(cast.coordinator, "mina").count == 0

    on_day("2017-03-17")
    assert waiting(cast.coordinator) == []
    on_day("2017-03-18")
    assert (waiting(cast.coordinator), resting(cast.coordinator)) == ([f"step-{step.pk}"], [])


def test_snooze_by_a_button_says_how_many_days(cast, step, as_coordinator):
    snooze(as_coordinator, step, soon="7", until="")
    assert resting(cast.coordinator) == [(f"step-{step.pk}", "2017-03-22")]


def test_changed_due_date_wakes_a_line(cast, step, as_coordinator):
    snooze(as_coordinator, step, until="2017-03-30")
    step.next_step_on = dt.date(2017, 3, 21)
    step.save()
    assert (waiting(cast.coordinator), resting(cast.coordinator)) == ([f"step-{step.pk}"], [])


def test_follow_up_of_a_new_exit_is_not_put_off_with_the_old_one(cast, as_coordinator):
    person = factories.make_participation(
        cast.project, started_on="2016-01-11", ended_on="2017-03-01", lead=cast.coordinator
    )
    as_coordinator.post(SNOOZE, {"kind": "28d", "row": person.pk, "soon": "7"})
    assert not waiting(cast.coordinator)
    Participation.objects.filter(pk=person.pk).update(left_on=dt.date(2017, 3, 10))
    assert waiting(cast.coordinator) == [f"28d-{person.pk}"]


def test_snooze_is_the_users_own(cast, step, as_coordinator):
    colleague = factories.make_user("Kajsa", cast.owner, Membership.Role.COORDINATOR)
    snooze(as_coordinator, step, soon="7")
    assert waiting(colleague, "alla") == [f"step-{step.pk}"]


def test_snoozing_again_moves_the_day_and_ended_ones_are_cleared(cast, step, as_coordinator, on_day):
    snooze(as_coordinator, step, until="2017-03-16")
    snooze(as_coordinator, step, until="2017-03-17")
    assert [one.until.isoformat() for one in Snooze.objects.all()] == ["2017-03-17"]
    on_day("2017-03-20")
    snooze(as_coordinator, step, until="2017-03-25")
    assert [one.until.isoformat() for one in Snooze.objects.all()] == ["2017-03-25"]


@pytest.mark.parametrize("until", ["2017-03-15", "2017-03-01", "2017-06-14", "snart", ""])
def test_snooze_refuses_a_day_that_is_no_good_and_says_so_beside_the_line(cast, step, as_coordinator, until):
    response = snooze(as_coordinator, step, until=until)
    assert response.status_code == 422
    line = element(response.text, f"step-{step.pk}")
    assert 'role="alert"' in line
    assert "open" in line
    assert waiting(cast.coordinator) == [f"step-{step.pk}"]


def test_last_day_of_a_snooze(cast, step):
    rules.check_snooze(dt.date(2017, 6, 13))
    with pytest.raises(ValidationError):
        rules.check_snooze(dt.date(2017, 6, 14))


@pytest.mark.parametrize("who", ["as_stranger", "as_caseworker"])
def test_line_that_does_not_wait_for_me_is_not_there_to_put_off(request, step, who):
    client = request.getfixturevalue(who)
    assert snooze(client, step, soon="1").status_code == 404
    assert not Snooze.objects.exists()


@pytest.mark.parametrize(("kind", "row"), [("nonsense", 1), ("step", 987654), ("report_draft", 1)])
def test_unknown_line_is_not_found(as_coordinator, cast, kind, row):
    assert as_coordinator.post(SNOOZE, {"kind": kind, "row": row, "soon": "1"}).status_code == 404


def test_resting_line_is_woken_from_the_page(cast, step, as_coordinator):
    snooze(as_coordinator, step, soon="7")
    page = as_coordinator.get(f"{TODAY}?flik=mina")
    form = next(form for form in forms_of(page) if form["attributes"].get("action") == WAKE)
    response = as_coordinator.post(WAKE, form["values"])
    assert response["Location"].endswith("?flik=mina")
    assert waiting(cast.coordinator) == [f"step-{step.pk}"]
    assert as_coordinator.post(WAKE, {"kind": "x", "row": "9" * 30}).status_code == 302


def test_resting_line_about_somebody_no_longer_visible_is_gone(cast, step, as_coordinator):
    snooze(as_coordinator, step, soon="7")
    Participant.objects.update(protection=Participant.Protection.SECRECY_FLAG)
    colleague = factories.make_user("Kajsa", cast.owner, Membership.Role.COORDINATOR)
    Snooze.objects.update(user=colleague)
    assert not resting(colleague, "alla")


def test_looking_at_what_rests_is_logged(cast, step, as_coordinator):
    snooze(as_coordinator, step, soon="7")
    as_coordinator.get(TODAY)
    assert AccessLog.objects.latest("pk").participations == [step.participation_id]


def test_plan_step_is_ticked_from_today(cast, participation, as_coordinator):
    factories.attach_evidence(participation.consents.get())
    goal = factories.make_goal(participation, cast.coordinator)
    step = factories.make_step(goal, cast.coordinator, due_on="2017-03-20")
    page = as_coordinator.get(TODAY)
    address = reverse("participants:plan_step_state", args=[participation.pk, step.pk])
    form = next(form for form in forms_of(page) if form["attributes"].get("action") == address)
    response = as_coordinator.post(address, form["values"])
    assert response["Location"] == TODAY
    step.refresh_from_db()
    assert step.state == "done"


def test_step_about_health_is_not_told_on_today(cast, participation):
    goal = factories.make_goal(participation, cast.coordinator, area="halsa")
    factories.make_step(goal, cast.coordinator, due_on="2017-03-20", what="Läkarbesök")
    found = [line for line in inbox(cast.coordinator, "mina").lines if line.kind == inboxes.PLAN_STEP]
    assert len(found) == 1
    assert "Läkarbesök" not in found[0].why


def test_page_of_one_kind_keeps_the_counts_of_all(cast, step, as_coordinator):
    factories.make_rectification(step.participation, cast.coordinator)
    page = as_coordinator.get(f"{TODAY}?flik=mina&visa=step")
    shown = page.context["inbox"]
    assert {line.kind for line in shown.lines} == {"step"}
    assert shown.counts == {"step": 1, "rectification": 1}


# --- What apps above ask for --------------------------------------------------------------------------


def test_draft_of_a_report_waits_for_those_who_freeze_it(cast):
    report = Report.objects.create(
        project=cast.project,
        title="Lägesrapport",
        cut_off=dt.date(2017, 3, 1),
        rule_set="2018-08-02",
        requested_by=cast.project_office,
        state=Report.State.DRAFT,
        sha256="0" * 64,
    )
    lines = [line for line in inbox(cast.project_office, "alla").lines if line.kind == DRAFT]
    assert [(line.about, line.participation) for line in lines] == [("Lägesrapport", None)]
    actions.snooze_line(line=lines[0], until=dt.date(2017, 3, 20), by=cast.project_office)
    assert resting(cast.project_office, "alla") == [(f"{DRAFT}-{report.pk}", "2017-03-20")]
    assert DRAFT not in inbox(cast.coordinator, "alla").counts


# --- Equal to the lists (the counts of Today are those of the pages) ------------------------------------


def random_world(cast, seed):
    """Two dozen people at every point of their way."""
    chance = random.Random(seed)

    def some_day(first="2016-01-11", last="2017-03-14"):
        first, last = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        return first + dt.timedelta(days=chance.randrange((last - first).days + 1))

    for number in range(24):
        person = factories.make_participation(
            cast.project,
            started_on=some_day(last="2016-06-01"),
            ended_on=some_day("2016-06-01") if chance.random() < 0.5 else None,
            lead=cast.coordinator if chance.random() < 0.5 else None,
            ref=f"S-{number}",
        )
        consent = factories.make_consent(
            person, cast.social_services, "2016-06-01", valid_to=some_day("2017-03-01", "2017-06-01")
        )
        if chance.random() < 0.5:
            factories.attach_evidence(consent)
        if person.left_on and chance.random() < 0.4:
            factories.make_follow_up(
                person,
                chance.choice(["28d", "6m"]),
                exit_on=person.left_on,
                answered_on="2017-03-14",
                answer=chance.choice(["reached", "no_answer", "declined"]),
            )
        if chance.random() < 0.5:
            factories.make_outcome(person, "job", some_day("2016-06-01"))
        if chance.random() < 0.4:
            factories.make_rectification(person, cast.coordinator)
        if chance.random() < 0.7:
            make_certificate(person, chance.choice(AttendanceCertificate.State.values))
        if chance.random() < 0.4:
            factories.make_referral(person, cast.caseworker, cast.owner)
        Participation.objects.filter(pk=person.pk).update(last_event_on=some_day("2016-11-01"))


def make_certificate(person, state, month="2017-02-01"):
    is_signed = state != AttendanceCertificate.State.DRAFT
    return AttendanceCertificate.objects.create(
        participation=person,
        month=dt.date.fromisoformat(month),
        state=state,
        sha256="0" * 64 if is_signed else "",
        rows=[] if is_signed else None,
    )


def on_the_lists(client, user, tab):
    """Kind → how many rows the page of that kind shows."""

    def page(name, **params):
        return client.get(reverse(f"participants:{name}"), {"flik": tab, **params}).context

    follow_up = page("follow_up_list")["rows"]
    return {
        "28d": sum(row.question.milestone == "28d" for row in follow_up),
        "6m": sum(row.question.milestone == "6m" for row in follow_up),
        "consent": page("consent_list", visa="snart")["count"],
        "silence": len(page("participation_list", tyst="1")["page"].rows),
        "papers": page("document_missing")["count"],
        **{
            kind: len(page("attendance_certificates", visa=state, manad="2017-02")["rows"])
            for kind, state in [
                ("certificate_sign", "utkast"),
                ("certificate_certify", "signerat"),
                ("certificate_approve", "intygat"),
                ("certificate_lock", "attesterat"),
            ]
            if kind.endswith(("sign", "certify")) or user.memberships.filter(role="project_office").exists()
        },
        "rectification": len(page("rectification_list")["waiting"]),
        "referral": sum(row.state == "sent" for row in page("referral_list")["rows"]),
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("who", ["coordinator", "project_office"])
def test_counts_of_today_equal_the_lists(cast, log_in, who, seed):
    random_world(cast, seed)
    user = getattr(cast, who)
    listed = on_the_lists(log_in(user), user, "alla")
    counts = inbox(user, "alla").counts
    assert sum(listed.values()) > 20, "the world is empty"
    assert {kind: counts.get(kind, 0) for kind in listed} == listed


@pytest.mark.parametrize("seed", range(2))
def test_counts_of_mine_equal_the_lists_of_mine(cast, log_in, seed):
    random_world(cast, seed)
    listed = on_the_lists(log_in(cast.coordinator), cast.coordinator, "mina")
    counts = inbox(cast.coordinator, "mina").counts
    # The board, the requests to correct and the referrals have no tabs.
    for kind in ("28d", "6m", "consent", "silence", "papers"):
        assert counts.get(kind, 0) == listed[kind], kind


def test_what_rests_is_the_difference_to_the_lists(cast):
    random_world(cast, 1)
    before = inbox(cast.coordinator, "alla")
    put_off = before.lines[::3]
    for line in put_off:
        actions.snooze_line(line=line, until=dt.date(2017, 3, 20), by=cast.coordinator)
    after = inbox(cast.coordinator, "alla")
    assert after.count == before.count - len(put_off)
    assert {line.key for line in after.resting} == {line.key for line in put_off}
    assert not {line.key for line in after.lines} & {line.key for line in put_off}


# --- One budget ---------------------------------------------------------------------------------------


def queries(user):
    with CaptureQueriesContext(
        connection,
    ) as found:
        inbox(user, "alla")
    return len(found)


@pytest.mark.parametrize("who", ["coordinator", "caseworker", "supervisor", "project_office"])
def test_today_stays_within_its_budget_of_queries(cast, who):
    user = getattr(cast, who)
    random_world(cast, 0)
    inbox(user, "alla")  # her rights are asked for once
    few = queries(user)
    for line in inbox(user, "alla").lines:
        actions.snooze_line(line=line, until=dt.date(2017, 3, 20), by=user)
    for seed in (1, 2):
        factories.make_participation(cast.project, started_on="2016-05-02", ref=f"more-{seed}")
    many = queries(user)
    assert max(few, many) <= max_queries(sources(user))


def test_today_asks_the_same_for_one_row_and_for_twenty_five(cast):
    def silent_person(number):
        factories.make_participation(cast.project, started_on="2016-05-02", ref=f"T-{number}")

    silent_person(0)
    inbox(cast.coordinator, "alla")
    one = queries(cast.coordinator)
    for number in range(1, 25):
        silent_person(number)
    assert queries(cast.coordinator) == one


# --- Mail ---------------------------------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch, settings):
    """`at("2017-03-16 08:00")` is that moment in Sweden."""

    def move(text):
        moment = dt.datetime.fromisoformat(text)
        settings.DEMO_TODAY = moment.date()
        local = moment.replace(tzinfo=dt.UTC) - dt.timedelta(hours=1)  # Winter time.
        monkeypatch.setattr("participants.actions.inbox.now", lambda: local)

    return move


@pytest.fixture
def daily(cast, step):
    """Chosen on 15 March, a Wednesday."""
    return actions.choose_digest(frequency="daily", weekday=0, by=cast.coordinator)


def test_digest_says_how_many_of_each_kind_and_nothing_about_anybody(cast, daily, step, at):
    at("2017-03-16 07:00")
    tasks.mail_digests()
    [sent] = mail.outbox
    assert sent.to == [cast.coordinator.email]
    assert reverse("participants:today") in sent.body
    assert reverse("participants:digest_edit") in sent.body
    assert ": 1\n" in sent.body
    for secret in ("Anna", "Åkesson", "G-001", "Ringa", "läraren"):
        assert secret not in sent.subject + sent.body


def test_digest_is_sent_once_a_period_whoever_asks_twice(cast, daily, at):
    at("2017-03-16 07:00")
    assert [actions.mail_digests(), actions.mail_digests()] == [1, 0]
    at("2017-03-16 15:00")
    assert actions.mail_digests() == 0
    at("2017-03-17 06:00")
    assert actions.mail_digests() == 1
    assert [one.period_on.isoformat() for one in DigestMail.objects.order_by("period_on")] == [
        "2017-03-16",
        "2017-03-17",
    ]


@pytest.mark.parametrize(
    ("frequency", "weekday", "moment", "expected"),
    [
        ("daily", 0, "2017-03-15 23:00", None),  # the day it was chosen
        ("daily", 0, "2017-03-16 05:59", None),
        ("daily", 0, "2017-03-16 06:00", "2017-03-16"),
        ("daily", 0, "2017-03-18 09:00", None),  # Saturday
        ("daily", 0, "2017-03-19 09:00", None),
        ("weekly", 0, "2017-03-19 09:00", None),  # last Monday was before the choice
        ("weekly", 0, "2017-03-20 05:59", None),
        ("weekly", 0, "2017-03-20 06:00", "2017-03-20"),
        ("weekly", 0, "2017-03-22 12:00", "2017-03-20"),  # made up for
        ("weekly", 4, "2017-03-17 08:00", "2017-03-17"),
        ("weekly", 2, "2017-03-15 08:00", None),
        ("off", 0, "2017-03-20 08:00", None),
    ],
)
def test_digest_period(cast, frequency, weekday, moment, expected):
    choice = DigestChoice(user=cast.coordinator, frequency=frequency, weekday=weekday, chosen_on=dt.date(2017, 3, 15))
    period = rules.digest_period(choice, dt.datetime.fromisoformat(moment))
    assert (period and period.isoformat()) == expected


def test_digest_is_due_by_swedish_time(cast, daily, monkeypatch, settings):
    """Summer time: six in Sweden is four in London's winter."""
    settings.DEMO_TODAY = dt.date(2017, 4, 3)
    for hour, expected in [(3, 0), (4, 1)]:
        moment = dt.datetime(2017, 4, 3, hour, 30, tzinfo=dt.UTC)
        monkeypatch.setattr("participants.actions.inbox.now", lambda moment=moment: moment)
        assert actions.mail_digests() == expected


def test_digest_is_not_sent_when_nothing_waits(cast, daily, step, at):
    step.next_step_done_on = dt.date(2017, 3, 14)
    step.save()
    at("2017-03-16 07:00")
    assert actions.mail_digests() == 0
    assert not mail.outbox
    step.next_step_done_on = None
    step.save()
    at("2017-03-16 09:00")
    assert actions.mail_digests() == 0  # what comes later that day waits for the next mail


def test_digest_does_not_count_what_rests(cast, daily, step, at, as_coordinator):
    snooze(as_coordinator, step, until="2017-03-17")
    at("2017-03-16 07:00")
    assert actions.mail_digests() == 0
    at("2017-03-17 07:00")
    assert actions.mail_digests() == 1


def test_digest_waits_for_a_mail_server_that_is_down(cast, daily, at, monkeypatch):
    def refuse(*args, **kwargs):
        raise SMTPServerDisconnected

    at("2017-03-16 07:00")
    with monkeypatch.context() as broken:
        broken.setattr("participants.actions.inbox.send_mail", refuse)
        assert actions.mail_digests() == 0
    assert not DigestMail.objects.exists()
    assert actions.mail_digests() == 1


def test_one_mail_that_fails_stops_no_other(cast, daily, at, monkeypatch):
    actions.choose_digest(frequency="daily", weekday=0, by=cast.project_office)
    sent = []

    def half(subject, body, sender, to):
        if cast.coordinator.email in to:
            raise SMTPServerDisconnected
        sent.append(to)

    DigestChoice.objects.update(chosen_on=dt.date(2017, 3, 15))
    at("2017-03-16 07:00")
    monkeypatch.setattr("participants.actions.inbox.send_mail", half)
    assert actions.mail_digests() == 1
    assert sent == [[cast.project_office.email]]


@pytest.mark.parametrize("how", ["paused", "ended", "inactive"])
def test_digest_is_not_sent_to_somebody_who_is_paused_or_gone(cast, daily, at, how):
    if how == "inactive":
        cast.coordinator.is_active = False
        cast.coordinator.save()
    elif how == "paused":
        Membership.objects.filter(user=cast.coordinator).update(paused_on=dt.date(2017, 3, 15))
    else:
        Membership.objects.filter(user=cast.coordinator).update(ended_on=dt.date(2017, 3, 15))
    at("2017-03-16 07:00")
    assert actions.mail_digests() == 0
    assert not mail.outbox


def test_digest_counts_what_today_shows(cast, daily, at):
    random_world(cast, 3)
    at("2017-03-16 07:00")
    actions.mail_digests()
    shown = inbox(cast.coordinator, "mina")
    assert DigestMail.objects.get().waiting == shown.count
    lines = [line for line in mail.outbox[0].body.splitlines() if ": " in line]
    assert [int(line.rpartition(": ")[2]) for line in lines] == [one.count for one in shown.by_kind]


def test_digest_is_chosen_on_a_page_of_its_own(cast, step, as_coordinator):
    response = fill_in(as_coordinator, DIGEST, frequency="weekly", weekday="4")
    assert response.status_code == 302
    choice = DigestChoice.objects.get()
    assert (choice.user, choice.frequency, choice.weekday) == (cast.coordinator, "weekly", 4)
    fill_in(as_coordinator, DIGEST, frequency="off")
    assert DigestChoice.objects.get().frequency == "off"


def test_same_choice_again_leaves_the_mail_owed(cast, daily, on_day):
    on_day("2017-03-16")
    actions.choose_digest(frequency="daily", weekday=0, by=cast.coordinator)
    assert DigestChoice.objects.get().chosen_on == dt.date(2017, 3, 15)
    actions.choose_digest(frequency="weekly", weekday=0, by=cast.coordinator)
    assert DigestChoice.objects.get().chosen_on == today()


def test_every_question_of_the_follow_up_list_is_asked_by_today(cast):
    """The same rows, person by person."""
    random_world(cast, 2)
    visible = Participation.objects.visible_to(cast.coordinator)
    for milestone in ("28d", "6m"):
        source = next(one for one in sources(cast.coordinator) if one.kind == milestone)
        listed = set(follow_ups.to_ask(visible, milestone).values_list("pk", flat=True))
        assert set(source.of(cast.coordinator, "alla").values_list("pk", flat=True)) == listed
