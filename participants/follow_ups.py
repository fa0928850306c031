"""Who is to be asked after leaving: now, later, or too late; who has answered, and how large a share that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from participants import rules
from participants.models import FollowUp, FollowUpAttempt, Outcome, Participant, Participation
from participants.models.participation import ParticipationQuerySet
from partners.models import User

NOW, COMING, LATE, ANSWERED = "nu", "kommer", "sent", "besvarade"
TABS: dict[str, Promise] = {
    NOW: _("To ask now"),
    COMING: _("Coming"),
    LATE: _("Too late"),
    ANSWERED: _("Answered"),
}
SHOWN = 100

Milestone = FollowUp.Milestone
# A follow-up that nobody made is asked for this long after its last day; then the list of the too late ones has it.
REMIND_DAYS = 90


@dataclass(frozen=True)
class Question:
    """One question to one person who has left, with the tries so far and what is recorded of her."""

    participation: Participation
    milestone: str
    attempts: list[FollowUpAttempt] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.participation.pk}-{self.milestone}"

    @property
    def milestone_name(self) -> str:
        return str(Milestone(self.milestone).label)

    @property
    def due_on(self) -> dt.date | None:
        left_on = self.participation.left_on
        return rules.follow_up_due_on(left_on, self.milestone) if left_on else None

    @property
    def closes_on(self) -> dt.date | None:
        left_on = self.participation.left_on
        return rules.follow_up_closes_on(left_on, self.milestone) if left_on else None

    @property
    def days_left(self) -> int | None:
        """Until the last day that the answer is about; below zero when it has passed."""
        return (self.closes_on - today()).days if self.closes_on else None

    @property
    def days_late(self) -> int:
        return -self.days_left if self.days_left is not None and self.days_left < 0 else 0

    @property
    def is_hidden(self) -> bool:
        """A protected person is asked on her own page alone, after a reason is given."""
        return self.participation.participant.is_protected


# --- Which rows -------------------------------------------------------------------------------------


def unanswered(
    visible: ParticipationQuerySet, milestone: str, first_exit: dt.date, last_exit: dt.date
) -> QuerySet[Participation]:
    """Those who left in the period and have not answered. Whoever was not reached may be asked again."""
    answered = FollowUp.objects.exclude(answer=FollowUp.Answer.NO_ANSWER).filter(
        participation=OuterRef("pk"), milestone=milestone, exit_on=OuterRef("left_on")
    )
    return (
        visible.filter(~Exists(answered), left_on__range=(first_exit, last_exit))
        .select_related("participant")
        .order_by("left_on", "pk")
    )


def to_ask(visible: ParticipationQuerySet, milestone: str) -> QuerySet[Participation]:
    """Unanswered, open to be asked, and not yet given up: what Today reminds of.

    Of the six months from the day itself: before it the question cannot be asked.
    """
    last = _last_exit(milestone)
    window = 28 if milestone == Milestone.FOUR_WEEKS else 0
    return unanswered(visible, milestone, last - dt.timedelta(days=window + REMIND_DAYS), last)


def too_late(visible: ParticipationQuerySet, milestone: str) -> QuerySet[Participation]:
    """Unanswered for so long that nobody is reminded any more. They can still be answered."""
    open_ones = to_ask(visible, milestone).order_by().values("pk")
    return unanswered(visible, milestone, dt.date.min, _last_exit(milestone)).exclude(pk__in=open_ones)


def coming(visible: ParticipationQuerySet) -> QuerySet[Participation]:
    """Those who have left, until their six months are over. The four weeks are open from the exit on."""
    after = _last_exit(Milestone.SIX_MONTHS) + dt.timedelta(days=1)
    return unanswered(visible, Milestone.SIX_MONTHS, after, today())


def answered(user: User, visible: ParticipationQuerySet) -> QuerySet[FollowUp]:
    """Answers, or that none is wanted, the newest first."""
    return (
        FollowUp.objects.visible_to(user)
        .exclude(answer=FollowUp.Answer.NO_ANSWER)
        .filter(participation__in=visible)
        .select_related("participation__participant", "recorded_by")
        .order_by("-answered_on", "-pk")
    )


def _last_exit(milestone: str) -> dt.date:
    """The latest exit about which the question can be asked today."""
    return today() if milestone == Milestone.FOUR_WEEKS else rules.last_exit_due(today())


def questions(user: User, visible: ParticipationQuerySet, tab: str) -> tuple[list[Question], int]:
    """The most urgent questions of a tab, and how many there are in all. The queries do not grow with the rows."""
    sources: Sequence[tuple[str, QuerySet[Participation]]] = {
        NOW: [(milestone, to_ask(visible, milestone)) for milestone in Milestone],
        COMING: [(Milestone.SIX_MONTHS, coming(visible))],
        LATE: [(milestone, too_late(visible, milestone)) for milestone in Milestone],
    }[tab]
    found, count = [], 0
    for milestone, rows in sources:
        shown = list(rows[:SHOWN]) if tab != LATE else list(rows.order_by("-left_on", "-pk")[:SHOWN])
        found += [Question(row, milestone) for row in shown]
        count += len(shown) if len(shown) < SHOWN else rows.count()
    found.sort(key=lambda one: (one.closes_on or today(), one.participation.pk), reverse=tab == LATE)
    return with_history(user, found[:SHOWN]), count


def with_history(user: User, found: Collection[Question]) -> list[Question]:
    """The same questions with the tries made and the outcomes that go on. Two queries."""
    people = [one.participation for one in found]
    attempts: dict[tuple[int, str, dt.date], list[FollowUpAttempt]] = {}
    rows = FollowUpAttempt.objects.visible_to(user).filter(participation__in=people).order_by("asked_on", "pk")
    for attempt in rows:
        attempts.setdefault((attempt.participation_id, attempt.milestone, attempt.exit_on), []).append(attempt)
    outcomes: dict[int, list[Outcome]] = {}
    for outcome in _going_on(user, people):
        outcomes.setdefault(outcome.participation_id, []).append(outcome)
    return [
        Question(
            one.participation,
            one.milestone,
            attempts.get((one.participation.pk, one.milestone, one.participation.left_on or dt.date.min), []),
            outcomes.get(one.participation.pk, []),
        )
        for one in found
    ]


def _going_on(user: User, people: Iterable[Participation]) -> QuerySet[Outcome]:
    return (
        Outcome.objects.visible_to(user)
        .standing()
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gt=today()), participation__in=list(people))
        .exclude(kind__in=[Outcome.Kind.QUALIFICATION, Outcome.Kind.IMPROVED])
        .order_by("started_on", "pk")
    )


# --- How many answered ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rate:
    """Of how many somebody has been reached."""

    reached: int
    due: int

    @property
    def percent(self) -> float | None:
        return 100 * self.reached / self.due if self.due else None


@dataclass(frozen=True)
class ResponseRate:
    """One question: of those whose last day has come, how many were reached, did not want to, were not reached."""

    milestone: str
    total: Rate
    women: Rate
    men: Rate
    declined: int
    not_reached: int

    @property
    def label(self) -> str:
        return str(Milestone(self.milestone).label)

    @property
    def never_asked(self) -> int:
        return self.total.due - self.total.reached - self.declined - self.not_reached


def response_rates(visible: ParticipationQuerySet) -> list[ResponseRate]:
    """One query for each question."""
    return [_response_rate(visible, milestone) for milestone in Milestone]


def _response_rate(visible: ParticipationQuerySet, milestone: str) -> ResponseRate:
    """Due is who left so long ago that the last day has come: 28 days, or six months. (esf-rules.md 1.3)"""
    last = today() - dt.timedelta(days=28) if milestone == Milestone.FOUR_WEEKS else _last_exit(milestone)
    answers = FollowUp.objects.filter(participation=OuterRef("pk"), milestone=milestone, exit_on=OuterRef("left_on"))
    women, men = Q(participant__sex=Participant.Sex.WOMAN), Q(participant__sex=Participant.Sex.MAN)
    counted = (
        visible.filter(left_on__lte=last)
        .annotate(**{answer.value: Exists(answers.filter(answer=answer)) for answer in FollowUp.Answer})
        .aggregate(
            due=Count("pk"),
            due_women=Count("pk", filter=women),
            due_men=Count("pk", filter=men),
            reached_all=Count("pk", filter=Q(reached=True)),
            reached_women=Count("pk", filter=women & Q(reached=True)),
            reached_men=Count("pk", filter=men & Q(reached=True)),
            declined_all=Count("pk", filter=Q(declined=True)),
            no_answer_all=Count("pk", filter=Q(no_answer=True)),
        )
    )
    return ResponseRate(
        milestone,
        Rate(counted["reached_all"], counted["due"]),
        Rate(counted["reached_women"], counted["due_women"]),
        Rate(counted["reached_men"], counted["due_men"]),
        counted["declined_all"],
        counted["no_answer_all"],
    )
