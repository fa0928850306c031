"""Erasing people: a whole project once its time is over, one person who was registered by mistake.

The certificate is a row of its own (`Erasure`) and names nobody. Everything goes in one transaction; files go after it
is committed, and are tried again until they are gone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import FileField

from grundsteget.dates import now
from participants.models import ExportFile, Participant, Participation
from partners import change_log
from partners.models import Project, User
from reporting.content import fingerprint
from reporting.models import Erasure, Import, ImportPart, Report
from reporting.rights import ledger, rules
from reporting.rights.archive import content_hash, write_archive
from reporting.rights.people import Table, person_tables, tables

CHUNK = 500  # Ids in one statement: SQLite takes no more than some thousand.


# --- Asking -----------------------------------------------------------------------------------------


@transaction.atomic
def order_archive(*, project: Project, by: User) -> Erasure:
    """Ask for the archive package. One that was made before and not used is thrown away; the caller sends the task."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    rules.check_project_may_be_erased(project)
    for old in Erasure.objects.filter(project=project, state__in=[Erasure.State.ARCHIVED, Erasure.State.STALE]):
        _throw_away(old)
    under_way = Erasure.objects.filter(project=project, state__in=[Erasure.State.ARCHIVING, Erasure.State.ORDERED])
    return under_way.first() or Erasure.objects.create(project=project, asked_by=by)


def _throw_away(erasure: Erasure) -> None:
    name = erasure.archive.name
    erasure.delete()
    if name:
        transaction.on_commit(lambda: _removed(name))


@transaction.atomic
def mark_downloaded(*, erasure: Erasure, by: User) -> None:
    """Somebody has taken the package home."""
    Erasure.objects.filter(pk=erasure.pk, downloaded_at=None).update(downloaded_at=now())


@transaction.atomic
def order_erasure(*, erasure: Erasure, reason: str, by: User) -> Erasure:
    """The decision. From here there is no way back; the caller sends the task."""
    erasure = Erasure.objects.select_for_update(of=("self",)).select_related("project__owner").get(pk=erasure.pk)
    rules.check_may_order(erasure)
    erasure.state, erasure.ordered_by, erasure.reason = Erasure.State.ORDERED, by, reason
    erasure.save(update_fields=["state", "ordered_by", "reason"])
    return erasure


# --- Making the archive -----------------------------------------------------------------------------


def build_archive(erasure_id: int) -> bool:
    """Make the package. Whether this call did it; a second one finds it made, or waits and then finds it made."""
    with transaction.atomic(), tempfile.TemporaryFile() as target:
        erasure = _locked(erasure_id, Erasure.State.ARCHIVING)
        if erasure is None:
            return False
        package = write_archive(erasure.project, target, made_by=erasure.asked_by.name)
        erasure.archive_size = target.tell()
        target.seek(0)
        erasure.archive_sha256 = hashlib.file_digest(target, "sha256").hexdigest()
        target.seek(0)
        erasure.content_sha256, erasure.state = package.sha256, Erasure.State.ARCHIVED
        erasure.archive.save(f"{erasure.number}.zip", File(target), save=False)
        erasure.save()
    return True


def _locked(erasure_id: int, state: str) -> Erasure | None:
    """The row, if it is in this state; whoever comes second waits here and finds it in another."""
    rows = Erasure.objects.select_for_update(of=("self",)).select_related("project__owner", "asked_by", "ordered_by")
    return rows.filter(pk=erasure_id, state=state).first()


# --- Erasing ----------------------------------------------------------------------------------------


def erase_project(erasure_id: int) -> bool:
    """Erase the project's people. Whether this call did it; run twice, the second finds it done.

    What has changed since the archive package was made is not in it: then nothing is erased, and the page says so.
    """
    with transaction.atomic():
        erasure = _locked(erasure_id, Erasure.State.ORDERED)
        if erasure is None:
            return False
        project = Project.objects.select_for_update(of=("self",)).select_related("owner").get(pk=erasure.project_id)
        if problem := _problem(erasure, project):
            erasure.state, erasure.problem, erasure.downloaded_at = Erasure.State.STALE, problem, None
            erasure.save(update_fields=["state", "problem", "downloaded_at"])
            return False
        before = frozen_reports(project)
        gone = remove(Participation.objects.filter(project=project), certificate=str(erasure.number))
        _remove_drafts(project, gone)
        erasure.retention_until, erasure.retention_source = project.retention_until, project.retention_source
        erasure.reports = frozen_reports(project)
        if erasure.reports != before:
            raise RuntimeError("a frozen report would have changed: nothing is erased")
        gone.files.append(str(erasure.archive.name))
        erasure.archive = ""
        _certify(erasure, gone)
    return True


def _problem(erasure: Erasure, project: Project) -> str:
    try:
        rules.check_project_may_be_erased(project)
    except ValidationError as refusal:
        return str(refusal.messages[0])[:300]
    return "" if content_hash(project) == erasure.content_sha256 else "changed"


@transaction.atomic
def erase_mistake(*, participation: Participation, reason: str, by: User) -> Erasure:
    """A registration that was a mistake: it is excluded from everything, and nothing of it has to be shown."""
    participation = Participation.objects.select_for_update(of=("self",)).get(pk=participation.pk)
    rules.check_person_may_be_erased(participation)
    erasure = Erasure(
        project=participation.project, kind=Erasure.Kind.MISTAKE, reason=reason, asked_by=by, ordered_by=by
    )
    whole = Participation.objects.filter(pk__in=participation.own_ids)
    _certify(erasure, remove(whole, certificate=str(erasure.number)))
    return erasure


@dataclass
class Gone:
    """What was erased: ids that name nobody, rows by table, and the files that are still to be removed."""

    people: list[list[Any]] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    files: list[str] = field(default_factory=list)


def _certify(erasure: Erasure, gone: Gone) -> None:
    """The certificate is written with the erasure itself; the files go when it is sure."""
    erasure.state, erasure.erased_at = Erasure.State.DONE, now()
    erasure.people, erasure.persons, erasure.counts = gone.people, gone.persons, dict(sorted(gone.counts.items()))
    erasure.files, erasure.files_removed = gone.files, len(gone.files)
    erasure.save()
    transaction.on_commit(lambda: finish(erasure.pk))


def remove(participations: models.QuerySet[Participation], *, certificate: str) -> Gone:
    """All rows of the participations, and of each person who takes part in nothing else; the log keeps only ids."""
    gone = Gone()
    rows = list(participations.order_by("pk").values_list("pk", "participant_id", "created_at"))
    gone.people = [[pk, ledger.moment(created_at)] for pk, _person, created_at in rows]
    ids, persons = [row[0] for row in rows], sorted({row[1] for row in rows})
    _close_exports(ids, gone)
    _close_imports(participations, gone)
    for table in tables():
        _delete(table, ids, gone)
    for chunk in _chunks(persons):
        elsewhere = set(Participation.objects.filter(participant__in=chunk).values_list("participant", flat=True))
        gone.persons += [pk for pk in chunk if pk not in elsewhere]
    gone.persons = _with_former_selves(gone.persons)
    for table in person_tables():
        _delete(table, gone.persons, gone)
    for chunk in _chunks(ids):
        change_log.forget(participation_ids=chunk, participant_ids=[], certificate=certificate)
    for chunk in _chunks(gone.persons):
        change_log.forget(participation_ids=[], participant_ids=chunk, certificate=certificate)
    return gone


def _with_former_selves(persons: list[int]) -> list[int]:
    """Records that were joined to these persons hold their earlier numbers: they go with them."""
    former = [
        pk
        for chunk in _chunks(persons)
        for pk in Participant.objects.filter(merged_into__in=chunk).values_list("pk", flat=True)
    ]
    return sorted({*persons, *former})


def _close_exports(ids: list[int], gone: Gone) -> None:
    """A file in which an erased person stands is erased whole; that it was made stays known."""
    for chunk in _chunks(ids):
        files = ExportFile.objects.filter(contents__participation__in=chunk, state=ExportFile.State.READY).distinct()
        gone.files += files.values_list("file", flat=True)
        ExportFile.objects.filter(pk__in=list(files.values_list("pk", flat=True))).update(
            state=ExportFile.State.DELETED, file="", found=[]
        )


def _close_imports(participations: models.QuerySet[Participation], gone: Gone) -> None:
    """A file that waits to be imported may name her, and so may what is kept to undo an import."""
    imports = Import.objects.filter(project__in=participations.order_by().values("project"))
    ImportPart.objects.filter(origin__in=imports).delete()
    gone.files += imports.exclude(file="").values_list("file", flat=True)
    imports.filter(state__in=[Import.State.UPLOADED, Import.State.CHECKING, Import.State.CHECKED]).update(
        state=Import.State.CANCELLED, problem=Import.Problem.GONE
    )
    imports.exclude(file="").update(file="")


def _delete(table: Table, ids: list[int], gone: Gone) -> None:
    columns = [one.name for one in table.model._meta.concrete_fields if isinstance(one, FileField)]
    for chunk in _chunks(ids):
        rows = table.of(chunk)
        for column in columns:
            gone.files += rows.exclude(**{column: ""}).values_list(column, flat=True)
        _total, by_model = rows.delete()
        gone.counts.update(by_model)


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _remove_drafts(project: Project, gone: Gone) -> None:
    """Reports that nobody froze are working papers: without the people they can neither be checked nor finished."""
    drafts = Report.objects.filter(project=project, frozen_at__isnull=True)
    for report in drafts.prefetch_related("files"):
        gone.files += [str(stored.file.name) for stored in report.files.all()]
    _total, by_model = drafts.delete()
    gone.counts.update(by_model)


def frozen_reports(project: Project) -> list[dict[str, Any]]:
    """What must stay as it is, byte for byte: each frozen report's content, its files, and the hash it was given."""
    frozen = Report.objects.filter(project=project, frozen_at__isnull=False).prefetch_related("files").order_by("pk")
    return [
        {
            "title": report.title,
            "cut_off": report.cut_off.isoformat(),
            "sha256": report.sha256,
            "content_sha256": fingerprint(report.content),
            "files": {stored.format: stored.sha256 for stored in sorted(report.files.all(), key=lambda f: f.format)},
        }
        for report in frozen
    ]


# --- After it is committed --------------------------------------------------------------------------


def finish(erasure_id: int) -> bool:
    """Remove the files and write the ledger beside them. What cannot be removed stays on the list for the sweeper."""
    erasure = Erasure.objects.select_related("project").get(pk=erasure_id)
    if erasure.state == Erasure.State.DONE:
        ledger.write(erasure)
    left = [name for name in erasure.files if not _removed(name)]
    Erasure.objects.filter(pk=erasure_id).update(files=left)
    return not left


def _removed(name: str) -> bool:
    try:
        default_storage.delete(name)
    except OSError:
        return False
    return True


def remove_files(names: Iterable[str]) -> None:
    """Files of which no row is left; one that cannot be removed now is nobody's, and stays unreachable."""
    for name in names:
        _removed(name)


def erase_again(participations: Iterable[Participation], *, certificate: str) -> int:
    """Erase what a restored backup has brought back. The certificate stands already; how many were there."""
    ids = [participation.pk for participation in participations]
    with transaction.atomic():
        gone = remove(Participation.objects.filter(pk__in=ids), certificate=certificate)
        transaction.on_commit(lambda: remove_files(gone.files))
    return len(ids)


def day_of(erasure: Erasure) -> dt.date:
    return (erasure.erased_at or erasure.asked_at).date()
