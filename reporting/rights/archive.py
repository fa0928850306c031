"""The archive package of a project: everything its owner answers for, in open formats, with a hash of each file.

A ZIP file: the exchange format (as `export_exchange` writes it), every table about people in words, the signed forms
and documents, the frozen reports with what they counted, and a manifest. What partners keep for themselves is not the
owner's to take: the manifest says whose and how much.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.db.models import Count, F, FileField, Q
from django.utils.translation import override

from grundsteget.cells import quoted
from grundsteget.dates import now
from partners.models import Organisation, Project
from reporting.content import as_json, report_records
from reporting.exchange.exporting import csv_files
from reporting.indicators import RULE_SETS
from reporting.models import Report, ReportFact
from reporting.rights.register import SECTIONS, Section
from reporting.rights.words import in_words, plain, related

File = tuple[str, bytes]
CHUNK = 2000


@dataclass
class Package:
    """What was written: each file with its hash, and one hash over them all that says whether anything has changed."""

    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        lines = sorted(f"{one['sha256']}  {one['name']}" for one in self.files)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def add(self, name: str, data: bytes) -> None:
        self.files.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})


def write_archive(project: Project, target: IO[bytes], *, made_by: str) -> Package:
    """The whole package into the open file."""
    package = Package()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents(project):
            package.add(name, data)
            archive.writestr(name, data)
        archive.writestr("manifest.json", _manifest(project, package, made_by))
    return package


def content_hash(project: Project) -> str:
    """What a package made now would hold, without writing one."""
    package = Package()
    for name, data in contents(project):
        package.add(name, data)
    return package.sha256


def contents(project: Project) -> Iterator[File]:
    """Name and bytes, one file at a time; the same rows give the same bytes."""
    with override("sv"):
        for name, data in csv_files(project).items():
            yield f"utbytesformat/{name}.csv", data
        for section in SECTIONS:
            yield f"tabeller/{section.key}.csv", _table(section, project)
        for section in SECTIONS:
            yield from _files(section, project)
        yield from _reports(project)


def _rows(section: Section, project: Project) -> Any:
    """Rows that the project's owner answers for: its own, and what others have shared; each with the person's code."""
    lookup = "" if section.path == "pk" else f"{section.path}__"
    rows = section.model._base_manager.filter(**{f"{lookup}project": project})
    if section.own_of:
        assert section.shared is not None  # noqa: S101 – for the type checker
        rows = rows.filter(section.shared | Q(**{section.own_of: project.owner}))
    return rows.annotate(code_of=F(f"{lookup}ref")).order_by("pk")


def others_notes(project: Project) -> list[dict[str, Any]]:
    """What partners keep for themselves: whose, in which table, how many rows. Never what stands there."""
    found = []
    for section in SECTIONS:
        if not section.own_of:
            continue
        assert section.shared is not None  # noqa: S101 – for the type checker
        rows = section.model._base_manager.filter(**{f"{section.path}__project": project})
        rows = rows.exclude(section.shared | Q(**{section.own_of: project.owner})).order_by()
        for one in rows.values(section.own_of).annotate(rows=Count("pk")):
            found.append({"organisation": one[section.own_of], "title": str(section.title), "rows": one["rows"]})
    names = dict(Organisation.objects.filter(pk__in=[one["organisation"] for one in found]).values_list("pk", "name"))
    for one in found:
        one["organisation"] = names[one["organisation"]]
    return sorted(found, key=lambda one: (one["organisation"], one["title"]))


def _table(section: Section, project: Project) -> bytes:
    fields = section.fields()
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["id", "code", *(one.name for one in fields), *section.more])
    rows = _rows(section, project).select_related(*related(fields))
    for row in rows.iterator(chunk_size=CHUNK):
        told = [in_words(row, one) for one in fields] + [value(row) for _label, value in section.more.values()]
        writer.writerow([row.pk, quoted(row.code_of), *map(quoted, told)])
    return stream.getvalue().encode()


def _files(section: Section, project: Project) -> Iterator[File]:
    """The signed forms and documents, named by their table and the row's id, which the table beside them has."""
    for column in section.model._meta.concrete_fields:
        if isinstance(column, FileField):
            for row in _rows(section, project).exclude(**{column.name: ""}).iterator(chunk_size=CHUNK):
                stored = getattr(row, column.name)
                with stored.open("rb") as file:
                    yield f"filer/{section.key}/{row.pk}.{stored.name.rpartition('.')[2]}", file.read()


def _reports(project: Project) -> Iterator[File]:
    """Frozen reports: their files, and the content with each person's record, over which the SHA-256 was taken."""
    frozen = Report.objects.filter(project=project, frozen_at__isnull=False).order_by("pk")
    register = io.StringIO(newline="")
    writer = csv.writer(register)
    writer.writerow(["id", "title", "cut_off", "rule_set", "frozen_at", "sha256"])
    for report in frozen.prefetch_related("files"):
        writer.writerow(
            [
                report.pk,
                quoted(report.title),
                report.cut_off.isoformat(),
                report.rule_set,
                plain(report.frozen_at),
                report.sha256,
            ]
        )
        records = report_records(ReportFact.objects.filter(report=report), RULE_SETS[report.rule_set])
        yield f"rapporter/{report.pk}/innehall.json", as_json(report.content | {"records": records})
        for stored in report.files.all():
            with stored.file.open("rb") as file:
                yield f"rapporter/{report.pk}/rapport.{stored.format}", file.read()
    yield "rapporter/register.csv", register.getvalue().encode()


def _manifest(project: Project, package: Package, made_by: str) -> bytes:
    manifest = {
        "project": {"name": project.name, "diary_number": project.dnr, "owner": project.owner.name},
        "made_at": f"{now():%Y-%m-%dT%H:%M:%S%z}",
        "made_by": made_by,
        "kept_until": project.retention_until.isoformat() if project.retention_until else None,
        "kept_until_source": project.retention_source,
        "sha256_of_contents": package.sha256,
        "not_included": others_notes(project),
        "files": package.files,
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
