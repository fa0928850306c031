"""Reports from the form to the file, and one participation's standing."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import AccessLog
from reporting.forms import last_quarter_end, title_for
from reporting.indicators import RULE_SETS
from reporting.models import Report, ReportFile
from tests import factories

CREATE = "/rapporter/ny/"


def sent(to_project, **fields) -> dict:
    values = {
        "project": to_project.pk,
        "cut_off": "2016-12-31",
        "rule_set": "2018-08-02",
        "submission": uuid.uuid4(),
        "title": "",
    }
    return {**values, **fields}


@pytest.fixture
def ready(project, participation, project_office, django_capture_on_commit_callbacks, as_project_office):
    """A draft about one participant."""
    with django_capture_on_commit_callbacks(execute=True):
        as_project_office.post(CREATE, sent(project))
    return Report.objects.get()


@pytest.fixture
def queued(project, project_office):
    return Report.objects.create(
        project=project,
        title="Lägesrapport",
        cut_off=dt.date(2016, 12, 31),
        rule_set="2018-08-02",
        requested_by=project_office,
    )


def at(name, report, **fields) -> str:
    return reverse(f"reporting:{name}", kwargs={"pk": report.pk, **fields})


# --- Asking for one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("project_office", 200),
        ("controller", 403),
        ("coordinator", 403),
        ("caseworker", 403),
        ("steering", 403),
        ("administrator", 403),
    ],
)
def test_report_create_is_for_the_project_office(role, status, cast, log_in):
    assert log_in(getattr(cast, role)).get(CREATE).status_code == status


def test_report_create_builds_a_draft(ready, project, project_office):
    assert ready.state == Report.State.DRAFT
    assert (ready.title, ready.requested_by) == (
        "Lägesrapport, kvartal 4 2016",
        project_office,
    ) or ready.title.endswith("quarter 4 2016")
    assert ready.content["figures"]["GRAND_TOTAL"]["total"] == 1
    assert set(ready.files.values_list("format", flat=True)) == set(ReportFile.Format.values)


def test_report_create_suggests_the_last_quarter(as_project_office, project):
    form = as_project_office.get(CREATE).context["form"]
    assert form["cut_off"].value() == dt.date(2016, 12, 31)
    assert form["project"].value() == project.pk
    assert as_project_office.get(CREATE + "?brytdatum=2017-03-15").context["form"]["cut_off"].value() == dt.date(
        2017, 3, 15
    )
    assert as_project_office.get(CREATE + "?brytdatum=skräp").status_code == 200


def test_report_create_sent_twice_is_one_report(as_project_office, project, django_capture_on_commit_callbacks):
    form = sent(project)
    with django_capture_on_commit_callbacks(execute=True):
        addresses = {as_project_office.post(CREATE, form)["Location"] for _ in range(2)}
    assert len(addresses) == Report.objects.count() == 1


def test_report_create_of_somebody_elses_submission_is_refused(as_project_office, queued, cast, project):
    other = factories.make_user("Annan", cast.owner, "project_office")
    Report.objects.update(requested_by=other)
    response = as_project_office.post(CREATE, sent(project, submission=queued.submission))
    assert response.status_code == 422
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cut_off", "2017-03-16"),
        ("cut_off", "2015-09-30"),
        ("cut_off", "2017-02-30"),
        ("cut_off", ""),
        ("rule_set", "2099"),
        ("submission", "nej"),
        ("title", "x" * 121),
        ("project", "987654"),
    ],
)
def test_report_create_refuses_with_a_message_in_the_form(field, value, as_project_office, project):
    response = as_project_office.post(CREATE, sent(project, **{field: value}))
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not Report.objects.exists()


def test_report_create_about_the_future_names_today(as_project_office, project):
    response = as_project_office.post(CREATE, sent(project, cut_off="2017-03-16"))
    assert "2017-03-15" in response.context["form"].errors["cut_off"][0]


def test_report_create_refuses_a_project_of_others(as_project_office, cast):
    stranger = factories.make_project(cast.social_services_b, dnr="2017/00001")
    response = as_project_office.post(CREATE, sent(stranger))
    assert response.context["form"].errors["project"]


def test_report_create_survives_a_broker_that_is_down(
    as_project_office, project, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **options):
        raise OSError("connection refused")

    monkeypatch.setattr("reporting.tasks.build_report.apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        response = as_project_office.post(CREATE, sent(project))
    assert response.status_code == 302
    assert Report.objects.get().state == Report.State.QUEUED
    assert as_project_office.get(response["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2017-03-15", "2016-12-31"),
        ("2017-04-01", "2017-03-31"),
        ("2016-12-31", "2016-09-30"),
        ("2017-01-01", "2016-12-31"),
    ],
)
def test_last_quarter_end(day, end):
    assert last_quarter_end(dt.date.fromisoformat(day)) == dt.date.fromisoformat(end)


def test_title_for_names_the_quarter_or_the_day():
    assert "4 2016" in title_for(dt.date(2016, 12, 31))
    assert "2017-03-15" in title_for(dt.date(2017, 3, 15))


# --- Reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["project_office", "controller"])
def test_report_detail_is_read_by_office_and_controller(role, ready, cast, log_in):
    client = log_in(getattr(cast, role))
    assert client.get("/rapporter/").status_code == 200
    response = client.get(at("report_detail", ready))
    assert response.status_code == 200
    assert response.context["reading"].tables[0].lines[0].code == "CO01"


@pytest.mark.parametrize("role", ["coordinator", "caseworker", "supervisor", "steering", "administrator"])
def test_reports_do_not_exist_for_others(role, ready, cast, log_in):
    client = log_in(getattr(cast, role))
    assert client.get("/rapporter/").status_code == 403
    for name in ("report_detail", "report_progress", "report_freeze"):
        assert client.get(at(name, ready)).status_code == 404
    for name in ("report_freeze", "report_rebuild"):
        assert client.post(at(name, ready)).status_code == 404
    assert client.get(at("report_download", ready, format="pdf")).status_code == 404


def test_controller_changes_nothing(ready, log_in, controller):
    client = log_in(controller)
    assert client.post(at("report_freeze", ready)).status_code == 403
    assert client.post(at("report_rebuild", ready)).status_code == 403
    page = client.get(at("report_detail", ready)).content.decode()
    assert at("report_freeze", ready) not in page
    assert at("report_rebuild", ready) not in page


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_report_detail_under_every_rule_set(
    rule_set, project, participation, as_project_office, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = as_project_office.post(CREATE, sent(project, rule_set=rule_set))
    page = as_project_office.get(response["Location"])
    assert page.status_code == 200
    assert page.context["reading"].tables


def test_report_detail_lists_what_is_missing_and_links_and_logs_those_behind_it(
    project, as_project_office, log_in, controller, django_capture_on_commit_callbacks
):
    incomplete = factories.make_participation(project=project, record=None, ref="G-009")
    with django_capture_on_commit_callbacks(execute=True):
        address = as_project_office.post(CREATE, sent(project))["Location"]
    link = reverse("participants:participation_detail", kwargs={"pk": incomplete.pk})
    response = as_project_office.get(address)
    assert {"R02", "R04"} <= {check.id for check in response.context["reading"].errors}
    assert link in response.content.decode()
    assert AccessLog.objects.get().participations == [incomplete.pk]
    seen = log_in(controller).get(address).content.decode()
    assert "G-009" in seen
    assert link not in seen
    assert AccessLog.objects.count() == 1


def test_report_list_takes_the_same_queries_for_1_and_25(as_project_office, queued, project, project_office):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert as_project_office.get("/rapporter/").status_code == 200
        return len(found)

    queries()
    one = queries()
    Report.objects.bulk_create(
        Report(project=project, title="R", cut_off=dt.date(2016, 6, 30), rule_set="2013", requested_by=project_office)
        for _ in range(30)
    )
    assert queries() == one
    response = as_project_office.get("/rapporter/?sida=2")
    assert len(response.context["page"].object_list) == 6
    assert as_project_office.get("/rapporter/?sida=99999999999999999999").status_code == 200


def test_report_list_without_reports_names_the_next_step(as_project_office, log_in, controller):
    assert CREATE in as_project_office.get("/rapporter/").content.decode()
    assert CREATE not in log_in(controller).get("/rapporter/").content.decode()


# --- Under way ----------------------------------------------------------------------------------------


def test_report_progress_moves_and_then_asks_for_the_page(queued, as_project_office):
    Report.objects.update(state="running", progress=35)
    headers = {"HX-Request": "true"}
    moving = as_project_office.get(at("report_progress", queued), headers=headers)
    assert 'aria-valuenow="35"' in moving.content.decode()
    assert "<html" not in moving.content.decode()
    Report.objects.update(state="failed")
    assert as_project_office.get(at("report_progress", queued), headers=headers)["HX-Refresh"] == "true"


def test_report_progress_without_script_is_the_page(queued, as_project_office):
    response = as_project_office.get(at("report_progress", queued))
    assert response["Location"] == at("report_detail", queued)
    assert 'aria-valuenow="0"' in as_project_office.get(at("report_detail", queued)).content.decode()


@pytest.mark.parametrize("problem", ["storage", "error", "attempts"])
def test_failed_report_says_what_to_do(problem, queued, as_project_office):
    Report.objects.update(state="failed", problem=problem)
    page = as_project_office.get(at("report_detail", queued)).content.decode()
    assert at("report_rebuild", queued) in page


# --- Deeds --------------------------------------------------------------------------------------------


def test_report_freeze_asks_first_and_then_closes(ready, as_project_office, project_office):
    assert as_project_office.get(at("report_freeze", ready)).status_code == 200
    ready.refresh_from_db()
    assert ready.state == Report.State.DRAFT
    response = as_project_office.post(at("report_freeze", ready))
    assert response["Location"] == at("report_detail", ready)
    ready.refresh_from_db()
    assert (ready.state, ready.frozen_by) == (Report.State.FROZEN, project_office)
    assert as_project_office.get(at("report_detail", ready)).status_code == 200


def test_frozen_report_refuses_deeds_with_a_reason(ready, as_project_office):
    as_project_office.post(at("report_freeze", ready))
    for name in ("report_freeze", "report_rebuild"):
        response = as_project_office.post(at(name, ready))
        assert response.status_code == 422
        assert response.context["refusal"].messages[0] in response.content.decode()
    assert as_project_office.get(at("report_freeze", ready)).status_code == 200


def test_report_rebuild_counts_anew(ready, project, as_project_office, django_capture_on_commit_callbacks):
    factories.make_participation(project=project, started_on="2016-05-01")
    with django_capture_on_commit_callbacks(execute=True):
        as_project_office.post(at("report_rebuild", ready))
    ready.refresh_from_db()
    assert ready.content["figures"]["GRAND_TOTAL"]["total"] == 2


def test_report_rebuild_is_no_link(ready, as_project_office):
    assert as_project_office.get(at("report_rebuild", ready)).status_code == 405


# --- Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ReportFile.Format.values)
@pytest.mark.parametrize("role", ["project_office", "controller"])
def test_report_download_streams_logs_and_names_nobody(format, role, ready, cast, log_in):
    response = log_in(getattr(cast, role)).get(at("report_download", ready, format=format))
    assert response.streaming
    stored = ready.files.get(format=format)
    assert len(b"".join(response.streaming_content)) == stored.size
    assert response["Content-Disposition"] == f'attachment; filename="lagesrapport-2015-00254-2016-12-31.{format}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    row = AccessLog.objects.get()
    assert (row.action, row.actor) == (AccessLog.Action.DOWNLOAD, getattr(cast, role))
    assert row.object_ref == f"report {ready.pk} {format}"


def test_report_download_of_an_unknown_format_does_not_exist(ready, as_project_office):
    assert as_project_office.get(at("report_download", ready, format="exe")).status_code == 404


def test_report_download_before_the_file_is_there(queued, as_project_office):
    assert as_project_office.get(at("report_download", queued, format="pdf")).status_code == 404


def test_report_download_of_a_lost_file_says_so(ready, as_project_office, own_files):
    for path in own_files.rglob("*.pdf"):
        path.unlink()
    response = as_project_office.get(at("report_download", ready, format="pdf"), follow=True)
    assert response.status_code == 200
    assert [str(message) for message in response.context["messages"]]
    assert not AccessLog.objects.filter(action=AccessLog.Action.DOWNLOAD).exists()


def test_report_download_ends_with_the_right(ready, as_project_office, project_office):
    project_office.memberships.update(ended_on=dt.date(2017, 3, 14))
    assert as_project_office.get(at("report_download", ready, format="pdf")).status_code == 404


# --- Om siffrorna -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule_set", [*RULE_SETS, "unknown", ""])
def test_figures_about_explains_every_indicator(rule_set, as_caseworker):
    page = as_caseworker.get("/om-siffrorna/", {"regelverk": rule_set}).content.decode()
    assert ("EECO01" if rule_set == "esf-plus" else "CO01") in page
    assert "T-7" in page


# --- Räknas som ---------------------------------------------------------------------------------------


def standing(client, participation, **headers):
    return client.get(reverse("reporting:standing", kwargs={"pk": participation.pk}), headers=headers)


def test_standing_is_logged_and_hidden_from_strangers(participation, as_coordinator, as_stranger):
    assert standing(as_coordinator, participation).status_code == 200
    row = AccessLog.objects.get()
    assert (row.action, row.participations) == (AccessLog.Action.VIEW, [participation.pk])
    assert standing(as_stranger, participation).status_code == 404
    assert AccessLog.objects.count() == 1


def test_standing_as_a_fragment_is_the_page_s_box(participation, as_coordinator):
    page = standing(as_coordinator, participation).content.decode()
    fragment = standing(as_coordinator, participation, **{"HX-Request": "true"}).content.decode().strip()
    assert fragment.startswith("<section")
    assert "<html" not in fragment
    assert 'id="standing"' in fragment
    squeezed = "".join(fragment.split())
    assert squeezed in "".join(page.split())


@pytest.mark.parametrize(
    ("ended_on", "kind", "goal"),
    [
        (None, None, "ongoing"),
        (None, "job_asf", "ongoing"),
        (None, "education", "ongoing"),
        ("2017-03-01", "job_asf", "pending"),
        ("2016-10-10", "sysselsattning_asf", "A"),
        ("2016-10-10", "praktik", "B"),
        ("2016-10-10", None, "none"),
    ],
)
def test_standing_tells_each_case(ended_on, kind, goal, project, as_coordinator):
    participation = factories.make_participation(project=project, ended_on=ended_on)
    if kind:
        factories.make_outcome(participation, kind=kind, started_on="2016-09-01")
    told = standing(as_coordinator, participation).context["standing"]
    assert told.goal == goal
    assert told.short
    assert told.reasons


def test_standing_leaves_sensitive_indicators_out(project, as_coordinator):
    participation = factories.make_participation(project=project)
    factories.make_sensitive_answer(participation, "co16", "j")
    codes = {i.code for i in standing(as_coordinator, participation).context["standing"].indicators}
    assert "CO01" in codes
    assert not codes & {"CO15", "CO16", "CO17", "CR05", "CR09"}


def test_standing_names_what_the_entry_record_lacks(project, as_coordinator):
    participation = factories.make_participation(project=project, record=None, sex="", birth_date=None)
    told = standing(as_coordinator, participation).context["standing"]
    assert not told.indicators or {i.code for i in told.indicators} <= {"GRAND_TOTAL"}
    assert len(told.reasons) == 3


def test_standing_of_a_mistaken_registration(project, as_coordinator):
    participation = factories.make_participation(project=project, ended_on="2016-04-01", exit_reason="felregistrering")
    assert standing(as_coordinator, participation).context["standing"].goal == ""
