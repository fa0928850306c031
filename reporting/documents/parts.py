"""What a report shows: its sentences, and its numbers beside their words. PDF and workbook are both set from these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partners.models import Project
from reporting.checks import NAMES
from reporting.content import Content
from reporting.figures import percent
from reporting.indicators import (
    ANNEX,
    ENTITY_INDICATORS,
    GRAND_TOTAL,
    RULE_SETS,
    TOTAL,
    Indicator,
    Measured,
    RuleSet,
    indicators,
)
from reporting.models import Goal

Numbers = dict[str, int]  # total, women, men
SUMS = {GRAND_TOTAL, TOTAL, "EECO01"}  # Set in bold: the others are parts of them.


# --- Numbers in words -----------------------------------------------------------------------------


def number(value: int) -> str:
    return number_format(value, force_grouping=True)


def share_in_words(numerator: int, denominator: int | None) -> str:
    """A percentage never stands without what it is a percentage of. (esf-rules.md 1.9)"""
    share = percent(numerator, denominator)
    if denominator is None:
        return number(numerator)
    if share is None:
        return _("%(part)s of %(whole)s") % {"part": number(numerator), "whole": number(denominator)}
    words = {"part": number(numerator), "whole": number(denominator), "share": number_format(share, 1)}
    return _("%(part)s of %(whole)s = %(share)s %%") % words


# --- The whole ------------------------------------------------------------------------------------


def rule_set(content: Content) -> RuleSet:
    return RULE_SETS[content["rule_set"]]


def cut_off(content: Content) -> dt.date:
    return dt.date.fromisoformat(content["cut_off"])


def entered(content: Content) -> Numbers:
    return content["figures"][GRAND_TOTAL]


def complete(content: Content) -> Numbers:
    return content["figures"].get(TOTAL) or content["figures"]["EECO01"]


def opening(content: Content) -> str:
    """The state in one sentence, and whether the checks let the report be handed in."""
    a, b = content["goals"]["A"], content["goals"]["B"]
    words = {
        "entered": number(entered(content)["total"]),
        "day": content["cut_off"],
        "a": share_of_target(a),
        "b": share_of_target(b),
    }
    state = _("%(entered)s people have taken part up to %(day)s; %(a)s count in goal 1 and %(b)s in goal 2.") % words
    return f"{state} {_verdict(content)}"


def share_of_target(goal: dict[str, Any]) -> str:
    if goal["target"] is None:
        return number(goal["total"])
    return _("%(part)s of %(whole)s") % {"part": number(goal["total"]), "whole": number(goal["target"])}


def _verdict(content: Content) -> str:
    errors = sum(1 for check in failing_checks(content) if check["severity"] == "E")
    if not errors:
        return _("No check stands in the way of handing in the report.")
    return ngettext(
        "%(count)s check finds an error to correct before the report is handed in.",
        "%(count)s checks find errors to correct before the report is handed in.",
        errors,
    ) % {"count": errors}


@dataclass(frozen=True)
class About:
    """One parameter of the report: its value as number, date or text, and what it means."""

    label: str
    value: int | dt.date | str | None
    meaning: str = ""


def about(content: Content, project: Project, fingerprint: str) -> list[About]:
    bases = {"a": project.goal_a_percent or 0, "b": project.goal_b_percent or 0}
    rules = rule_set(content)
    return [
        About(_("Project"), content["project_name"]),
        About(_("Diary number"), content["project"]),
        About(_("Project owner"), project.owner.name),
        About(_("Project starts"), project.started_on),
        About(_("Project ends"), project.ended_on),
        About(_("Cut-off date"), cut_off(content), _("What happened later is not known to this report.")),
        About(_("Rule set"), rules.code, str(rules.name)),
        About(
            _("Base of the goals"),
            content["target_base"],
            _("Participants that the project's own goals count on: goal 1 is %(a)s %% and goal 2 %(b)s %% of them.")
            % bases,
        ),
        About(
            _("Planned in the register"),
            content["planned_participants_register"],
            _("Planned participants in the funder's project register. Shown beside; no target is computed from it."),
        ),
        About(_("State of the figures"), _("preliminary"), preliminary_statement()),
        About("SHA-256", fingerprint, _("Over figures and people behind them: the same data give the same value.")),
    ]


def preliminary_statement() -> str:
    return _(
        "The project's preliminary figures; the official ones come from Statistics Sweden (SCB) and the ESF Council."
    )


# --- The two goals --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """People out of a number of people, by sex; the whole by sex is not always known."""

    label: str
    part: Numbers
    whole: dict[str, int | None]

    def in_words(self, who: str) -> str:
        return share_in_words(self.part[who], self.whole[who])

    def as_percent(self, who: str) -> float | None:
        return percent(self.part[who], self.whole[who])


def goal_name(letter: str) -> str:
    return {"A": _("Goal 1"), "B": _("Goal 2")}[letter]


def goal_title(letter: str) -> str:
    return {
        "A": _("In a social enterprise: employment or occupation"),
        "B": _("Employment elsewhere, education or internship"),
    }[letter]


def goal_rule(letter: str) -> str:
    return {
        "A": _(
            "Has left the project and, on some day from leaving to day 28 after it, has an employment or an agreed"
            " occupation in a work-integrating social enterprise that is new compared with entry."
        ),
        "B": _(
            "Has left the project, does not count in goal 1, and is on day 28 after leaving employed elsewhere, in"
            " education or in an internship that is new compared with entry. Nobody counts in both goals."
        ),
    }[letter]


def goal_shares(content: Content, letter: str) -> list[Share]:
    """The goal against every denominator, each of which is named."""
    part = {who: content["goals"][letter][who] for who in ("total", "women", "men")}
    shares = [Share(_("of those who have left"), part, dict(content["leavers"]))]
    if base := content["target_base"]:
        shares.insert(0, Share(_("of the goals' base, %(number)s") % {"number": number(base)}, part, _whole(base)))
    if planned := content["planned_participants_register"]:
        label = _("of the register's planned, %(number)s") % {"number": number(planned)}
        shares.append(Share(label, part, _whole(planned)))
    return shares


def _whole(total: int) -> dict[str, int | None]:
    """A number that was set for all and never for women and men apart."""
    return {"total": total, "women": None, "men": None}


WAYS = {"A": ("job_asf", "sysselsattning_asf"), "B": ("job", "education", "praktik")}


def way_name(kind: str) -> str:
    return {
        "job_asf": _("employed in a social enterprise"),
        "sysselsattning_asf": _("occupation in a social enterprise"),
        "job": _("employed elsewhere"),
        "education": _("in education"),
        "praktik": _("in an internship"),
    }[kind]


def goal_ways(content: Content, letter: str) -> list[tuple[str, Numbers]]:
    """Through what people came to count; the rows add up to the goal."""
    return [(way_name(kind), content["goal_through"][kind]) for kind in WAYS[letter]]


def states(content: Content) -> list[tuple[str, int]]:
    """Where everybody stands. The rows add up to all participants."""
    goals = content["goals"]
    return [
        (_("counted in goal 1"), goals["A"]["total"]),
        (_("counted in goal 2"), goals["B"]["total"]),
        (_("still taking part"), goals[Goal.ONGOING]),
        (_("left, not yet measurable: the 28 days are not over"), goals[Goal.PENDING]),
        (_("left without counting in a goal"), goals[Goal.NONE]),
    ]


# --- Indicators -----------------------------------------------------------------------------------


def measured(when: Measured) -> str:
    return {
        Measured.ENTRY: _("at entry"),
        Measured.LEAVING: _("on leaving, within 28 days"),
        Measured.SIX_MONTHS: _("six months after leaving"),
    }[when]


def groups(content: Content) -> Iterator[tuple[Measured, str, list[Indicator]]]:
    """The indicators in force, by when they are read."""
    titles = {
        Measured.ENTRY: _("Output indicators: who takes part"),
        Measured.LEAVING: _("Result indicators: on leaving"),
        Measured.SIX_MONTHS: _("Result indicators: six months after leaving"),
    }
    declared = indicators(rule_set(content))
    for when, title in titles.items():
        yield when, title, [indicator for indicator in declared if indicator.measured is when]


def of_unknown_sex(content: Content) -> int:
    all_ = entered(content)
    return all_["total"] - all_["women"] - all_["men"]


def entities(content: Content) -> list[tuple[str, str, int]]:
    return [(entity.code, str(entity.name), content["entities"][entity.code]) for entity in ENTITY_INDICATORS]


def follow_up(content: Content) -> Share:
    """The response rate six months after leaving."""
    answers = content["follow_up"]
    return Share(_("situation known six months after leaving"), answers["known"], dict(answers["due"]))


# --- What is preliminary, and what does not hold --------------------------------------------------


def preliminary(content: Content) -> list[str]:
    """Why the figures will still move, with how many people each reason touches."""
    goals, left, answers = content["goals"], content["leavers"]["total"], content["follow_up"]
    due, known = answers["due"]["total"], answers["known"]["total"]
    reasons: Iterable[tuple[int, str]] = [
        (goals[Goal.ONGOING], _("%(count)s still take part. They count in no goal and in no result.")),
        (
            goals[Goal.PENDING],
            _("%(count)s have left, but the 28 days in which results on leaving are read are not over."),
        ),
        (left - due, _("%(count)s have left less than six months ago and count in no result after six months.")),
        (due - known, _("%(count)s are not followed up: six months have passed and their situation is not known.")),
        (
            entered(content)["total"] - complete(content)["total"],
            _("%(count)s have an incomplete record and count in the grand total only."),
        ),
    ]
    return [preliminary_statement(), *(text % {"count": number(count)} for count, text in reasons if count)]


def severity(letter: str) -> str:
    return {"E": pgettext("severity of a check", "error"), "W": pgettext("severity of a check", "look")}[letter]


def check_name(id_: str) -> str:
    return str(NAMES.get(id_, id_))


def failing_checks(content: Content) -> list[dict[str, Any]]:
    """Errors first."""
    return sorted((c for c in content["checks"] if not c["holds"]), key=lambda c: (c["severity"] != "E", c["id"]))


# --- Definitions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Definition:
    code: str
    name: str
    rule: str
    measured: str = ""
    source: str = ""


def definitions(content: Content) -> Iterator[Definition]:
    """Every indicator of the rule set, as the figure was computed."""
    for when, _title, members in groups(content):
        for i in members:
            yield Definition(i.code, str(i.name), str(i.rule), measured(when), i.source)


def terms() -> list[Definition]:
    """The words of the goals' tables."""
    window = _("28 days after leaving")
    return [
        Definition(goal_name("A"), goal_title("A"), goal_rule("A"), window, _("the project's own goals")),
        Definition(goal_name("B"), goal_title("B"), goal_rule("B"), window, _("the project's own goals")),
        Definition(
            "",
            _("On the way"),
            _("Still takes part and already has what would count. Not counted in the goal."),
            _("on the cut-off date"),
            _("the project's own goals"),
        ),
        Definition(
            "",
            _("Not yet measurable"),
            _("Has left, and day 28 after leaving lies after the cut-off date. May come to count in either goal."),
            _("on the cut-off date"),
            _("the project's own goals"),
        ),
        Definition(
            "",
            _("Very near employment"),
            _("The coordinator's judgement, with a reason. Shown beside goal 1, never inside it."),
            _("on the cut-off date"),
            _("the project's own goals"),
        ),
        Definition(
            "", _("Have left"), _("The last stint has ended; re-entry opens the participation again."), "", ANNEX
        ),
        Definition(
            "",
            _("Response rate"),
            _("People whose situation is known, of those for whom six months have passed since leaving."),
            measured(Measured.SIX_MONTHS),
            ANNEX,
        ),
    ]


def sources_note() -> str:
    return _(
        "Source: Annex I of Regulation (EU) No 1304/2013, for ESF+ of Regulation (EU) 2021/1057; for the goals, the"
        " project's own description. How open questions are read stands under About the figures."
    )
