"""What an import keeps sealed: what it would do, and what it takes to undo it. Dates and sums become text."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from participants import identity
from reporting.models import Import, ImportPart

Kind = ImportPart.Kind


def keep(row: Import, kind: str, told: dict[str, Any]) -> None:
    sealed = identity.seal(json.dumps(told, cls=DjangoJSONEncoder).encode())
    ImportPart.objects.update_or_create(origin=row, kind=kind, defaults={"sealed": sealed})


def told(row: Import, kind: str) -> dict[str, Any] | None:
    part = ImportPart.objects.filter(origin=row, kind=kind).first()
    found: dict[str, Any] | None = json.loads(identity.unseal(bytes(part.sealed))) if part else None
    return found


def forget(row: Import, *kinds: str) -> None:
    ImportPart.objects.filter(origin=row, kind__in=kinds or Kind.values).delete()
