"""Entering, leaving and coming back; the person and what was asked at the entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants import identity
from participants.models import EntryRecord, ExitReason, Participant, Participation, Stint
from participants.rules.frame import check_birth_date, check_has_happened, check_in_project, month_name, refused
from partners.models import Project


def check_entry(project: Project, started_on: dt.date) -> None:
    check_has_happened(started_on, "started_on")
    check_in_project(project, started_on, "started_on")


def check_may_open(participation: Participation) -> None:
    """One open stint at a time."""
    ongoing = participation.stints.filter(ended_on__isnull=True).first()
    if ongoing is not None:
        raise refused(
            _("This person already takes part, since %(day)s. Register the exit first if there is a new period.")
            % {"day": ongoing.started_on}
        )


def check_stint_start(participation: Participation, started_on: dt.date) -> None:
    """A new stint begins after the last exit: the first entry and all that was asked then stay. (esf-rules.md P-2)"""
    check_may_open(participation)
    check_entry(participation.project, started_on)
    check_birth_date(participation.participant.birth_date, started_on)
    last = participation.stints.counted().order_by("-ended_on").first()
    if last is not None and last.ended_on is not None and started_on <= last.ended_on:
        raise refused(
            _("The earlier period ended on %(day)s. A re-entry begins after that day.") % {"day": last.ended_on},
            "started_on",
        )
    if participation.stints.filter(started_on=started_on).exists():
        raise refused(
            _("A period from that day was registered by mistake and is kept. Choose another day."),
            "started_on",
        )


def check_stint_end(
    participation: Participation, stint: Stint | None, ended_on: dt.date, reason: ExitReason | None
) -> Stint:
    """The stint to close: the open one. A mistaken registration may be closed whatever was recorded on it."""
    if stint is None:
        left_on = participation.left_on
        if left_on is None:
            raise refused(_("This person has no open period to end."))
        raise refused(_("The exit is already registered, on %(day)s. It is not registered twice.") % {"day": left_on})
    if reason is None:
        raise refused(_("Choose why the person leaves."), "exit_reason")
    if reason.retired_on is not None and reason.retired_on < ended_on:
        raise refused(_("This reason is no longer used. Choose another one."), "exit_reason")
    if ended_on < stint.started_on:
        raise refused(
            _("The period began on %(day)s. The exit cannot be before that day.") % {"day": stint.started_on},
            "ended_on",
        )
    check_has_happened(ended_on, "ended_on")
    check_in_project(participation.project, ended_on, "ended_on")
    if reason.code != ExitReason.MISTAKE:
        check_nothing_after(participation, ended_on)
    return stint


def check_nothing_after(participation: Participation, ended_on: dt.date) -> None:
    """What has been recorded as taking part after the day contradicts an exit on it."""
    hours = participation.hours.filter(month__gt=ended_on, hours__gt=0).order_by("-month").first()
    if hours is not None:
        raise refused(
            _("Hours are recorded for %(month)s, after this exit. Choose a later day or correct the hours first.")
            % {"month": month_name(hours.month)},
            "ended_on",
        )
    activity = (
        participation.activities.filter(started_on__gt=ended_on, started_on__lte=today())
        .order_by("-started_on")
        .first()
    )
    if activity is not None:
        raise refused(
            _("An activity began on %(day)s, after this exit. Choose a later day or correct the activity first.")
            % {"day": activity.started_on},
            "ended_on",
        )


def check_entry_record(entered_on: dt.date | None, birth_date: dt.date | None, answers: Mapping[str, Any]) -> None:
    """The answers do not contradict each other or the dates. (esf-rules.md R08, R10)"""
    status, since = answers.get("labour_status", ""), answers.get("unemployed_since")
    if since is not None:
        if status != EntryRecord.LabourStatus.UNEMPLOYED:
            raise refused(
                _("“Unemployed since” is for somebody unemployed at entry. Remove the date or change the status."),
                "unemployed_since",
            )
        if entered_on is not None and since >= entered_on:
            raise refused(
                _("The unemployment must have begun before the entry on %(day)s. Correct the date.")
                % {"day": entered_on},
                "unemployed_since",
            )
        if birth_date is not None and since <= birth_date:
            raise refused(
                _("The unemployment cannot have begun before the birth. Correct the date."), "unemployed_since"
            )
    if status == EntryRecord.LabourStatus.EMPLOYED and answers.get("household_jobless") == "j":
        raise refused(
            _("Somebody who works lives in a household where somebody works. Change one of the two answers."),
            "household_jobless",
        )
    if answers.get("asked_on") is not None:
        check_has_happened(answers["asked_on"], "asked_on")


def check_protection(person: Participant, protection: str) -> None:
    """A protected person's contact data are not kept. (esf-rules.md 3.5)"""
    if protection != Participant.Protection.NONE and (person.phone or person.email or person.district):
        raise refused(_("A protected person has no phone, e-mail or district here. Empty those fields."), "protection")


def check_number_may_change(person: Participant) -> None:
    """A number is given where it is missing or temporary; a coordination number may be followed by a personal one."""
    if person.identity_kind == identity.Kind.PERSONAL:
        raise refused(
            _("This person already has a personal identity number. Contact the project office if it is wrong."),
            "number",
        )
