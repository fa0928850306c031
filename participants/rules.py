"""What may happen to a participant, given what has happened. Nothing here writes.

Each `check_…` raises a ValidationError that says in a sentence what is wrong and what to do; its `code` is the name of
the answer that is at fault, so that a form can put the sentence where it belongs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from grundsteget.dates import add_months, first_of_month, last_of_month, today
from participants import identity
from participants.models import (
    Activity,
    CareTeamMember,
    Consent,
    DeclineReason,
    EntryRecord,
    ExitReason,
    FollowUp,
    LeadTransfer,
    Outcome,
    Participant,
    Participation,
    Referral,
    Stint,
)
from partners import access
from partners.access import Permission
from partners.models import Membership, Organisation, Partnership, Project, User, in_force

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


def refused(sentence: str, field: str = "") -> ValidationError:
    return ValidationError(sentence, code=field or None)


def is_employment(kind: str) -> bool:
    return kind in EMPLOYMENT


# --- Dates ----------------------------------------------------------------------------------------


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


# --- Entering and leaving -------------------------------------------------------------------------


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


def month_name(month: dt.date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


# --- Parallel activities and hours ----------------------------------------------------------------


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


# --- The journal ----------------------------------------------------------------------------------


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


# --- Outcomes -------------------------------------------------------------------------------------


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


# --- Follow-ups -----------------------------------------------------------------------------------


def follow_up_due_on(exit_on: dt.date, milestone: str) -> dt.date:
    """The first day the question can be answered: the exit itself, or six months after it. (esf-rules.md 1.3, R12)"""
    return exit_on if milestone == FollowUp.Milestone.FOUR_WEEKS else add_months(exit_on, MONTHS_AFTER)


def follow_up_closes_on(exit_on: dt.date, milestone: str) -> dt.date | None:
    """The last day that the answer is about: day 28 for the first, the one day itself for the second."""
    if milestone == FollowUp.Milestone.FOUR_WEEKS:
        return exit_on + dt.timedelta(days=28)
    return add_months(exit_on, MONTHS_AFTER)


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


# --- What was asked at the entry ------------------------------------------------------------------


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


# --- Consent --------------------------------------------------------------------------------------


def partners_to_ask(project: Project) -> Any:
    """Organisations that need the person's consent to read: the project's partners, save its owner."""
    today_partners = Partnership.objects.filter(in_force(today()), project=project).values("organisation")
    return Organisation.objects.filter(pk__in=today_partners).exclude(pk=project.owner_id)


def check_consent(
    participation: Participation, organisation: Organisation, purpose: str, given_on: dt.date, valid_to: dt.date | None
) -> None:
    check_has_happened(given_on, "given_on")
    if not Partnership.objects.filter(project=participation.project_id, organisation=organisation).exists():
        raise refused(
            _("%(name)s is no partner in the project. Choose one that is.") % {"name": organisation}, "organisation"
        )
    if valid_to is not None and valid_to < given_on:
        raise refused(_("The consent would end before it is given. Correct one of the two dates."), "valid_to")
    same = participation.consents.filter(organisation=organisation, purpose=purpose, given_on=given_on)
    if same.exists():
        raise refused(_("A consent from that day for the same purpose is already recorded."), "given_on")


def check_legal_ground(legal_ground: str, statute: str, purpose: str) -> None:
    """Secrecy is lifted by consent or by a paragraph that is named; nothing else has a ground in law. (3.6)"""
    if legal_ground == Consent.Ground.CONSENT:
        if statute:
            raise refused(_("A consent rests on no paragraph. Empty the paragraph, or choose the statute."), "statute")
        return
    if not statute:
        raise refused(_("Name the paragraph that breaks the secrecy, for example 10 kap. 28 § OSL."), "statute")
    if purpose != Consent.Purpose.SECRECY:
        raise refused(_("A statute can only let partners share information. Anything else needs consent."), "purpose")


def check_is_consent(consent: Consent) -> None:
    """What the law opens is not the person's to close. (esf-rules.md 3.6)"""
    if consent.is_statute:
        raise refused(_("This rests on a statute and cannot be withdrawn. It can be ended."))


def check_is_statute(consent: Consent) -> None:
    if not consent.is_statute:
        raise refused(_("This is a consent. It is withdrawn when the person asks for it, not ended."))


def check_consent_withdrawal(consent: Consent, withdrawn_on: dt.date) -> None:
    if consent.withdrawn_on is not None:
        raise refused(_("This consent was already withdrawn, on %(day)s.") % {"day": consent.withdrawn_on})
    check_has_happened(withdrawn_on, "withdrawn_on")
    if withdrawn_on < consent.given_on:
        raise refused(
            _("The consent was given on %(day)s. It cannot be withdrawn before.") % {"day": consent.given_on},
            "withdrawn_on",
        )
    if consent.valid_to is not None and withdrawn_on > consent.valid_to:
        raise refused(_("This consent already ended, on %(day)s.") % {"day": consent.valid_to}, "withdrawn_on")


# --- The person -----------------------------------------------------------------------------------


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


def check_version(participation: Participation, version: int | None) -> None:
    """Nobody overwrites what a colleague saved in the meantime without having seen it."""
    if version is not None and version != participation.version:
        raise refused(
            _("A colleague saved changes while you were writing. Open the page again and make yours once more.")
        )


# --- Referral -------------------------------------------------------------------------------------


def may_be_told(participation: Participation, organisation: Organisation) -> bool:
    """Whether the organisation may hear of the person today: it owns the project, or secrecy is lifted for it."""
    return (
        organisation.pk == participation.project.owner_id
        or participation.consents.lifting_secrecy().filter(organisation=organisation).exists()
    )


def receivers_of_referrals(project: Project, sender: Organisation) -> QuerySet[Organisation]:
    """The partners of today, save the sender."""
    partners = Partnership.objects.filter(in_force(today()), project=project).values("organisation")
    return Organisation.objects.filter(pk__in=partners).exclude(pk=sender.pk).order_by("name")


def check_referral(participation: Participation, sender: Organisation, receiver: Organisation, message: str) -> None:
    if not receivers_of_referrals(participation.project, sender).filter(pk=receiver.pk).exists():
        raise refused(_("Choose another organisation that is a partner in the project today."), "to_organisation")
    if not message.strip():
        raise refused(_("Say what you ask for, so that the receiver can decide."), "message")


def check_referral_may_be_sent(referral: Referral, override_reason: str) -> None:
    """Only with the person's consent to the receiver, or by a named person who says why. (esf-rules.md 3.6)"""
    if referral.state != Referral.State.DRAFT:
        raise refused(_("This referral is already sent, or closed."))
    if may_be_told(referral.participation, referral.to_organisation):
        return
    if not override_reason.strip():
        raise refused(
            _("The person has not consented to %(name)s. Record a consent first; the draft can be saved meanwhile.")
            % {"name": referral.to_organisation},
            "to_organisation",
        )


def check_protected_referral(referral: Referral) -> None:
    """A protected person is shown to a named circle only: somebody at the receiver must be in it. (esf-rules.md 3.5)"""
    circle = referral.participation.care_team.filter(in_force(today()), organisation=referral.to_organisation)
    if referral.participation.participant.is_protected and not circle.exists():
        raise refused(
            _("A protected person is referred to somebody in her network. Ask the project office for access first."),
            "to_organisation",
        )


def check_referral_may_be_answered(referral: Referral) -> None:
    if referral.state != Referral.State.SENT:
        raise refused(
            _("This referral does not wait for an answer: %(state)s.") % {"state": referral.get_state_display()}
        )
    if referral.is_overdue:
        raise refused(_("The time to answer ended on %(day)s. Ask for a new referral.") % {"day": referral.answer_by})
    if referral.overridden_by_id is None and not may_be_told(referral.participation, referral.to_organisation):
        raise refused(_("The person's consent is no longer in force. The referral cannot be answered."))


def check_decline(reason: DeclineReason | None, suggested_to: Organisation | None, note: str) -> None:
    if reason is None:
        raise refused(_("Choose why. The sender reads it."), "reason")
    if reason.retired_on is not None and reason.retired_on < today():
        raise refused(_("This reason is no longer used. Choose another one."), "reason")
    if reason.code == "ovrigt" and not note.strip():
        raise refused(_("Say with a few words why."), "note")
    if reason.code == DeclineReason.BETTER_ELSEWHERE and suggested_to is None:
        raise refused(_("Say which partner suits better."), "suggested_to")


# --- The care team --------------------------------------------------------------------------------


def colleagues(participation: Participation) -> QuerySet[Membership]:
    """Who could follow the person: the owner's own team, and people of the organisations she consents to."""
    viewing = access.roles_with(Permission.PARTICIPANT_VIEW)
    consented = participation.consents.lifting_secrecy().values("organisation")
    own_team = Q(organisation=participation.project.owner_id, role__in=access.OWNER_WIDE & set(viewing))
    return (
        Membership.objects.ongoing()
        .filter(own_team | Q(organisation__in=consented, role__in=viewing), user__is_active=True)
        .select_related("user", "organisation")
        .order_by("user__name", "pk")
    )


def check_within_reach(participation: Participation, user: User) -> None:
    """Nobody gets a place that she could not use: no access as a side effect."""
    if not Participation.objects.within_reach(user).filter(pk=participation.pk).exists():
        raise refused(
            _("%(name)s has no right to read about this person. A place in the network does not give one.")
            % {"name": user.name},
            "member",
        )


def check_member(participation: Participation, user: User) -> None:
    if participation.participant.is_protected:
        raise refused(
            _("The network of a protected person is widened by the project office, for a time and with a reason.")
        )
    check_within_reach(participation, user)


def check_grant(participation: Participation, user: User, until: dt.date, reason: str) -> None:
    """Access for a time: a reason, and at most half a year. (SAFETY.md P-13)"""
    check_within_reach(participation, user)
    if until < today():
        raise refused(_("The last day has passed. Choose today or a later day."), "until")
    if until > add_months(today(), MONTHS_AFTER):
        raise refused(_("At most six months at a time. Choose an earlier day."), "until")
    if not reason.strip():
        raise refused(_("Say why. The reason is kept with the access."), "reason")


def check_member_may_leave(member: CareTeamMember) -> None:
    if member.ended_on is not None and member.ended_on < today():
        raise refused(_("This place already ended, on %(day)s.") % {"day": member.ended_on})
    if member.is_lead and member.participation.is_ongoing:
        raise refused(_("The lead worker hands the lead over before leaving, so that somebody answers for the person."))


def check_lead_offer(participation: Participation, user: User, lead: CareTeamMember | None) -> None:
    if lead is not None and lead.user_id == user.pk:
        raise refused(_("%(name)s is already lead worker.") % {"name": user.name}, "member")
    check_within_reach(participation, user)
    if not Participation.objects.visible_to(user).filter(pk=participation.pk).exists():
        raise refused(
            _("%(name)s is not in the network of this protected person.") % {"name": user.name},
            "member",
        )


def check_lead_answer(transfer: LeadTransfer, by: User) -> None:
    if transfer.state != LeadTransfer.State.OFFERED:
        raise refused(_("This offer is already answered: %(state)s.") % {"state": transfer.get_state_display()})
    if transfer.to_user_id != by.pk:
        raise refused(_("Only the one who is asked can answer."))
