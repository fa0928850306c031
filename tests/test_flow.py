"""One event from the form to the ESF report, as ARCHITECTURE tells it: all six steps through the browser's door."""

import datetime as dt
import io
import json

import pytest
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from participants.models import Participation
from partners.models import AccessLog
from reporting.models import Fact, Goal, Report
from tests import factories
from tests.filling import fill_in, send


def path(name: str, **kwargs) -> str:
    return reverse(name, kwargs=kwargs)


def enrol(client, cast) -> Participation:
    """Cilla Åberg enters on 1 February 2016."""
    address = path("participants:participation_create")
    number = factories.invented_number("1990-02-03")
    answer = fill_in(client, address, number=number)
    assert answer.status_code == 200
    answer = send(
        client,
        answer,
        address,
        first_name="Cilla",
        last_name="Åberg",
        started_on="2016-02-01",
        referred_by=cast.social_services.pk,
        labour_status="U",
        unemployed_since="2015-01-10",
        in_education="n",
        isced="2",
        household_jobless="j",
        household_children="n",
        household_single_adult="j",
        consent_to=[cast.social_services.pk],
        consent_on="2016-02-01",
    )
    participation = Participation.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == path("participants:participation_detail", pk=participation.pk)
    return participation


def dashboard_figures(client) -> str:
    page = client.get(path("reporting:dashboard"), follow=True)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.django_db
def test_one_event_from_the_form_to_the_report(cast, log_in, django_capture_on_commit_callbacks):
    factories.make_exit_reason("arbete_asf")
    coordinator, office = log_in(cast.coordinator), log_in(cast.project_office)

    # A person enters, and the look at her page is logged.
    participation = enrol(coordinator, cast)
    detail = path("participants:participation_detail", pk=participation.pk)
    looks = AccessLog.objects.filter(action=AccessLog.Action.VIEW).count()
    assert "Cilla Åberg" in coordinator.get(detail).content.decode()
    assert AccessLog.objects.filter(action=AccessLog.Action.VIEW).count() == looks + 1
    before = dashboard_figures(coordinator)

    # What happens is logged, an outcome recorded, and she leaves for work in a social enterprise.
    written = fill_in(
        coordinator,
        path("participants:journal_create", pk=participation.pk),
        text="Provat på i bageriet.",
        next_step="Skriva anställningsavtal",
        next_step_on="2017-03-20",
    )
    assert written.status_code == 302
    assert "Skriva anställningsavtal" in coordinator.get(detail).content.decode()
    recorded = fill_in(
        coordinator,
        path("participants:outcome_create", pk=participation.pk),
        kind="job_asf",
        started_on="2017-01-30",
        enterprise=cast.enterprise.pk,
    )
    assert recorded.status_code == 302
    assert Fact.objects.get().goal == Goal.ONGOING
    closed = fill_in(
        coordinator,
        path("participants:stint_close", pk=participation.pk),
        ended_on="2017-01-31",
        exit_reason="arbete_asf",
    )
    assert closed.status_code == 302

    # The fact followed in the same transaction, and the dashboard shows it.
    fact = Fact.objects.get()
    assert (fact.goal, fact.exit_on) == (Goal.A, dt.date(2017, 1, 31))
    assert dashboard_figures(coordinator) != before

    # The project office asks for a report, which is built on commit.
    with django_capture_on_commit_callbacks(execute=True):
        asked = fill_in(office, path("reporting:report_create"), cut_off="2017-03-15")
    report = Report.objects.get()
    assert asked["Location"] == path("reporting:report_detail", pk=report.pk)
    assert report.state == Report.State.DRAFT
    assert office.get(path("reporting:report_detail", pk=report.pk)).status_code == 200

    # Frozen: whatever happens to the case afterwards, the files stay as they are.
    frozen = fill_in(office, path("reporting:report_freeze", pk=report.pk))
    assert frozen.status_code == 302
    files = download_all(office, report)
    outcome = participation.outcomes.get()
    fill_in(
        coordinator,
        path("participants:outcome_withdraw", pk=participation.pk, outcome_pk=outcome.pk),
        reason="Fel datum",
    )
    assert Fact.objects.get().goal == Goal.NONE
    assert download_all(office, report) == files

    # The three files tell the same.
    content = json.loads(files["json"])
    assert content["goals"]["A"] | {"total": 1, "women": 1, "men": 0, "target": 140} == content["goals"]["A"]
    assert content["figures"]["TOTAL"] == {"total": 1, "women": 1, "men": 0}
    pdf = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
    assert "2015/00254" in pdf
    assert "140" in pdf
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"]))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert 140 in cells
    for text in (files["json"].decode(), pdf, " ".join(map(str, cells))):
        assert "Cilla" not in text


def download_all(client, report: Report) -> dict[str, bytes]:
    files = {}
    for kind in ("pdf", "xlsx", "json"):
        answer = client.get(path("reporting:report_download", pk=report.pk, format=kind))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        files[kind] = answer.getvalue()
    return files
