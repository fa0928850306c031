"""Why a participation counts, or does not yet, in words anybody understands. The rules are those of the fact itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.figures import counted_codes
from reporting.indicators import Indicator, RuleSet, by_code
from reporting.models import Fact, Goal

THROUGH: dict[str, Promise] = {
    "job_asf": gettext_lazy("employment in a social enterprise"),
    "sysselsattning_asf": gettext_lazy("an agreed occupation in a social enterprise"),
    "job": gettext_lazy("a job elsewhere"),
    "education": gettext_lazy("education"),
    "praktik": gettext_lazy("an internship"),
}


@dataclass(frozen=True)
class Standing:
    """A short answer, whether it counts, the reasons, and the indicators that count the person now."""

    short: str
    answer: str
    reasons: list[str]
    indicators: list[Indicator]
    goal: str = ""


def standing_of(fact: Fact | None, rule_set: RuleSet) -> Standing:
    """Sensitive indicators are left out: they say what the person has answered under a permission of its own."""
    if fact is None:
        why = _("There is no entry that counts: it lies in the future, or was registered by mistake.")
        return Standing(_("Not counted."), "", [why], [])
    declared = by_code(rule_set, counted_codes(fact, rule_set))
    return Standing(
        *_short_and_answer(fact),
        reasons=[*_reasons(fact), *_beside(fact)],
        indicators=[i for i in declared.values() if not i.is_sensitive and i.code.startswith(("CO", "CR"))],
        goal=fact.goal,
    )


def _short_and_answer(fact: Fact) -> tuple[str, str]:
    return {
        Goal.ONGOING: (_("Taking part."), _("Does not count in goal 1 or 2 yet.")),
        Goal.PENDING: (_("Not yet measurable."), _("Does not count in goal 1 or 2 yet.")),
        Goal.A: (_("Counts in goal 1."), ""),
        Goal.B: (_("Counts in goal 2."), ""),
        Goal.NONE: (_("Has left."), _("Does not count in goal 1 or 2.")),
    }[Goal(fact.goal)]


def _reasons(fact: Fact) -> Iterator[str]:
    dates = {"exit": fact.exit_on, "closes": fact.window_closes_on, "through": THROUGH.get(fact.goal_through, "")}
    match fact.goal:
        case Goal.ONGOING:
            yield from _while_taking_part(fact)
        case Goal.PENDING:
            yield _("Left on %(exit)s. What holds until %(closes)s, day 28, decides.") % dates
            yield _("Goal 1: employed or occupied in a social enterprise on some day until then.")
            yield _("Goal 2: in a job elsewhere, in education or on an internship on that last day.")
        case Goal.A:
            yield _("Through %(through)s, at the exit on %(exit)s or within the 28 days to %(closes)s.") % dates
        case Goal.B:
            yield _("Through %(through)s on %(closes)s, day 28 after the exit on %(exit)s.") % dates
        case _:
            yield _("Nothing that counts is recorded from the exit on %(exit)s to %(closes)s, day 28.") % dates
            yield _("If something from those days turns up, record it: the person then counts at once.")


def _while_taking_part(fact: Fact) -> Iterator[str]:
    match fact.on_the_way:
        case "A":
            yield _("On the way to goal 1: already employed or occupied in a social enterprise.")
            yield _("Counts if that still holds on the exit date, or on some day of the 28 days after it.")
        case "B":
            yield _("On the way to goal 2: already in a job elsewhere, in education or on an internship.")
            yield _("Counts if that holds on day 28 after the exit.")
        case _:
            yield _(
                "Becomes goal 1 if employment or an agreed occupation in a social enterprise is found within 28 "
                "days of leaving."
            )
            yield _("Becomes goal 2 if a job elsewhere, education or an internship is found on day 28 after leaving.")


def _beside(fact: Fact) -> Iterator[str]:
    if fact.near_employment:
        yield _("Marked as very near employment: shown beside goal 1, not counted in it.")
    if missing := list(_missing(fact)):
        yield _("The entry record lacks %(what)s. The person counts in the goals, but in no ESF indicator.") % {
            "what": ", ".join(missing)
        }


def _missing(fact: Fact) -> Iterator[str]:
    if not fact.sex:
        yield _("sex")
    if not fact.labour_status:
        yield _("labour status at entry")
    if fact.age is None:
        yield _("birth date")
    if fact.isced is None:
        yield _("education level")
