"""Is a report sound? The record tests R01–R25 and the tests of the sums A01–A24. (esf-rules.md 1.10, 1.11)

Severity E stops a report from being handed in, W asks for a look. Incomplete records (R01–R05) stay out of the
indicators whether anybody looks or not; the test only says how many they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import add_months
from participants import identity
from participants.models import Activity, FollowUp, HoursMonth, JournalEntry, Outcome, Participation, Stint
from partners.models import Project
from reporting.figures import Figure, Figures
from reporting.indicators import CO04, CO07, CR01, CR04, CR06, CR07, EMPLOYED, INACTIVE, UNEMPLOYED, RuleSet

SHOWN_REFS = 20
SILENCE = dt.timedelta(days=60)


@dataclass(frozen=True)
class Check:
    """The answer to one test. `detail` holds pseudonyms and numbers only, in no language."""

    id: str
    severity: str
    holds: bool
    detail: str

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "severity": self.severity, "holds": self.holds, "detail": self.detail}


@dataclass(frozen=True)
class Subject:
    """What the tests look at: the facts of a project at a cut-off date."""

    project: Project
    cut_off: dt.date
    rule_set: RuleSet
    facts: QuerySet[Any]

    def refs(self, condition: Q) -> Iterable[str]:
        return self.facts.filter(condition).order_by("ref").values_list("ref", flat=True)

    def refs_of(self, rows: QuerySet[Any]) -> Iterable[str]:
        """The pseudonyms of the participations that these rows are about."""
        return (
            self.facts.filter(participation__in=rows.values("participation"))
            .order_by("ref")
            .values_list("ref", flat=True)
        )


NAMES: dict[str, Promise] = {
    "R01": _("Sex is known"),
    "R02": _("Labour status at entry is known"),
    "R03": _("Birth date is known"),
    "R04": _("Education level is known"),
    "R05": _("Household situation is known"),
    "R06": _("Exit is not before entry, and stints do not overlap"),
    "R07": _("Entry and exit lie inside the project period"),
    "R08": _("Unemployed since is before entry"),
    "R09": _("CO04 only with CO03"),
    "R10": _("CO12 never with CO05"),
    "R11": _("Not both CO06 and CO07"),
    "R12": _("No result without an exit, none before its day"),
    "R13": _("CR01 only with CO03"),
    "R14": _("CR04 and CR06 only with CO01 or CO03"),
    "R15": _("CR07 only with CO05"),
    "R16": _("Not both CR01 and CR04"),
    "R17": _("CR08 only with CO07 and CR06"),
    "R18": _("Age at entry is plausible (16–67)"),
    "R19": _("Education is plausible for the age"),
    "R20": _("Nobody is registered twice"),
    "R21": _("Identity numbers are well-formed"),
    "R22": _("Sex and birth date agree with the number"),
    "R23": _("Hours are plausible and inside stints"),
    "R24": _("Something has happened in the last 60 days"),
    "R25": _("Nobody still takes part after the project's end"),
    "A01": _("CO02 is at most CO01"),
    "A02": _("CO04 is at most CO03"),
    "A03": _("CO06 + CO07 is at most the total"),
    "A04": _("CO08 is at most CO07"),
    "A05": _("CO08 is at most CO01 + CO04"),
    "A06": _("CO09 + CO10 + CO11 is at most the total"),
    "A07": _("Each disadvantage is at most the total"),
    "A08": _("CO13 is at most CO12, which is at most CO01 + CO03"),
    "A09": _("CR01 is at most CO03"),
    "A10": _("CR02 is at most the total"),
    "A11": _("CR03 is at most the total"),
    "A12": _("CR04 is at most CO01 + CO03"),
    "A13": _("CR05 is at most CR01 + CR02 + CR03 + CR04"),
    "A14": _("CR05 is at most the sum of disadvantages"),
    "A15": _("CR06 is at most CO01 + CO03"),
    "A16": _("CR07 is at most CO05"),
    "A17": _("CR08 is at most CR06"),
    "A18": _("CR08 is at most CO07"),
    "A19": _("CR09 is at most CR06"),
    "A20": _("Women + men = all, for every indicator"),
    "A21": _("The total is at most the grand total"),
    "A22": _("The years add up to the whole"),
    "A23": _("CR01 + CR04 is at most the leavers who were without work at entry"),
    "A24": _("Every value is a whole number from zero up"),
}


def run_checks(subject: Subject, counted: Figures) -> list[Check]:
    """Every test that applies under the rule set, in the order of their ids."""
    return [*_record_checks(subject), *_sum_checks(counted)]


def _check(id_: str, severity: str, refs: Iterable[str]) -> Check:
    refs = list(refs)
    shown = ", ".join(refs[:SHOWN_REFS]) + (" …" if len(refs) > SHOWN_REFS else "")
    return Check(id_, severity, not refs, f"{len(refs)}: {shown}" if refs else "0")


# --- Records --------------------------------------------------------------------------------------


def _record_checks(s: Subject) -> Iterator[Check]:
    yield _check("R01", "E", s.refs(Q(sex="")))
    yield _check("R02", "E", s.refs(Q(labour_status="")))
    yield _check("R03", "E", s.refs(Q(age__isnull=True)))
    yield _check("R04", "E", s.refs(Q(isced__isnull=True)))
    if s.rule_set.code == "2013":
        yield _check("R05", "E", s.refs(Q(household_known=False)))
    yield _check("R06", "E", s.refs_of(_disordered_stints()))
    yield _check("R07", "E", s.refs(_outside(s.project)))
    yield _check("R08", "E", s.refs(Q(participation__entry_record__unemployed_since__gte=F("entry_on"))))
    yield _check("R09", "E", s.refs(CO04 & ~INACTIVE))
    if s.rule_set.code == "2013":
        yield _check("R10", "E", s.refs(Q(household_jobless=True) & EMPLOYED))
    yield _check("R11", "E", s.refs(Q(age__lte=24) & CO07))
    yield _check("R12", "E", [*s.refs(_results_too_early()), *s.refs_of(_follow_ups_too_early(s))])
    yield _check("R13", "E", s.refs(CR01 & ~INACTIVE))
    yield _check("R14", "E", s.refs((CR04 | CR06) & ~(UNEMPLOYED | INACTIVE)))
    yield _check("R15", "E", s.refs(CR07 & ~EMPLOYED))
    yield _check("R16", "E", s.refs(CR01 & CR04))
    yield _check("R17", "E", s.refs(CR06 & CO07 & Q(employed_at_six_months=False)))
    yield _check("R18", "W", s.refs(Q(age__lt=16) | Q(age__gt=67)))
    yield _check("R19", "W", s.refs(Q(isced__gte=3, age__lt=17) | Q(isced__gte=5, age__lt=19)))
    yield _check("R20", "W", s.refs(Q(participation__in=_namesakes(s.project))))
    ill_formed, differing = _numbers(s)
    yield _check("R21", "E", ill_formed)
    yield _check("R22", "W", differing)
    yield from _hours(s)
    yield _check("R24", "W", s.refs_of(_silent(s)))
    open_after_end = Q(exit_on__isnull=True) if s.cut_off > s.project.ended_on else Q(pk__in=[])
    yield _check("R25", "E", s.refs(open_after_end))


def _outside(project: Project) -> Q:
    return Q(entry_on__lt=project.started_on) | Q(entry_on__gt=project.ended_on) | Q(exit_on__gt=project.ended_on)


def _disordered_stints() -> QuerySet[Stint]:
    later = Stint.objects.counted().filter(
        participation=OuterRef("participation"), started_on__gt=OuterRef("started_on")
    )
    overlapped = later.filter(started_on__lte=OuterRef("ended_on"))
    return Stint.objects.counted().filter(
        Q(ended_on__lt=F("started_on")) | Exists(overlapped) | (Q(ended_on__isnull=True) & Exists(later))
    )


def _results_too_early() -> Q:
    """A result's flag although nobody has left, or before the day it can be known."""
    immediate = ~Q(window_status="") | Q(new_education=True) | Q(new_qualification=True)
    later = Q(employed_at_six_months=True) | Q(improved_at_six_months=True)
    return (immediate & Q(window_closed=False)) | (later & Q(six_months_due=False))


def _follow_ups_too_early(s: Subject) -> QuerySet[FollowUp]:
    """Answers about the six months that were given before they had passed."""
    rows = FollowUp.objects.filter(participation__project=s.project)
    six_months = rows.filter(milestone=FollowUp.Milestone.SIX_MONTHS)
    early = [
        pk
        for pk, exit_on, asked in six_months.values_list("pk", "exit_on", "answered_on")
        if asked < add_months(exit_on, 6)
    ]
    return rows.filter(Q(answered_on__lt=F("exit_on")) | Q(pk__in=early))


def _namesakes(project: Project) -> QuerySet[Any, Any]:
    """People with the same name and birth date as somebody else in the project."""
    same = ["participant__first_name_key", "participant__last_name_key", "participant__birth_date"]
    return (
        Participation.objects.filter(project=project, merged_into__isnull=True, participant__birth_date__isnull=False)
        .exclude(participant__last_name_key="")
        .annotate(namesakes=Window(Count("pk"), partition_by=same))
        .filter(namesakes__gt=1)
        .values("pk")
    )


def _numbers(s: Subject) -> tuple[list[str], list[str]]:
    """Refs whose number does not pass its check, and refs whose sex or birth date differs from the number."""
    ill_formed, differing = [], []
    rows = (
        s.facts.exclude(participation__participant__identity_cipher="")
        .order_by("ref")
        .values_list(
            "ref", "sex", "participation__participant__birth_date", "participation__participant__identity_cipher"
        )
    )
    for ref, sex, birth_date, cipher in rows.iterator():
        try:
            parsed = identity.parse(identity.decrypt(cipher))
        except (ValidationError, ValueError):
            ill_formed.append(ref)
            continue
        if (sex and sex != parsed.sex) or (parsed.birth_date and birth_date and parsed.birth_date != birth_date):
            differing.append(ref)
    return ill_formed, differing


def _hours(s: Subject) -> Iterator[Check]:
    """More hours than a month has, or hours in a month without a stint (E); more than 200 in a month (W)."""
    rows = HoursMonth.objects.filter(participation__project=s.project, month__lte=s.cut_off)
    touching = (
        Stint.objects.counted()
        .annotate(first_month=TruncMonth("started_on"))
        .filter(participation=OuterRef("participation"), first_month__lte=OuterRef("month"))
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("month")))
    )
    yield _check("R23", "W", s.refs_of(rows.filter(hours__gt=200)))
    yield _check("R23", "E", s.refs_of(rows.filter(Q(hours__gt=744) | (Q(hours__gt=0) & ~Exists(touching)))))


def _silent(s: Subject) -> QuerySet[Any]:
    """Open participations with nothing recorded for 60 days before the cut-off date. (P-8)"""
    since = s.cut_off - SILENCE
    of = {"participation": OuterRef("participation")}
    heard = [
        Exists(model._default_manager.filter(**of, **{f"{field}__gt": since, f"{field}__lte": s.cut_off}))
        for model, field in (
            (JournalEntry, "happened_on"),
            (Activity, "started_on"),
            (Outcome, "started_on"),
            (Stint, "started_on"),
            (HoursMonth, "month"),
        )
    ]
    quiet = s.facts.filter(exit_on__isnull=True)
    for sign in heard:
        quiet = quiet.filter(~sign)
    return quiet


# --- Sums -----------------------------------------------------------------------------------------

Row = dict[str, Figure]


@dataclass(frozen=True)
class SumRule:
    """`left` may not exceed `right`; both name codes that are added up."""

    id: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    cumulative_only: bool = False


_DISADVANTAGES = ("CO12", "CO13", "CO14", "CO15", "CO16", "CO17")
SUM_RULES = (
    SumRule("A01", ("CO02",), ("CO01",)),
    SumRule("A02", ("CO04",), ("CO03",)),
    SumRule("A03", ("CO06", "CO07"), ("TOTAL",)),
    SumRule("A04", ("CO08",), ("CO07",)),
    SumRule("A05", ("CO08",), ("CO01", "CO04")),
    SumRule("A06", ("CO09", "CO10", "CO11"), ("TOTAL",)),
    *(SumRule("A07", (code,), ("TOTAL",)) for code in _DISADVANTAGES),
    SumRule("A08", ("CO13",), ("CO12",)),
    SumRule("A08", ("CO12",), ("CO01", "CO03")),
    SumRule("A09", ("CR01",), ("CO03",), cumulative_only=True),
    SumRule("A10", ("CR02",), ("TOTAL",), cumulative_only=True),
    SumRule("A11", ("CR03",), ("TOTAL",), cumulative_only=True),
    SumRule("A12", ("CR04",), ("CO01", "CO03"), cumulative_only=True),
    SumRule("A13", ("CR05",), ("CR01", "CR02", "CR03", "CR04")),
    SumRule("A14", ("CR05",), _DISADVANTAGES, cumulative_only=True),
    SumRule("A15", ("CR06",), ("CO01", "CO03"), cumulative_only=True),
    SumRule("A16", ("CR07",), ("CO05",), cumulative_only=True),
    SumRule("A17", ("CR08",), ("CR06",)),
    SumRule("A18", ("CR08",), ("CO07",), cumulative_only=True),
    SumRule("A19", ("CR09",), ("CR06",)),
    SumRule("A21", ("TOTAL",), ("GRAND_TOTAL",)),
)
_PARTS: tuple[Callable[[Figure], int], ...] = (lambda f: f.total, lambda f: f.women, lambda f: f.men)


def _sum_checks(counted: Figures) -> list[Check]:
    """The tests of the sums, per year and for the whole, for all, women and men."""
    broken: dict[str, list[str]] = {}
    rows = {"": counted.total} | {f"{year} ": row for year, row in counted.by_year.items()}
    for rule in SUM_RULES:
        if not {*rule.left} <= counted.total.keys():
            continue  # A code that is not in force under this rule set.
        for label, row in rows.items():
            if label and rule.cumulative_only:
                continue
            broken.setdefault(rule.id, []).extend(_breaches(rule, label, row))
    broken["A20"] = [
        f"{label}{code}" for label, row in rows.items() for code, f in row.items() if _splits_badly(code, f)
    ]
    broken["A22"] = [
        code
        for code, whole in counted.total.items()
        if any(part(whole) != sum(part(row[code]) for row in counted.by_year.values()) for part in _PARTS)
    ]
    if "CR01" in counted.total:
        broken["A23"] = [
            "CR01 + CR04"
            for part in _PARTS
            if part(counted.total["CR01"]) + part(counted.total["CR04"]) > part(counted.leavers_without_work)
        ]
    broken["A24"] = [
        f"{label}{code}" for label, row in rows.items() for code, f in row.items() if min(p(f) for p in _PARTS) < 0
    ]
    return [Check(id_, "E", not found, "; ".join(found[:SHOWN_REFS])) for id_, found in sorted(broken.items())]


def _splits_badly(code: str, figure: Figure) -> bool:
    """The grand total holds people whose sex is unknown; everything else counts complete records only."""
    unknown = figure.total - figure.women - figure.men
    return unknown < 0 if code == "GRAND_TOTAL" else unknown != 0


def _breaches(rule: SumRule, label: str, row: Row) -> Iterator[str]:
    for part in _PARTS:
        left, right = (sum(part(row[code]) for code in codes if code in row) for codes in (rule.left, rule.right))
        if left > right:
            yield f"{label}{' + '.join(rule.left)} = {left} > {' + '.join(rule.right)} = {right}"
