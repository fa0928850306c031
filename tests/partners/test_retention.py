"""Until when documents are kept: what the rules ask for, and that nobody chooses less. (esf-rules.md 2.6)"""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from partners import actions, retention
from tests import factories


@pytest.fixture
def project(cast):
    return cast.project


def days(project):
    return [period.until for period in retention.periods(project)]


def test_periods_of_grundsteget_are_those_of_the_rules(project):
    """Ended on 2018-09-30: the funder's checks until 2022-12-31, bookkeeping until 2025-12-31."""
    assert days(project) == [dt.date(2025, 12, 31), dt.date(2022, 12, 31)]


def test_state_aid_is_the_longest_when_it_was_given(project):
    project.gave_state_aid = True
    assert days(project) == [dt.date(2028, 9, 30), dt.date(2025, 12, 31), dt.date(2022, 12, 31)]


@pytest.mark.parametrize(
    ("ended_on", "expected"),
    [
        ("2018-06-30", dt.date(2021, 12, 31)),
        ("2018-07-01", dt.date(2022, 12, 31)),
        ("2018-12-31", dt.date(2022, 12, 31)),
    ],
)
def test_accounting_year_of_the_funds_ends_in_june(project, ended_on, expected):
    project.ended_on = dt.date.fromisoformat(ended_on)
    assert expected in days(project)


def test_small_operation_is_kept_three_years(project):
    project.budget_sek = 5_000_000
    assert dt.date(2023, 12, 31) in days(project)
    project.budget_sek = 30_000_000
    assert dt.date(2022, 12, 31) in days(project)


def test_ten_years_after_a_leap_day(project):
    project.gave_state_aid, project.ended_on = True, dt.date(2016, 2, 29)
    assert dt.date(2026, 2, 28) in days(project)


def decide(project, by, **answers):
    values = {
        "retention_until": dt.date(2025, 12, 31),
        "retention_source": "ESF-rådets brev",
        "gave_state_aid": False,
        "hold_reason": "",
    }
    return actions.decide_retention(project=project, by=by, **{**values, **answers})


def test_decide_retention_refuses_less_than_the_law(project, project_office):
    with pytest.raises(ValidationError) as refused:
        decide(project, project_office, retention_until=dt.date(2022, 12, 31))
    assert refused.value.code == "retention_until"
    with pytest.raises(ValidationError):
        decide(project, project_office, gave_state_aid=True)
    project.refresh_from_db()
    assert project.retention_until is None


def test_project_is_kept_until_the_day_has_passed(project, project_office, on_day):
    assert project.is_kept
    project = decide(project, project_office)
    on_day("2025-12-31")
    assert project.is_kept
    on_day("2026-01-01")
    assert not project.is_kept


def test_hold_keeps_the_project_and_remembers_its_first_day(project, project_office, on_day):
    decide(project, project_office, hold_reason="Överklagat beslut")
    on_day("2026-01-01")
    project = decide(project, project_office, hold_reason="Överklagat beslut, mål 12-17")
    assert project.is_kept
    assert project.retention_held_on == dt.date(2017, 3, 15)
    assert not decide(project, project_office).is_kept


def test_database_wants_a_source_for_the_day(project):
    project.retention_until = dt.date(2025, 12, 31)
    with pytest.raises(IntegrityError), transaction.atomic():
        project.save()


def test_retention_edit_shows_the_periods_and_saves_the_day(as_project_office, project):
    address = reverse("partners:retention_edit", kwargs={"project": project.slug})
    page = as_project_office.get(address).content.decode()
    assert page.index("2025-12-31") < page.index("2022-12-31")
    assert "bokföringslagen" in page
    answers = {"retention_until": "2025-12-31", "retention_source": "ESF-rådets brev"}
    assert as_project_office.post(address, answers).status_code == 302
    page = as_project_office.get(reverse("partners:partnership_list")).content.decode()
    assert "2025-12-31" in page
    assert as_project_office.post(address, {**answers, "retention_until": "2020-01-01"}).status_code == 422


def test_only_the_owner_decides(as_coordinator, log_in, cast, project):
    address = reverse("partners:retention_edit", kwargs={"project": project.slug})
    assert as_coordinator.get(address).status_code == 403
    elsewhere = factories.make_organisation("Annan projektägare")
    factories.make_project(elsewhere, dnr="2016/00001", name="Annat")
    factories.make_partnership(elsewhere, project)
    assert log_in(factories.make_user("Elsa", elsewhere, "project_office")).get(address).status_code == 403
