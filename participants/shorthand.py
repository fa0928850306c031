"""How one writes a day or a length of time with few keys: `igår`, `må`, `14/3`, `+7`; `45`, `1h30`, `1,5 h`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import override

MOST_DAYS = 366
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})[/.](\d{1,2})\.?", re.ASCII)
_DAY_NAMED_MONTH = re.compile(r"(\d{1,2})\s*([^\W\d]{3,})\.?")
_OFFSET = re.compile(r"([+-])(\d{1,3})", re.ASCII)
_MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|minuter|minutes)?", re.ASCII)
_HOURS = re.compile(r"(\d{1,2})(?:[.,](\d{1,2}))?\s*(?:h|tim|timmar|timme|hours?)", re.ASCII)
_HOURS_MINUTES = re.compile(r"(\d{1,2})\s*(?:h|tim|:)\s*([0-5]?\d)(?:\s*(?:m|min))?", re.ASCII)
LANGUAGES = ("sv", "en")


def read_day(text: str, today: dt.date, *, ahead: bool = False) -> dt.date | None:
    """The day that is meant, seen from today; None when the text means none.

    A weekday or a day without a year is the last one that has been, today included; with `ahead` the next one to come.
    """
    text = " ".join(text.casefold().split())
    if match := _ISO.fullmatch(text):
        return _date(*(int(part) for part in match.groups()))
    if match := _OFFSET.fullmatch(text):
        days = int(match.group(2))
        return today + dt.timedelta(days=days if match.group(1) == "+" else -days) if days <= MOST_DAYS else None
    if match := _DAY_MONTH.fullmatch(text):
        return _nearest(int(match.group(1)), int(match.group(2)), today, ahead)
    if match := _DAY_NAMED_MONTH.fullmatch(text):
        month = _named(match.group(2), MONTHS)
        return _nearest(int(match.group(1)), month, today, ahead) if month is not None else None
    return _by_word(text, today, ahead)


def _by_word(text: str, today: dt.date, ahead: bool) -> dt.date | None:
    for language in LANGUAGES:
        with override(language):
            words = {_("today"): 0, _("yesterday"): -1, _("tomorrow"): 1}
        for word, days in words.items():
            if text.replace(" ", "") == word.replace(" ", ""):
                return today + dt.timedelta(days=days)
    weekday = _named(text, WEEKDAYS) if len(text) >= 2 else None
    if weekday is None:
        return None
    days = (weekday - today.weekday()) % 7 if ahead else -((today.weekday() - weekday) % 7)
    return today + dt.timedelta(days=days)


def _named(text: str, names: Mapping[int, object]) -> int | None:
    """The month or weekday that begins like this in Swedish or English, when only one does."""
    for language in LANGUAGES:
        with override(language):
            found = [number for number, name in names.items() if str(name).casefold().startswith(text)]
        if len(found) == 1:
            return found[0]
    return None


def _nearest(day: int, month: int, today: dt.date, ahead: bool) -> dt.date | None:
    """That day in the year in which it is nearest in the direction asked for."""
    years = range(today.year, today.year + 5) if ahead else range(today.year, today.year - 5, -1)
    for year in years:
        date = _date(year, month, day)
        if date is not None and (date >= today if ahead else date <= today):
            return date
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_minutes(text: str) -> int | None:
    """Minutes that are meant, up to a day; None when the text means none."""
    text = text.casefold().strip()
    if match := _HOURS_MINUTES.fullmatch(text):
        minutes = int(match.group(1)) * 60 + int(match.group(2))
    elif match := _HOURS.fullmatch(text):
        minutes = int(match.group(1)) * 60 + round(float(f"0.{match.group(2) or 0}") * 60)
    elif match := _MINUTES.fullmatch(text):
        minutes = int(match.group(1))
    else:
        return None
    return minutes if minutes <= 24 * 60 else None
