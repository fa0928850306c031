"""The ledger of erasures, kept with the files and not in the database: after a restore, whoever was erased goes again.

A restored database does not know of later erasures. The ledger names nobody: it holds ids, and the moment at which each
was registered, so that an id given anew to somebody else after the restore is left alone. (SAFETY.md F30)
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from participants.models import Participation
from partners.models import Project, User
from reporting.models import Erasure

FOLDER = "erasures"
KEPT = (
    "kind",
    "reason",
    "archive_size",
    "archive_sha256",
    "content_sha256",
    "retention_source",
    "people",
    "persons",
    "counts",
    "files_removed",
    "reports",
)
Entry = dict[str, Any]


def moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def write(erasure: Erasure) -> None:
    """One file for each certificate, written once."""
    name = f"{FOLDER}/{erasure.number}.json"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(json.dumps(entry(erasure), ensure_ascii=False, indent=1).encode()))


def entry(erasure: Erasure) -> Entry:
    assert erasure.erased_at is not None  # noqa: S101 – for the type checker
    return {
        "number": str(erasure.number),
        "project": erasure.project.dnr,
        "erased_at": erasure.erased_at.isoformat(),
        "erased_by": erasure.ordered_by_id,
        "asked_by": erasure.asked_by_id,
        "retention_until": erasure.retention_until.isoformat() if erasure.retention_until else None,
        **{name: getattr(erasure, name) for name in KEPT},
    }


def entries() -> Iterator[Entry]:
    """Those in the storage, and those in the database that are not there."""
    seen = set()
    for name in sorted(_names()):
        with default_storage.open(f"{FOLDER}/{name}") as file:
            one = json.load(file)
        seen.add(one["number"])
        yield one
    for erasure in Erasure.objects.filter(state=Erasure.State.DONE).select_related("project").order_by("pk"):
        if str(erasure.number) not in seen:
            yield entry(erasure)


def _names() -> list[str]:
    try:
        return [name for name in default_storage.listdir(FOLDER)[1] if name.endswith(".json")]
    except FileNotFoundError:
        return []


def come_back(one: Entry) -> list[Participation]:
    """The entry's people who are in the database: same id, same project, registered at the same moment."""
    registered = dict(one["people"])
    found = Participation.objects.filter(pk__in=list(registered), project__dnr=one["project"])
    return [row for row in found if moment(row.created_at) == registered[row.pk]]


def restore_certificate(one: Entry) -> None:
    """The certificate itself, where the restored database has lost it and still knows the project and who decided."""
    project = Project.objects.filter(dnr=one["project"]).first()
    users = User.objects.in_bulk([one["erased_by"], one["asked_by"]])
    if project is None or Erasure.objects.filter(number=one["number"]).exists() or not users:
        return
    anybody = next(iter(users.values()))
    Erasure.objects.create(
        number=one["number"],
        project=project,
        state=Erasure.State.DONE,
        asked_by=users.get(one["asked_by"], anybody),
        ordered_by=users.get(one["erased_by"], anybody),
        asked_at=one["erased_at"],
        erased_at=one["erased_at"],
        retention_until=one["retention_until"],
        **{name: one[name] for name in KEPT},
    )
