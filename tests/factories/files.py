"""Saved views, exports and imports."""

import hashlib

from django.core.files.base import ContentFile

from participants import actions, identity
from participants.models import ExportFile, SavedView
from partners.models import Project, User
from reporting.models import Import


def make_saved_view(
    user: User, name: str = "Pågår", query: str = "flik=alla&sort=namn&skede=pagar", **fields
) -> SavedView:
    return SavedView.objects.create(user=user, name=name, query=query, **fields)


def make_export(by: User, *, format: str = "csv", query: str = "flik=alla", made: bool = True, **fields) -> ExportFile:
    """A file of the list as the user sees it, made as the task makes it; `made=False` leaves it waiting."""
    fields.setdefault("purpose", "Planering av ett möte")
    fields.setdefault("membership", by.memberships.earliest("started_on"))
    export = ExportFile.objects.create(requested_by=by, format=format, query=query, **fields)
    if made:
        actions.write_export(export.pk)
        export.refresh_from_db()
    return export


def make_import(project: Project, by: User, content: bytes = b"Kod;Stadsdel\nG-001;Angered\n", **fields) -> Import:
    """A table of the project's own, uploaded and waiting for its columns to be chosen."""
    row = Import(project=project, uploaded_by=by, kind="mapped", format="csv", state="uploaded", size=len(content))
    row.sha256 = hashlib.sha256(content).hexdigest()
    for name, value in fields.items():
        setattr(row, name, value)
    row.file.save("upload", ContentFile(identity.seal(content)), save=False)
    row.save()
    return row
