"""Co-financing: locked hours × the unit cost of the month, by payer; what is missing is named and never guessed."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, cofinancing, rules
from participants.models import AttendanceCertificate, AttendanceTotal, UnitCost
from tests.factories import day, make_compensation, make_organisation, make_participation, make_project
from tests.filling import fill_in

State = AttendanceCertificate.State
OVERVIEW = reverse("participants:cofinancing_overview")
DOWNLOAD = reverse("participants:cofinancing_download")


def make_locked(participation, month="2017-02-01", *, version=1, counts=True, **hours):
    """A certificate as locking leaves it; `hours` by code of compensation."""
    certificate = AttendanceCertificate.objects.create(
        participation=participation,
        month=day(month),
        version=version,
        state=State.LOCKED,
        rows=[],
        hours=sum(hours.values()),
        sha256="0" * 64,
        counts=counts,
        replaced_at=None if counts else dt.datetime(2017, 3, 10, tzinfo=dt.UTC),
    )
    for code, value in hours.items():
        AttendanceTotal.objects.create(certificate=certificate, compensation=make_compensation(code), hours=value)
    return certificate


def make_cost(project, code="forsorjningsstod", sek="120.50", valid_from="2015-10-01"):
    return UnitCost.objects.create(
        project=project,
        compensation=make_compensation(code),
        valid_from=day(valid_from),
        sek_per_hour=Decimal(sek),
        source="Beslut för testet",
    )


def quarters(project):
    return cofinancing.quarters(cofinancing.lines_of(project), rules.month_name)


def test_amount_is_hours_times_the_unit_cost(project, participation):
    make_cost(project)
    make_locked(participation, forsorjningsstod=Decimal("10.5"))

    (line,) = cofinancing.lines_of(project)
    assert line.amount == Decimal("1265.25")


def test_amount_is_that_of_the_month(project, participation):
    make_cost(project, sek="100")
    make_cost(project, sek="110", valid_from="2017-02-01")
    make_locked(participation, "2017-01-01", forsorjningsstod=10)
    make_locked(participation, "2017-02-01", forsorjningsstod=10)

    assert [line.amount for line in cofinancing.lines_of(project)] == [1100, 1000]


def test_missing_unit_cost_is_named_and_never_guessed(project, participation):
    make_cost(project, valid_from="2017-03-01")
    make_locked(participation, "2017-02-01", forsorjningsstod=10, sjukpenning=5)

    lines = cofinancing.lines_of(project)

    assert [line.amount for line in lines] == [None, None]
    assert [(one.compensation.code, one.since, one.hours) for one in cofinancing.missing(lines)] == [
        ("forsorjningsstod", dt.date(2017, 2, 1), 10),
        ("sjukpenning", dt.date(2017, 2, 1), 5),
    ]
    assert quarters(project)[0].total.amount is None


def test_part_of_a_sum_that_is_known_is_told_beside_what_is_missing(project, participation):
    make_cost(project, "aktivitetsstod", "100")
    make_locked(participation, aktivitetsstod=10, lonebidrag=5)

    (af,) = quarters(project)[0].sums
    assert (af.payer, af.hours, af.known, af.amount) == ("af", 15, 1000, None)


def test_sums_by_payer_month_and_quarter_agree(project, participation):
    for code in ("forsorjningsstod", "aktivitetsstod", "sjukpenning"):
        make_cost(project, code, "100")
    make_locked(participation, "2016-12-01", forsorjningsstod=1)
    make_locked(participation, "2017-01-01", forsorjningsstod=2, aktivitetsstod=4)
    make_locked(participation, "2017-02-01", forsorjningsstod=8, sjukpenning=16)

    newest, oldest = quarters(project)

    assert {one.payer: one.hours for one in newest.sums} == {"kommun": 10, "af": 4, "fk": 16}
    assert newest.total.hours == sum(month.total.hours for month in newest.months) == 30
    assert newest.total.amount == 3000
    assert oldest.total.hours == 1


def test_only_the_version_that_counts_is_counted(project, participation):
    make_cost(project)
    make_locked(participation, counts=False, forsorjningsstod=99)
    make_locked(participation, version=2, forsorjningsstod=10)
    AttendanceCertificate.objects.create(participation=participation, month=day("2017-01-01"))

    assert [line.hours for line in cofinancing.lines_of(project)] == [10]


def test_hours_that_nobody_pays_are_no_co_financing(project, participation):
    make_locked(participation, ingen=10)

    assert cofinancing.lines_of(project) == []


def test_other_projects_hours_stay_there(cast, project, participation):
    make_locked(participation, forsorjningsstod=10)

    other = make_project(make_organisation("Annan"), dnr="2016/00001", name="Annat")

    assert cofinancing.lines_of(other) == []


def test_cofinancing_asks_as_often_for_1_as_for_25(as_project_office, project, participation):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert as_project_office.get(OVERVIEW).status_code == 200
        return len(queries)

    make_locked(participation, forsorjningsstod=10)
    as_project_office.get(OVERVIEW)
    one = count()
    for number in range(24):
        make_locked(make_participation(project=project), f"2016-{number % 12 + 1:02}-01", aktivitetsstod=number + 1)
    assert count() == one


# --- Unit costs -----------------------------------------------------------------------------------


def test_unit_cost_create_fills_what_the_page_said_is_missing(as_project_office, project, participation):
    make_locked(participation, forsorjningsstod=10)
    assert "forsorjningsstod" in as_project_office.get(OVERVIEW).content.decode()

    answer = fill_in(
        as_project_office,
        reverse("participants:unit_cost_create"),
        compensation="forsorjningsstod",
        valid_from="2017-01",
        sek_per_hour="120",
        source="ESF-rådets beslut",
    )

    assert answer.status_code == 302
    assert quarters(project)[0].total.amount == 1200


def test_save_unit_cost_corrects_the_same_month(project, project_office):
    for amount in ("100", "110"):
        actions.save_unit_cost(
            project=project,
            compensation=make_compensation(),
            staff_function="",
            valid_from=day("2017-01-01"),
            sek_per_hour=Decimal(amount),
            source="Beslutet",
            by=project_office,
        )

    assert UnitCost.objects.get().sek_per_hour == 110


@pytest.mark.parametrize("both", [True, False])
def test_unit_cost_is_about_a_compensation_or_a_function(project, project_office, both):
    with pytest.raises(ValidationError):
        actions.save_unit_cost(
            project=project,
            compensation=make_compensation() if both else None,
            staff_function="projektledare" if both else "",
            valid_from=day("2017-01-01"),
            sek_per_hour=Decimal(1),
            source="Beslutet",
            by=project_office,
        )


def test_cofinancing_download_has_one_row_for_each_month_and_compensation(as_project_office, project, participation):
    make_cost(project)
    make_locked(participation, forsorjningsstod=10, sjukpenning=5)

    text = as_project_office.get(DOWNLOAD).content.decode("utf-8-sig")

    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert head == list(cofinancing.COLUMNS)
    assert [(row[0], row[4], row[5], row[6]) for row in rows] == [
        ("2017-02", "10.00", "120.50", "1205.00"),
        ("2017-02", "5.00", "", ""),
    ]
    assert "Åkesson" not in text
