"""What day it is, and arithmetic on days and months. Nothing else in the project asks the clock for a date."""

import calendar
import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone


def today() -> dt.date:
    """The local date, or the day the demo plays on."""
    return settings.DEMO_TODAY or timezone.localdate()


def now() -> dt.datetime:
    """The moment, aware. In the demo: the present time of day on the day the demo plays on."""
    moment = timezone.now()
    if settings.DEMO_TODAY is None:
        return moment
    return moment + (settings.DEMO_TODAY - timezone.localdate(moment))


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, clamped to the month's last day (31 August + 6 = 28 or 29 February)."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def last_of_month(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first day of every month touched, both ends included."""
    month = first_of_month(first)
    while month <= last:
        yield month
        month = add_months(month, 1)
