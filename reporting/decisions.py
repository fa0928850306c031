"""The choices behind the figures where the regulation or the goals leave them open. (esf-rules.md, mark [D])"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Decision:
    """What we do, and the rule it stands under."""

    rule: str
    text: Promise


DECISIONS = (
    Decision(
        "0.1",
        _(
            "The register's planned number of participants and the goals' base are two facts. Both are shown; the "
            "goals count on the base."
        ),
    ),
    Decision(
        "T-1",
        _(
            "Goal 1: the person has left, and on some day from the exit to day 28 holds an employment or an "
            "agreed occupation in a social enterprise that is new since the entry."
        ),
    ),
    Decision(
        "T-2",
        _(
            "Goal 2: the person has left, is not in goal 1, and on day 28 is in a job elsewhere, in education or "
            "on an internship that is new since the entry."
        ),
    ),
    Decision("T-3", _("Each person counts at most once. Goal 1 goes before goal 2.")),
    Decision("T-4", _("An incomplete entry record still counts in the two goals, but in no ESF indicator.")),
    Decision(
        "T-5",
        _(
            "Whoever still takes part counts in neither goal. Whoever left less than 28 days before the cut-off "
            "date is not yet measurable."
        ),
    ),
    Decision(
        "T-6",
        _(
            "The percentage of the goals' base is the headline; that of the leavers stands beside it. Both show "
            "numerator and denominator."
        ),
    ),
    Decision(
        "T-7",
        _("“Very near employment” is a judgement with a reason. It is shown beside goal 1 and never counted in it."),
    ),
    Decision("1.3", _("The exit date is day 0 and day 28 is included.")),
    Decision("1.3", _("Six months are six calendar months; from 31 August they end on the last day of February.")),
    Decision(
        "1.3",
        _(
            "An output belongs to the year of the first entry, a result to the year of the final exit. Every year "
            "is recomputed for each report."
        ),
    ),
    Decision(
        "P-5",
        _(
            "Every stint is kept. For the figures the first entry and the final exit count; an earlier result is "
            "replaced by that of the final exit."
        ),
    ),
    Decision(
        "1.4",
        _("The figures are the project's own and preliminary. The official ones come from SCB and the ESF Council."),
    ),
    Decision("1.9", _("Persons are whole and never rounded. Percentages have one decimal, half away from zero.")),
    Decision(
        "1.9",
        _(
            "Outside the project's own team counts of one to four are hidden, and others with them until none can "
            "be computed from the rest."
        ),
    ),
    Decision(
        "P-46", _("Outside the project's own team the curve over time shows quarters, rounded down to whole fives.")
    ),
)
