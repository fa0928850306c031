"""Which fact counts for which indicator or goal. Nothing else decides.

One declared table: the figure, the people behind it and the explanation in words all read it. Conditions are `Q` over
the columns of `reporting.models.FactColumns`; an incomplete record counts in nothing but the grand total.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GRAND_TOTAL = "GRAND_TOTAL"
TOTAL = "TOTAL"


class Measured(enum.Enum):
    """When an indicator is read, and so to which year it belongs. (esf-rules.md 1.3)"""

    ENTRY = "entry"
    LEAVING = "leaving"
    SIX_MONTHS = "six_months"

    @property
    def year_column(self) -> str:
        return "entry_year" if self is Measured.ENTRY else "exit_year"


@dataclass(frozen=True)
class RuleSet:
    """A version of the regulation's annex: what a complete record is, and who is disadvantaged."""

    code: str
    name: Promise
    complete: Q
    disadvantaged: Q


@dataclass(frozen=True)
class Indicator:
    """One row of the table. `rule` is the condition in words for people; `condition` the same for the database."""

    code: str
    name: Promise
    rule: Promise
    measured: Measured
    condition: Q
    source: str
    rule_sets: frozenset[str]
    is_sensitive: bool = False
    of_disadvantaged: bool = False
    needs_complete: bool = field(default=True)

    def counts(self, rule_set: RuleSet) -> Q:
        """The whole condition under a rule set."""
        condition = self.condition
        if self.of_disadvantaged:
            condition &= rule_set.disadvantaged
        return condition & rule_set.complete if self.needs_complete else condition


EVERYBODY = Q(entry_on__isnull=False)
UNEMPLOYED, INACTIVE, EMPLOYED = (Q(labour_status=status) for status in "UIE")
_COMPLETE = Q(is_complete=True)
_DISADVANTAGED = Q(co15=True) | Q(co16=True) | Q(co17=True)

RULE_SETS = {
    rule_set.code: rule_set
    for rule_set in (
        RuleSet("2018-08-02", _("consolidated 2018-08-02, without household"), _COMPLETE, _DISADVANTAGED),
        RuleSet(
            "2013",
            _("as adopted in 2013, with household"),
            _COMPLETE & Q(household_known=True),
            # CO12 needs nobody in work; CO13 adds nothing to it. (esf-rules.md 1.8)
            _DISADVANTAGED
            | (Q(household_jobless=True) & ~EMPLOYED)
            | Q(household_single_adult=True, household_children=True),
        ),
        RuleSet("esf-plus", _("ESF+ 2021–2027"), _COMPLETE, _DISADVANTAGED),
    )
}
DEFAULT_RULE_SET = "2018-08-02"

# Where the definition stands; how each is read is in esf-rules.md 1.4, 1.6, 1.8 and 1.12.
ANNEX = "(EU) 1304/2013, I"
ANNEX_PLUS = "(EU) 2021/1057, I"

_BOTH = frozenset({"2013", "2018-08-02"})
_2013 = frozenset({"2013"})
_PLUS = frozenset({"esf-plus"})

CR01 = INACTIVE & Q(window_status="U")
CR02 = Q(new_education=True)
CR03 = Q(new_qualification=True)
CR04 = (UNEMPLOYED | INACTIVE) & Q(window_status="E")
CR06 = (UNEMPLOYED | INACTIVE) & Q(employed_at_six_months=True)
CR07 = EMPLOYED & Q(improved_at_six_months=True)
CO04 = INACTIVE & Q(outside_education=True)
CO07 = Q(age__gte=55)
CO12 = Q(household_jobless=True) & ~EMPLOYED

_R_U = _("Unemployed at the first entry, or registered as unemployed.")
_R_I = _("Neither employed nor unemployed at the first entry.")
_R_E = _("Employed or self-employed at the first entry.")
_R_CR01 = _("Inactive at entry; the last known labour status within 28 days of leaving is looking for work.")
_R_CR02 = _("Not in education at entry; in education that began after entry, within 28 days of leaving.")
_R_CR03 = _("A formal certificate between entry and 28 days after leaving; once per person.")
_R_CR04 = _("Unemployed or inactive at entry; the last known labour status within 28 days of leaving is employment.")
_R_CR06 = _("Unemployed or inactive at entry; employed on the day six months after leaving.")
_R_CR07 = _("Employed at entry; a better situation at work, still so six months after leaving.")

ENTRY, LEAVING, SIX_MONTHS = Measured.ENTRY, Measured.LEAVING, Measured.SIX_MONTHS

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        GRAND_TOTAL,
        _("All participants, also with incomplete records"),
        _("Everybody who has entered."),
        ENTRY,
        EVERYBODY,
        ANNEX,
        _BOTH | _PLUS,
        needs_complete=False,
    ),
    Indicator(
        TOTAL,
        _("Participants with complete records"),
        _("CO01 + CO03 + CO05; exactly one of the three per person."),
        ENTRY,
        EVERYBODY,
        ANNEX,
        _BOTH,
    ),
    Indicator("CO01", _("Unemployed, including long-term unemployed"), _R_U, ENTRY, UNEMPLOYED, ANNEX, _BOTH),
    Indicator(
        "CO02",
        _("Long-term unemployed"),
        _("Unemployed for more than 12 months at entry; under 25 years, more than 6."),
        ENTRY,
        UNEMPLOYED & Q(is_long_term=True),
        ANNEX,
        _BOTH,
    ),
    Indicator("CO03", _("Inactive"), _R_I, ENTRY, INACTIVE, ANNEX, _BOTH),
    Indicator(
        "CO04",
        _("Inactive, not in education or training"),
        _("Inactive at entry and not in education or training then."),
        ENTRY,
        CO04,
        ANNEX,
        _BOTH,
    ),
    Indicator("CO05", _("Employed, including self-employed"), _R_E, ENTRY, EMPLOYED, ANNEX, _BOTH),
    Indicator(
        "CO06",
        _("Below 25 years of age"),
        _("At most 24 completed years on the day of entry."),
        ENTRY,
        Q(age__lte=24),
        ANNEX,
        _BOTH,
    ),
    Indicator(
        "CO07",
        _("Above 54 years of age"),
        _("At least 55 completed years on the day of entry."),
        ENTRY,
        CO07,
        ANNEX,
        _BOTH,
    ),
    Indicator(
        "CO08",
        _("Above 54 years and unemployed, or inactive and not in education"),
        _("At least 55 years, and counted in CO01 or CO04."),
        ENTRY,
        CO07 & (UNEMPLOYED | CO04),
        ANNEX,
        _BOTH,
    ),
    Indicator(
        "CO09",
        _("With primary or lower secondary education (ISCED 1–2)"),
        _("Highest completed level at entry is ISCED 1 or 2."),
        ENTRY,
        Q(isced__in=[1, 2]),
        ANNEX,
        _BOTH,
    ),
    Indicator(
        "CO10",
        _("With upper secondary or post-secondary education (ISCED 3–4)"),
        _("Highest completed level at entry is ISCED 3 or 4."),
        ENTRY,
        Q(isced__in=[3, 4]),
        ANNEX,
        _BOTH,
    ),
    Indicator(
        "CO11",
        _("With tertiary education (ISCED 5–8)"),
        _("Highest completed level at entry is ISCED 5 to 8."),
        ENTRY,
        Q(isced__gte=5),
        ANNEX,
        _BOTH,
    ),
    Indicator("CO12", _("In jobless households"), _("Nobody in the household has work."), ENTRY, CO12, ANNEX, _2013),
    Indicator(
        "CO13",
        _("In jobless households with dependent children"),
        _("Nobody in the household has work, and there are dependent children."),
        ENTRY,
        CO12 & Q(household_children=True),
        ANNEX,
        _2013,
    ),
    Indicator(
        "CO14",
        _("In single adult households with dependent children"),
        _("Only adult in the household, with dependent children."),
        ENTRY,
        Q(household_single_adult=True, household_children=True),
        ANNEX,
        _2013,
    ),
    Indicator(
        "CO15",
        _("Migrants, foreign background, minorities"),
        _("Answered yes to the question on background."),
        ENTRY,
        Q(co15=True),
        ANNEX,
        _BOTH,
        is_sensitive=True,
    ),
    Indicator(
        "CO16",
        _("With disabilities"),
        _("Answered yes to the question on disability."),
        ENTRY,
        Q(co16=True),
        ANNEX,
        _BOTH,
        is_sensitive=True,
    ),
    Indicator(
        "CO17",
        _("Other disadvantaged"),
        _("Answered yes to the question on other disadvantage, or has completed no school."),
        ENTRY,
        Q(co17=True),
        ANNEX,
        _BOTH,
        is_sensitive=True,
    ),
    Indicator("CR01", _("Inactive, looking for work on leaving"), _R_CR01, LEAVING, CR01, ANNEX, _BOTH),
    Indicator("CR02", _("In education or training on leaving"), _R_CR02, LEAVING, CR02, ANNEX, _BOTH),
    Indicator("CR03", _("Gaining a qualification on leaving"), _R_CR03, LEAVING, CR03, ANNEX, _BOTH),
    Indicator("CR04", _("In employment, including self-employment, on leaving"), _R_CR04, LEAVING, CR04, ANNEX, _BOTH),
    Indicator(
        "CR05",
        _("Disadvantaged, with any of CR01–CR04 on leaving"),
        _("Disadvantaged at entry and counted in CR01, CR02, CR03 or CR04."),
        LEAVING,
        CR01 | CR02 | CR03 | CR04,
        ANNEX,
        _BOTH,
        is_sensitive=True,
        of_disadvantaged=True,
    ),
    Indicator("CR06", _("In employment six months after leaving"), _R_CR06, SIX_MONTHS, CR06, ANNEX, _BOTH),
    Indicator(
        "CR07", _("Improved situation at work six months after leaving"), _R_CR07, SIX_MONTHS, CR07, ANNEX, _BOTH
    ),
    Indicator(
        "CR08",
        _("Above 54 years and in employment six months after leaving"),
        _("Counted in CR06 and at least 55 years at entry."),
        SIX_MONTHS,
        CR06 & CO07,
        ANNEX,
        _BOTH,
    ),
    Indicator(
        "CR09",
        _("Disadvantaged and in employment six months after leaving"),
        _("Counted in CR06 and disadvantaged at entry."),
        SIX_MONTHS,
        CR06,
        ANNEX,
        _BOTH,
        is_sensitive=True,
        of_disadvantaged=True,
    ),
    # ESF+ moves some brackets. EECO13–15 split CO15 in three, which was never asked: they are not reported.
    Indicator(
        "EECO01",
        _("All participants with complete records"),
        _("Everybody who has entered, with a complete record."),
        ENTRY,
        EVERYBODY,
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator("EECO02", _("Unemployed, including long-term unemployed"), _R_U, ENTRY, UNEMPLOYED, ANNEX_PLUS, _PLUS),
    Indicator(
        "EECO03",
        _("Long-term unemployed"),
        _("Unemployed for more than 12 months at entry; under 25 years, more than 6."),
        ENTRY,
        UNEMPLOYED & Q(is_long_term=True),
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator("EECO04", _("Inactive"), _R_I, ENTRY, INACTIVE, ANNEX_PLUS, _PLUS),
    Indicator("EECO05", _("Employed, including self-employed"), _R_E, ENTRY, EMPLOYED, ANNEX_PLUS, _PLUS),
    Indicator(
        "EECO06",
        _("Children below 18 years"),
        _("At most 17 completed years on the day of entry."),
        ENTRY,
        Q(age__lte=17),
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator(
        "EECO07",
        _("Young people 18–29 years"),
        _("18 to 29 completed years on the day of entry."),
        ENTRY,
        Q(age__range=(18, 29)),
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator(
        "EECO08",
        _("55 years and above"),
        _("At least 55 completed years on the day of entry."),
        ENTRY,
        CO07,
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator(
        "EECO09",
        _("With lower secondary education or less (ISCED 0–2)"),
        _("Highest completed level at entry is ISCED 0, 1 or 2."),
        ENTRY,
        Q(isced__lte=2),
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator(
        "EECO10",
        _("With upper secondary or post-secondary education (ISCED 3–4)"),
        _("Highest completed level at entry is ISCED 3 or 4."),
        ENTRY,
        Q(isced__in=[3, 4]),
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator(
        "EECO11",
        _("With tertiary education (ISCED 5–8)"),
        _("Highest completed level at entry is ISCED 5 to 8."),
        ENTRY,
        Q(isced__gte=5),
        ANNEX_PLUS,
        _PLUS,
    ),
    Indicator(
        "EECO12",
        _("With disabilities"),
        _("Answered yes to the question on disability."),
        ENTRY,
        Q(co16=True),
        ANNEX_PLUS,
        _PLUS,
        is_sensitive=True,
    ),
    Indicator("EECR01", _("Inactive, looking for work on leaving"), _R_CR01, LEAVING, CR01, ANNEX_PLUS, _PLUS),
    Indicator("EECR02", _("In education or training on leaving"), _R_CR02, LEAVING, CR02, ANNEX_PLUS, _PLUS),
    Indicator("EECR03", _("Gaining a qualification on leaving"), _R_CR03, LEAVING, CR03, ANNEX_PLUS, _PLUS),
    Indicator(
        "EECR04", _("In employment, including self-employment, on leaving"), _R_CR04, LEAVING, CR04, ANNEX_PLUS, _PLUS
    ),
    Indicator("EECR05", _("In employment six months after leaving"), _R_CR06, SIX_MONTHS, CR06, ANNEX_PLUS, _PLUS),
    Indicator(
        "EECR06",
        _("Improved situation at work six months after leaving"),
        _R_CR07,
        SIX_MONTHS,
        CR07,
        ANNEX_PLUS,
        _PLUS,
    ),
)


@dataclass(frozen=True)
class EntityIndicator:
    """An indicator that counts projects or enterprises, not people; it has no sex. (esf-rules.md 1.7)"""

    code: str
    name: Promise


ENTITY_INDICATORS = (
    EntityIndicator("CO20", _("Projects run by social partners or civil society")),
    EntityIndicator("CO21", _("Projects dedicated to women's participation and progress in work")),
    EntityIndicator("CO22", _("Projects targeting public administrations or public services")),
    EntityIndicator("CO23", _("Supported micro, small and medium-sized enterprises")),
)


def rule_set_of(code: str) -> RuleSet:
    """Raises KeyError for an unknown code."""
    return RULE_SETS[code]


def indicators(rule_set: RuleSet) -> list[Indicator]:
    """Those in force under the rule set, in the order of the annex."""
    return [indicator for indicator in INDICATORS if rule_set.code in indicator.rule_sets]


def by_code(rule_set: RuleSet, codes: Iterable[str] | None = None) -> dict[str, Indicator]:
    return {i.code: i for i in indicators(rule_set) if codes is None or i.code in set(codes)}
