"""Who enters when, leaves when, and to what: the numbers that make the demo's day a lively one.

On 15 March 2017, the day the demo plays on, 205 people have entered and 120 have left, nine of them so recently that
nobody can tell yet; when the project ends all 280 have left, and both goals are reached.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

DAY = dt.timedelta(days=1)
START, END = dt.date(2015, 10, 1), dt.date(2018, 9, 30)
PLAYED_ON = dt.date(2017, 3, 15)
# Four weeks earlier: whoever left later is not measurable yet.
MEASURABLE_UNTIL = PLAYED_ON - 28 * DAY
LAST_EXIT = dt.date(2018, 8, 31)

ASF, ELSEWHERE, NOWHERE = "A", "B", ""


@dataclass
class Slot:
    """The frame of one person's way. A pause divides it into two stints; a comeback adds one long after."""

    entry: dt.date
    exit: dt.date
    ending: str
    pause: tuple[dt.date, dt.date] | None = None
    comeback: tuple[dt.date, dt.date] | None = None
    is_silent: bool = False
    is_mistake: bool = False


def slots(random: Random) -> list[Slot]:
    """All ways in the order of their entry."""
    found = [*_left(random), *_just_left(random), *_ongoing(random), *_later(random), _mistake()]
    return sorted(found, key=lambda slot: slot.entry)


def _endings(random: Random, asf: int, elsewhere: int, nowhere: int) -> list[str]:
    endings = [ASF] * asf + [ELSEWHERE] * elsewhere + [NOWHERE] * nowhere
    random.shuffle(endings)
    return endings


def _between(random: Random, first: dt.date, last: dt.date) -> dt.date:
    """A weekday from the first day to the last."""
    while True:
        day = first + random.randint(0, (last - first).days) * DAY
        if day.weekday() < 5:
            return day


def _left(random: Random) -> list[Slot]:
    found = []
    for ending in _endings(random, 58, 34, 19):
        # The square root leans towards the end: a project starts slowly.
        part = random.random() ** 0.6
        first = dt.date(2016, 2, 1)
        exit = _weekday(first + int(part * ((MEASURABLE_UNTIL - 4 * DAY) - first).days) * DAY)
        longest = min(400, (exit - START).days - 5)
        shortest = min(45 if ending == NOWHERE else 100, longest)
        days = int(random.triangular(shortest, longest, shortest + (longest - shortest) * 0.6))
        found.append(Slot(_weekday(exit - days * DAY), exit, ending))
    long_ones = [slot for slot in found if (slot.exit - slot.entry).days > 240]
    for slot in random.sample(long_ones, min(7, len(long_ones))):
        slot.pause = _pause(random, slot.entry + 70 * DAY, slot.exit - 100 * DAY)
    gone = [slot for slot in found if slot.ending == NOWHERE and slot.exit < dt.date(2016, 12, 1)]
    for slot in gone[:3]:
        back = _between(random, dt.date(2017, 8, 14), dt.date(2017, 10, 20))
        slot.comeback = back, _between(random, back + 150 * DAY, dt.date(2018, 6, 29))
    return found


def _just_left(random: Random) -> list[Slot]:
    found = []
    for ending in _endings(random, 4, 3, 2):
        exit = _between(random, MEASURABLE_UNTIL + 2 * DAY, PLAYED_ON - DAY)
        found.append(Slot(_between(random, exit - 380 * DAY, exit - 110 * DAY), exit, ending))
    return found


def _ongoing(random: Random) -> list[Slot]:
    found = []
    for ending in _endings(random, 42, 25, 18):
        entry = _between(random, dt.date(2016, 4, 11), PLAYED_ON - 2 * DAY)
        earliest = max(entry + 120 * DAY, PLAYED_ON + 9 * DAY)
        exit = _between(random, earliest, min(max(entry + 420 * DAY, earliest + 90 * DAY), LAST_EXIT))
        found.append(Slot(entry, exit, ending))
    early = [slot for slot in found if slot.entry < dt.date(2016, 9, 1)]
    for slot in early[:8]:
        slot.pause = _pause(random, slot.entry + 70 * DAY, PLAYED_ON - 30 * DAY)
    for slot in [slot for slot in found if slot.entry < dt.date(2016, 11, 15) and not slot.pause][-6:]:
        slot.is_silent = True
    return found


def _later(random: Random) -> list[Slot]:
    found = []
    for ending in _endings(random, 34, 22, 19):
        entry = _between(random, PLAYED_ON + 5 * DAY, dt.date(2018, 4, 20))
        exit = _between(random, entry + 95 * DAY, min(entry + 400 * DAY, LAST_EXIT))
        found.append(Slot(entry, exit, ending))
    for slot in [slot for slot in found if (slot.exit - slot.entry).days > 240][:3]:
        slot.pause = _pause(random, slot.entry + 70 * DAY, slot.exit - 90 * DAY)
    return found


def _mistake() -> Slot:
    return Slot(dt.date(2016, 4, 11), dt.date(2016, 4, 12), NOWHERE, is_mistake=True)


def _pause(random: Random, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The last day before the pause and the first after it: four to ten weeks."""
    weeks = random.randint(4, 8)
    leave = _between(random, first, max(first + 7 * DAY, last - 7 * weeks * DAY))
    return leave, _weekday(leave + (7 * weeks + 1) * DAY)


def _weekday(day: dt.date) -> dt.date:
    return day + {5: 2, 6: 1}.get(day.weekday(), 0) * DAY
