"""Tables that the demo's project office has brought: one saved, one with errors, one that waits for a decision."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grundsteget.dates import now
from participants.models import Participant, Participation
from partners.models import Project, User
from reporting.demo import partners
from reporting.imports import deeds, work
from reporting.imports.columns import fingerprint, proposed_columns
from reporting.imports.files import checked
from reporting.imports.translation import headings
from reporting.models import Import

ERRORS = """\
ref;isced;unemployed_since;birth_date
{0};9;2015-01-01;
{1};gymnasium;våren 2014;
{2};10;;
{3};3;;1875-01-01
"""


def load(project: Project, users: dict[str, Any]) -> None:
    """Brought, looked through and saved as the pages and the task do it."""
    office = User.objects.get(email=partners.email("kontor"))
    found = Participation.objects.filter(project=project, participant__protection=Participant.Protection.NONE)
    refs = list(found.order_by("pk").values_list("ref", flat=True)[:12])
    if len(refs) < 12:
        return
    districts = "".join(f"{ref};{place}\n" for ref, place in zip(refs, ("Angered", "Hisingen") * 6, strict=True))
    saved = _brought(project, office, f"Kod;Stadsdel\n{districts}", days_ago=20)
    deeds.order_apply(row=saved, by=office)
    work.work_on_import(saved.pk)
    Import.objects.filter(pk=saved.pk).update(applied_at=now() - dt.timedelta(days=20))
    _brought(project, office, ERRORS.format(*refs), days_ago=2)
    municipalities = "".join(f"{ref};Mölndal\n" for ref in refs[:6])
    _brought(project, office, f"Kod;Kommun\n{municipalities}", days_ago=0)


def _brought(project: Project, by: User, table: str, *, days_ago: int) -> Import:
    """Uploaded and checked; where it is a table of the project's own, with the columns that its headings say."""
    upload = checked(SimpleUploadedFile("tabell.csv", table.encode()))
    row = deeds.request_import(project=project, upload=upload, submission=uuid.uuid4(), by=by)
    Import.objects.filter(pk=row.pk).update(uploaded_at=now() - dt.timedelta(days=days_ago))
    if row.kind == Import.Kind.MAPPED:
        named = headings(next(iter(upload.sheets.values())))
        chosen = {"columns": proposed_columns(named), "values": {}, "is_month_first": False}
        deeds.choose_columns(row=row, sheet=0, fingerprint=fingerprint(named), chosen=chosen, by=by)
    work.work_on_import(row.pk)
    row.refresh_from_db()
    return row
