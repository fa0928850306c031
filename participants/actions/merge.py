"""Two records that are one person are joined, and parted again: each step is kept, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from grundsteget.dates import now
from participants import merging, rules
from participants.actions.frame import changed
from participants.merging import AS_PROPOSED, Choices, Step, plain, plan_merge
from participants.models import Merge, Participant, Participation
from partners.models import User


@transaction.atomic
def merge_participants(
    *, kept: Participant, former: Participant, choices: Choices = AS_PROPOSED, reason: str, by: User
) -> Merge:
    """What belongs to either belongs to the kept one; the former record stays, unseen and uncounted. (P-10)

    The same two once more is the same merge. Facts follow at once; frozen reports keep what they said.
    """
    kept, former = _locked(kept, former)
    if (earlier := Merge.objects.standing().filter(kept=kept, former=former).first()) is not None:
        return earlier  # a second click
    rules.check_may_be_merged(kept, former, reason)
    rules.check_sees_both_whole(by, [kept, former])
    plan = plan_merge(kept, former, choices, by=by)
    rules.check_merge_plan(plan.refusals)
    for step in plan.steps:
        _take(step.label, step.pk, step.after)
    merge = Merge.objects.create(
        kept=kept,
        former=former,
        reason=reason.strip(),
        steps=[list(step) for step in plan.steps],
        highest=plan.highest,
        merged_at=now(),
        merged_by=by,
    )
    _compute_anew(plan.participation_ids)
    return merge


@transaction.atomic
def undo_merge(*, merge: Merge, reason: str, by: User) -> list[str]:
    """Both records are as they were. Sentences about what could not go back, and what has come since and stays.

    What somebody has changed since in a row that both records went into contradicts, and is refused.
    """
    kept, former = _locked(merge.kept, merge.former)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.is_undone:
        return []
    later = Merge.objects.standing().filter(pk__gt=merge.pk, kept__in=[kept, former]) | Merge.objects.standing().filter(
        pk__gt=merge.pk, former=kept
    )
    rules.check_merge_may_be_undone(later.exists(), reason)
    told = _added_since(merge)
    ids = _participations_in(merge)
    try:
        with transaction.atomic():
            for step in reversed([Step(*step) for step in merge.steps]):
                told += _take_back(step, kept)
    except IntegrityError:
        raise rules.refused(
            _("The records cannot be parted: something recorded since stands in the way. Contact the administrator.")
        ) from None
    merge.undone_at, merge.undone_by, merge.undone_reason = now(), by, reason.strip()
    merge.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    _compute_anew(ids)
    return told


def _locked(*persons: Participant) -> list[Participant]:
    """Persons and all their participations, each kind in the order of the ids; nobody else changes them meanwhile."""
    ids = [person.pk for person in persons]
    found = {
        row.pk: row for row in Participant.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    }
    list(Participation.objects.select_for_update(of=("self",)).filter(participant__in=ids).order_by("pk"))
    return [found[pk] for pk in ids]


def _take(label: str, pk: int, values: dict[str, Any]) -> int:
    model = apps.get_model(label)
    typed = {name: model._meta.get_field(name).to_python(value) for name, value in values.items()}
    return model._base_manager.filter(pk=pk).update(**typed)


def _take_back(step: Step, kept: Participant) -> list[str]:
    """One step backwards, if the row still stands as it was left."""
    model = apps.get_model(step.label)
    row = model._base_manager.filter(pk=step.pk).first()
    if row is None:
        return [_("Removed since, and not put back: %(thing)s.") % {"thing": model._meta.verbose_name}]
    differing = {name for name, value in step.after.items() if plain(getattr(row, name)) != value}
    if differing and not (model is Participant and row.pk == kept.pk and differing <= set(_OF_PERSON)):
        raise rules.refused(
            _("The records cannot be parted: this has been changed since they were joined: %(thing)s (%(fields)s).")
            % {"thing": model._meta.verbose_name, "fields": _names(model, differing)}
        )
    _take(step.label, step.pk, {name: value for name, value in step.before.items() if name not in differing})
    if differing:
        return [_("Changed since, and left as it is now: %(fields)s.") % {"fields": _names(model, differing)}]
    return []


# What is known of the person may be corrected after a merge; it stays with the kept record.
_OF_PERSON = tuple(name for names in merging.FIELDS.values() for name in names)


def _names(model: type[models.Model], columns: Iterable[str]) -> str:
    shown = [name for name in sorted(columns) if not name.endswith("_key")]
    return ", ".join(merging.name_of(model, name) for name in shown)


def _added_since(merge: Merge) -> list[str]:
    """What was recorded after the merge stays with the kept record: nobody can know which of the two it is about."""
    kept = list(Participation.objects.filter(participant=merge.kept).values_list("pk", flat=True))
    told = []
    for model, key in merging.belonging():
        highest = merge.highest.get(model._meta.label)
        if highest is None:
            continue
        added = model._base_manager.filter(**{f"{key.name}__in": kept}, pk__gt=highest).count()
        if added:
            told.append(
                _("Added since, and left with the kept record: %(thing)s (%(count)s).")
                % {"thing": model._meta.verbose_name, "count": added}
            )
    return told


def _participations_in(merge: Merge) -> list[int]:
    return sorted(
        Participation.objects.filter(participant__in=[merge.kept_id, merge.former_id]).values_list("pk", flat=True)
    )


def _compute_anew(ids: list[int]) -> None:
    # Forms that were opened before know of neither record as it is now.
    Participation.objects.filter(pk__in=ids).update(version=F("version") + 1)
    for pk in ids:
        changed(pk)
