"""The rows of two participations in one project: which move, and which of two counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from participants import rules
from participants.merging.plan import Key, Model, Pair, Plan, Rule, Values, column
from participants.models import CareTeamMember, EntryRecord, HoursMonth, Participation, PlanFocus

RULES: dict[str, Rule] = {
    "stint_starts_once": Rule.KEPT,  # Mistaken registrations alone: others would overlap, which is refused.
    "stint_one_open": Rule.REFUSED,
    "break_starts_once": Rule.KEPT,
    "participants.EntryRecord.participation": Rule.FIRST,
    "sensitive_question_answered_once": Rule.FIRST,
    "hours_once_a_month": Rule.SUM,
    "outcome_recorded_once": Rule.KEPT,
    "follow_up_answered_once": Rule.KEPT,
    "follow_up_attempt_sent_once": Rule.KEPT,
    "attendance_once_a_day_and_activity": Rule.KEPT,
    "attendance_once_a_day_without_activity": Rule.KEPT,
    "certificate_version_once": Rule.KEPT,
    "certificate_one_current": Rule.REFUSED,
    "certificate_one_counts": Rule.REFUSED,
    "export_row_once": Rule.KEPT,
    "consent_given_once_a_day": Rule.KEPT,
    "care_team_one_lead_worker": Rule.LEAD,
    "care_team_once_at_a_time": Rule.KEPT,
    "document_is_kept_once": Rule.KEPT,
    "measure_asked_for_once": Rule.KEPT,
    "measure_granted_once": Rule.KEPT,
    "plan_focus_once": Rule.KEPT,
    "progress_assessed_once_a_day": Rule.KEPT,
    "referral_one_open_to_each": Rule.REFUSED,
    "lead_offered_to_one": Rule.REFUSED,
}


# Computed anew, or a report's own copy: these rows never move.
LEFT_ALONE = frozenset({"reporting.Fact", "reporting.FactAsOf", "reporting.ReportFact"})


def belonging() -> list[tuple[Model, Key]]:
    """Every table whose rows belong to a participation, and the key by which they do."""
    found = [
        (relation.related_model, relation.field)
        for relation in Participation._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
        and relation.related_model is not Participation
        and relation.related_model._meta.managed
        and relation.related_model._meta.label not in LEFT_ALONE
    ]
    return sorted(found, key=lambda pair: pair[0]._meta.label)


def one_at_most(model: Model, key: Key) -> Iterator[tuple[str, list[str], Q]]:
    """(name, the other columns, condition) of each constraint that lets a participation have one such row only."""
    if key.unique:
        yield f"{model._meta.label}.{key.name}", [], Q()
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and key.name in constraint.fields:
            others = [name for name in constraint.fields if name != key.name]
            yield constraint.name, others, constraint.condition or Q()


def join_rows(plan: Plan, pair: Pair) -> None:
    for model, key in belonging():
        label = model._meta.label
        newest = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
        plan.highest[label] = newest or 0
        rows = {row.pk: row for row in model._base_manager.filter(**{key.name: pair.former}).order_by("pk")}
        collided = _collided(plan, pair, model, key)
        for pk, row in rows.items():
            changes: Values = {}
            stays = False
            for rule, counterpart in collided.get(pk, []):
                plan.collisions[str(model._meta.verbose_name), rule] += 1
                stays |= SETTLE[rule](plan, pair, row, counterpart, changes)
            if not stays and not _belongs_to_later_entry(pair, row):
                plan.change(row, **{key.attname: pair.kept.pk}, **changes)
                plan.moved[str(model._meta.verbose_name)] += 1
    _fetch_first_record(plan, pair)


def _collided(plan: Plan, pair: Pair, model: Model, key: Key) -> dict[int, list[tuple[Rule, models.Model]]]:
    """Row of the former → the rules it falls under, each with the kept record's row that stands in its place."""
    found: dict[int, list[tuple[Rule, models.Model]]] = {}
    for constraint, columns, condition in one_at_most(model, key):
        if constraint not in RULES:
            raise LookupError(f"{constraint}: what happens when two records are joined? — add it to merging.RULES")
        of_kept, of_former = (
            {
                tuple(getattr(row, column(model, name).attname) for name in columns): row
                for row in model._base_manager.filter(condition, **{key.name: side}).order_by("pk")
            }
            for side in (pair.kept, pair.former)
        )
        for same in of_kept.keys() & of_former.keys():
            if None not in same:
                found.setdefault(of_former[same].pk, []).append((RULES[constraint], of_kept[same]))
    return found


def _keep(plan: Plan, pair: Pair, row: models.Model, counterpart: models.Model, changes: Values) -> bool:
    _point_at(plan, row, counterpart)
    if isinstance(row, CareTeamMember) and row.is_lead and not _has_lead(pair.kept):
        plan.change(counterpart, is_lead=True)
    return True


def _has_lead(participation: Participation) -> bool:
    return participation.care_team.filter(is_lead=True, ended_on__isnull=True).exists()


def _first(plan: Plan, pair: Pair, row: models.Model, counterpart: models.Model, changes: Values) -> bool:
    if pair.first == pair.former:
        names = [f.attname for f in row._meta.concrete_fields if not f.primary_key and f.name != "participation"]
        ours, theirs = ({name: getattr(one, name) for name in names} for one in (counterpart, row))
        plan.change(counterpart, **theirs)
        plan.change(row, **ours)
    return True


def _sum(plan: Plan, pair: Pair, row: models.Model, counterpart: models.Model, changes: Values) -> bool:
    assert isinstance(row, HoursMonth)  # noqa: S101 – for the type checker
    assert isinstance(counterpart, HoursMonth)  # noqa: S101 – for the type checker
    together = row.hours + counterpart.hours
    if together > rules.HOURS_MOST:
        plan.refusals.append(
            _("%(month)s: together more hours than a month has. Correct them first.")
            % {"month": rules.month_name(row.month)}
        )
    plan.change(counterpart, hours=together)
    # Counted once: the row stays with the former record, and what it held is in the other one now.
    plan.change(row, hours=Decimal("0.00"))
    return True


def _lead(plan: Plan, pair: Pair, row: models.Model, counterpart: models.Model, changes: Values) -> bool:
    changes["is_lead"] = False
    return False


def _refused(plan: Plan, pair: Pair, row: models.Model, counterpart: models.Model, changes: Values) -> bool:
    plan.refusals.append(
        _("Both records have: %(thing)s (%(row)s). Settle one of them first, and come back.")
        % {"thing": row._meta.verbose_name, "row": _day_of(row)}
    )
    return True


SETTLE: dict[Rule, Callable[[Plan, Pair, models.Model, models.Model, Values], bool]] = {
    Rule.KEPT: _keep,
    Rule.FIRST: _first,
    Rule.SUM: _sum,
    Rule.LEAD: _lead,
    Rule.REFUSED: _refused,
}


def _day_of(row: Any) -> str:
    for name in ("month", "started_on", "offered_on"):
        if (day := getattr(row, name, None)) is not None:
            return rules.month_name(day) if name == "month" else str(day)
    return str(row.pk)


def _point_at(plan: Plan, row: models.Model, counterpart: models.Model) -> None:
    """What refers to a row that stays behind refers to the one that counts, if it moves itself."""
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or not relation.related_model._meta.managed:
            continue
        model, key = relation.related_model, relation.field
        moves = isinstance(row, PlanFocus) or any(one is model for one, _key in belonging())
        if not moves or model is type(row) or (key.unique and _is_taken(model, key, counterpart)):
            continue
        for one in model._base_manager.filter(**{key.name: row}).order_by("pk"):
            plan.change(one, **{key.attname: counterpart.pk})


def _is_taken(model: Model, key: Key, row: models.Model) -> bool:
    return model._base_manager.filter(**{key.name: row}).exists()


def _belongs_to_later_entry(pair: Pair, row: models.Model) -> bool:
    """The situation at a later entry is not that of the first one, also when nobody asked then. (P-2)"""
    return isinstance(row, EntryRecord) and pair.first == pair.kept


def _fetch_first_record(plan: Plan, pair: Pair) -> None:
    """Where the kept record's answers are from the later entry and there are none of the first, none are kept."""
    records = EntryRecord.objects.filter(participation__in=[pair.kept, pair.former])
    if pair.first == pair.former and [record.participation_id for record in records] == [pair.kept.pk]:
        plan.change(records[0], participation_id=pair.former.pk)


def join_participations(plan: Plan, pair: Pair) -> None:
    kept, former = pair.kept, pair.former
    if former.near_employment and not kept.near_employment:
        plan.change(kept, near_employment=True, near_employment_note=former.near_employment_note)
    plan.change(former, merged_into_id=kept.pk)
    for earlier in Participation.objects.filter(merged_into=former).order_by("pk"):
        plan.change(earlier, merged_into_id=kept.pk)
