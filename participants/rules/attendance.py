"""What may stand in a day of attendance, and who may sign a month's certificate when."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from django.conf import settings
from django.utils.translation import gettext as _

from grundsteget.dates import first_of_month, last_of_month, today
from participants.models import (
    Activity,
    AttendanceCertificate,
    AttendanceDay,
    AttendanceSignature,
    Participation,
    Stint,
)
from participants.rules.frame import check_has_happened, month_name, refused
from partners.models import User

Kind, State, Step = AttendanceDay.Kind, AttendanceCertificate.State, AttendanceSignature.Step

HOURS_OF_A_DAY = Decimal(24)
# How an absence is written in a cell: one letter, the first of the Swedish word.
LETTERS = {Kind.SICK: "S", Kind.NOTIFIED: "F", Kind.UNNOTIFIED: "O", Kind.LEAVE: "L"}
KINDS = {letter: kind for kind, letter in LETTERS.items()}

# --- What is written in a cell --------------------------------------------------------------------


def read_cell(typed: str) -> str:
    """The cell's text in the one way it is compared: "", "6.5" or a letter. Also 6,5 and 6:30 are understood."""
    text = typed.strip().upper().replace(",", ".")
    if not text or text in KINDS:
        return text
    whole, colon, minutes = text.partition(":")
    try:
        hours = Decimal(whole) + (Decimal(minutes) / 60 if colon else 0)
    except InvalidOperation:
        hours = Decimal(-1)
    if not hours.is_finite() or not 0 < hours <= HOURS_OF_A_DAY:
        raise refused(
            _("Write hours, for example 6 or 6,5, at most 24 – or a letter for absence: %(letters)s.")
            % {"letters": ", ".join(LETTERS.values())}
        )
    return written_hours(hours.quantize(Decimal("0.01")))


def written_hours(hours: Decimal) -> str:
    """Without zeros that say nothing: "6", "6.5"."""
    return f"{hours:f}".rstrip("0").rstrip(".") if "." in f"{hours:f}" else f"{hours:f}"


def cell_of(row: AttendanceDay | None) -> str:
    if row is None:
        return ""
    return written_hours(row.hours) if row.kind == Kind.PRESENT else LETTERS[Kind(row.kind)]


def hours_and_kind(text: str) -> tuple[Decimal, AttendanceDay.Kind]:
    return (Decimal(0), KINDS[text]) if text in KINDS else (Decimal(text), Kind.PRESENT)


def planned_hours(activity: Activity | None, day: dt.date) -> str:
    """What the plan says of that day, in quarters of an hour: the group's own days, or a fifth of the week's hours."""
    if activity is None:
        return ""
    group = activity.group
    if group is not None and group.weekdays and group.hours_per_day:
        return written_hours(group.hours_per_day) if str(day.weekday()) in group.weekdays else ""
    if activity.hours_per_week and day.weekday() < 5:
        quarters = (activity.hours_per_week / 5 * 4).to_integral_value()
        return written_hours(min(quarters / 4, HOURS_OF_A_DAY)) if quarters else ""
    return ""


# --- Whether it may stand there ---------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A cell that somebody changed: what it shall hold, and what it held when she opened the page."""

    participation_id: int
    activity_id: int | None
    day: dt.date
    text: str
    was: str
    # A code or "" for none; None leaves it as it is.
    compensation: str | None = None
    compensation_was: str | None = None

    @property
    def place(self) -> tuple[int, int | None, dt.date]:
        return self.participation_id, self.activity_id, self.day

    @property
    def name(self) -> str:
        return cell_name(self.participation_id, self.activity_id, self.day)

    @property
    def month(self) -> dt.date:
        return first_of_month(self.day)


def cell_name(participation_id: int, activity_id: int | None, day: dt.date) -> str:
    return f"d-{participation_id}-{activity_id or 0}-{day:%Y%m%d}"


@dataclass
class Known:
    """What the rules are asked about: everything that touches the entries, loaded at once."""

    activities: Mapping[int, Activity]
    stints: Mapping[int, list[Stint]]
    days: Mapping[tuple[int, int | None, dt.date], AttendanceDay]
    hours: Mapping[tuple[int, dt.date], Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hours: dict[tuple[int, dt.date], Decimal] = defaultdict(Decimal)
        for (participation_id, _activity, day), row in self.days.items():
            hours[participation_id, day] += row.hours
        self.hours = hours


def refusals(entries: Iterable[Entry], known: Known) -> dict[str, str]:
    """Cell name → why it cannot be saved. A colleague's newer value first, then the rules, then the sum of the day."""
    found: dict[str, str] = {}
    sums = dict(known.hours)
    for entry in entries:
        row = known.days.get(entry.place)
        if sentence := _conflict(entry, row) or _impossible(entry, known):
            found[entry.name] = sentence
            continue
        key = (entry.participation_id, entry.day)
        before = row.hours if row else Decimal(0)
        sums[key] = sums.get(key, Decimal(0)) - before + (hours_and_kind(entry.text)[0] if entry.text else 0)
    for entry in entries:
        total = sums.get((entry.participation_id, entry.day), Decimal(0))
        if entry.name not in found and entry.text and total > HOURS_OF_A_DAY:
            found[entry.name] = _("The day's hours come to %(hours)s in all. A day has 24.") % {
                "hours": written_hours(total)
            }
    return found


def _conflict(entry: Entry, row: AttendanceDay | None) -> str:
    theirs = cell_of(row)
    if theirs not in (entry.was, entry.text):
        who = row.recorded_by if row and row.recorded_by else _("a colleague")
        return _(
            "Saved by %(who)s while you wrote: “%(theirs)s”. You wrote “%(mine)s”. Save again to keep yours, or change."
        ) % {"who": who, "theirs": theirs or _("empty"), "mine": entry.text or _("empty")}
    held = row.compensation_id or "" if row else None
    if (
        entry.compensation is not None
        and held is not None
        and entry.compensation_was is not None
        and held not in (entry.compensation_was, entry.compensation)
    ):
        return _("A colleague changed the compensation while you wrote. Look at it, then save again to keep yours.")
    return ""


def _impossible(entry: Entry, known: Known) -> str:
    """An empty cell is always possible: a mistake can be taken away."""
    if not entry.text:
        return ""
    if entry.day > today():
        return _("This day has not come yet. Attendance is recorded afterwards.")
    stints = known.stints.get(entry.participation_id, [])
    if not any(_holds(stint, entry.day) for stint in stints):
        return _("The person did not take part in the project on this day.")
    if entry.activity_id is not None:
        activity = known.activities.get(entry.activity_id)
        if activity is None or activity.participation_id != entry.participation_id:
            return _("This activity is not the person's.")
        if not _holds(activity, entry.day):
            return _("The activity does not run on this day.")
    return ""


def _holds(period: Stint | Activity, day: dt.date) -> bool:
    return period.started_on <= day and (period.ended_on is None or day <= period.ended_on)


def may_be_recorded(activity: Activity | None, stints: Iterable[Stint], day: dt.date) -> bool:
    return (
        day <= today() and any(_holds(stint, day) for stint in stints) and (activity is None or _holds(activity, day))
    )


# --- The month's certificate --------------------------------------------------------------------------

# Which state a step needs, and which it leads to. (esf-rules.md 2.2: the attestation chain)
WAY = {
    Step.PARTICIPANT: (State.DRAFT, State.SIGNED),
    Step.SUPERVISOR: (State.SIGNED, State.CERTIFIED),
    Step.OFFICE: (State.CERTIFIED, State.APPROVED),
    Step.LOCK: (State.APPROVED, State.LOCKED),
}
NEXT_STEP = {before: step for step, (before, _after) in WAY.items()}


def rounded(hours: Decimal) -> Decimal:
    """Whole hours, rounded down, where the installation says so. (esf-rules.md T6: a setting, off)"""
    return hours.to_integral_value(ROUND_DOWN) if settings.HOURS_ROUNDED_DOWN else hours


def month_is_over(participation: Participation, month: dt.date) -> bool:
    """Over by the calendar, or because the person has left: nothing more will be added."""
    last = last_of_month(month)
    return today() > last or (participation.left_on is not None and participation.left_on < min(last, today()))


def check_signature(certificate: AttendanceCertificate, step: str, signed_on: dt.date) -> None:
    """The steps are taken in their order, on the newest version, after the month."""
    if certificate.is_replaced:
        raise refused(_("The attendance has changed since: there is a newer version of this month. Open that one."))
    needed, _after = WAY[Step(step)]
    if certificate.state != needed:
        raise refused(
            _("This step is not the next one: the month %(state)s.") % {"state": certificate.get_state_display()}
        )
    if not month_is_over(certificate.participation, certificate.month):
        raise refused(_("%(month)s is not over yet. It is signed afterwards.") % {"month": _begun(certificate)})
    check_has_happened(signed_on, "signed_on")
    if signed_on < certificate.month:
        raise refused(_("The signature cannot be older than the month it is about."), "signed_on")


def _begun(certificate: AttendanceCertificate) -> str:
    name = month_name(certificate.month)
    return name[:1].upper() + name[1:]


def check_seen(certificate_fingerprint: str, seen: str) -> None:
    """What is signed is what was on the screen."""
    if seen != certificate_fingerprint:
        raise refused(_("The attendance changed while the page was open. Look through the days again, then sign."))


def check_compensations(days: Iterable[AttendanceDay]) -> None:
    """Hours without a compensation would be lost as co-financing; “no compensation” is an answer too."""
    missing = sorted({day.day for day in days if day.hours and day.compensation_id is None})
    if missing:
        raise refused(
            _("Say what the person lived on: the compensation is missing on %(count)s days, the first is %(day)s.")
            % {"count": len(missing), "day": missing[0]}
        )


def check_four_eyes(certifier: AttendanceSignature | None, by: User) -> None:
    """Nobody approves what she certified herself."""
    if certifier is not None and not certifier.is_on_paper and certifier.recorded_by_id == by.pk:
        raise refused(_("You certified this month yourself. Somebody else at the project office approves it."))


def check_signature_on_paper(is_on_paper: bool, name: str, organisation: str) -> None:
    if is_on_paper and not (name.strip() and organisation.strip()):
        raise refused(_("Say who signed on the paper, and for which organisation."), "name")


def check_return(certificate: AttendanceCertificate, reason: str) -> None:
    if certificate.is_replaced or certificate.state in {State.DRAFT, State.LOCKED}:
        raise refused(_("Only a month that is signed and not locked can be sent back. A locked one: change a day."))
    if not reason.strip():
        raise refused(_("Say what has to be corrected."), "reason")


def check_hours_are_free(participation: Participation, month: dt.date) -> None:
    """Hours that come from a locked certificate are changed by changing the attendance, not by hand."""
    if participation.attendance_certificates.filter(month=first_of_month(month), counts=True).exists():
        raise refused(
            _("%(month)s: the hours come from a locked attendance certificate. Change the attendance instead.")
            % {"month": month_name(month)},
            "hours",
        )
