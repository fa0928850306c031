"""What a month's certificate says: its days, its sums by compensation, and the fingerprint of both."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grundsteget.dates import last_of_month
from participants import rules
from participants.models import AttendanceCertificate, AttendanceDay, CompensationType, Participation


@dataclass(frozen=True)
class Content:
    """Rows as they are frozen, the hours that count by compensation, and a hash that tells two contents apart."""

    rows: list[dict[str, Any]]
    totals: dict[str, Decimal]
    sha256: str

    @property
    def hours(self) -> Decimal:
        return sum(self.totals.values(), Decimal(0))


def days_of(participation: Participation, month: dt.date) -> list[AttendanceDay]:
    rows = AttendanceDay.objects.filter(participation=participation, day__range=(month, last_of_month(month)))
    return list(rows.select_related("activity__enterprise__organisation").order_by("day", "activity", "pk"))


def content_of(certificate: AttendanceCertificate, days: Iterable[AttendanceDay]) -> Content:
    rows, sums = [], defaultdict[str, Decimal](Decimal)
    for one in days:
        rows.append(
            {
                "day": one.day.isoformat(),
                "hours": str(one.hours.quantize(Decimal("0.01"))),
                "kind": one.kind,
                "compensation": one.compensation_id or "",
                "activity": one.activity.label if one.activity else "",
                "place": one.activity.place_name if one.activity else "",
            }
        )
        if one.hours:
            sums[one.compensation_id or ""] += one.hours
    totals = {code: rules.rounded(hours) for code, hours in sorted(sums.items())}
    return Content(rows, totals, _fingerprint(certificate, rows, totals))


def frozen_content(certificate: AttendanceCertificate) -> Content:
    totals = {total.compensation_id: total.hours for total in certificate.totals.all()}
    return Content(certificate.rows or [], totals, certificate.sha256)


def _fingerprint(certificate: AttendanceCertificate, rows: list[dict[str, Any]], totals: dict[str, Decimal]) -> str:
    text = json.dumps(
        {
            "participation": certificate.participation_id,
            "month": certificate.month.isoformat(),
            "version": certificate.version,
            "rows": rows,
            "totals": {code: str(hours.quantize(Decimal("0.01"))) for code, hours in totals.items()},
        },
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(certificate: AttendanceCertificate) -> bool:
    """Whether the frozen copy still is what was signed."""
    content = frozen_content(certificate)
    return _fingerprint(certificate, content.rows, dict(sorted(content.totals.items()))) == certificate.sha256


@dataclass(frozen=True)
class Line:
    """A row of the printed certificate."""

    day: dt.date
    hours: Decimal
    what: str
    activity: str
    place: str
    compensation: str


def lines(content: Content) -> list[Line]:
    """The rows in words, in this language."""
    names = {one.code: str(one) for one in CompensationType.objects.all()}
    kinds = dict(AttendanceDay.Kind.choices)
    return [
        Line(
            day=dt.date.fromisoformat(row["day"]),
            hours=Decimal(row["hours"]),
            what=str(kinds.get(row["kind"], row["kind"])),
            activity=row["activity"],
            place=row["place"],
            compensation=names.get(row["compensation"], row["compensation"]),
        )
        for row in content.rows
    ]


def totals_in_words(content: Content) -> list[tuple[str, Decimal]]:
    names = {one.code: str(one) for one in CompensationType.objects.all()}
    return [(names.get(code, ""), hours) for code, hours in content.totals.items()]
