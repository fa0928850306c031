"""What happens on the way: activities, hours, the journal, outcomes and follow-ups."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from grundsteget.dates import add_months, first_of_month, last_of_month, today
from participants.models import Activity, FollowUp, Outcome, Participation, Stint
from participants.rules.frame import check_has_happened, check_in_project, check_order, month_name, refused
from partners.models import in_force

# Employment with a wage. Internship and occupation are never in here, wherever they take place. (esf-rules.md 1.6)
EMPLOYMENT = frozenset({Outcome.Kind.JOB, Outcome.Kind.JOB_ASF})
WITHOUT_WAGE = frozenset({Outcome.Kind.INTERNSHIP, Outcome.Kind.OCCUPATION_ASF})
IN_SOCIAL_ENTERPRISE = frozenset({Outcome.Kind.JOB_ASF, Outcome.Kind.OCCUPATION_ASF})
# Support that goes with a wage: whoever has it is employed. (esf-rules.md 1.6, the table of situations)
WAGE_SUPPORT = (
    "lönebidrag",
    "nystartsjobb",
    "offentligt skyddat",
    "trygghetsanställning",
    "introduktionsjobb",
    "extratjänst",
)

HOURS_MOST = Decimal(31 * 24)
HOURS_PLAUSIBLE = Decimal(200)  # More in a month is asked about. (esf-rules.md R23)
MONTHS_AFTER = 6


def is_employment(kind: str) -> bool:
    return kind in EMPLOYMENT


def stint_on(participation: Participation, day: dt.date) -> Stint | None:
    return participation.stints.counted().filter(in_force(day)).first()


def check_activity(participation: Participation, started_on: dt.date, ended_on: dt.date | None) -> None:
    """An activity lies within one stint. It may be planned ahead while the stint is open."""
    check_order(started_on, ended_on)
    check_in_project(participation.project, started_on, "started_on")
    stint = stint_on(participation, started_on)
    if stint is None:
        raise refused(
            _("The person does not take part in the project on that day. Choose a day within a period of taking part."),
            "started_on",
        )
    _check_ends_with(stint, ended_on)


def check_activity_end(activity: Activity, ended_on: dt.date) -> None:
    if activity.ended_on is not None and activity.ended_on <= today():
        raise refused(_("This activity already ended, on %(day)s.") % {"day": activity.ended_on}, "ended_on")
    check_order(activity.started_on, ended_on)
    stint = stint_on(activity.participation, activity.started_on)
    if stint is not None:
        _check_ends_with(stint, ended_on)


def _check_ends_with(stint: Stint, ended_on: dt.date | None) -> None:
    if stint.ended_on is not None and (ended_on is None or ended_on > stint.ended_on):
        raise refused(
            _("The person left on %(day)s. Give an end for the activity, not later than that day.")
            % {"day": stint.ended_on},
            "ended_on",
        )
    project_end = stint.participation.project.ended_on
    if ended_on is not None and ended_on > project_end:
        raise refused(
            _("The project ends on %(day)s. The activity cannot end later.") % {"day": project_end}, "ended_on"
        )


def check_hours(participation: Participation, month: dt.date, hours: Decimal, *, confirmed: bool = False) -> None:
    """Hours belong to a month in which the person took part; many of them are asked about. (esf-rules.md R23)"""
    name = month_name(month)
    if hours < 0 or hours > HOURS_MOST:
        raise refused(
            _("%(month)s: give between 0 and 744 hours. No month has more than 31 × 24 = 744.") % {"month": name},
            "hours",
        )
    if first_of_month(month) > today():
        raise refused(_("%(month)s has not begun. Hours are recorded afterwards.") % {"month": name}, "hours")
    if not takes_part_in_month(participation, month):
        raise refused(
            _("%(month)s: the person did not take part in the project that month.") % {"month": name}, "hours"
        )
    if hours > HOURS_PLAUSIBLE and not confirmed:
        raise refused(
            _("%(month)s: more than 200 hours. Correct it, or tick the box that says it is right.") % {"month": name},
            "confirmed",
        )


def takes_part_in_month(participation: Participation, month: dt.date) -> bool:
    last = last_of_month(month)
    return (
        participation.stints.counted().filter(started_on__lte=last).exclude(ended_on__lt=first_of_month(month)).exists()
    )


def check_journal(
    participation: Participation, happened_on: dt.date, text: str, next_step: str, next_step_on: dt.date | None
) -> None:
    """A note is about what happened since the project's start: before the entry and after the exit, too."""
    check_has_happened(happened_on, "happened_on")
    if happened_on < participation.project.started_on:
        raise refused(
            _("The project began on %(day)s. Choose that day or a later one.")
            % {"day": participation.project.started_on},
            "happened_on",
        )
    if not text.strip():
        raise refused(_("Write what happened. A few words are enough."), "text")
    if next_step.strip() and next_step_on is None:
        raise refused(_("Say when the next step is to be taken, so that it shows up under Today."), "next_step_on")
    if next_step_on is not None and not next_step.strip():
        raise refused(_("Say what the next step is, or leave its date empty."), "next_step")
    if next_step_on is not None and next_step_on < happened_on:
        raise refused(_("The next step cannot be before what happened. Correct one of the two dates."), "next_step_on")


def check_outcome(
    participation: Participation,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None,
    employer: str,
    enterprise: Enterprise | None,
    support: str,
) -> None:
    """An outcome begins after the first entry, also after the exit. Its end may be planned, its start may not."""
    if participation.entered_on is None:
        raise refused(_("This person has not entered the project. Register the entry before an outcome."))
    if started_on > today():
        raise refused(
            _("This date has not come yet. Note a planned start as next step and record it here when it has happened."),
            "started_on",
        )
    if started_on < participation.entered_on:
        raise refused(
            _("The person entered the project on %(day)s. An outcome cannot have begun before that day.")
            % {"day": participation.entered_on},
            "started_on",
        )
    check_order(started_on, ended_on)
    check_employer(kind, employer, enterprise)
    if kind in WITHOUT_WAGE and any(name in support.casefold() for name in WAGE_SUPPORT):
        raise refused(
            _("This support goes with a wage, and then it is a job. Choose a job as kind, or leave the support empty."),
            "support",
        )


def check_employer(kind: str, employer: str, enterprise: Enterprise | None) -> None:
    """In a social enterprise: which one. Elsewhere: not one of them."""
    if kind in IN_SOCIAL_ENTERPRISE:
        if enterprise is None and not employer.strip():
            raise refused(_("Say in which social enterprise: choose it in the list or write its name."), "enterprise")
        if enterprise is not None and not enterprise.is_wise:
            raise refused(
                _("%(name)s is not a work-integrating social enterprise. Choose another kind or another enterprise.")
                % {"name": enterprise},
                "enterprise",
            )
    elif kind == Outcome.Kind.JOB and enterprise is not None and enterprise.is_wise:
        raise refused(
            _("%(name)s is a work-integrating social enterprise. Choose “job in a social enterprise” as kind.")
            % {"name": enterprise},
            "kind",
        )


def check_withdrawal(outcome: Outcome, reason: str) -> None:
    if outcome.withdrawn_at is not None:
        raise refused(_("This outcome is already removed."))
    if not reason.strip():
        raise refused(_("Say why it is removed. The reason is kept with the outcome."), "reason")


def check_outcome_end(outcome: Outcome, ended_on: dt.date) -> None:
    if outcome.withdrawn_at is not None:
        raise refused(_("This outcome is already removed."))
    if outcome.ended_on is not None and outcome.ended_on <= today():
        raise refused(_("This outcome already ended, on %(day)s.") % {"day": outcome.ended_on}, "ended_on")
    check_order(outcome.started_on, ended_on)


def check_near_employment(value: bool, note: str) -> None:
    """“Very near employment” always says why. (esf-rules.md T-7)"""
    if value and not note.strip():
        raise refused(_("Say what makes it very near: what has been promised, by whom, until when."), "note")


def follow_up_due_on(exit_on: dt.date, milestone: str) -> dt.date:
    """The first day the question can be answered: the exit itself, or six months after it. (esf-rules.md 1.3, R12)"""
    return exit_on if milestone == FollowUp.Milestone.FOUR_WEEKS else add_months(exit_on, MONTHS_AFTER)


def follow_up_closes_on(exit_on: dt.date, milestone: str) -> dt.date | None:
    """The last day that the answer is about: day 28 for the first, the one day itself for the second."""
    if milestone == FollowUp.Milestone.FOUR_WEEKS:
        return exit_on + dt.timedelta(days=28)
    return add_months(exit_on, MONTHS_AFTER)


def last_exit_due(day: dt.date) -> dt.date:
    """The latest exit whose six months are over on the day: on 28 February that is 31 August."""
    exit_on = add_months(day, -MONTHS_AFTER)
    while follow_up_due_on(exit_on + dt.timedelta(days=1), FollowUp.Milestone.SIX_MONTHS) <= day:
        exit_on += dt.timedelta(days=1)
    return exit_on


def check_follow_up(participation: Participation, milestone: str, answered_on: dt.date) -> dt.date:
    """The exit that the follow-up counts from."""
    if milestone not in FollowUp.Milestone.values:
        raise refused(_("There are two follow-ups: after four weeks and after six months."))
    exit_on = participation.left_on
    if exit_on is None:
        raise refused(_("The person still takes part. Follow-ups begin with the exit."))
    due_on = follow_up_due_on(exit_on, milestone)
    if today() < due_on:
        raise refused(_("This follow-up opens on %(day)s. Come back then.") % {"day": due_on})
    check_has_happened(answered_on, "answered_on")
    if answered_on < due_on:
        raise refused(
            _("The question is about the situation on %(day)s or later. It cannot have been asked before.")
            % {"day": due_on},
            "answered_on",
        )
    return exit_on


def check_follow_up_is_unanswered(earlier: FollowUp | None) -> None:
    """Whoever could not be reached may be asked again; an answer is final."""
    if earlier is not None and earlier.answer != FollowUp.Answer.NO_ANSWER:
        raise refused(
            _("This follow-up is already answered, on %(day)s. It is not answered twice.")
            % {"day": earlier.answered_on}
        )
