"""Lists that the demo's colleagues have taken out as files: one to fetch, one deleted in time, one at the office."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from grundsteget.dates import now
from participants import actions
from participants.listing_file import Asked
from participants.models import ExportFile
from partners.models import Project, User
from reporting.demo import partners

ASKED = (
    # Who, how many days ago, the list's address, what for, as what.
    ("koordinator", 0, "flik=mina&sort=steg", "Planering av veckans möten", "xlsx"),
    ("koordinator", 12, "flik=alla&skede=avslutad", "Uppföljning efter sex månader", "csv"),
    ("kontor", 2, "flik=alla&samtycke=snart", "Samtycken att förnya före april", "xlsx"),
)


def load(project: Project, users: dict[str, Any]) -> None:
    """Asked for and made as the page and the task do it; then the days that have passed since are let pass."""
    for name, days_ago, query, purpose, format in ASKED:
        user = User.objects.get(email=partners.email(name))
        export = actions.request_export(
            asked=Asked(query),
            count=1,
            purpose=purpose,
            format=format,
            submission=uuid.uuid4(),
            membership=user.memberships.earliest("pk"),
            by=user,
        )
        actions.write_export(export.pk)
        _made_before(export, dt.timedelta(days=days_ago))
    actions.expire_exports()


def _made_before(export: ExportFile, age: dt.timedelta) -> None:
    made = ExportFile.objects.get(pk=export.pk)
    made.requested_at, made.ready_at, made.expires_at = now() - age, now() - age, made.expires_at - age
    made.save(update_fields=["requested_at", "ready_at", "expires_at"])
