"""What runs later. A task gets ids, runs the function of the same name, and may run twice and late."""

from __future__ import annotations

import datetime as dt

from celery import Task, shared_task

from grundsteget import scanning
from grundsteget.dates import now
from grundsteget.sending import send, send_on_commit
from participants import actions
from participants.models import ExportFile


@shared_task
def expire_referrals() -> None:
    """Close what nobody answered in time and what has lost its consent. A second run finds nothing to do."""
    actions.expire_referrals()


@shared_task
def remind_referrals() -> None:
    """Mail the notices that are due today. Who has hers gets no second one."""
    actions.remind_referrals()


@shared_task
def mail_referral(referral_id: int) -> None:
    """Mail the notices of one referral. A second run finds them sent."""
    actions.mail_referral(referral_id)


@shared_task
def write_export(export_id: int) -> None:
    """Make a file. A second run finds it made or taken, and stops after one question."""
    actions.write_export(export_id)


@shared_task
def sweep_exports() -> None:
    """Send again whatever waits and nobody works on: the message was lost, or its worker was."""
    late = now() - dt.timedelta(minutes=1)
    for pk in ExportFile.objects.waiting().filter(requested_at__lt=late).values_list("pk", flat=True):
        send(write_export, pk)


@shared_task
def expire_exports() -> None:
    """Delete files whose days are over, or that nobody may open. A second run finds nothing to do."""
    actions.expire_exports()


@shared_task
def tell_leads() -> None:
    """Mail lead workers that somebody was let in for a time. Who was told is not told twice."""
    actions.tell_leads()


@shared_task
def mail_digests() -> None:
    """Mail those who want to be told what waits. Who has hers gets no second one."""
    actions.mail_digests()


def send_tell_leads() -> None:
    """Send the task once the place is committed. With the broker down the next round mails it."""
    send_on_commit(tell_leads)


def send_write_export(export_id: int) -> None:
    """Send the task once the row is committed. With the broker down the row waits for the sweeper."""
    send_on_commit(write_export, export_id)


def send_mail_referral(referral_id: int) -> None:
    """Send the task once the row is committed. With the broker down the next round of reminders mails it."""
    send_on_commit(mail_referral, referral_id)


@shared_task
def scan_document(document_id: int) -> None:
    """Look for viruses in one document. A second run finds it looked at."""
    actions.scan_document(document_id)


@shared_task
def scan_consent(consent_id: int) -> None:
    """The same in a consent's signed form."""
    actions.scan_consent(consent_id)


@shared_task
def scan_unchecked() -> None:
    """Look into all files that wait: uploaded while the scanner or the broker was down, or before there was one."""
    actions.scan_unchecked()


def send_scan(task: Task, row_id: int) -> None:
    """Send one of the first two once the row is committed. With the broker down the next round looks into the file."""
    if scanning.is_wanted():
        send_on_commit(task, row_id)
