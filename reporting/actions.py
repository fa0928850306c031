"""Deeds with reports: ask for one, compute it, freeze it."""

from __future__ import annotations

import datetime as dt
import hashlib
import socket
import uuid

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import override

from grundsteget.dates import now
from partners.models import Project, User
from reporting import documents, facts, rules
from reporting.content import fingerprint, report_content, report_records
from reporting.indicators import rule_set_of
from reporting.models import Report, ReportFile

LEASE = dt.timedelta(minutes=5)


class LeaseLostError(Exception):
    """Another worker took the report over; whatever this one has made is thrown away."""


def request_report(
    *, project: Project, cut_off: dt.date, rule_set: str, title: str, submission: uuid.UUID, by: User
) -> Report:
    """Put a report in the queue. The same submission twice is the same report; the caller sends the task."""
    rules.check_cut_off(project, cut_off)
    try:
        with transaction.atomic():
            return Report.objects.create(
                project=project, cut_off=cut_off, rule_set=rule_set, title=title, submission=submission, requested_by=by
            )
    except IntegrityError:
        return Report.objects.get(submission=submission, requested_by=by)


@transaction.atomic
def rebuild_report(*, report: Report, by: User) -> Report:
    """Compute a draft or failed report anew. Frozen ones never change."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    rules.check_may_rebuild(report)
    report.state, report.attempt, report.progress, report.problem = Report.State.QUEUED, 0, 0, ""
    report.save(update_fields=["state", "attempt", "progress", "problem"])
    return report


@transaction.atomic
def freeze_report(*, report: Report, by: User) -> Report:
    """Close the report: its figures, facts and files stay as they are, whatever happens to the cases."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    rules.check_may_freeze(report)
    report.state, report.frozen_at, report.frozen_by = Report.State.FROZEN, now(), by
    report.save(update_fields=["state", "frozen_at", "frozen_by"])
    return report


# --- Computing ------------------------------------------------------------------------------------


def build_report(report_id: int) -> bool:
    """Compute a waiting report and its files. Returns whether this call did it.

    Safe to call any number of times, at once or after a crash: the row is taken under a lease, and only the holder of
    the lease can publish. The third failed attempt ends in `failed`.
    """
    worker = f"{socket.gethostname()}-{uuid.uuid4().hex[:12]}"
    if not _take(report_id, worker):
        return False
    report = Report.objects.select_related("project").get(pk=report_id)
    try:
        _publish(report, worker, _compute(report, worker))
    except LeaseLostError:
        return False
    except OSError:
        _fail(report_id, worker, "storage")
        return False
    except Exception:
        _fail(report_id, worker, "error")
        raise
    return True


def _take(report_id: int, worker: str) -> bool:
    """Only one caller gets the row: waiting, or left by a worker whose lease ran out, and not tried too often."""
    moment = timezone.now()
    free = Q(state=Report.State.QUEUED) | Q(state=Report.State.RUNNING, lease_until__lt=moment)
    Report.objects.filter(free, pk=report_id, attempt__gte=Report.MAX_ATTEMPTS).update(
        state=Report.State.FAILED, problem="attempts", lease_until=None
    )
    return bool(
        Report.objects.filter(free, pk=report_id, attempt__lt=Report.MAX_ATTEMPTS).update(
            state=Report.State.RUNNING, attempt=F("attempt") + 1, worker=worker, lease_until=moment + LEASE, progress=5
        )
    )


def _advance(report: Report, worker: str, percent: int) -> None:
    """Show progress and renew the lease."""
    held = Report.objects.filter(pk=report.pk, worker=worker, state=Report.State.RUNNING).update(
        progress=percent, lease_until=timezone.now() + LEASE
    )
    if not held:
        raise LeaseLostError


def _compute(report: Report, worker: str) -> dict:
    """Facts, figures and files, all of them still unpublished."""
    rule_set = rule_set_of(report.rule_set)
    own_facts = facts.copy_facts(report)
    _advance(report, worker, 35)
    content = report_content(report.project, report.cut_off, rule_set, own_facts)
    digest = fingerprint(content | {"records": report_records(own_facts, rule_set)})
    _advance(report, worker, 60)
    files = {}
    for step, format_ in enumerate(ReportFile.Format.values, start=1):
        with override("sv"):  # A report speaks Swedish, whoever asked for it.
            files[format_] = documents.render(format_, content, project=report.project, fingerprint=digest)
        _advance(report, worker, 60 + 12 * step)
    return {"content": content, "sha256": digest, "files": files}


def _publish(report: Report, worker: str, made: dict) -> None:
    """Store the files and mark the report a draft, if the lease is still ours."""
    with transaction.atomic():
        held = (
            Report.objects.select_for_update().filter(pk=report.pk, worker=worker, state=Report.State.RUNNING).first()
        )
        if held is None:
            raise LeaseLostError
        stale = list(ReportFile.objects.filter(report=report))
        ReportFile.objects.filter(report=report).delete()
        for format_, data in made["files"].items():
            row = ReportFile(report=report, format=format_, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
            row.file.save(f"{uuid.uuid4().hex}.{format_}", ContentFile(data), save=False)
            row.save()
        Report.objects.filter(pk=report.pk).update(
            state=Report.State.DRAFT,
            content=made["content"],
            sha256=made["sha256"],
            built_at=now(),
            progress=100,
            lease_until=None,
            problem="",
        )
        transaction.on_commit(lambda: _erase(stale))


def _erase(files: list[ReportFile]) -> None:
    for row in files:
        row.file.delete(save=False)


def _fail(report_id: int, worker: str, problem: str) -> None:
    """Give the row back for another attempt, or end it after the last."""
    rows = Report.objects.filter(pk=report_id, worker=worker, state=Report.State.RUNNING)
    rows.filter(attempt__gte=Report.MAX_ATTEMPTS).update(state=Report.State.FAILED, problem=problem, lease_until=None)
    rows.update(state=Report.State.QUEUED, problem=problem, lease_until=None)
