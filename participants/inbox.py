"""What waits for whom: the lines of Today. Each says why it is there, when it is due, and where to act on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import add_months, today
from participants import rules
from participants.listing import EXPIRES_SOON_DAYS, MINE, of_mine
from participants.models import (
    CareTeamMember,
    Consent,
    FollowUp,
    JournalEntry,
    LeadTransfer,
    Participation,
    RectificationRequest,
    Referral,
)
from participants.models.participation import ParticipationQuerySet
from partners import access
from partners.access import Permission
from partners.models import User, in_force

SHOWN_OF_EACH = 12
AHEAD_DAYS = 30
# A follow-up that nobody made is asked for this long after its last day; then the participant's page alone says so.
REMIND_DAYS = 90

STEP, FOUR_WEEKS, SIX_MONTHS, CONSENT, SILENCE = "step", "28d", "6m", "consent", "silence"
TO_ANSWER, ANSWERED, LEAD = "referral", "referral_answered", "lead"
RECTIFICATION = "rectification"
LET_IN = "let_in"
LET_IN_TOLD_DAYS = 14  # The lead worker reads for so long that somebody was let in for a time.


@dataclass(frozen=True)
class Line:
    """One thing to do about one participant."""

    kind: str
    participation: Participation
    due_on: dt.date
    why: str
    action: str
    url: str
    done_url: str = ""  # Where a POST ticks it off.
    opens: bool = True  # Whether the user may open the participant's own page.


@dataclass
class Group:
    """Lines that are due at about the same time."""

    title: Any
    is_late: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class More:
    """How many lines of one kind did not fit."""

    count: int
    what: Any
    query: str  # The list of participants that shows them, where there is one.


@dataclass
class Inbox:
    groups: list[Group]
    more: list[More]

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def count(self) -> int:
        return len(self.lines) + sum(more.count for more in self.more)

    @property
    def late(self) -> int:
        return sum(len(group.lines) for group in self.groups if group.is_late)

    @property
    def participation_ids(self) -> set[int]:
        return {line.participation.pk for line in self.lines}


@dataclass(frozen=True)
class Source:
    """One kind of line: who may act on it, which rows ask for it (most urgent first), and what a row says."""

    kind: str
    permission: Permission
    rows: Callable[[User, ParticipationQuerySet], QuerySet[Any]]
    line: Callable[[Any], Line]
    what: Any
    query: str = ""


def inbox(user: User, tab: str) -> Inbox:
    """What waits for the user among her own participants, or among all that she sees. Two queries for each kind."""
    visible = Participation.objects.visible_to(user)
    if tab == MINE:
        visible = of_mine(visible, user)
    held = set(access.permissions(user))
    lines: list[Line] = []
    more: list[More] = []
    for source in SOURCES:
        if source.permission not in held:
            continue
        rows = source.rows(user, visible)
        shown = [source.line(row) for row in rows[:SHOWN_OF_EACH]]
        lines += shown
        if hidden := rows.count() - len(shown):
            more.append(More(hidden, source.what, source.query))
    return Inbox(list(_grouped(lines)), more)


def _grouped(lines: list[Line]) -> Iterator[Group]:
    now = today()
    sunday = now + dt.timedelta(days=6 - now.weekday())
    late = Group(gettext_lazy("Late"), is_late=True)
    this_week, later = Group(gettext_lazy("This week")), Group(gettext_lazy("Later"))
    for line in sorted(lines, key=lambda line: (line.due_on, line.kind, line.participation.pk)):
        group = late if line.due_on < now else this_week if line.due_on <= sunday else later
        group.lines.append(line)
    return (group for group in (late, this_week, later) if group.lines)


# --- Next steps that somebody promised ------------------------------------------------------------


def _open_steps(user: User, visible: ParticipationQuerySet) -> QuerySet[JournalEntry]:
    return (
        JournalEntry.objects.visible_to(user)
        .filter(
            participation__in=visible,
            next_step_done_on__isnull=True,
            next_step_on__lte=today() + dt.timedelta(days=AHEAD_DAYS),
        )
        .select_related("participation__participant")
        .order_by("next_step_on", "pk")
    )


def _step(entry: JournalEntry) -> Line:
    return Line(
        kind=STEP,
        participation=entry.participation,
        due_on=entry.next_step_on or today(),
        why=_("A step that was planned.") if entry.participation.participant.is_protected else entry.next_step,
        action=_("Log"),
        url=reverse("participants:journal_create", args=[entry.participation_id]),
        done_url=reverse("participants:journal_step_done", args=[entry.pk]),
    )


# --- Follow-ups after leaving ---------------------------------------------------------------------


def _unanswered(visible: ParticipationQuerySet, milestone: str, first_exit: dt.date, last_exit: dt.date) -> Any:
    """Those who left in the period and have not answered. Whoever was not reached may be asked again."""
    answered = FollowUp.objects.exclude(answer=FollowUp.Answer.NO_ANSWER).filter(
        participation=OuterRef("pk"), milestone=milestone, exit_on=OuterRef("left_on")
    )
    return (
        visible.filter(~Exists(answered), left_on__range=(first_exit, last_exit))
        .select_related("participant")
        .order_by("left_on", "pk")
    )


def _four_weeks_open(user: User, visible: ParticipationQuerySet) -> Any:
    return _unanswered(visible, FollowUp.Milestone.FOUR_WEEKS, today() - dt.timedelta(days=28 + REMIND_DAYS), today())


def _six_months_open(user: User, visible: ParticipationQuerySet) -> Any:
    """From the day itself: before it the question cannot be asked."""
    last = _last_exit_due(today())
    return _unanswered(visible, FollowUp.Milestone.SIX_MONTHS, last - dt.timedelta(days=REMIND_DAYS), last)


def _last_exit_due(day: dt.date) -> dt.date:
    """The latest exit whose six months are over on the day: on 28 February that is 31 August."""
    exit_on = add_months(day, -rules.MONTHS_AFTER)
    while rules.follow_up_due_on(exit_on + dt.timedelta(days=1), FollowUp.Milestone.SIX_MONTHS) <= day:
        exit_on += dt.timedelta(days=1)
    return exit_on


def _follow_up(participation: Participation, milestone: str, why: str) -> Line:
    exit_on = participation.left_on
    assert exit_on is not None  # noqa: S101 — the queries above ask for those who left
    return Line(
        kind=milestone,
        participation=participation,
        due_on=rules.follow_up_closes_on(exit_on, milestone) or exit_on,
        why=why,
        action=_("Answer"),
        url=reverse("participants:follow_up_create", args=[participation.pk, milestone]),
    )


def _four_weeks(participation: Participation) -> Line:
    why = _("Left %(day)s. What is the situation within 28 days?") % {"day": participation.left_on}
    return _follow_up(participation, FollowUp.Milestone.FOUR_WEEKS, why)


def _six_months(participation: Participation) -> Line:
    why = _("Left %(day)s. What is the situation six months later?") % {"day": participation.left_on}
    return _follow_up(participation, FollowUp.Milestone.SIX_MONTHS, why)


# --- Consents that run out ------------------------------------------------------------------------


def _expiring(user: User, visible: ParticipationQuerySet) -> QuerySet[Consent]:
    """In force but soon over, for people who still take part, and not already renewed."""
    return (
        Consent.objects.expiring(EXPIRES_SOON_DAYS)
        .filter(participation__in=visible)
        .select_related("participation__participant", "organisation")
        .order_by("valid_to", "pk")
    )


def _consent(consent: Consent) -> Line:
    return Line(
        kind=CONSENT,
        participation=consent.participation,
        due_on=consent.valid_to or today(),
        # Where a protected person is, is not told in a list.
        why=_("A consent runs out.")
        if consent.participation.participant.is_protected
        else _("The consent to %(organisation)s runs out.") % {"organisation": consent.organisation},
        action=_("Renew"),
        url=f"{reverse('participants:consent_create', args=[consent.participation_id])}?fornya={consent.pk}",
    )


# --- Silence --------------------------------------------------------------------------------------


def _silent(user: User, visible: ParticipationQuerySet) -> Any:
    return visible.silent().select_related("participant").order_by("last_event_on", "pk")


def _silence(participation: Participation) -> Line:
    last_event_on = participation.last_event_on or today()
    return Line(
        kind=SILENCE,
        participation=participation,
        due_on=last_event_on + dt.timedelta(days=settings.SILENCE_DAYS),
        why=_("Nothing recorded since %(day)s. Is the person still taking part?") % {"day": last_event_on},
        action=_("Log"),
        url=reverse("participants:journal_create", args=[participation.pk]),
    )


# --- Referrals, and the lead that is offered --------------------------------------------------------


def _to_answer(user: User, visible: ParticipationQuerySet) -> QuerySet[Referral]:
    """What the user's organisation is asked, also about people it has not met yet: on both tabs."""
    opens = Participation.objects.visible_to(user).filter(pk=OuterRef("participation"))
    waiting = Referral.objects.unanswered().received_by(user).with_card()
    return waiting.annotate(opens=Exists(opens)).order_by("answer_by", "pk")


def _referral(referral: Any) -> Line:
    hidden = referral.participation.participant.is_protected
    return Line(
        kind=TO_ANSWER,
        participation=referral.participation,
        due_on=referral.answer_by or today(),
        why=_("A referral to answer.")
        if hidden
        else _("Referral from %(organisation)s to answer.") % {"organisation": referral.from_organisation},
        action=_("Answer"),
        url=reverse("participants:referral_detail", args=[referral.pk]),
        opens=referral.opens,
    )


def _answered(user: User, visible: ParticipationQuerySet) -> QuerySet[Referral]:
    """How the user's referrals came back, until somebody has noted it; a question waits for its answer."""
    own = access.of(user).organisation_ids(Permission.REFERRAL_SEND)
    ended = Q(state__in=[Referral.State.TAKEN, Referral.State.DECLINED, Referral.State.EXPIRED])
    return (
        Referral.objects.visible_to(user)
        .filter(
            Q(state=Referral.State.MORE_ASKED) | (ended & Q(acknowledged_at__isnull=True)),
            participation__in=visible,
            from_organisation__in=own,
        )
        .with_card()
        .order_by("answer_by", "pk")
    )


def _answer(referral: Referral) -> Line:
    words = {
        Referral.State.MORE_ASKED: _("%(organisation)s asks for more before it answers the referral."),
        Referral.State.TAKEN: _("%(organisation)s has taken the person on."),
        Referral.State.DECLINED: _("%(organisation)s has declined the referral."),
        Referral.State.EXPIRED: _("%(organisation)s did not answer the referral in time."),
    }[Referral.State(referral.state)]
    waits = referral.state == Referral.State.MORE_ASKED
    name = _("The receiver") if referral.participation.participant.is_protected else referral.to_organisation
    return Line(
        kind=ANSWERED,
        participation=referral.participation,
        due_on=timezone.localdate(referral.answered_at) if referral.answered_at else referral.answer_by or today(),
        why=words % {"organisation": name},
        action=_("Answer") if waits else _("Read"),
        url=reverse("participants:referral_detail", args=[referral.pk]),
        done_url="" if waits else reverse("participants:referral_acknowledge", args=[referral.pk]),
    )


def _offered_leads(user: User, visible: ParticipationQuerySet) -> QuerySet[LeadTransfer]:
    """On both tabs: whoever is asked need not be in the network yet."""
    return (
        LeadTransfer.objects.visible_to(user)
        .filter(to_user=user, state=LeadTransfer.State.OFFERED)
        .select_related("participation__participant", "offered_by")
        .order_by("offered_on", "pk")
    )


def _lead(transfer: LeadTransfer) -> Line:
    return Line(
        kind=LEAD,
        participation=transfer.participation,
        due_on=transfer.offered_on,
        why=_("%(name)s asks you to become lead worker.") % {"name": transfer.offered_by.name},
        action=_("Answer"),
        url=reverse("participants:lead_answer", args=[transfer.participation_id, transfer.pk]),
    )


def _let_in(user: User, visible: ParticipationQuerySet) -> QuerySet[CareTeamMember]:
    """Who was let in for a time to people whose lead worker the user is: told for a while, as long as it lasts."""
    leads = CareTeamMember.objects.filter(
        in_force(today()), participation=OuterRef("participation"), user=user.pk, is_lead=True
    )
    return (
        CareTeamMember.objects.visible_to(user)
        .filter(
            in_force(today()),
            Exists(leads),
            participation__in=visible,
            started_on__gt=today() - dt.timedelta(days=LET_IN_TOLD_DAYS),
        )
        .exclude(Q(grant_reason="") | Q(user=user.pk))
        .select_related("participation__participant", "user")
        .order_by("ended_on", "pk")
    )


def _guest(place: CareTeamMember) -> Line:
    return Line(
        kind=LET_IN,
        participation=place.participation,
        due_on=place.ended_on or today(),
        why=_("%(name)s has been let in until %(day)s.") % {"name": place.user.name, "day": place.ended_on},
        action=_("Read why"),
        url=f"{reverse('participants:participation_detail', args=[place.participation_id])}?flik=natverk",
    )


def _rectifications(user: User, visible: ParticipationQuerySet) -> QuerySet[RectificationRequest]:
    """What participants ask to have corrected, until they have an answer."""
    requests = RectificationRequest.objects.visible_to(user).unanswered()
    return requests.filter(participation__in=visible).select_related("participation__participant")


def _rectification(request: RectificationRequest) -> Line:
    return Line(
        kind=RECTIFICATION,
        participation=request.participation,
        due_on=request.due_on,
        why=_("Asked on %(day)s to have something corrected.") % {"day": request.asked_on},
        action=_("Answer"),
        url=reverse("participants:rectification_answer", args=[request.participation_id, request.pk]),
    )


SOURCES = (
    Source(TO_ANSWER, Permission.REFERRAL_ANSWER, _to_answer, _referral, gettext_lazy("more referrals to answer")),
    Source(ANSWERED, Permission.REFERRAL_SEND, _answered, _answer, gettext_lazy("more answers to referrals")),
    Source(LEAD, Permission.JOURNAL_WRITE, _offered_leads, _lead, gettext_lazy("more offers of the lead")),
    Source(LET_IN, Permission.JOURNAL_WRITE, _let_in, _guest, gettext_lazy("more who were let in for a time")),
    Source(
        RECTIFICATION,
        Permission.RIGHTS_ANSWER,
        _rectifications,
        _rectification,
        gettext_lazy("more requests to correct"),
    ),
    Source(STEP, Permission.JOURNAL_WRITE, _open_steps, _step, gettext_lazy("more next steps"), query="sort=steg"),
    Source(
        FOUR_WEEKS,
        Permission.FOLLOW_UP_RECORD,
        _four_weeks_open,
        _four_weeks,
        gettext_lazy("more follow-ups after four weeks"),
        query="skede=avslutad&sort=-skede",
    ),
    Source(
        SIX_MONTHS,
        Permission.FOLLOW_UP_RECORD,
        _six_months_open,
        _six_months,
        gettext_lazy("more follow-ups after six months"),
        query="skede=avslutad&sort=-skede",
    ),
    Source(
        CONSENT,
        Permission.CONSENT_RECORD,
        _expiring,
        _consent,
        gettext_lazy("more consents that run out"),
        query="samtycke=snart",
    ),
    Source(
        SILENCE,
        Permission.JOURNAL_WRITE,
        _silent,
        _silence,
        gettext_lazy("more without any event for a long time"),
        query="tyst=1&sort=senast",
    ),
)
