"""What every rule stands on: how a refusal is worded, and what holds for any date."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import Participation, PlanGoal, PlanStep
from partners.models import Project


def refused(sentence: str, field: str = "") -> ValidationError:
    return ValidationError(sentence, code=field or None)


def check_has_happened(day: dt.date, field: str) -> None:
    if day > today():
        raise refused(_("This date has not come yet. Choose today or an earlier day."), field)


def check_in_project(project: Project, day: dt.date, field: str) -> None:
    """Entry and exit lie inside the project period. (esf-rules.md P-11)"""
    if not project.started_on <= day <= project.ended_on:
        raise refused(
            _("The project runs from %(first)s to %(last)s. Choose a day within that time.")
            % {"first": project.started_on, "last": project.ended_on},
            field,
        )


def check_order(started_on: dt.date, ended_on: dt.date | None) -> None:
    if ended_on is not None and ended_on < started_on:
        raise refused(
            _("The end, %(end)s, is before the start. Correct one of the two dates.") % {"end": ended_on}, "ended_on"
        )


def check_birth_date(birth_date: dt.date | None, started_on: dt.date) -> None:
    if birth_date is not None and birth_date >= started_on:
        raise refused(
            _("The birth date is not before the start in the project. Correct one of the two dates."), "birth_date"
        )


def month_name(month: dt.date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def check_version(row: Participation | PlanGoal | PlanStep, version: int | None) -> None:
    """Nobody overwrites what a colleague saved in the meantime without having seen it."""
    if version is not None and version != row.version:
        raise refused(
            _("A colleague saved changes while you were writing. Open the page again and make yours once more.")
        )
