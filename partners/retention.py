"""How long a project's documents are kept: what the law asks for, each period with its source. (esf-rules.md 2.6)

These are proposals. The day that holds is the one the project office has set, with where it was told so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import add_months
from partners.models import Project

# Accounts to the Commission cover July to June and are submitted by the February after.
ACCOUNTS_END = (6, 30)
# 1 000 000 EUR at about 9.5 SEK: from there on two years are enough.
LARGE_SEK = 9_500_000


@dataclass(frozen=True)
class Period:
    """One rule's answer: until when (that day included), why, and where it stands."""

    until: dt.date
    rule: str | Promise
    source: str


def periods(project: Project) -> list[Period]:
    """What each rule asks for, the longest first: the longest holds for all documents of the project."""
    return sorted(_periods(project), key=lambda period: period.until, reverse=True)


def longest(project: Project) -> Period:
    return periods(project)[0]


def _periods(project: Project) -> Iterator[Period]:
    yield _structural_funds(project)
    yield Period(
        dt.date(project.ended_on.year + 7, 12, 31),
        _("Accounting records: until the end of the seventh year after the calendar year in which the year ended."),
        "bokföringslagen (1999:1078) 7 kap. 2 §",
    )
    if project.gave_state_aid:
        yield Period(
            add_months(project.ended_on, 10 * 12),
            _("State aid: ten years. Counted from the end of the project, since no aid was given after it."),
            "förordning (EU) nr 1407/2013 art. 6.4, förordning (EU) nr 651/2014 art. 12",
        )


def _structural_funds(project: Project) -> Period:
    """Two years from the 31 December after the last accounts were submitted; three for small operations."""
    year = project.ended_on.year + ((project.ended_on.month, project.ended_on.day) > ACCOUNTS_END)
    submitted = dt.date(year + 1, 12, 31)  # The accounts of the year to 30 June are submitted by 15 February.
    is_small = project.budget_sek is not None and project.budget_sek < LARGE_SEK
    rule = (
        _("Support below one million euros: three years after the accounts that hold the last expenditure.")
        if is_small
        else _("The funder's checks: two years after the accounts that hold the last expenditure.")
    )
    return Period(
        submitted.replace(year=submitted.year + (3 if is_small else 2)), rule, "förordning (EU) nr 1303/2013 art. 140.1"
    )
