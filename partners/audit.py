"""The read log: written before the page leaves, and chained so that a change behind our back shows. No log, no page."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction

from grundsteget.dates import now
from partners import access
from partners.http import Request
from partners.models import AccessLog, AccessSubject, LogDay, Membership


def log_access(
    request: Request,
    action: AccessLog.Action,
    *,
    participation_ids: Iterable[int] = (),
    fields: AccessLog.FieldsClass = AccessLog.FieldsClass.BASIC,
    criterion: str = "",
    purpose: str = "",
    object_ref: str = "",
) -> AccessLog:
    """Record that the user is about to be shown these participations.

    `criterion` names the kind of a search ("name", "identity"), never what was typed. A failure here is an error of
    the request: what cannot be logged is not shown.
    """
    ids = sorted(set(participation_ids))
    membership = next(iter(access.of(request.user).memberships), None)
    return append(
        {
            "actor_id": request.user.pk,
            "organisation_id": membership.organisation_id if membership else None,
            "role": membership.role if membership else "",
            "action": str(action),
            "view": request.resolver_match.view_name if request.resolver_match else "",
            "participations": ids,
            "count": len(ids),
            "criterion": criterion,
            "fields_class": str(fields),
            "purpose": purpose,
            "object_ref": object_ref,
            "request_id": getattr(request, "id", ""),
            "client_ip": _client_ip(request),
        }
    )


def log_later(
    membership: Membership,
    action: AccessLog.Action,
    *,
    view: str,
    participation_ids: Iterable[int],
    fields: AccessLog.FieldsClass = AccessLog.FieldsClass.BASIC,
    criterion: str = "",
    purpose: str = "",
    object_ref: str = "",
) -> AccessLog:
    """Record what a task does in somebody's name: in the role she asked in, on the page she asked from."""
    ids = sorted(set(participation_ids))
    return append(
        {
            "actor_id": membership.user_id,
            "organisation_id": membership.organisation_id,
            "role": membership.role,
            "action": str(action),
            "view": view,
            "participations": ids,
            "count": len(ids),
            "criterion": criterion,
            "fields_class": str(fields),
            "purpose": purpose,
            "object_ref": object_ref,
            "request_id": "",
            "client_ip": None,
        }
    )


def _client_ip(request: Request) -> str | None:
    """Whom the trusted proxy names, or who is connected. (`TRUSTED_PROXY`)"""
    return get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else None


@transaction.atomic
def append(values: dict[str, Any], at: dt.datetime | None = None) -> AccessLog:
    """One more link. The day's row is locked for these few statements, so that no two rows follow the same one."""
    at = at or now()
    day, _ = LogDay.objects.select_for_update().get_or_create(day=at.astimezone(dt.UTC).date())
    values = {**values, "at": at, "day": day.day, "number": day.count + 1}
    entry = AccessLog.objects.create(**values, mac=seal(day.mac, values))
    AccessSubject.objects.bulk_create(
        AccessSubject(entry=entry, participation_id=pk) for pk in values["participations"]
    )
    day.count, day.mac = entry.number, entry.mac
    day.save(update_fields=["count", "mac"])
    return entry


def seal(previous: str, values: dict[str, Any]) -> str:
    """HMAC over the seal before and the row's content, whichever database the content comes from."""
    content = dict(values)
    content["at"] = content["at"].astimezone(dt.UTC).isoformat()
    content["day"] = content["day"].isoformat()
    content["client_ip"] = str(ipaddress.ip_address(content["client_ip"])) if content["client_ip"] else None
    text = json.dumps([previous, sorted(content.items())], ensure_ascii=False)
    return hmac.new(settings.LOG_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


SEALED = [
    "actor_id",
    "organisation_id",
    "role",
    "action",
    "view",
    "participations",
    "count",
    "criterion",
    "fields_class",
    "purpose",
    "object_ref",
    "request_id",
    "client_ip",
    "at",
    "day",
    "number",
]


def faults_of(day: LogDay) -> Iterator[str]:
    """What is wrong with one day of the log: rows changed, removed, inserted, or no longer found by person."""
    previous, expected = "", 1
    rows = AccessLog.objects.filter(day=day.day).order_by("number", "pk").values("pk", "mac", *SEALED)
    subjects = _subjects_of(day)
    for row in rows.iterator(chunk_size=2000):
        name = f"{day.day} number {row['number']}"
        if row["number"] > expected:
            yield f"{day.day} number {expected}: removed, {row['number'] - expected} row(s)"
        if row["number"] > day.count:
            yield f"{name}: inserted after the day's end"
        elif not hmac.compare_digest(row["mac"], seal(previous, {field: row[field] for field in SEALED})):
            yield f"{name}: changed or inserted"
        if subjects.get(row["pk"], set()) != set(row["participations"]):
            yield f"{name}: the people it is filed under are not those it names"
        previous, expected = row["mac"], row["number"] + 1
    if expected <= day.count:
        yield f"{day.day} number {expected}: removed, {day.count - expected + 1} row(s) at the day's end"
    elif previous != day.mac and expected == day.count + 1:
        yield f"{day.day}: the day's end has another seal than its last row"


def _subjects_of(day: LogDay) -> dict[int, set[int]]:
    filed: dict[int, set[int]] = {}
    pairs = AccessSubject.objects.filter(entry__day=day.day).values_list("entry_id", "participation_id")
    for entry, participation in pairs.iterator(chunk_size=5000):
        filed.setdefault(entry, set()).add(participation)
    return filed
