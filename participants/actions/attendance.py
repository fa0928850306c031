"""Deeds about attendance: many days at once, and the steps of the month's certificate."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import certificates, rules
from participants.actions.frame import changed, locked, save
from participants.actions.journey import write_hours
from participants.models import (
    Activity,
    AttendanceCertificate,
    AttendanceDay,
    AttendanceSignature,
    AttendanceTotal,
    Participation,
    Stint,
    UnitCost,
)
from participants.rules import Entry
from participants.signals import participation_changed
from partners.models import Membership, Project, User

State, Step = AttendanceCertificate.State, AttendanceSignature.Step
BATCH = 500


# --- Days -----------------------------------------------------------------------------------------


@transaction.atomic
def record_attendance(*, entries: Sequence[Entry], by: User) -> int:
    """Write all these cells, or none: then the refusal names each cell at fault. Returns how many days changed.

    A month that was already signed gets a new version, which has to be signed anew; the old one stays readable. The
    same form sent twice finds everything done and writes nothing.
    """
    people = sorted({entry.participation_id for entry in entries})
    list(Participation.objects.select_for_update(of=("self",)).filter(pk__in=people).order_by("pk"))
    known = _known(entries, people)
    if refusals := rules.refusals(entries, known):
        raise ValidationError(dict(refusals))
    touched = _write_days(entries, known, by)
    if touched:
        _renew_certificates({(entry.participation_id, entry.month) for entry in touched}, by)
        ids = sorted({entry.participation_id for entry in touched})
        Participation.objects.filter(pk__in=ids).refresh_summaries()
        participation_changed.send(sender=Participation, participation_ids=ids)
    return len(touched)


def _known(entries: Sequence[Entry], people: list[int]) -> rules.Known:
    stints: dict[int, list[Stint]] = defaultdict(list)
    for stint in Stint.objects.counted().filter(participation__in=people):
        stints[stint.participation_id].append(stint)
    days = AttendanceDay.objects.filter(participation__in=people, day__in={entry.day for entry in entries})
    return rules.Known(
        activities=Activity.objects.in_bulk({entry.activity_id for entry in entries if entry.activity_id}),
        stints=stints,
        days={(row.participation_id, row.activity_id, row.day): row for row in days.select_related("recorded_by")},
    )


def _write_days(entries: Iterable[Entry], known: rules.Known, by: User) -> list[Entry]:
    """The cells that differ from what is stored: created, changed or taken away, a few statements in all."""
    new, altered, gone, touched = [], [], [], []
    for entry in entries:
        row = known.days.get(entry.place)
        if row is None and entry.text:
            new.append(_filled(AttendanceDay(participation_id=entry.participation_id), entry, by))
        elif row is not None and not entry.text:
            gone.append(row.pk)
        elif row is not None and _differs(row, entry):
            altered.append(_filled(row, entry, by))
        else:
            continue
        touched.append(entry)
    AttendanceDay.objects.bulk_create(new, BATCH)
    AttendanceDay.objects.bulk_update(
        altered, ["hours", "kind", "compensation", "recorded_at", "recorded_by"], batch_size=BATCH
    )
    AttendanceDay.objects.filter(pk__in=gone).delete()
    return touched


def _filled(row: AttendanceDay, entry: Entry, by: User) -> AttendanceDay:
    row.activity_id, row.day = entry.activity_id, entry.day
    row.hours, row.kind = rules.hours_and_kind(entry.text)
    if entry.compensation is not None:
        row.compensation_id = entry.compensation or None
    row.recorded_at, row.recorded_by = now(), by
    return row


def _differs(row: AttendanceDay, entry: Entry) -> bool:
    return rules.cell_of(row) != entry.text or (
        entry.compensation is not None and (row.compensation_id or "") != entry.compensation
    )


def _renew_certificates(months: set[tuple[int, dt.date]], by: User) -> None:
    """A draft for each month with attendance; where signatures stand under other days, the next version."""
    people = {participation for participation, _month in months}
    rows = AttendanceCertificate.objects.current().filter(
        participation__in=people, month__in={month for _person, month in months}
    )
    current = {(row.participation_id, row.month): row for row in rows}
    signed = [row for key, row in current.items() if key in months and row.state != State.DRAFT]
    AttendanceCertificate.objects.filter(pk__in=[row.pk for row in signed]).update(replaced_at=now())
    new = [
        AttendanceCertificate(participation_id=participation, month=month, created_by=by)
        for participation, month in sorted(months - current.keys())
    ]
    new += [_next_version(row, _("The attendance was changed"), by) for row in signed]
    AttendanceCertificate.objects.bulk_create(new, BATCH)


def _next_version(row: AttendanceCertificate, reason: str, by: User) -> AttendanceCertificate:
    return AttendanceCertificate(
        participation_id=row.participation_id, month=row.month, version=row.version + 1, reason=reason, created_by=by
    )


# --- The month's certificate ------------------------------------------------------------------------


@transaction.atomic
def sign_certificate(
    *,
    certificate: AttendanceCertificate,
    step: str,
    membership: Membership | None,
    seen: str = "",
    signed_on: dt.date | None = None,
    is_on_paper: bool = False,
    evidence: str = "",
    name: str = "",
    organisation: str = "",
    by: User,
) -> AttendanceCertificate:
    """Take the next step: the participant signs, the supervisor certifies, the office approves, then locks.

    The first step freezes the days. The last makes the month's hours those of the certificate. A step that is already
    taken is not taken twice.
    """
    participation = locked(certificate.participation)
    certificate = participation.attendance_certificates.get(pk=certificate.pk)
    if certificate.signatures.filter(step=step).exists():
        return certificate
    signed_on = signed_on or today()
    rules.check_signature(certificate, step, signed_on)
    if step == Step.PARTICIPANT:
        _freeze(certificate, seen)
    elif step == Step.SUPERVISOR:
        rules.check_signature_on_paper(is_on_paper, name, organisation)
    elif step == Step.OFFICE:
        rules.check_four_eyes(certificate.signatures.filter(step=Step.SUPERVISOR).first(), by)
    else:
        _lock(certificate, by)
    signature = AttendanceSignature(
        certificate=certificate,
        step=step,
        signed_on=signed_on,
        is_on_paper=is_on_paper,
        evidence=evidence.strip(),
        recorded_at=now(),
        recorded_by=by,
        **_signer(step, membership, is_on_paper, name, organisation, by),
    )
    certificate.state = rules.WAY[Step(step)][1]
    save(certificate)
    save(signature)
    changed(participation.pk)
    return certificate


def _signer(
    step: str, membership: Membership | None, is_on_paper: bool, name: str, organisation: str, by: User
) -> dict[str, str]:
    """Who stands under the step. The participant's own name is read from her page, never copied."""
    if step == Step.PARTICIPANT:
        return {}
    if is_on_paper:
        return {"name": name.strip(), "organisation": organisation.strip()}
    return {
        "name": by.name,
        "role": str(membership.get_role_display()) if membership else "",
        "organisation": str(membership.organisation) if membership else "",
    }


def _freeze(certificate: AttendanceCertificate, seen: str) -> None:
    days = certificates.days_of(certificate.participation, certificate.month)
    content = certificates.content_of(certificate, days)
    rules.check_seen(content.sha256, seen)
    rules.check_compensations(days)
    certificate.rows, certificate.hours, certificate.sha256 = content.rows, content.hours, content.sha256
    AttendanceTotal.objects.bulk_create(
        AttendanceTotal(certificate=certificate, compensation_id=code, hours=hours)
        for code, hours in content.totals.items()
    )


def _lock(certificate: AttendanceCertificate, by: User) -> None:
    """From here on this version counts, and an earlier one no longer does. The month's hours have this one source."""
    certificate.participation.attendance_certificates.filter(month=certificate.month, counts=True).update(counts=False)
    certificate.counts = True
    write_hours(certificate.participation, certificate.month, certificate.hours, by, confirmed=True)


@transaction.atomic
def return_certificate(*, certificate: AttendanceCertificate, reason: str, by: User) -> AttendanceCertificate:
    """Something is wrong: the signatures fall, and the next version waits for the days to be corrected."""
    participation = locked(certificate.participation)
    certificate = participation.attendance_certificates.get(pk=certificate.pk)
    rules.check_return(certificate, reason)
    certificate.replaced_at = now()
    save(certificate)
    draft = _next_version(certificate, reason.strip(), by)
    save(draft)
    changed(participation.pk)
    return draft


# --- Unit costs -----------------------------------------------------------------------------------


@transaction.atomic
def save_unit_cost(*, project: Project, by: User, **values: Any) -> UnitCost:
    """What an hour counts from a month on. The same thing from the same month is corrected, not doubled."""
    about = {name: values[name] for name in ("compensation", "staff_function", "valid_from")}
    cost = UnitCost.objects.select_for_update(of=("self",)).filter(project=project, **about).first()
    cost = cost or UnitCost(project=project, **about)
    cost.sek_per_hour, cost.source = values["sek_per_hour"], values["source"].strip()
    cost.recorded_at, cost.recorded_by = now(), by
    save(cost)
    return cost
