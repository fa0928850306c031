"""What happened to a participant, as one stream: notes, activities, outcomes, consents, periods, follow-ups.

Each kind is read once, set-based, through what the reader may see; the page loops and formats.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import add_months, first_of_month, last_of_month, today
from participants import rules
from participants.models import (
    Activity,
    Consent,
    ExitReason,
    FollowUp,
    JournalEntry,
    Measure,
    Outcome,
    Participation,
    Stint,
)
from partners.models import User

SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """One dot on the line."""

    on: dt.date
    kind: str
    title: str = ""
    text: str = ""
    who: str = ""
    is_planned: bool = False
    is_late: bool = False
    is_milestone: bool = False
    is_goal_b: bool = False
    is_shared: bool = False
    is_gone: bool = False
    order: int = 0  # Among those of one day: what was recorded last stands first.


@dataclass(frozen=True)
class Month:
    name: str
    entries: list[Entry]


@dataclass
class Timeline:
    """Planned entries above today, then the months, newest first."""

    planned: list[Entry] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    hidden: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.planned and not self.months


def timeline(user: User, participation: Participation, kind: str = "", limit: int | None = SHOWN) -> Timeline:
    """The stream of one kind or of all. One query for each kind, however long the story is."""
    kinds = [KINDS[kind]] if kind in KINDS else list(KINDS.values())
    entries = [entry for one in kinds for entry in one.entries(user, participation)]
    entries.sort(key=lambda entry: (entry.on, entry.order), reverse=True)
    planned = [entry for entry in entries if entry.is_planned]
    past = [entry for entry in entries if not entry.is_planned]
    shown = past if limit is None else past[:limit]
    return Timeline(planned, list(_by_month(shown)), len(past) - len(shown))


def _by_month(entries: Iterable[Entry]) -> Iterator[Month]:
    for month, of_month in groupby(entries, key=lambda entry: first_of_month(entry.on)):
        yield Month(rules.month_name(month), list(of_month))


# --- The kinds ------------------------------------------------------------------------------------


def _notes(user: User, participation: Participation) -> Iterator[Entry]:
    rows = JournalEntry.objects.visible_to(user).filter(participation=participation)
    for note in rows.select_related("written_by", "organisation"):
        yield Entry(
            note.happened_on,
            NOTES,
            text=note.text,
            who=_who_reads(note),
            is_shared=note.is_shared,
            order=note.pk,
        )
        if note.next_step_on and not note.next_step_done_on:
            yield Entry(
                note.next_step_on,
                NOTES,
                note.next_step,
                who=str(note.organisation),
                is_planned=True,
                is_late=note.next_step_on < today(),
                order=note.pk,
            )


def _who_reads(note: JournalEntry) -> str:
    """How it happened, who wrote, for how long, and who else can read it."""
    minutes = [_("%(minutes)s min") % {"minutes": note.minutes}] if note.minutes else []
    reader = (
        _("%(organisation)s, shared with partners who have consent") if note.is_shared else _("only %(organisation)s")
    )
    kind = note.get_kind_display().capitalize()
    return " · ".join([kind, note.written_by.name, *minutes, reader % {"organisation": note.organisation}])


def _activities(user: User, participation: Participation) -> Iterator[Entry]:
    rows = Activity.objects.visible_to(user).filter(participation=participation)
    for activity in rows.select_related("enterprise__organisation").order_by("started_on", "pk"):
        yield Entry(
            activity.started_on,
            ACTIVITIES,
            _("Begins: %(activity)s") % {"activity": activity.label},
            how(activity),
            is_planned=activity.started_on > today(),
            order=activity.pk,
        )
        if activity.ended_on and activity.ended_on < today():
            yield Entry(
                activity.ended_on, ACTIVITIES, _("Ends: %(activity)s") % {"activity": activity.label}, order=activity.pk
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


def _outcomes(user: User, participation: Participation) -> Iterator[Entry]:
    rows = Outcome.objects.visible_to(user).filter(participation=participation)
    for outcome in rows.select_related("enterprise__organisation").order_by("started_on", "pk"):
        where = str(outcome.enterprise) if outcome.enterprise else outcome.employer
        until = _("to %(day)s") % {"day": outcome.ended_on} if outcome.ended_on else ""
        withdrawn = _("withdrawn: %(reason)s") % {"reason": outcome.withdrawn_reason} if outcome.withdrawn_at else ""
        yield Entry(
            outcome.started_on,
            OUTCOMES,
            outcome.get_kind_display().capitalize(),
            " · ".join(part for part in (where, outcome.support, until, withdrawn) if part),
            is_planned=outcome.started_on > today(),
            is_milestone=True,
            is_goal_b=outcome.kind not in rules.IN_SOCIAL_ENTERPRISE,
            is_gone=outcome.withdrawn_at is not None,
            order=outcome.pk,
        )


def _consents(user: User, participation: Participation) -> Iterator[Entry]:
    rows = Consent.objects.visible_to(user).filter(participation=participation)
    for consent in rows.select_related("organisation").order_by("given_on", "pk"):
        given, ended, runs_out = _words_of_statute() if consent.is_statute else _words_of_consent()
        words = {"organisation": consent.organisation}
        yield Entry(consent.given_on, CONSENTS, given % words, _terms(consent), order=consent.pk)
        if consent.withdrawn_on:
            yield Entry(consent.withdrawn_on, CONSENTS, ended % words, order=consent.pk)
        elif consent.valid_to and consent.is_in_force:
            yield Entry(consent.valid_to, CONSENTS, runs_out % words, is_planned=True, order=consent.pk)


def _words_of_consent() -> tuple[str, str, str]:
    return (
        _("Consent to %(organisation)s"),
        _("Consent to %(organisation)s withdrawn"),
        _("Consent to %(organisation)s runs out"),
    )


def _words_of_statute() -> tuple[str, str, str]:
    return (
        _("%(organisation)s may read by law"),
        _("%(organisation)s may no longer read by law"),
        _("The ground for %(organisation)s runs out"),
    )


def _terms(consent: Consent) -> str:
    """For what, by which paragraph, what is left out, until when."""
    left_out = [category.label for category in Consent.Category if category not in consent.categories]
    open_ended = _("until it is ended") if consent.is_statute else _("until withdrawn")
    return " · ".join(
        part
        for part in (
            consent.purpose_name.capitalize(),
            consent.statute,
            _("not: %(categories)s") % {"categories": "; ".join(map(str, left_out))}
            if consent.lifts_secrecy and left_out
            else "",
            _("to %(day)s") % {"day": consent.valid_to} if consent.valid_to else open_ended,
        )
        if part
    )


def _periods(user: User, participation: Participation) -> Iterator[Entry]:
    """Entries and exits, and the two questions that follow an exit."""
    stints = Stint.objects.visible_to(user).filter(participation=participation)
    stints = stints.select_related("exit_reason", "referred_by")
    number = 0
    for stint in stints.order_by("started_on"):
        mistaken = stint.exit_reason_id == ExitReason.MISTAKE
        number += not mistaken
        referred = _("referred by %(organisation)s") % {"organisation": stint.referred_by} if stint.referred_by else ""
        yield Entry(
            stint.started_on,
            PERIODS,
            _("Entry") if number < 2 else _("Re-entry"),
            str(stint.exit_reason) if mistaken else referred,
            is_milestone=True,
            is_gone=mistaken,
            order=stint.pk,
        )
        if stint.ended_on and not mistaken:
            yield Entry(stint.ended_on, PERIODS, _("Exit"), str(stint.exit_reason), is_milestone=True, order=stint.pk)
    yield from _follow_ups(user, participation)


def _follow_ups(user: User, participation: Participation) -> Iterator[Entry]:
    rows = FollowUp.objects.visible_to(user).filter(participation=participation).order_by("answered_on", "pk")
    answered = set()
    for follow_up in rows:
        if follow_up.answer != FollowUp.Answer.NO_ANSWER:
            answered.add((follow_up.milestone, follow_up.exit_on))
        yield Entry(
            follow_up.answered_on,
            PERIODS,
            _("Follow-up %(when)s") % {"when": follow_up.get_milestone_display()},
            follow_up.get_answer_display().capitalize(),
            who=follow_up.get_channel_display(),
            order=follow_up.pk,
        )
    sees = Participation.objects.visible_to(user, Consent.Category.JOURNEY).filter(pk=participation.pk).exists()
    for milestone in FollowUp.Milestone if sees else ():
        if participation.left_on and (milestone, participation.left_on) not in answered:
            due_on = rules.follow_up_closes_on(participation.left_on, milestone) or participation.left_on
            yield Entry(
                due_on,
                PERIODS,
                _("Follow-up %(when)s") % {"when": milestone.label},
                is_planned=True,
                is_late=due_on < today(),
            )


NOTES, ACTIVITIES, OUTCOMES, CONSENTS, PERIODS = "moten", "aktiviteter", "utfall", "samtycken", "perioder"


@dataclass(frozen=True)
class Kind:
    label: Any
    entries: Callable[[User, Participation], Iterator[Entry]]


KINDS = {
    NOTES: Kind(gettext_lazy("Notes"), _notes),
    ACTIVITIES: Kind(gettext_lazy("Activities"), _activities),
    OUTCOMES: Kind(gettext_lazy("Outcomes"), _outcomes),
    CONSENTS: Kind(gettext_lazy("Consents"), _consents),
    PERIODS: Kind(gettext_lazy("Periods and follow-ups"), _periods),
}


# --- Parallel activities as bars ------------------------------------------------------------------

WIDTH = 1000  # The drawing's own units: the page stretches it.
AHEAD_MONTHS = 6
WORK = frozenset({Activity.Kind.WORK, Activity.Kind.WORK_TRAINING, Activity.Kind.INTERNSHIP, Activity.Kind.OCCUPATION})


@dataclass(frozen=True)
class Bar:
    activity: Activity | Measure
    x: int
    width: int
    tone: str
    hours: str

    @property
    def is_over(self) -> bool:
        return self.activity.ended_on is not None and self.activity.ended_on < today()


@dataclass(frozen=True)
class Gantt:
    """Activities side by side over whole months, with a line for each year's and each quarter's first day."""

    bars: list[Bar]
    lines: list[int]
    today_x: int | None
    first: str
    last: str


def gantt(activities: list[Activity], participation: Participation, measures: Iterable[Measure] = ()) -> Gantt | None:
    """Nothing to draw without activities or measures. Open ones reach to today, or to the exit."""
    bars_of: list[Activity | Measure] = [*activities, *(one for one in measures if _is_drawn(one))]
    if not bars_of:
        return None
    starts = [one.started_on for one in bars_of if one.started_on]
    horizon = max([participation.left_on or today(), *starts])
    first = first_of_month(min(starts))
    # Wage support may go on for years: it is cut off where nothing else is left to see.
    furthest = add_months(horizon, AHEAD_MONTHS)
    ends = [one.ended_on for one in activities if one.ended_on]
    ends += [min(one.ended_on, furthest) for one in bars_of if isinstance(one, Measure) and one.ended_on]
    last = last_of_month(max([horizon, *ends]))
    days = (last - first).days + 1

    def x(day: dt.date) -> int:
        return round((day - first).days * WIDTH / days)

    bars = []
    for one in bars_of:
        start = one.started_on or first
        end = min(one.ended_on or max(horizon, start), last)
        start_x = x(start)
        width = max(x(end + dt.timedelta(days=1)) - start_x, 6)
        bars.append(Bar(one, start_x, width, _tone(one), _extent(one)))
    return Gantt(
        bars=bars,
        lines=[x(month) for month in _quarters(first, last)],
        today_x=x(today()) if first <= today() <= last else None,
        first=_short_month(first),
        last=_short_month(last),
    )


def _is_drawn(measure: Measure) -> bool:
    return measure.started_on is not None and measure.withdrawn_at is None


def _extent(one: Activity | Measure) -> str:
    if isinstance(one, Activity):
        return hours(one)
    return f"{one.extent_percent} %" if one.extent_percent else ""


def _tone(activity: Activity | Measure) -> str:
    if isinstance(activity, Measure):
        return "support"
    if activity.kind in WORK:
        return "work"
    return "learn" if activity.kind == Activity.Kind.EDUCATION else "guide"


def _quarters(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    day = add_months(first_of_month(first), (1 - first.month) % 3 or 3)
    while day <= last:
        yield day
        day = add_months(day, 3)


def _short_month(day: dt.date) -> str:
    return date_format(day, "M Y").lower()
