"""What the shared page *Mål och läge* says: the same numbers for everybody, small ones hidden from outsiders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from grundsteget.dates import last_of_month, months_between, today
from partners.models import Project, ProjectGoal
from partners.network import GOAL, goal_5
from reporting import charts, pace
from reporting.disclosure import Hidden, Number, Points, Shown, Sum, by_quarter, disclose, everything, share
from reporting.facts import facts_of_today
from reporting.figures import Figure, Figures, cumulative_goal, figures, goal_target
from reporting.indicators import DEFAULT_RULE_SET, rule_set_of
from reporting.models import Goal

THROUGH: dict[Goal, dict[str, Promise]] = {
    Goal.A: {
        "job_asf": gettext_lazy("Employed in a social enterprise"),
        "sysselsattning_asf": gettext_lazy("Agreed occupation in a social enterprise"),
    },
    Goal.B: {
        "job": gettext_lazy("Job elsewhere"),
        "education": gettext_lazy("Education"),
        "praktik": gettext_lazy("Internship"),
    },
}

# Everything on the page that adds up, and so everything a reader could subtract.
SUMS = (
    Sum("entered", ("leavers", "ongoing")),
    Sum("leavers", ("A", "B", "pending", "none")),
    Sum("A", tuple(THROUGH[Goal.A])),
    Sum("B", tuple(THROUGH[Goal.B])),
    Sum("ongoing", ("way_A", "way_B"), rest=True),
    Sum("entered", ("near_employment",), rest=True),
)


@dataclass(frozen=True)
class OtherGoal:
    """One of the goals 3–7 in the project's words; `reached` where the system follows it."""

    goal: ProjectGoal
    reached: int | None


@dataclass(frozen=True)
class Share:
    """A numerator, its denominator where there is one, and the percentage of the two."""

    numerator: Number
    denominator: Number | None = None

    @property
    def percent(self) -> float | Hidden | None:
        return share(self.numerator, self.denominator)

    @property
    def is_hidden(self) -> bool:
        return isinstance(self.numerator, Hidden) or isinstance(self.denominator, Hidden)


@dataclass(frozen=True)
class Line:
    """A row by sex: of figures, or of shares."""

    label: str
    women: Number | Share
    men: Number | Share
    total: Number | Share


@dataclass(frozen=True)
class Part:
    """One tone of a goal's bar, with its key."""

    swatch: SafeString
    number: Number
    label: str


@dataclass(frozen=True)
class Card:
    """One of the two goals."""

    letter: str
    number: int
    title: str
    counted: Number
    target: int | None
    percent: int | None
    base: int | None
    standing: pace.Standing | None
    bar: SafeString | None
    parts: list[Part]
    shares: list[Line]
    through: list[Line]


@dataclass(frozen=True)
class Course:
    """Both goals over time: a drawing where all of it may be shown, and always the table."""

    title: str
    svg: SafeString | None
    rows: list[CourseRow]
    is_exact: bool


@dataclass(frozen=True)
class CourseRow:
    day: dt.date
    a: Number
    b: Number
    plan_a: int | None
    plan_b: int | None


@dataclass(frozen=True)
class Dashboard:
    project: Project
    entered: Number
    ongoing: Number
    summary: str
    cards: list[Card]
    course: Course
    states: list[Line]
    near_employment: Shown
    others: list[OtherGoal]
    is_exact: bool
    is_empty: bool


def dashboard_of(project: Project, *, is_exact: bool) -> Dashboard:
    """The page's content for one reader, in a number of queries that does not grow with the participants."""
    facts = facts_of_today(project)
    counted = figures(facts, rule_set_of(DEFAULT_RULE_SET))
    rows = _rows(counted)
    shown = everything(rows) if is_exact else disclose(rows, SUMS)
    cards = [_card(project, goal, shown) for goal in (Goal.A, Goal.B)]
    curves = {goal: cumulative_goal(facts, goal) for goal in (Goal.A, Goal.B)}
    return Dashboard(
        project=project,
        entered=shown["entered"].total,
        ongoing=shown["ongoing"].total,
        summary=_summary(cards),
        cards=cards,
        course=_course(project, cards, curves, is_exact=is_exact),
        states=list(_states(shown)),
        near_employment=shown["near_employment"],
        others=_other_goals(project),
        is_exact=is_exact,
        is_empty=rows["entered"].total == 0,
    )


def _rows(counted: Figures) -> dict[str, Figure]:
    through = {kind: counted.goal_through[kind] for kinds in THROUGH.values() for kind in kinds}
    return {
        "entered": counted.entered,
        "leavers": counted.leavers,
        "near_employment": counted.near_employment,
        **counted.goals,
        **through,
        **{f"way_{letter}": figure for letter, figure in counted.on_the_way.items()},
    }


# --- The two goals ------------------------------------------------------------------------------------


def _card(project: Project, goal: Goal, shown: Mapping[str, Shown]) -> Card:
    counted, target = shown[goal.value].total, goal_target(project, goal)
    way, pending = shown[f"way_{goal.value}"].total, shown["pending"].total
    is_a = goal is Goal.A
    return Card(
        letter=goal.value,
        number=1 if is_a else 2,
        title=_("In social enterprises") if is_a else _("Job elsewhere, education, internship"),
        counted=counted,
        target=target,
        percent=project.goal_a_percent if is_a else project.goal_b_percent,
        base=project.target_base,
        standing=_standing(project, counted, target),
        bar=_bar(goal.value, counted, way, pending, target),
        parts=list(_parts(goal.value, counted, way, pending)),
        shares=list(_shares(project, shown[goal.value], shown["leavers"])),
        through=[_line(label, shown[kind]) for kind, label in THROUGH[goal].items()],
    )


def _standing(project: Project, counted: Number, target: int | None) -> pace.Standing | None:
    if target is None or isinstance(counted, Hidden):
        return None
    return pace.standing(counted, target, project.started_on, project.ended_on, today())


def _bar(letter: str, counted: Number, way: Number, pending: Number, target: int | None) -> SafeString | None:
    """Drawn from what may be shown alone; a bar with a hole in it would show the hole's size."""
    if isinstance(counted, Hidden) or isinstance(way, Hidden) or isinstance(pending, Hidden):
        return None
    title = _("Goal 1 against its target") if letter == "A" else _("Goal 2 against its target")
    svg = charts.goal_bar(goal=letter, counted=counted, on_the_way=way, pending=pending, target=target, title=title)
    return mark_safe(svg)  # noqa: S308 – the chart escapes its words


def _parts(letter: str, counted: Number, way: Number, pending: Number) -> Iterator[Part]:
    labels = {
        "counted": _("counted"),
        "on_the_way": _("on the way, still taking part"),
        "pending": pgettext("people", "not yet measurable"),
    }
    for (part, label), number in zip(labels.items(), (counted, way, pending), strict=True):
        yield Part(mark_safe(charts.swatch(goal=letter, part=part)), number, label)  # noqa: S308 – no words in it


def _shares(project: Project, goal: Shown, leavers: Shown) -> Iterator[Line]:
    """Against each denominator. The planned numbers have no sex, so only the whole has a share of them. (T-6)"""
    if project.target_base:
        yield _planned(_("of the goals' base, %(number)s") % {"number": project.target_base}, goal, project.target_base)
    yield Line(
        _("of those who have left"),
        Share(goal.women, leavers.women),
        Share(goal.men, leavers.men),
        Share(goal.total, leavers.total),
    )
    if register := project.planned_participants_register:
        yield _planned(_("of the register's %(number)s") % {"number": register}, goal, register)


def _planned(label: str, goal: Shown, base: int) -> Line:
    return Line(label, Share(goal.women), Share(goal.men), Share(goal.total, base))


def _line(label: Promise | str, shown: Shown) -> Line:
    return Line(str(label), shown.women, shown.men, shown.total)


def _states(shown: Mapping[str, Shown]) -> Iterator[Line]:
    """Where everybody stands; the last line is the sum of those above it."""
    yield _line(_("Still taking part"), shown["ongoing"])
    yield _line(_("Left, not yet measurable"), shown["pending"])
    yield _line(_("Left and counted in goal 1"), shown["A"])
    yield _line(_("Left and counted in goal 2"), shown["B"])
    yield _line(_("Left without counting"), shown["none"])
    yield _line(_("All who have taken part"), shown["entered"])


# --- Over time ----------------------------------------------------------------------------------------


def _course(project: Project, cards: list[Card], curves: Mapping[Goal, Points], *, is_exact: bool) -> Course:
    title = _conclusion(cards)
    hidden = any(isinstance(card.counted, Hidden) for card in cards)
    points = {goal: _points(project, curve, is_exact=is_exact) for goal, curve in curves.items()}
    svg = None if hidden else _drawing(project, cards, points, title)
    rows = [] if hidden else list(_course_rows(project, cards, points, is_exact=is_exact))
    return Course(title, svg, rows, is_exact)


def _points(project: Project, curve: Points, *, is_exact: bool) -> Points:
    """Every day for the team; for others quarters, and today's number, which the page states anyway."""
    if is_exact:
        return curve
    last = [(today(), curve[-1][1])] if curve else []
    return by_quarter(curve, project.started_on, min(today(), project.ended_on)) + last


def _drawing(project: Project, cards: list[Card], points: Mapping[Goal, Points], title: str) -> SafeString:
    svg = charts.pace(
        goal_a=points[Goal.A],
        goal_b=points[Goal.B],
        target_a=cards[0].target,
        target_b=cards[1].target,
        start=project.started_on,
        end=project.ended_on,
        today=today(),
        title=title,
        description=_(
            "People counted in each goal so far, and the even pace to the target. The table has the numbers."
        ),
    )
    return mark_safe(svg)  # noqa: S308 – the chart escapes its words


def _course_rows(
    project: Project, cards: list[Card], points: Mapping[Goal, Points], *, is_exact: bool
) -> Iterator[CourseRow]:
    for day in _days(project, points, is_exact=is_exact):
        plans = [
            pace.standing(0, card.target, project.started_on, project.ended_on, day).plan if card.target else None
            for card in cards
        ]
        yield CourseRow(day, _until(points[Goal.A], day), _until(points[Goal.B], day), *plans)


def _days(project: Project, points: Mapping[Goal, Points], *, is_exact: bool) -> list[dt.date]:
    """The months' last days for the team, the shown quarters for others; today last."""
    if is_exact:
        ends = [last_of_month(month) for month in months_between(project.started_on, min(today(), project.ended_on))]
        return [*(end for end in ends if end < today()), today()]
    # A day at which one of the goals has no point of its own would repeat an older one as if it were of that day.
    common = {day for day, _number in points[Goal.A]} & {day for day, _number in points[Goal.B]}
    return [*sorted(day for day in common if day < today()), today()]


def _until(points: Points, day: dt.date) -> int:
    return max((number for on, number in points if on <= day), default=0)


def _summary(cards: list[Card]) -> str:
    """How both goals stand against the plan, as a sentence."""
    first, second = (card.standing for card in cards)
    if first is None or second is None:
        return ""
    if first.pace is second.pace:
        return _("Both goals are %(how)s.") % {"how": first.pace.phrase}
    return _("Goal 1 is %(first)s, goal 2 %(second)s.") % {"first": first.pace.phrase, "second": second.pace.phrase}


def _conclusion(cards: list[Card]) -> str:
    """The chart's title is what it shows: how many people lie between each goal and its plan today."""
    distances = [
        _distance(card.number, card.counted - card.standing.plan)
        for card in cards
        if card.standing is not None and not isinstance(card.counted, Hidden)
    ]
    return capfirst(", ".join(distances)) if distances else _("How the two goals have grown")


def _distance(goal: int, people: int) -> str:
    if people == 0:
        return _("goal %(goal)s is exactly on the plan") % {"goal": goal}
    words = (
        _("goal %(goal)s is %(people)s ahead of the plan")
        if people > 0
        else _("goal %(goal)s is %(people)s behind the plan")
    )
    return words % {"goal": goal, "people": abs(people)}


# --- The other goals ----------------------------------------------------------------------------------


def _other_goals(project: Project) -> list[OtherGoal]:
    """Of each further goal its first line, and the lines that have a figure to reach."""
    lines: list[OtherGoal] = []
    seen: set[int] = set()
    network = goal_5(project)
    for goal in project.goals.filter(number__gt=2).order_by("number", "pk"):
        if goal.number not in seen or goal.target is not None:
            counts_officials = goal.number == GOAL and goal.target == network.officials_target is not None
            lines.append(OtherGoal(goal, network.officials if counts_officials else None))
        seen.add(goal.number)
    return lines
