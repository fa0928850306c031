"""The project record as the register and the project's own goal pages have it."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from enterprises.models import Enterprise
from participants.models import Participant
from partners.models import Organisation, Partnership, Project, ProjectGoal, User

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_grundsteget", stdout=out)
    return out.getvalue()


def test_load_grundsteget_records_both_numbers_and_both_rates():
    load()

    project = Project.objects.get(dnr="2015/00254")
    assert (project.planned_participants_register, project.target_base) == (200, 280)
    assert (project.goal_a_target, project.goal_b_target) == (140, 84)
    assert (project.budget_sek, project.grant_sek) == (33_367_914, 15_916_370)
    assert project.union_rate_percent == Decimal(50)
    assert (project.started_on, project.ended_on) == (dt.date(2015, 10, 1), dt.date(2018, 9, 30))
    assert (project.programme_area, project.specific_objective, project.intervention_type) == ("2", "2.1", "102")
    assert (project.postal_code, project.region) == ("41113", "Västsverige")
    assert (project.jobs_goal, project.jobs_at_start, project.jobs_horizon_year) == (1000, 300, 2020)
    assert project.led_by_civil_society
    assert not project.dedicated_to_women
    assert project.owner.name == "Coompanion Göteborgsregionen"


def test_load_grundsteget_gives_every_goal_and_role():
    load()

    assert set(ProjectGoal.objects.values_list("number", flat=True)) == {1, 2, 3, 4, 5, 6, 7}
    targets = [goal.target for goal in ProjectGoal.objects.all() if goal.target is not None]
    assert sorted(targets) == [1, 4, 4, 84, 100, 140]
    roles = set(Partnership.objects.values_list("role", flat=True))
    assert roles == set(Partnership.Role.values) - {Partnership.Role.EMPLOYS}
    assert Partnership.objects.exclude(started_on=dt.date(2015, 10, 1)).count() == 0
    assert Organisation.objects.filter(kind=Organisation.Kind.CITY_DISTRICT, parent__name="Göteborgs Stad").count() == 4


def test_load_grundsteget_brings_no_people():
    load()

    assert not Participant.objects.exists()
    assert not User.objects.exists()
    assert not Enterprise.objects.exists()


def test_load_grundsteget_again_changes_nothing():
    load()
    Project.objects.update(target_base=300)

    said = load()

    assert "nothing changed" in said
    assert Project.objects.get().target_base == 300
