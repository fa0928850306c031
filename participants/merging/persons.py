"""The person: names, numbers and protection of two records in one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from participants import identity
from participants.merging.plan import Choices, Conflict, Plan, Step, Values, name_of
from participants.models import Participant

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


def join_persons(plan: Plan, choices: Choices) -> None:
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
