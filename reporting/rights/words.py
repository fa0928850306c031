"""A stored value in words: as it stands in a register extract and in the archive's tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from participants import models as about
from partners.models import Organisation, User


@dataclass(frozen=True)
class Named:
    """What a row is called where another row points to it, and what has to be read along for that."""

    name: Callable[[Any], str]
    reads: tuple[str, ...] = ()


NAMED: dict[type[models.Model], Named] = {
    # Not by its place: that is not printed for everybody.
    about.Activity: Named(lambda row: f"{row.title or row.kind_name}, {row.started_on}"),
    about.AttendanceCertificate: Named(lambda row: f"{row.month:%Y-%m}, {row.version}"),
    about.Consent: Named(lambda row: f"{row.organisation.name}, {row.given_on}", ("organisation",)),
    about.Document: Named(lambda row: f"{row.title or row.kind}, {row.dated_on}", ("kind",)),
    about.ExportFile: Named(
        lambda row: f"{row.requested_at:%Y-%m-%d}, {row.requested_by.name}: {row.purpose}", ("requested_by",)
    ),
    about.Outcome: Named(lambda row: f"{row.get_kind_display()}, {row.started_on}"),
    about.PlanFocus: Named(lambda row: str(row.area), ("area",)),
    about.PlanGoal: Named(lambda row: row.text),
    about.PlanStep: Named(lambda row: row.what),
    about.ProgressAssessment: Named(lambda row: row.assessed_on.isoformat()),
    about.Referral: Named(lambda row: f"{row.to_organisation.name}, {row.sent_on or '–'}", ("to_organisation",)),
    about.Stint: Named(lambda row: f"{row.started_on} – {row.ended_on or '…'}"),
    Enterprise: Named(lambda row: row.organisation.name, ("organisation",)),
    Organisation: Named(lambda row: row.name),
    User: Named(lambda row: row.name),
}


def in_words(row: models.Model, field: models.Field) -> str:
    """Dates as YYYY-MM-DD, choices by their label, people by their name; nothing is an empty text."""
    value = getattr(row, field.name)
    if value in (None, ""):
        return ""
    # A kind that was imported and that we have no word for is shown as it came.
    if (spoken := getattr(row, f"{field.name}_name", None)) is not None:
        return str(spoken)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.FileField):
        return _("a file is kept (%(kind)s)") % {"kind": str(value.name).rpartition(".")[2]}
    named = NAMED.get(type(value))
    return named.name(value) if named else plain(value)


def plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case dt.datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
        case dict():
            return ", ".join(f"{key}: {plain(inner)}" for key, inner in value.items())
        case list():
            return "; ".join(plain(inner) for inner in value)
    return str(value)


def related(fields: list[models.Field]) -> list[str]:
    """What to read along, so that naming the rows a row points to costs no query of its own."""
    keys = [(field.name, field.related_model) for field in fields if field.related_model is not None]
    further = [f"{name}__{read}" for name, model in keys if model in NAMED for read in NAMED[model].reads]
    return [*(name for name, _model in keys), *further]
