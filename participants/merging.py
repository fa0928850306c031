"""What happens to every row when two records are joined to one person: worked out before it is done, to be looked at.

The models are asked which rows belong to a participation, so that none can be forgotten. Where a table allows one row
only, `RULES` says by the constraint's name which of the two counts. Nothing here writes; `actions.merge` does what the
`Plan` says, and its undo goes through the same steps backwards. (esf-rules.md P-1, P-2, P-3, P-10)
"""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants import identity, rules
from participants.models import (
    Activity,
    CareTeamMember,
    Consent,
    EntryRecord,
    ExitReason,
    HoursMonth,
    LeadTransfer,
    Merge,
    Participant,
    Participation,
    PlanFocus,
    Stint,
)
from partners.models import User, in_force

Model = type[models.Model]
Values = dict[str, Any]
Key = models.ForeignKey


class Rule(enum.Enum):
    """Which of two rows counts where only one may stand."""

    KEPT = gettext_lazy("the one of the kept record counts; the other stays with the former record")
    FIRST = gettext_lazy("the one from the first entry counts")
    SUM = gettext_lazy("the hours are added up")
    LEAD = gettext_lazy("the lead worker of the kept record stays; the other one stays in the network")
    REFUSED = gettext_lazy("must be settled first")

    @property
    def words(self) -> str | Promise:
        return self.value


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


class Step(NamedTuple):
    """One row and what changes in it."""

    label: str
    pk: int
    before: Values
    after: Values


@dataclass(frozen=True)
class Choices:
    """What the project office decided: fields taken from the former record, and who may read more than before."""

    from_former: frozenset[str] = frozenset()
    consents: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()


AS_PROPOSED = Choices()


@dataclass(frozen=True)
class Conflict:
    """A field of the person on which the two records differ."""

    name: str
    label: str
    kept: str
    former: str


@dataclass(frozen=True)
class Widening:
    """Somebody who would read, by one consent or one place in the network, what she could not read before."""

    pk: int
    who: str
    what: str
    is_place: bool = False


@dataclass(frozen=True)
class Collision:
    what: str
    rule: Rule
    count: int


@dataclass(frozen=True)
class Pair:
    """Two participations in the same project, which become one."""

    kept: Participation
    former: Participation

    @property
    def first(self) -> Participation:
        """That of the first entry: what was asked then describes her. (P-2)"""
        if self.former.entered_on is None:
            return self.kept
        if self.kept.entered_on is None or self.former.entered_on < self.kept.entered_on:
            return self.former
        return self.kept


@dataclass
class Plan:
    """Everything that would happen."""

    kept: Participant
    former: Participant
    pairs: list[Pair] = field(default_factory=list)
    moving: list[Participation] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    widenings: list[Widening] = field(default_factory=list)
    collisions: Counter[tuple[str, Rule]] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    highest: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    protection: str = Participant.Protection.NONE

    @property
    def collided(self) -> list[Collision]:
        return [Collision(what, rule, count) for (what, rule), count in sorted(self.collisions.items(), key=str)]

    @property
    def counted(self) -> list[tuple[str, int]]:
        return sorted(self.moved.items())

    @property
    def participation_ids(self) -> list[int]:
        """All that must be computed anew."""
        return sorted({p.pk for pair in self.pairs for p in (pair.kept, pair.former)} | {p.pk for p in self.moving})

    def change(self, row: models.Model, **after: Any) -> None:
        before = {name: plain(getattr(row, name)) for name in after}
        changed = {name: plain(value) for name, value in after.items() if plain(value) != before[name]}
        if changed:
            self.steps.append(Step(row._meta.label, row.pk, {name: before[name] for name in changed}, changed))


def plain(value: Any) -> Any:
    """As JSON keeps it; the model's own field reads it again."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


def plan_merge(kept: Participant, former: Participant, choices: Choices, *, by: User) -> Plan:
    plan = Plan(kept, former)
    of_kept = {p.project_id: p for p in _participations(kept)}
    for participation in _participations(former):
        if participation.project_id in of_kept:
            plan.pairs.append(Pair(of_kept[participation.project_id], participation))
        else:
            plan.moving.append(participation)
    _refuse(plan)
    _join_persons(plan, choices)
    for pair in plan.pairs:
        _join_readers(plan, pair, choices)
        _join_rows(plan, pair)
        _join_participations(plan, pair)
    _join_elsewhere(plan, choices, [*of_kept.values()])
    _check_circles(plan, by, [*of_kept.values()])
    return plan


def _participations(person: Participant) -> list[Participation]:
    rows = Participation.objects.filter(participant=person, merged_into__isnull=True)
    return list(rows.select_related("participant", "project__owner").order_by("pk"))


# --- What must be settled first ---------------------------------------------------------------------


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


# --- The person -----------------------------------------------------------------------------------

# What is chosen together, under the name of the first.
FIELDS: dict[str, tuple[str, ...]] = {
    "first_name": ("first_name", "last_name", "first_name_key", "last_name_key"),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "municipality": ("municipality",),
    "district": ("district",),
    "phone": ("phone",),
    "email": ("email",),
}
CONTACT = ("municipality", "district", "phone", "email")
EMPTIED = ("district", "phone", "email")  # Not kept of a protected person. (esf-rules.md 3.5)
NUMBER = ("identity_cipher", "identity_hash", "identity_kind")
BETTER_NUMBERS = ("", identity.Kind.TEMPORARY, identity.Kind.COORDINATION, identity.Kind.PERSONAL)
STRONGER = (
    Participant.Protection.NONE,
    Participant.Protection.SECRECY_FLAG,
    Participant.Protection.PROTECTED_REGISTRATION,
)


def _join_persons(plan: Plan, choices: Choices) -> None:
    kept, former = plan.kept, plan.former
    plan.protection = max(kept.protection, former.protection, key=STRONGER.index)
    after: Values = {}
    for name, columns in FIELDS.items():
        values, others = ([getattr(one, each) for each in columns] for one in (kept, former))
        differ = values != others and any(values) and any(others)
        if differ and not (plan.protection != Participant.Protection.NONE and name in EMPTIED):
            plan.conflicts.append(_conflict(name, kept, former))
        if not any(values) or (differ and name in choices.from_former):
            after |= dict(zip(columns, others, strict=True))
    if plan.protection != Participant.Protection.NONE:
        after |= dict.fromkeys(EMPTIED, "")
    plan.change(kept, **after)
    # Also when it stays as it is: whoever parts the records must not lift what was set since.
    plan.steps.append(Step(kept._meta.label, kept.pk, {"protection": kept.protection}, {"protection": plan.protection}))
    _join_numbers(plan, choices)
    plan.change(former, merged_into_id=kept.pk)
    for earlier in Participant.objects.filter(merged_into=former).order_by("pk"):
        plan.change(earlier, merged_into_id=kept.pk)


def _conflict(name: str, kept: Participant, former: Participant) -> Conflict:
    label = _("name") if name == "first_name" else name_of(Participant, name)
    return Conflict(name, label, _shown(kept, name), _shown(former, name))


def _shown(person: Participant, name: str) -> str:
    """What a protected person is called, or where she lives, is not told here either."""
    if person.is_protected and name in {"first_name", *CONTACT}:
        return _("protected")
    if name == "first_name":
        return person.full_name
    if name == "sex":
        return str(person.get_sex_display())
    return str(getattr(person, name))


def _join_numbers(plan: Plan, choices: Choices) -> None:
    """The better kind of number is kept, and of two alike the chosen one; the other stays where a search finds it."""
    kept, former = plan.kept, plan.former
    if not former.identity_hash:
        return
    rank, other = (BETTER_NUMBERS.index(one.identity_kind) for one in (kept, former))
    if kept.identity_hash and rank == other:
        plan.conflicts.append(
            Conflict("number", _("identity number"), _masked(kept), _masked(former)),
        )
    takes_former = other > rank or (other == rank and "number" in choices.from_former)
    if not takes_former:
        return
    of_kept, of_former = ({name: getattr(one, name) for name in NUMBER} for one in (kept, former))
    nothing = {"identity_cipher": "", "identity_hash": None, "identity_kind": ""}
    # In three steps: a number stands in one row at a time.
    label = Participant._meta.label
    plan.steps.append(Step(label, former.pk, of_former, nothing))
    plan.steps.append(Step(label, kept.pk, of_kept, of_former))
    if kept.identity_hash:
        plan.steps.append(Step(label, former.pk, nothing, of_kept))


def _masked(person: Participant) -> str:
    return _("protected") if person.is_protected else person.masked_number


def column(model: Model, name: str) -> models.Field[Any, Any]:
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)  # noqa: S101 – for the type checker
    return found


def name_of(model: Model, name: str) -> str:
    """The field in words."""
    return str(column(model, name).verbose_name)


# --- Who may read ---------------------------------------------------------------------------------


def _join_readers(plan: Plan, pair: Pair, choices: Choices) -> None:
    """Nobody reads more than before, unless it was said so: a consent or a place that would open more ends today."""
    sides = (pair.kept, pair.former)
    placed = {side.pk: _placed(side) for side in sides}
    anywhere = frozenset().union(*placed.values())
    readable = {side.pk: _categories(side, anywhere - placed[side.pk]) for side in sides}
    for consent in [consent for side in sides for consent in _consents(side)]:
        for side in sides:
            known = readable[side.pk].get(consent.organisation_id, frozenset())
            if gained := [str(c.label) for c in consent.categories if c not in known]:
                _widen(plan, consent, gained, side, choices)
                break
    if plan.protection != Participant.Protection.NONE:
        _join_circles(plan, pair, choices)


def _consents(participation: Participation) -> list[Consent]:
    return list(participation.consents.lifting_secrecy().select_related("organisation").order_by("pk"))


def _placed(participation: Participation) -> frozenset[int]:
    """Organisations in whose enterprise the person is today."""
    there = Activity.objects.filter(in_force(today()), participation=participation, enterprise__isnull=False)
    return frozenset(there.values_list("enterprise__organisation", flat=True))


def _categories(participation: Participation, elsewhere: frozenset[int]) -> dict[int, frozenset[str]]:
    """Organisation → what it reads today of this one; not where the person is placed by the other record alone."""
    found: dict[int, frozenset[str]] = {}
    for consent in _consents(participation):
        if (pk := consent.organisation_id) not in elsewhere:
            found[pk] = found.get(pk, frozenset()) | frozenset(consent.categories)
    return found


def _widen(plan: Plan, consent: Consent, gained: Iterable[str], other: Participation, choices: Choices) -> None:
    what = _("%(categories)s, of %(ref)s") % {"categories": ", ".join(gained), "ref": other.ref}
    plan.widenings.append(Widening(consent.pk, str(consent.organisation), what))
    if consent.pk not in choices.consents:
        plan.change(consent, withdrawn_on=today())


def _join_circles(plan: Plan, pair: Pair, choices: Choices) -> None:
    """Of a protected record its own circle reads, and nobody from the other record's."""
    sides = (pair.kept, pair.former)
    circles = {side.pk: set(_places(side).values_list("user", flat=True)) for side in sides}
    guarded = [circles[side.pk] for side in sides if side.participant.is_protected]
    for place in _places(*sides).select_related("user", "organisation").order_by("pk"):
        if all(place.user_id in circle for circle in guarded):
            continue
        who = f"{place.user.name}, {place.organisation}"
        plan.widenings.append(Widening(place.pk, who, _("the whole page, as one of the circle"), is_place=True))
        if place.pk not in choices.places:
            yesterday = today() - dt.timedelta(days=1)
            plan.change(
                place,
                started_on=min(place.started_on, yesterday),
                ended_on=yesterday,
                end_reason=_("Two records were joined"),
            )


def _places(*sides: Participation) -> Any:
    return CareTeamMember.objects.filter(in_force(today()), participation__in=[side.pk for side in sides])


def _join_elsewhere(plan: Plan, choices: Choices, of_kept: list[Participation]) -> None:
    """In other projects the way stays as it is, and how the person is reached may become readable there."""
    joined = _after(plan, plan.kept, CONTACT)
    paired = {p.pk for pair in plan.pairs for p in (pair.kept, pair.former)}
    for participation in [*of_kept, *plan.moving]:
        if participation.pk in paired:
            continue
        person = plan.kept if participation in of_kept else plan.former
        if any(joined[name] not in ("", getattr(person, name)) for name in CONTACT):
            for consent in _consents(participation):
                if Consent.Category.CONTACT in consent.categories:
                    _widen(plan, consent, [str(Consent.Category.CONTACT.label)], participation, choices)
    for participation in plan.moving:
        plan.change(participation, participant_id=plan.kept.pk)
        plan.moved[str(Participation._meta.verbose_name)] += 1


def _after(plan: Plan, row: models.Model, names: Iterable[str]) -> Values:
    """How the row will stand."""
    values = {name: getattr(row, name) for name in names}
    for step in plan.steps:
        if (step.label, step.pk) == (row._meta.label, row.pk):
            values |= {name: value for name, value in step.after.items() if name in values}
    return values


def _check_circles(plan: Plan, by: User, of_kept: list[Participation]) -> None:
    """A protected person whom nobody may see would be lost."""
    if plan.protection == Participant.Protection.NONE:
        return
    pairs = {pair.kept.pk: pair.former.pk for pair in plan.pairs}
    for participation in [*of_kept, *plan.moving]:
        ids = [pk for pk in (participation.pk, pairs.get(participation.pk)) if pk]
        places = CareTeamMember.objects.filter(in_force(today()), participation__in=ids)
        if not any(_after(plan, place, ["ended_on"])["ended_on"] == plain(place.ended_on) for place in places):
            plan.refusals.append(
                _("%(ref)s would be protected, and nobody is in the circle around the person. Add somebody first.")
                % {"ref": participation.ref}
            )


# --- The rows of one participation ----------------------------------------------------------------


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


def _join_rows(plan: Plan, pair: Pair) -> None:
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


def _join_participations(plan: Plan, pair: Pair) -> None:
    kept, former = pair.kept, pair.former
    if former.near_employment and not kept.near_employment:
        plan.change(kept, near_employment=True, near_employment_note=former.near_employment_note)
    plan.change(former, merged_into_id=kept.pk)
    for earlier in Participation.objects.filter(merged_into=former).order_by("pk"):
        plan.change(earlier, merged_into_id=kept.pk)


# --- For the page ---------------------------------------------------------------------------------


def former_refs(merge: Merge) -> list[str]:
    """The codes of the record that was joined to the other one."""
    return sorted(Participation.objects.filter(participant=merge.former_id).values_list("ref", flat=True))


@dataclass(frozen=True)
class Life:
    """First entry and last exit over several records. (P-2, P-3)"""

    entered_on: dt.date | None
    left_on: dt.date | None
    stints: list[Stint]


def life_of(*participations: Participation) -> Life:
    stints = list(
        Stint.objects.filter(participation__in=[p.pk for p in participations])
        .exclude(exit_reason=ExitReason.MISTAKE)
        .select_related("exit_reason", "participation")
        .order_by("started_on", "pk")
    )
    is_open = any(stint.ended_on is None for stint in stints)
    ends = [stint.ended_on for stint in stints if stint.ended_on]
    return Life(
        entered_on=stints[0].started_on if stints else None,
        left_on=None if is_open or not ends else max(ends),
        stints=stints,
    )
