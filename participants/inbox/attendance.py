"""The month's certificates that wait for a step: the participant's signature, the supervisor's, the office's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import first_of_month, last_of_month, today
from participants import rules
from participants.inbox.frame import Line, Source
from participants.models import AttendanceCertificate, Consent
from participants.models.attendance import AttendanceCertificateQuerySet
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

State = AttendanceCertificate.State

SIGN, CERTIFY, APPROVE, LOCK = "certificate_sign", "certificate_certify", "certificate_approve", "certificate_lock"
# Our own habit, not a rule of the fund: a month is through the chain by the middle of the next.
ATTEST_DAYS = 15


def _waiting(
    state: str, permission: Permission
) -> Callable[[User, ParticipationQuerySet], AttendanceCertificateQuerySet]:
    def rows(user: User, visible: ParticipationQuerySet) -> AttendanceCertificateQuerySet:
        """Of months that are over: the current one is still being filled in."""
        return (
            AttendanceCertificate.objects.kept_by(user, permission)
            .current()
            .filter(participation__in=visible, state=state, month__lt=first_of_month(today()))
            .select_related("participation__participant")
            .order_by("month", "pk")
        )

    return rows


def _line(kind: str, certificate: AttendanceCertificate, why: str, action: str) -> Line:
    participation = certificate.participation
    return Line(
        kind=kind,
        row_id=certificate.pk,
        participation=participation,
        due_on=last_of_month(certificate.month) + dt.timedelta(days=ATTEST_DAYS),
        why=why,
        action=action,
        url=reverse("participants:attendance_certificate", args=[participation.pk, certificate.pk]),
    )


def _month(certificate: AttendanceCertificate) -> dict[str, str]:
    return {"month": rules.month_name(certificate.month)}


def _to_sign(certificate: AttendanceCertificate) -> Line:
    if not certificate.is_correction:
        why = _("Attendance for %(month)s waits for the participant's signature.") % _month(certificate)
    # Why it came back may tell of anything: of a protected person it stands on her own page alone.
    elif certificate.participation.participant.is_protected:
        why = _("Attendance for %(month)s is to be signed anew.") % _month(certificate)
    else:
        words = {**_month(certificate), "reason": certificate.reason}
        why = _("Attendance for %(month)s is to be signed anew: %(reason)s") % words
    return _line(SIGN, certificate, why, _("Look and sign"))


def _to_certify(certificate: AttendanceCertificate) -> Line:
    why = _("Attendance for %(month)s is to be certified.") % _month(certificate)
    return _line(CERTIFY, certificate, why, _("Certify"))


def _to_approve(certificate: AttendanceCertificate) -> Line:
    why = _("Attendance for %(month)s is to be approved.") % _month(certificate)
    return _line(APPROVE, certificate, why, _("Approve"))


def _to_lock(certificate: AttendanceCertificate) -> Line:
    why = _("Attendance for %(month)s is approved and to be locked.") % _month(certificate)
    return _line(LOCK, certificate, why, _("Lock"))


def _source(
    kind: str,
    name: str | Promise,
    state: str,
    permission: Permission,
    line: Callable[[AttendanceCertificate], Line],
) -> Source:
    return Source(
        kind,
        name,
        permission,
        _waiting(state, permission),
        line,
        category=Consent.Category.JOURNEY,
        page="participants:attendance_certificates",
        query=f"visa={state}",
    )


SOURCES = (
    _source(SIGN, gettext_lazy("Attendance to sign"), State.DRAFT, Permission.ATTENDANCE_RECORD, _to_sign),
    _source(CERTIFY, gettext_lazy("Attendance to certify"), State.SIGNED, Permission.ATTENDANCE_CERTIFY, _to_certify),
    _source(
        APPROVE, gettext_lazy("Attendance to approve"), State.CERTIFIED, Permission.ATTENDANCE_APPROVE, _to_approve
    ),
    _source(LOCK, gettext_lazy("Attendance to lock"), State.APPROVED, Permission.ATTENDANCE_APPROVE, _to_lock),
)
