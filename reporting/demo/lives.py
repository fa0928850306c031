"""What is known about one invented person, from the first day to the last, before the demo's day cuts it off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from reporting.demo.people import Person
from reporting.demo.schedule import Slot

Day = dt.date


@dataclass
class DemoStint:
    start: Day
    end: Day
    reason: str
    note: str = ""


@dataclass
class DemoActivity:
    kind: str
    place: str
    start: Day
    end: Day
    hours: int
    title: str = ""
    is_planned: bool = False  # The end is known beforehand, as that of a course is.


@dataclass
class DemoOutcome:
    kind: str
    start: Day
    end: Day | None
    employer: str
    support: str = ""
    evidence: str = ""


@dataclass
class DemoConsent:
    organisation: str
    purpose: str
    given: Day
    valid_to: Day | None = None
    withdrawn: Day | None = None


@dataclass
class DemoNote:
    day: Day
    kind: str
    minutes: int
    text: str
    writer: str
    step: str = ""
    step_on: Day | None = None
    step_done: Day | None = None
    is_shared: bool = False


@dataclass
class DemoFollowUp:
    milestone: str
    exit: Day
    day: Day
    answer: str
    channel: str


@dataclass
class DemoCare:
    user: str
    start: Day
    end: Day
    is_lead: bool = False
    reason: str = ""


@dataclass
class Life:
    """One person's way through the project."""

    person: Person
    slot: Slot
    enterprise: str
    lead: str
    referrer: str
    record: dict[str, object] = field(default_factory=dict)
    sensitive: dict[str, str] = field(default_factory=dict)
    stints: list[DemoStint] = field(default_factory=list)
    activities: list[DemoActivity] = field(default_factory=list)
    outcomes: list[DemoOutcome] = field(default_factory=list)
    hours: dict[Day, Decimal] = field(default_factory=dict)
    consents: list[DemoConsent] = field(default_factory=list)
    notes: list[DemoNote] = field(default_factory=list)
    follow_ups: list[DemoFollowUp] = field(default_factory=list)
    care: list[DemoCare] = field(default_factory=list)
    near: tuple[Day, Day, str] | None = None

    @property
    def entry(self) -> Day:
        return self.stints[0].start

    @property
    def last_exit(self) -> Day:
        return self.stints[-1].end

    @property
    def courses(self) -> list[DemoActivity]:
        return [activity for activity in self.activities if activity.kind == "utbildning"]
