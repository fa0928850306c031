"""What happens to every row when two records are joined to one person: worked out before it is done, to be looked at.

The models are asked which rows belong to a participation, so that none can be forgotten. Where a table allows one row
only, `RULES` says by the constraint's name which of the two counts. Nothing here writes; `actions.merge` does what the
`Plan` says, and its undo goes through the same steps backwards. (esf-rules.md P-1, P-2, P-3, P-10)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from participants.merging.lives import Life, former_refs, life_of
from participants.merging.persons import FIELDS, join_persons
from participants.merging.plan import AS_PROPOSED, Choices, Pair, Plan, Rule, Step, name_of, plain
from participants.merging.readers import check_circles, join_elsewhere, join_readers
from participants.merging.rows import RULES, belonging, join_participations, join_rows, one_at_most
from participants.models import LeadTransfer, Participant, Participation
from partners.models import User

__all__ = [
    "AS_PROPOSED",
    "FIELDS",
    "RULES",
    "Choices",
    "Life",
    "Pair",
    "Plan",
    "Rule",
    "Step",
    "belonging",
    "former_refs",
    "life_of",
    "name_of",
    "one_at_most",
    "plain",
    "plan_merge",
]


def plan_merge(kept: Participant, former: Participant, choices: Choices, *, by: User) -> Plan:
    plan = Plan(kept, former)
    of_kept = {p.project_id: p for p in _participations(kept)}
    for participation in _participations(former):
        if participation.project_id in of_kept:
            plan.pairs.append(Pair(of_kept[participation.project_id], participation))
        else:
            plan.moving.append(participation)
    _refuse(plan)
    join_persons(plan, choices)
    for pair in plan.pairs:
        join_readers(plan, pair, choices)
        join_rows(plan, pair)
        join_participations(plan, pair)
    join_elsewhere(plan, choices, [*of_kept.values()])
    check_circles(plan, by, [*of_kept.values()])
    return plan


def _participations(person: Participant) -> list[Participation]:
    rows = Participation.objects.filter(participant=person, merged_into__isnull=True)
    return list(rows.select_related("participant", "project__owner").order_by("pk"))


def _refuse(plan: Plan) -> None:
    if plan.kept.pk == plan.former.pk:
        plan.refusals.append(_("It is the same record twice. Choose the other one."))
    for pair in plan.pairs:
        plan.refusals += _overlaps(pair)
        if pair.former.lead_transfers.filter(state=LeadTransfer.State.OFFERED).exists():
            plan.refusals.append(
                _("%(ref)s: the lead is offered to a colleague. Wait for the answer, or withdraw the offer.")
                % {"ref": pair.former.ref}
            )


def _overlaps(pair: Pair) -> Iterator[str]:
    """Two periods at the same time are no life: one of them is wrong."""
    former = list(pair.former.stints.counted().order_by("started_on"))
    for one in pair.kept.stints.counted().order_by("started_on"):
        for other in former:
            if one.started_on <= (other.ended_on or dt.date.max) and other.started_on <= (one.ended_on or dt.date.max):
                yield _(
                    "The periods %(one)s (%(kept)s) and %(other)s (%(former)s) overlap. "
                    "Correct one of them, or mark it as registered by mistake, and come back."
                ) % {"one": one, "kept": pair.kept.ref, "other": other, "former": pair.former.ref}
