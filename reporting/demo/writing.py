"""The demo's journal: what was said, and what comes next."""

from __future__ import annotations

import datetime as dt
from random import Random

from reporting.demo import texts
from reporting.demo.lives import DemoNote, Life
from reporting.demo.schedule import DAY, NOWHERE, PLAYED_ON

KINDS = {
    "start": (["meeting", "three_party"], [80, 20]),
    "work": (["visit", "phone", "three_party", "meeting"], [40, 25, 15, 20]),
    "course": (["meeting", "phone", "message"], [50, 30, 20]),
    "hard": (["phone", "meeting", "message"], [50, 30, 20]),
    "near": (["meeting", "three_party", "phone"], [50, 30, 20]),
    "after": (["phone", "meeting"], [80, 20]),
}
# A word that tells how the two met.
TOLD = {
    "Besök": "visit",
    "Trepart": "three_party",
    "Ringde": "phone",
    "på telefon": "phone",
    "hörde av sig": "phone",
    "Skickade": "message",
    "Möte": "meeting",
    "Vi gick": "meeting",
    "i dag": "meeting",
}


def write_notes(random: Random, life: Life) -> None:
    for stint in life.stints:
        day = _weekday(stint.start + random.randint(0, 3) * DAY)
        while day <= stint.end:
            _write(random, life, day, _phase(random, life, day))
            day = _weekday(day + random.randint(14, 32) * DAY)
    if random.random() < 0.6:
        _write(random, life, _weekday(life.last_exit + random.randint(14, 27) * DAY), "after")
    _take_steps(random, life)
    _add_partners(random, life)
    if life.slot.is_silent:
        silence = range((PLAYED_ON - 95 * DAY).toordinal(), (PLAYED_ON + 5 * DAY).toordinal())
        life.notes = [note for note in life.notes if note.day.toordinal() not in silence]


def _weekday(day: dt.date) -> dt.date:
    return day + {5: 2, 6: 1}.get(day.weekday(), 0) * DAY


def _phase(random: Random, life: Life, day: dt.date) -> str:
    if (day - life.entry).days < 30:
        return "start"
    if life.slot.ending != NOWHERE and (life.last_exit - day).days < 50 and random.random() < 0.7:
        return "near"
    if random.random() < (0.2 if life.slot.ending == NOWHERE else 0.08):
        return "hard"
    running = any(course.start <= day <= course.end for course in life.courses)
    return "course" if running and random.random() < 0.4 else "work"


def _write(random: Random, life: Life, day: dt.date, phase: str) -> None:
    words = _words(life, day)
    used = {note.text for note in life.notes}
    fresh = [text for text in texts.NOTES[phase] if text.format(**words) not in used] or texts.NOTES["work"]
    text = random.choice(fresh).format(**words)
    note = DemoNote(
        day=day,
        kind=next((kind for word, kind in TOLD.items() if word in text), None) or random.choices(*KINDS[phase])[0],
        minutes=random.choice([15, 20, 30, 45, 45, 60, 60, 75, 90]),
        text=text,
        writer=next((one.user for one in life.care if one.is_lead and one.start <= day <= one.end), life.lead),
        is_shared=random.random() < 0.45,
    )
    if phase != "after" and random.random() < 0.78:
        note.step = random.choice(texts.STEPS[phase]).format(**words)
        note.step_on = _weekday(day + random.choice([7, 8, 10, 12, 14, 14, 16, 21]) * DAY)
    life.notes.append(note)


def _words(life: Life, day: dt.date) -> dict[str, str]:
    course = next((one.title for one in life.courses if one.start <= day <= one.end), "Svenska för arbetslivet")
    return {**life.person.words, "plats": life.enterprise, "kurs": course}


def _take_steps(random: Random, life: Life) -> None:
    """Most steps are taken when they are due, the others at the next meeting; none is left open after the exit."""
    life.notes.sort(key=lambda note: note.day)
    following = [note.day for note in life.notes[1:]] + [life.last_exit]
    for note, next_day in zip(life.notes, following, strict=True):
        if note.step_on is None:
            continue
        leaves = next((stint.end for stint in life.stints if note.day <= stint.end), life.last_exit)
        if note.step_on > leaves:
            note.step, note.step_on = "", None
        elif random.random() < 0.55:
            note.step_done = max(note.day, min(note.step_on + random.randint(-1, 2) * DAY, leaves))
        else:
            note.step_done = max(min(next_day, leaves), note.day)


def _add_partners(random: Random, life: Life) -> None:
    """Now and then a partner who follows the person writes too."""
    partners = [one for one in life.care if not one.is_lead and one.user in {"soc", "af"}]
    for one in partners:
        day = _weekday(one.start + random.randint(20, 70) * DAY)
        while day < life.last_exit:
            text = random.choice(texts.PARTNER_NOTES)
            life.notes.append(DemoNote(day, "three_party", 45, text, one.user, is_shared=True))
            day = _weekday(day + random.randint(60, 120) * DAY)
