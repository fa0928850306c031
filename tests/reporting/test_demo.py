"""The demo: deterministic, believable, and only as far as its day."""

import datetime as dt
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F, Q

from grundsteget.commands import Refused
from participants import identity
from participants.models import Activity, Consent, HoursMonth, JournalEntry, Outcome, Participant, Participation, Stint
from partners.models import Project, User
from reporting import facts
from reporting.demo import partners, paths
from reporting.demo.schedule import PLAYED_ON
from reporting.models import Fact


@pytest.fixture
def demo_mode(settings):
    settings.DEMO_MODE = True
    return settings


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_load_demo_refuses_outside_demo_mode():
    with pytest.raises(Refused, match="DEMO_MODE: is off"):
        load()


@pytest.mark.django_db
def test_load_demo_refuses_a_database_with_other_people(demo_mode, participation):
    with pytest.raises(Refused, match="holds people that are not the demo's"):
        load()


@pytest.mark.django_db
def test_load_demo_tells_the_headline_and_the_log_ins(demo_mode):
    said = load()

    goals = Counter(Fact.objects.values_list("goal", flat=True))
    assert goals == {"A": 58, "B": 34, "ongoing": 85, "pending": 9, "none": 19}
    assert "205 participants, 120 have left" in said
    assert "goal 1: 58 of 140" in said
    for role in ("koordinator", "soc", "af", "vux", "handledare", "kontor", "styrgrupp", "kontrollant", "admin"):
        assert f"{role}@{partners.DOMAIN}" in said
        assert User.objects.get(email=partners.email(role)).check_password(demo_mode.DEMO_PASSWORD)


@pytest.mark.django_db
def test_load_demo_again_changes_nothing_and_another_day_is_refused(demo_mode, on_day):
    load()
    before = Participation.objects.count(), JournalEntry.objects.count()

    assert "nothing changed" in load()
    assert (Participation.objects.count(), JournalEntry.objects.count()) == before

    on_day("2017-03-16")
    with pytest.raises(Refused, match="loaded as of 2017-03-15"):
        load()


@pytest.mark.django_db
def test_load_demo_knows_nothing_of_the_future(demo_mode):
    load()

    assert not Stint.objects.filter(Q(started_on__gt=PLAYED_ON) | Q(ended_on__gt=PLAYED_ON)).exists()
    assert not Outcome.objects.filter(Q(started_on__gt=PLAYED_ON) | Q(ended_on__gt=PLAYED_ON)).exists()
    assert not JournalEntry.objects.filter(
        Q(happened_on__gt=PLAYED_ON) | Q(next_step_done_on__gt=PLAYED_ON) | Q(next_step_done_on__lt=F("happened_on"))
    ).exists()
    assert not HoursMonth.objects.filter(month__gt="2017-02-01").exists()
    assert Activity.objects.filter(ended_on__gt=PLAYED_ON).exists(), "planned ends of courses are kept"


@pytest.mark.django_db
def test_load_demo_at_the_end_of_the_project_reaches_both_goals(demo_mode, on_day):
    on_day("2018-09-30")

    load()

    goals = Counter(Fact.objects.values_list("goal", flat=True))
    assert goals.total() == 280
    assert 136 <= goals["A"] <= 145
    assert 80 <= goals["B"] <= 88
    assert goals["ongoing"] == goals["pending"] == 0


@pytest.mark.django_db
def test_load_demo_has_what_is_rare_too(demo_mode):
    load()

    kinds = Counter(Participant.objects.values_list("identity_kind", flat=True))
    assert kinds[identity.Kind.COORDINATION] >= 5
    assert kinds[""] == 1
    assert Participant.objects.exclude(protection="none").count() == 2
    assert Stint.objects.filter(exit_reason="felregistrering").count() == 1
    assert Participation.objects.filter(near_employment=True).exists()
    assert Fact.objects.filter(on_the_way="A").count() > 5
    assert Fact.objects.filter(is_complete=False).count() > 5
    assert Consent.objects.filter(withdrawn_on__isnull=False).exists()
    soon = PLAYED_ON + dt.timedelta(days=30)
    assert Consent.objects.filter(valid_to__range=(PLAYED_ON, soon)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["soc", "af", "vux", "handledare"])
def test_load_demo_shows_partners_a_part(demo_mode, role):
    load()

    seen = Participation.objects.visible_to(User.objects.get(email=partners.email(role))).count()

    assert 5 < seen < 150


@pytest.mark.django_db
def test_load_demo_leaves_facts_that_agree_with_the_cases(demo_mode):
    load()

    assert facts.astray(Project.objects.get()) == 0


def test_lives_are_the_same_each_time():
    assert paths.lives() == paths.lives()


def test_lives_have_test_numbers_and_names_of_their_own():
    people = [life.person for life in paths.lives()]

    numbers = [person.number for person in people if person.number]
    assert len(numbers) == len(set(numbers)) == len(people) - 1
    assert all(identity.parse(number).is_test_number for number in numbers)
    assert len({(person.first_name, person.last_name) for person in people}) == len(people)


def test_lives_say_nothing_twice_about_the_same_day():
    for life in paths.lives():
        starts = [stint.start for stint in life.stints]
        assert starts == sorted(set(starts))
        assert all(stint.start <= stint.end for stint in life.stints)
        assert all(one.start <= one.end for one in life.activities)
        assert all(one.step_on is None or one.step_on >= one.day for one in life.notes)
