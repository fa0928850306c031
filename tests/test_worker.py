"""Reports in a real Celery worker: a process of its own, a real broker, the same database."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from reporting import actions, tasks
from reporting.models import Report
from tests import factories

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not settings.REDIS_URL, reason="no REDIS_URL: tasks run in place, there is no worker to try"),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="the test database is in memory, where a worker cannot reach it"
    ),
]

PATIENCE = 30  # seconds


def wait_until(what: Callable[[], object], message: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, message
        time.sleep(0.05)


class Worker:
    """`celery worker` in a process group of its own, so that it can be killed with its children."""

    def __init__(self, log: Path, files: Path):
        self.log = log
        self.output = log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "grundsteget", "worker", "--concurrency=1", "--loglevel=info"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": _database_url(), "FILES_DIR": str(files)},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        wait_until(lambda: " ready." in log.read_text() or self.process.poll() is not None, "the worker did not start")
        if self.process.poll() is not None:
            self.kill()
            pytest.fail(log.read_text())

    def kill(self) -> None:
        """As the power would: no chance to tidy up."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.output.close()


def _database_url() -> str:
    """The address of the test database, which is another one than DATABASE_URL names."""
    given = connection.settings_dict
    secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    return f"postgres://{given['USER']}{secret}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{given['NAME']}"


@pytest.fixture
def start_worker(tmp_path, own_files) -> Iterator[Callable[[], Worker]]:
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(tmp_path / f"worker-{len(workers)}.log", own_files))
        return workers[-1]

    current_app.control.purge()
    yield start
    for worker in workers:
        worker.kill()
    current_app.control.purge()


@pytest.fixture
def report() -> Report:
    """Asked for an hour ago, so that the sweeper may look after it."""
    cast = factories.make_cast()
    factories.make_participation(project=cast.project, started_on="2016-02-01", ended_on="2016-08-31")
    report = actions.request_report(
        project=cast.project,
        cut_off=dt.date(2017, 3, 15),
        rule_set="2018-08-02",
        title="Lägesrapport",
        submission=uuid.uuid4(),
        by=cast.project_office,
    )
    Report.objects.filter(pk=report.pk).update(requested_at=timezone.now() - dt.timedelta(hours=1))
    return report


def is_ready(report: Report) -> bool:
    report.refresh_from_db()
    return report.is_ready


def test_report_is_built_in_the_worker_and_once(report, start_worker):
    worker = start_worker()
    tasks.send_build_report(report.pk)
    wait_until(lambda: is_ready(report), "the report was not built")
    first = (report.sha256, report.attempt, list(report.files.order_by("pk").values_list("pk", "sha256")))
    assert report.attempt == 1
    assert {file.format for file in report.files.all()} == {"pdf", "xlsx", "json"}
    assert all(file.file.storage.exists(file.file.name) for file in report.files.all())

    for _ in range(2):
        tasks.build_report.delay(report.pk)
    wait_until(lambda: worker.log.read_text().count("succeeded") == 3, "the second and third message were not handled")
    report.refresh_from_db()
    assert (report.sha256, report.attempt, list(report.files.order_by("pk").values_list("pk", "sha256"))) == first
    assert "Person" not in worker.log.read_text()


def test_report_of_a_killed_worker_is_finished_by_another(report, start_worker):
    worker = start_worker()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE reporting_reportfact IN ACCESS EXCLUSIVE MODE")  # The worker waits in mid-report.
        tasks.build_report.delay(report.pk)

        def is_running() -> bool:
            report.refresh_from_db()
            return report.state == Report.State.RUNNING

        wait_until(is_running, "the worker did not take the report")
        worker.kill()
    report.refresh_from_db()
    assert report.state == Report.State.RUNNING
    assert not report.files.exists()

    Report.objects.filter(pk=report.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))  # Time passes.
    start_worker()
    tasks.sweep_reports.delay()
    wait_until(lambda: is_ready(report), "nobody picked the report up")
    assert report.attempt == 2
    assert report.files.count() == 3


def test_message_lost_is_sent_again(report, start_worker):
    """The row was committed and the message was not: the sweeper finds it."""
    start_worker()
    tasks.sweep_reports.delay()
    wait_until(lambda: is_ready(report), "the sweeper did not find the report")
    assert report.attempt == 1
