"""What runs later. A task gets ids, runs the function of the same name, and may run twice and late."""

from __future__ import annotations

import datetime as dt
import logging

from celery import Task, shared_task

from grundsteget.dates import now, today
from grundsteget.sending import send, send_on_commit
from partners.models import Project
from reporting import actions, facts
from reporting.imports import work
from reporting.models import Erasure, Import, Report
from reporting.rights import erasure

logger = logging.getLogger(__name__)


@shared_task
def build_report(report_id: int) -> None:
    """A second run finds the report done or taken, and stops after one update."""
    actions.build_report(report_id)


@shared_task
def sweep_reports() -> None:
    """Send again whatever waits and nobody works on: the message was lost, or its worker was."""
    late = now() - dt.timedelta(minutes=1)
    for pk in Report.objects.waiting().filter(requested_at__lt=late).values_list("pk", flat=True):
        send(build_report, pk)


@shared_task
def rebuild_facts_daily() -> None:
    """Rebuild the facts of projects whose day has passed. A second run the same day finds nothing to do."""
    for project in Project.objects.exclude(fact_day__as_of=today()):
        rebuilt = facts.rebuild_facts(project)
        if rebuilt.astray:
            logger.error("facts of project %s had gone astray: %s of %s", project.pk, rebuilt.astray, rebuilt.count)


def send_build_report(report_id: int) -> None:
    """Send the task once the row is committed. With the broker down the row waits for the sweeper."""
    send_on_commit(build_report, report_id)


# --- The participant's rights -----------------------------------------------------------------------


@shared_task
def build_archive(erasure_id: int) -> None:
    """A second run finds the package made."""
    erasure.build_archive(erasure_id)


@shared_task
def erase_project(erasure_id: int) -> None:
    """A second run finds the people erased."""
    erasure.erase_project(erasure_id)


@shared_task
def sweep_erasures() -> None:
    """Send again what waits because its message or its worker was lost; remove files that could not be removed."""
    for waiting in Erasure.objects.waiting():
        if waiting.is_under_way:
            send(_work_on(waiting), waiting.pk)
        else:
            erasure.finish(waiting.pk)


def send_erasure(row: Erasure) -> None:
    """Send the task for what the row waits for, once the row is committed."""
    send_on_commit(_work_on(row), row.pk)


def _work_on(row: Erasure) -> Task:
    """Which task takes the row its next step."""
    return build_archive if row.state == Erasure.State.ARCHIVING else erase_project


# --- Imports ------------------------------------------------------------------------------------------


@shared_task
def work_on_import(import_id: int) -> None:
    """The next step of an import: check, save or undo. A second run finds it done or taken."""
    work.work_on_import(import_id)


@shared_task
def sweep_imports() -> None:
    """Send again whatever waits and nobody works on: the message was lost, or its worker was."""
    for pk in Import.objects.waiting().values_list("pk", flat=True):
        send(work_on_import, pk)


@shared_task
def expire_imports() -> None:
    """Remove files and previews that nobody needs. A second run finds nothing to do."""
    work.expire_imports()


def send_work_on_import(import_id: int) -> None:
    """Send the task once the row is committed. With the broker down the row waits for the sweeper."""
    send_on_commit(work_on_import, import_id)
