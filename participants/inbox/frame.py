"""What a line of Today is, how its lines are read, and which of them rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants.listing import ALL, MINE, of_mine
from participants.models import Participation, Snooze
from participants.models.participation import ParticipationQuerySet
from partners import access
from partners.access import Permission
from partners.models import User

SHOWN_OF_EACH = 12
AHEAD_DAYS = 30
# What one source may ask: its lines, how many there are in all, those that rest.
QUERIES_OF_EACH = 3


@dataclass(frozen=True)
class Line:
    """One thing to do, about one participant or, where there is none, about what `title` says."""

    kind: str
    row_id: int
    due_on: dt.date
    why: str
    action: str
    url: str
    participation: Participation | None = None
    title: str = ""
    done_url: str = ""  # Where a POST ticks it off, with these fields.
    done_fields: Mapping[str, str] = field(default_factory=dict)
    opens: bool = True  # Whether the user may open the participant's own page.
    until: dt.date | None = None  # It rests until that day.

    @property
    def about(self) -> str:
        return self.participation.display_name if self.participation else self.title

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.row_id}"


@dataclass
class Group:
    """Lines that are due at about the same time."""

    title: str | Promise
    is_late: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class More:
    """How many lines of one kind did not fit, and the list that holds them."""

    kind: str
    count: int
    name: str | Promise
    url: str


@dataclass(frozen=True)
class Count:
    """How many lines of one kind wait, shown or not."""

    kind: str
    name: str | Promise
    count: int


@dataclass
class Inbox:
    groups: list[Group]
    more: list[More]
    resting: list[Line] = field(default_factory=list)
    by_kind: list[Count] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.by_kind)

    @property
    def late(self) -> int:
        return sum(len(group.lines) for group in self.groups if group.is_late)

    @property
    def counts(self) -> dict[str, int]:
        return {one.kind: one.count for one in self.by_kind}

    def only(self, kind: str) -> Inbox:
        """The lines of one kind; the counts are still those of all."""
        groups = [
            Group(group.title, group.is_late, [line for line in group.lines if line.kind == kind])
            for group in self.groups
        ]
        return Inbox(
            [group for group in groups if group.lines],
            [more for more in self.more if more.kind == kind],
            [line for line in self.resting if line.kind == kind],
            self.by_kind,
        )

    @property
    def participation_ids(self) -> set[int]:
        return {line.participation.pk for line in [*self.lines, *self.resting] if line.participation}


@dataclass(frozen=True)
class Source:
    """One kind of line: who may act on it, which rows ask for it (most urgent first), and what a row says.

    `rows` gets the participations that the user sees, or sees that category of, in projects where she has the right;
    what comes to her by another way than them looks past it.
    """

    kind: str
    name: str | Promise
    permission: Permission
    rows: Callable[[User, ParticipationQuerySet], QuerySet[Any]]
    line: Callable[[Any], Line]
    category: str | None = None
    prepare: Callable[[User, list[Any]], None] | None = None  # Adds to the rows shown what a line needs besides.
    more_queries: int = 0  # How many `prepare` asks, each time.
    shown: int = SHOWN_OF_EACH
    page: str = "participants:participation_list"
    query: str = ""  # What the address of that list is given besides the tab.

    def of(self, user: User, tab: str) -> QuerySet[Any]:
        projects = access.of(user).projects(self.permission)
        visible = Participation.objects.visible_to(user, self.category).filter(project__in=projects)
        return self.rows(user, of_mine(visible, user) if tab == MINE else visible)

    def lines(self, user: User, rows: Iterable[Any]) -> list[Line]:
        found = list(rows)
        if self.prepare is not None and found:
            self.prepare(user, found)
        return [self.line(row) for row in found]

    def list_url(self, tab: str) -> str:
        return f"{reverse(self.page)}?flik={tab}{'&' if self.query else ''}{self.query}"


_SOURCES: dict[str, Source] = {}


def register(*found: Source) -> None:
    """Add kinds of lines. Registering one again replaces it."""
    _SOURCES.update((source.kind, source) for source in found)


def sources(user: User) -> list[Source]:
    """The kinds that the user may act on."""
    held = set(access.permissions(user))
    return [source for source in _SOURCES.values() if source.permission in held]


def max_queries(found: Iterable[Source]) -> int:
    """The most that an inbox of these sources asks, however many rows there are: a budget that tests hold it to."""
    return 1 + sum(QUERIES_OF_EACH + 2 * source.more_queries for source in found)


def inbox(user: User, tab: str) -> Inbox:
    """What waits for the user among her own participants, or among all that she sees; what rests is apart."""
    snoozed = _snoozed(user)
    lines: list[Line] = []
    more: list[More] = []
    resting: list[Line] = []
    by_kind: list[Count] = []
    for source in sources(user):
        rows = source.of(user, tab)
        if asleep := _asleep(source, user, rows, snoozed.get(source.kind, {})):
            resting += asleep
            rows = rows.exclude(pk__in=[line.row_id for line in asleep])
        shown = source.lines(user, rows[: source.shown])
        lines += shown
        if count := rows.count():
            by_kind.append(Count(source.kind, source.name, count))
        if hidden := count - len(shown):
            more.append(More(source.kind, hidden, source.name, source.list_url(tab)))
    return Inbox(list(_grouped(lines)), more, sorted(resting, key=_by_waking), by_kind)


def find_line(user: User, kind: str, row_id: int) -> Line | None:
    """The line as it stands in the user's own inbox, resting or not; nothing where it waits for somebody else."""
    source = next((one for one in sources(user) if one.kind == kind), None)
    if source is None:
        return None
    return next(iter(source.lines(user, source.of(user, ALL).filter(pk=row_id)[:1])), None)


def _snoozed(user: User) -> dict[str, dict[int, Snooze]]:
    """Kind → row → how long the user lets it rest."""
    found: dict[str, dict[int, Snooze]] = {}
    for snooze in Snooze.objects.visible_to(user).lasting():
        found.setdefault(snooze.kind, {})[snooze.row_id] = snooze
    return found


def _asleep(source: Source, user: User, rows: QuerySet[Any], snoozed: dict[int, Snooze]) -> list[Line]:
    """Those put off that are due on the day they were due then: whatever changed since has woken the line."""
    if not snoozed:
        return []
    return [
        replace(line, until=snoozed[line.row_id].until)
        for line in source.lines(user, rows.filter(pk__in=snoozed.keys()))
        if line.due_on == snoozed[line.row_id].due_on
    ]


def _by_waking(line: Line) -> tuple[dt.date, str, int]:
    return line.until or line.due_on, line.kind, line.row_id


def _grouped(lines: list[Line]) -> Iterator[Group]:
    now = today()
    sunday = now + dt.timedelta(days=6 - now.weekday())
    late = Group(gettext_lazy("Late"), is_late=True)
    this_week, later = Group(gettext_lazy("This week")), Group(gettext_lazy("Later"))
    for line in sorted(lines, key=lambda line: (line.due_on, line.kind, line.row_id)):
        group = late if line.due_on < now else this_week if line.due_on <= sunday else later
        group.lines.append(line)
    return (group for group in (late, this_week, later) if group.lines)
