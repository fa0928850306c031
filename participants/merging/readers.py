"""Who may read afterwards: nobody more than before, unless it was said so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.merging.persons import CONTACT
from participants.merging.plan import Choices, Pair, Plan, Values, Widening, plain
from participants.models import Activity, CareTeamMember, Consent, Participant, Participation
from partners.models import User, in_force


def join_readers(plan: Plan, pair: Pair, choices: Choices) -> None:
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


def join_elsewhere(plan: Plan, choices: Choices, of_kept: list[Participation]) -> None:
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


def check_circles(plan: Plan, by: User, of_kept: list[Participation]) -> None:
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
