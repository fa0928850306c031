"""The demo's plans: what some people want, the steps they take, and how far they have come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone

from grundsteget.dates import today
from participants import progress
from participants.models import (
    FocusArea,
    Participant,
    Participation,
    PlanEvent,
    PlanFocus,
    PlanGoal,
    PlanReview,
    PlanStep,
    ProgressAssessment,
    ProgressLevel,
)
from partners.models import Organisation, Project, User

Kind, Step, Goal = PlanEvent.Kind, PlanStep.State, PlanGoal.State
ME, COORDINATOR = PlanStep.Doer.PERSON, PlanStep.Doer.COORDINATOR
AF, SCHOOL, SOCIAL = "Arbetsförmedlingen", "Vuxenutbildningen", "Socialtjänsten Angered"
PEOPLE = 9
KNOWN_DAYS = 120  # So long somebody has taken part before there is a story to tell.


@dataclass(frozen=True)
class DemoStep:
    """What, who, and the day counted from today: due when it is open, closed when it is not."""

    what: str
    who: str
    day: int | None
    state: str = Step.PLANNED
    reason: str = ""


@dataclass(frozen=True)
class DemoGoal:
    area: str
    text: str
    steps: list[DemoStep]
    state: str = Goal.OPEN
    note: str = ""


@dataclass(frozen=True)
class DemoPlan:
    """Levels stand in the scale's own order, one row for each assessment; 0 is not assessed."""

    goals: list[DemoGoal]
    levels: list[tuple[int, int, int, int, int, int]]
    reviews: list[tuple[int, str]] = field(default_factory=list)
    next_review_in: int = 21


PLANS = [
    DemoPlan(
        [
            DemoGoal(
                "arbete",
                "Jag vill jobba med mat, helst i ett kök där man hinner prata.",
                [
                    DemoStep("Besöka två kök och se hur de arbetar", ME, -70, Step.DONE),
                    DemoStep("Prova på tre förmiddagar i veckan", ME, -20, Step.DONE),
                    DemoStep("Fråga om anställning med lönebidrag", COORDINATOR, 9, Step.ONGOING),
                    DemoStep("Besluta om lönebidrag", AF, 30),
                    DemoStep("Gå kvällskurs i hygien", SCHOOL, -10, Step.DROPPED, "Kursen ställdes in i vår."),
                ],
            ),
            DemoGoal(
                "sprak",
                "Jag vill kunna ringa själv när jag är sjuk.",
                [
                    DemoStep("Läsa svenska två kvällar i veckan", SCHOOL, 90, Step.ONGOING),
                    DemoStep("Öva på att ringa, en gång i veckan", ME, 5),
                ],
            ),
            DemoGoal(
                "halsa",
                "Jag vill orka en hel förmiddag utan värk.",
                [
                    DemoStep("Boka tid hos sjukgymnasten", ME, -3),
                    DemoStep("Gå en promenad före jobbet", ME, None, Step.ONGOING),
                ],
            ),
            DemoGoal("vardag", "Jag vill komma upp på morgonen.", [], Goal.REACHED, "Kommer i tid sedan i januari."),
        ],
        [(2, 2, 2, 2, 1, 2), (2, 2, 2, 3, 2, 2), (3, 2, 3, 3, 3, 3), (4, 3, 3, 3, 4, 4)],
        [(-95, "Planen gjordes. Mat och svenska är det viktigaste."), (-12, "Köket går bra. Nu gäller anställningen.")],
    ),
    DemoPlan(
        [
            DemoGoal(
                "utbildning",
                "Jag vill bli färdig med grundskolan.",
                [
                    DemoStep("Prova på lektionerna i svenska", ME, -60, Step.DONE),
                    DemoStep("Göra en studieplan", SCHOOL, 12, Step.ONGOING),
                    DemoStep("Ordna barnpassning på måndagar", SOCIAL, 6),
                ],
            ),
            DemoGoal(
                "arbete",
                "Jag vill ha ett jobb där jag får röra på mig.",
                [DemoStep("Träffa handledaren i trädgården", COORDINATOR, -5), DemoStep("Skriva ett cv", ME, 40)],
            ),
        ],
        [(3, 4, 2, 2, 1, 2), (3, 3, 2, 3, 2, 2), (4, 4, 3, 3, 2, 3)],
        [(-40, "Skolan först, jobbet bredvid.")],
    ),
    DemoPlan(
        [
            DemoGoal(
                "ekonomi",
                "Jag vill veta vad jag har kvar när räkningarna är betalda.",
                [
                    DemoStep("Träffa budgetrådgivaren", SOCIAL, -30, Step.DONE),
                    DemoStep("Skriva upp fasta utgifter", ME, -25, Step.DONE),
                    DemoStep("Ansöka om anstånd", ME, 8, Step.ONGOING),
                ],
            ),
            DemoGoal(
                "natverk",
                "Jag vill ha fler att prata med.",
                [
                    DemoStep("Vara med på frukosten varje fredag", ME, None, Step.ONGOING),
                    DemoStep("Börja i kören", ME, -15, Step.DROPPED, "Kören sjunger på kvällar då barnen är hemma."),
                ],
            ),
        ],
        [(1, 2, 4, 1, 1, 1), (2, 2, 4, 2, 1, 2), (2, 0, 4, 2, 2, 2), (3, 2, 4, 3, 2, 3), (3, 3, 4, 3, 3, 3)],
        [(-60, "Ekonomin tar all kraft just nu."), (-6, "Lättare att sova sedan räkningarna är samlade.")],
        next_review_in=14,
    ),
]


def load(project: Project, users: dict[str, User]) -> None:
    organisations = {one.name: one for one in Organisation.objects.all()}
    areas = {one.code: one for one in FocusArea.objects.all()}
    writer = users["koordinator"]
    for number, participation in enumerate(_people(project, writer)):
        _Writer(participation, writer, organisations, areas).write(PLANS[number % len(PLANS)])


def _people(project: Project, writer: User) -> Iterator[Participation]:
    """Those whom the coordinator follows and who have taken part long enough to have come somewhere."""
    followed = Participation.objects.ongoing().filter(
        project=project,
        participant__protection=Participant.Protection.NONE,
        entered_on__lt=today() - dt.timedelta(days=KNOWN_DAYS),
        care_team__user=writer,
        care_team__is_lead=True,
        care_team__ended_on__isnull=True,
    )
    yield from followed.order_by("entered_on", "pk")[:PEOPLE]


@dataclass
class _Writer:
    participation: Participation
    by: User
    organisations: dict[str, Organisation]
    areas: dict[str, FocusArea]

    def write(self, plan: DemoPlan) -> None:
        for position, goal in enumerate(plan.goals, start=1):
            self._goal(goal, position)
        for number, (day, said) in enumerate(plan.reviews, start=1):
            is_last = number == len(plan.reviews)
            PlanReview.objects.create(
                participation=self.participation,
                held_on=_day(day),
                said=said,
                next_on=_day(plan.next_review_in) if is_last else None,
                recorded_at=_moment(day),
                recorded_by=self.by,
            )
        self._progress(plan)

    def _goal(self, one: DemoGoal, position: int) -> None:
        agreed = -95
        focus = PlanFocus.objects.create(participation=self.participation, area=self.areas[one.area], position=position)
        goal = PlanGoal.objects.create(
            focus=focus,
            text=one.text,
            agreed_on=_day(agreed),
            state=one.state,
            closed_on=None if one.state == Goal.OPEN else _day(-30),
            close_note=one.note,
            position=1,
            recorded_at=_moment(agreed),
            recorded_by=self.by,
        )
        events = [self._event(goal, Kind.AGREED, agreed)]
        if one.state == Goal.REACHED:
            events.append(self._event(goal, Kind.REACHED, -30, note=one.note))
        for place, step in enumerate(one.steps, start=1):
            events += self._step(goal, step, place, agreed)
        PlanEvent.objects.bulk_create(events)

    def _step(self, goal: PlanGoal, one: DemoStep, position: int, agreed: int) -> list[PlanEvent]:
        organisation = self.organisations.get(one.who)
        is_closed = one.state in (Step.DONE, Step.DROPPED)
        step = PlanStep.objects.create(
            goal=goal,
            what=one.what,
            doer=PlanStep.Doer.PARTNER if organisation else one.who,
            organisation=organisation,
            due_on=_day(one.day) if one.day is not None else None,
            state=one.state,
            closed_on=_day(one.day or 0) if is_closed else None,
            drop_reason=one.reason,
            position=position,
            recorded_at=_moment(agreed),
            recorded_by=self.by,
        )
        events = [self._event(goal, Kind.AGREED, agreed, step=step)]
        if one.state != Step.PLANNED:
            kind = {Step.DONE: Kind.DONE, Step.DROPPED: Kind.DROPPED}.get(Step(one.state), Kind.STARTED)
            when = (one.day or 0) if is_closed else -10
            events.append(self._event(goal, kind, when, step=step, note=one.reason))
        return events

    def _event(self, goal: PlanGoal, kind: str, day: int, *, step: PlanStep | None = None, note: str = "") -> PlanEvent:
        return PlanEvent(goal=goal, step=step, kind=kind, at=_moment(day), by=self.by, note=note)

    def _progress(self, plan: DemoPlan) -> None:
        """Evenly from the first weeks until a few days ago."""
        entered = self.participation.entered_on or today()
        first, last = entered + dt.timedelta(days=14), today() - dt.timedelta(days=6)
        apart = (last - first) / (len(plan.levels) - 1)
        rows = []
        for number, levels in enumerate(plan.levels):
            day = first + number * apart
            assessment = ProgressAssessment.objects.create(
                participation=self.participation,
                assessed_on=day,
                is_with_person=number != 1,
                recorded_at=_at(day),
                recorded_by=self.by,
            )
            rows += [
                ProgressLevel(assessment=assessment, dimension=code, level=level)
                for code, level in zip(progress.current().codes, levels, strict=True)
                if level
            ]
        ProgressLevel.objects.bulk_create(rows)


def _day(days: int) -> dt.date:
    return today() + dt.timedelta(days=days)


def _moment(days: int) -> dt.datetime:
    return _at(_day(days))


def _at(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(14)))
