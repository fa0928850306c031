"""Deeds with exports: ask for a file, make it, delete it, and let it expire."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import uuid
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from grundsteget.dates import now
from participants import rules
from participants.listing_file import Asked, Contents, Interrupted, write
from participants.models import ExportFile, ExportRow
from participants.models.export import FOLDER
from partners import access, audit
from partners.access import Permission
from partners.models import AccessLog, Membership, User

State, Problem = ExportFile.State, ExportFile.Problem
LEASE = dt.timedelta(minutes=5)
REQUESTED_FROM = "participants:export_create"


class Refused(Exception):
    """The file is not made, and trying again would not help unless `may_retry`."""

    def __init__(self, problem: ExportFile.Problem, *, may_retry: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.may_retry = problem, may_retry


def request_export(
    *, asked: Asked, count: int, purpose: str, format: str, submission: uuid.UUID, membership: Membership, by: User
) -> ExportFile:
    """Put a file in the queue. The same submission twice is the same file; the caller sends the task."""
    rules.check_export(count)
    export = ExportFile(
        query=asked.query,
        criterion=asked.criterion,
        found=asked.found,
        purpose=purpose.strip(),
        format=format,
        submission=submission,
        membership=membership,
        requested_by=by,
    )
    try:
        with transaction.atomic():
            export.save()
    except IntegrityError:
        return ExportFile.objects.get(submission=submission, requested_by=by)
    return export


@transaction.atomic
def delete_export(*, export: ExportFile, by: User) -> ExportFile:
    """The bytes go at once; the row stays and says who, when and why."""
    export = ExportFile.objects.select_for_update().get(pk=export.pk)
    if export.state in {State.QUEUED, State.RUNNING, State.READY}:
        _end(export, State.DELETED)
    return export


# --- Making ---------------------------------------------------------------------------------------


def write_export(export_id: int) -> bool:
    """Make a file that waits. Returns whether this call did it.

    Safe to call any number of times, at once or after a crash: the row is taken under a lease, and only the attempt
    that holds it can publish. Rights are those of the one who asked, in the role she asked in, as they are now.
    """
    attempt = _take(export_id)
    if attempt is None:
        return False
    export = ExportFile.objects.select_related("membership__organisation").get(pk=export_id)
    try:
        _make(export, attempt)
    except Interrupted:
        return False
    except Refused as refusal:
        _fail(export, attempt, refusal.problem, may_retry=refusal.may_retry)
        return False
    except OSError:
        _fail(export, attempt, Problem.STORAGE, may_retry=True)
        return False
    except Exception:
        _fail(export, attempt, Problem.ERROR, may_retry=True)
        raise
    return True


def _take(export_id: int) -> int | None:
    """The number of this attempt, if the row was free: only one caller gets it."""
    waiting = ExportFile.objects.waiting().filter(pk=export_id)
    waiting.filter(attempt__gte=ExportFile.MAX_ATTEMPTS).update(
        state=State.FAILED, problem=Problem.ERROR, lease_until=None
    )
    with transaction.atomic():
        row = waiting.select_for_update().filter(attempt__lt=ExportFile.MAX_ATTEMPTS).first()
        if row is None:
            return None
        ExportFile.objects.filter(pk=row.pk).update(
            state=State.RUNNING, attempt=F("attempt") + 1, lease_until=now() + LEASE, progress=5
        )
        return row.attempt + 1


def _make(export: ExportFile, attempt: int) -> None:
    user = access.in_role(export.requested_by_id, export.membership_id)
    if user is None or not access.has(user, Permission.PARTICIPANT_EXPORT):
        raise Refused(Problem.RIGHT)
    with tempfile.TemporaryDirectory() as folder, translation.override(settings.LANGUAGE_CODE):
        path = Path(folder) / f"export.{export.format}"
        ids = list(Asked.of(export).participations(user).values_list("pk", flat=True)[: settings.EXPORT_ROWS + 1])
        if len(ids) > settings.EXPORT_ROWS:
            raise Refused(Problem.ROWS)
        contents = write(path, export, user, ids, lambda done: _progress(export, attempt, done * 90 // len(ids)))
        _publish(export, attempt, user, path, contents)


def _progress(export: ExportFile, attempt: int, percent: int) -> None:
    held = ExportFile.objects.filter(pk=export.pk, state=State.RUNNING, attempt=attempt)
    if not held.update(progress=max(percent, 5), lease_until=now() + LEASE):
        raise Interrupted


def _publish(export: ExportFile, attempt: int, user: User, path: Path, contents: Contents) -> None:
    """Store the bytes, then say so together with the log of who is in them. What is not said so is removed."""
    with path.open("rb") as made:
        sha256, size = hashlib.file_digest(made, "sha256").hexdigest(), path.stat().st_size
        made.seek(0)
        name = export.file.field.generate_filename(export, path.name)
        name = export.file.storage.save(name, File(made))
    try:
        _announce(export, attempt, user, {"file": name, "sha256": sha256, "size": size}, contents)
    except BaseException:
        export.file.storage.delete(name)
        raise


@transaction.atomic
def _announce(export: ExportFile, attempt: int, user: User, made: dict[str, object], contents: Contents) -> None:
    held = ExportFile.objects.select_for_update().filter(pk=export.pk, state=State.RUNNING, attempt=attempt)
    if not held.exists():
        raise Interrupted
    ExportRow.objects.bulk_create(
        [ExportRow(export=export, participation_id=pk, was_protected=flag) for pk, flag in contents.items()],
        batch_size=500,
    )
    held.update(
        state=State.READY, rows=len(contents), ready_at=now(), progress=100, lease_until=None, problem="", **made
    )
    export.refresh_from_db()
    # A consent may have ended while the rows were written.
    if not rules.is_still_readable(export, user):
        raise Refused(Problem.CHANGED, may_retry=True)
    audit.log_later(
        export.membership,
        AccessLog.Action.EXPORT,
        view=REQUESTED_FROM,
        participation_ids=contents,
        fields=Asked.of(export).listing(user).fields_class,
        criterion=export.criterion,
        purpose=export.purpose,
        object_ref=str(export),
    )


def _fail(export: ExportFile, attempt: int, problem: ExportFile.Problem, *, may_retry: bool) -> None:
    """Give the row back for another attempt, or end it."""
    held = ExportFile.objects.filter(pk=export.pk, state=State.RUNNING, attempt=attempt)
    if may_retry and attempt < ExportFile.MAX_ATTEMPTS:
        held.update(state=State.QUEUED, problem=problem, lease_until=None)
    else:
        held.update(state=State.FAILED, problem=problem, lease_until=None)


# --- Ending ---------------------------------------------------------------------------------------


def expire_exports() -> int:
    """Delete the bytes of files whose days are over, or that their owner could not open any more. How many.

    A consent that has ended closes the file at the next download; here its bytes go, too.
    """
    ready = ExportFile.objects.filter(state=State.READY).order_by("pk")
    ended = sum(_expire(export) for export in ready.select_related("membership"))
    ExportFile.objects.filter(state=State.QUEUED, expires_at__lte=now()).update(state=State.EXPIRED)
    _remove_strays()
    return ended


def _expire(export: ExportFile) -> bool:
    user = access.in_role(export.requested_by_id, export.membership_id)
    may_open = user is not None and access.has(user, Permission.PARTICIPANT_EXPORT)
    if export.is_ready and user is not None and may_open and rules.is_still_readable(export, user):
        return False
    with transaction.atomic():
        held = ExportFile.objects.select_for_update().filter(pk=export.pk, state=State.READY).first()
        if held is not None:
            _end(held, State.EXPIRED)
    return held is not None


def _end(export: ExportFile, state: ExportFile.State) -> None:
    """The row first: bytes without a row are found and removed, a row without bytes would promise a file."""
    name = export.file.name
    export.state, export.file, export.lease_until = state, "", None
    export.save(update_fields=["state", "file", "lease_until"])
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def _remove_strays() -> None:
    """Bytes that a killed worker left behind. While any file is being made, its bytes may be on the way."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    if ExportFile.objects.filter(state=State.RUNNING).exists():
        return
    known = set(ExportFile.objects.exclude(file="").values_list("file", flat=True))
    for name in names:
        if f"{FOLDER}/{name}" not in known:
            default_storage.delete(f"{FOLDER}/{name}")
