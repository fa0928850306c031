"""What she takes part in: activities from beginning to end, and months whose attendance is locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import rules
from participants.models import Activity, AttendanceCertificate, AttendanceSignature, Participation
from participants.timeline.corrections import corrections, of_readers
from participants.timeline.frame import Entry, joined
from partners.models import User

ACTIVITIES = "aktiviteter"


def activities(user: User, participation: Participation) -> Iterator[Entry]:
    rows = list(
        Activity.with_withdrawn.visible_to(user)
        .filter(participation=participation)
        .select_related("enterprise__organisation")
        .order_by("started_on", "pk")
    )
    changed = corrections(participation, Activity, of_readers(user, participation, rows))
    for activity in rows:
        is_gone = activity.withdrawn_at is not None
        withdrawn = _("removed: %(reason)s") % {"reason": activity.withdrawn_reason} if is_gone else ""
        yield Entry(
            activity.started_on,
            ACTIVITIES,
            _("Begins: %(activity)s") % {"activity": activity.label},
            joined(how(activity), withdrawn),
            is_planned=activity.started_on > today() and not is_gone,
            is_gone=is_gone,
            order=activity.pk,
            corrections=changed.get(activity.pk, []),
        )
        if is_gone:
            continue
        if activity.ended_on and activity.ended_on < today():
            yield Entry(
                activity.ended_on, ACTIVITIES, _("Ends: %(activity)s") % {"activity": activity.label}, order=activity.pk
            )
    yield from _certificates(user, participation)


def _certificates(user: User, participation: Participation) -> Iterator[Entry]:
    """Months that are locked. A version that was locked and no longer counts stays, greyed."""
    rows = AttendanceCertificate.objects.visible_to(user).filter(
        participation=participation, state=AttendanceCertificate.State.LOCKED
    )
    for certificate in rows.prefetch_related("signatures").order_by("month", "pk"):
        locked = next((one for one in certificate.signatures.all() if one.step == AttendanceSignature.Step.LOCK), None)
        if locked is not None:
            yield Entry(
                locked.signed_on,
                ACTIVITIES,
                _("Attendance for %(month)s locked") % {"month": rules.month_name(certificate.month)},
                _("%(hours)s hours") % {"hours": _number(certificate.hours or 0)},
                is_gone=not certificate.counts,
                order=certificate.pk,
            )


def how(activity: Activity) -> str:
    """What the label leaves out: kind, place and extent."""
    parts = [activity.kind_name.capitalize(), activity.place_name, hours(activity)]
    return " · ".join(part for part in parts if part and part.casefold() != activity.label.casefold())


def hours(activity: Activity) -> str:
    if activity.hours_per_week is None:
        return ""
    return _("%(hours)s h/wk") % {"hours": _number(activity.hours_per_week)}


def _number(value: Any) -> str:
    return f"{value:f}".rstrip("0").rstrip(".").replace(".", ",") if "." in f"{value:f}" else f"{value:f}"
