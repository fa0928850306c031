"""The life of a report's row: asked for once, computed once, frozen for good, whatever breaks on the way."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from reporting import actions, documents
from reporting.content import fingerprint, report_records
from reporting.indicators import DEFAULT_RULE_SET, rule_set_of
from reporting.models import Report, ReportFact, ReportFile
from tests.factories import make_outcome, make_participation

CUT_OFF = dt.date(2017, 3, 15)


def ask(project, by, **fields) -> Report:
    values = {
        "cut_off": CUT_OFF,
        "rule_set": DEFAULT_RULE_SET,
        "title": "Lägesrapport",
        "submission": uuid.uuid4(),
    }
    return actions.request_report(project=project, by=by, **{**values, **fields})


@pytest.fixture
def people(project):
    leaver = make_participation(project=project, started_on="2016-01-11", ended_on="2016-05-31")
    make_outcome(leaver, "job_asf", "2016-05-01")
    return [leaver, make_participation(project=project)]


@pytest.fixture
def draft(project, people, project_office) -> Report:
    report = ask(project, project_office)
    assert actions.build_report(report.pk)
    report.refresh_from_db()
    return report


def test_request_report_twice_with_one_submission_is_one_report(project, project_office):
    token = uuid.uuid4()
    first = ask(project, project_office, submission=token)
    assert ask(project, project_office, submission=token) == first
    assert Report.objects.count() == 1


@pytest.mark.parametrize(("cut_off", "code"), [("2017-03-16", "future"), ("2015-09-30", "before_start")])
def test_request_report_refuses_an_impossible_cut_off(project, project_office, cut_off, code):
    with pytest.raises(ValidationError) as refusal:
        ask(project, project_office, cut_off=dt.date.fromisoformat(cut_off))
    assert refusal.value.code == code
    assert not Report.objects.exists()


def test_build_report_keeps_facts_figures_and_files(draft):
    assert (draft.state, draft.progress) == (Report.State.DRAFT, 100)
    assert draft.content["goals"]["A"]["total"] == 1
    assert draft.facts.count() == 2
    records = report_records(draft.facts.all(), rule_set_of(draft.rule_set))
    assert draft.sha256 == fingerprint(draft.content | {"records": records})
    assert {row.format for row in draft.files.all()} == {"pdf", "xlsx", "json"}


def test_build_report_a_second_time_does_nothing(draft):
    before = set(ReportFile.objects.values_list("pk", "sha256"))
    assert not actions.build_report(draft.pk)
    assert set(ReportFile.objects.values_list("pk", "sha256")) == before


def test_rebuild_gives_the_same_bytes_from_the_same_data(draft, project_office):
    before = dict(draft.files.values_list("format", "sha256"))
    actions.rebuild_report(report=draft, by=project_office)
    assert actions.build_report(draft.pk)
    assert dict(draft.files.values_list("format", "sha256")) == before
    assert ReportFact.objects.filter(report=draft).count() == 2


def test_rebuild_erases_the_replaced_files(draft, project_office, own_files, django_capture_on_commit_callbacks):
    actions.rebuild_report(report=draft, by=project_office)
    with django_capture_on_commit_callbacks(execute=True):
        actions.build_report(draft.pk)
    assert len(list((own_files / "reports").iterdir())) == 3


def test_freeze_report_keeps_everything_whatever_happens_to_the_cases(draft, people, project_office):
    actions.freeze_report(report=draft, by=project_office)
    content, facts = draft.content, list(draft.facts.order_by("pk").values())
    make_outcome(people[1], "job", "2017-01-09")
    draft.refresh_from_db()
    assert (draft.state, draft.content) == (Report.State.FROZEN, content)
    assert list(draft.facts.order_by("pk").values()) == facts


def test_a_frozen_report_is_neither_computed_nor_frozen_again(draft, project_office):
    actions.freeze_report(report=draft, by=project_office)
    for deed in (actions.rebuild_report, actions.freeze_report):
        with pytest.raises(ValidationError):
            deed(report=draft, by=project_office)
    assert not actions.build_report(draft.pk)


def test_a_report_still_waiting_cannot_be_frozen(project, project_office):
    with pytest.raises(ValidationError):
        actions.freeze_report(report=ask(project, project_office), by=project_office)


# --- What breaks ----------------------------------------------------------------------------------


def full_disk(*args, **kwargs):
    raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_no_half_report_and_the_third_time_says_so(project, project_office, monkeypatch):
    report = ask(project, project_office)
    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full_disk)
    for state in (Report.State.QUEUED, Report.State.QUEUED, Report.State.FAILED):
        assert not actions.build_report(report.pk)
        report.refresh_from_db()
        assert (report.state, report.problem) == (state, "storage")
    assert not ReportFile.objects.exists()


def test_space_again_and_the_next_attempt_succeeds(project, project_office, monkeypatch):
    report = ask(project, project_office)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.files.storage.FileSystemStorage._save", full_disk)
        actions.build_report(report.pk)
    assert actions.build_report(report.pk)
    report.refresh_from_db()
    assert (report.state, report.problem) == (Report.State.DRAFT, "")


def test_a_report_that_somebody_works_on_is_left_alone(project, project_office):
    report = ask(project, project_office)
    later = timezone.now() + dt.timedelta(minutes=4)
    Report.objects.filter(pk=report.pk).update(state="running", worker="another", attempt=1, lease_until=later)
    assert not actions.build_report(report.pk)
    assert report not in Report.objects.waiting()


def test_a_dead_worker_s_report_is_taken_over_when_its_lease_runs_out(project, project_office):
    report = ask(project, project_office)
    earlier = timezone.now() - dt.timedelta(seconds=1)
    Report.objects.filter(pk=report.pk).update(state="running", worker="dead", attempt=1, lease_until=earlier)
    assert report in Report.objects.waiting()
    assert actions.build_report(report.pk)


def test_a_worker_that_always_dies_is_given_up_after_three_attempts(project, project_office):
    report = ask(project, project_office)
    earlier = timezone.now() - dt.timedelta(seconds=1)
    Report.objects.filter(pk=report.pk).update(state="running", worker="dead", attempt=3, lease_until=earlier)
    assert not actions.build_report(report.pk)
    report.refresh_from_db()
    assert (report.state, report.problem) == (Report.State.FAILED, "attempts")


def test_a_worker_that_lost_its_lease_cannot_publish(project, project_office, monkeypatch):
    report = ask(project, project_office)
    render = documents.render

    def overtaken(*args, **kwargs):
        Report.objects.filter(pk=report.pk).update(worker="another")
        return render(*args, **kwargs)

    monkeypatch.setattr(documents, "render", overtaken)
    assert not actions.build_report(report.pk)
    report.refresh_from_db()
    assert (report.state, report.worker) == (Report.State.RUNNING, "another")
    assert not ReportFile.objects.exists()
