"""Which tables hold something about a participation: found by asking the models, so that none can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import Q

from participants.models import Participant, Participation

APPS = ("partners", "enterprises", "participants", "reporting")
Model = type[models.Model]


@dataclass(frozen=True)
class Table:
    """A model whose rows belong to a person, and the lookups that lead from a row to her."""

    model: Model
    paths: tuple[str, ...]

    def of(self, ids: list[int]) -> models.QuerySet[models.Model]:
        """The rows about the participations (or, in a table about the person, the persons) with these ids."""
        wanted = Q()
        for path in self.paths:
            wanted |= Q(**{f"{path}__in": ids})
        return self.model._base_manager.filter(wanted)


@cache
def tables() -> list[Table]:
    """Everything that belongs to a participation, itself last; what refers to another comes before it."""
    return _reached_from(Participation, without=Participant)


@cache
def person_tables() -> list[Table]:
    """What belongs to the person herself and to none of her participations; the person last."""
    return _reached_from(Participant, without=Participation)


def our_models() -> Iterator[Model]:
    for app in APPS:
        yield from (model for model in apps.get_app_config(app).get_models() if model._meta.managed)


def _reached_from(root: Model, *, without: Model) -> list[Table]:
    """Follows the foreign keys backwards, until nothing new is found."""
    paths: dict[Model, set[str]] = {root: {"pk"}}
    depth: dict[Model, int] = {root: 0}
    newest = {root}
    while newest:
        found = set()
        for model in our_models():
            for field in _keys_to(model, newest) if model not in {root, without} else ():
                parent = field.related_model
                ways = {field.name if path == "pk" else f"{field.name}__{path}" for path in paths[parent]}
                paths.setdefault(model, set()).update(ways)
                depth[model] = max(depth.get(model, 0), depth[parent] + 1)
                found.add(model)
        newest = {model for model in found if depth[model] < len(paths) + 1}
    ordered = sorted(paths, key=lambda model: (-depth[model], model._meta.label))
    return [Table(model, _shortest(model, paths[model])) for model in ordered]


def _keys_to(model: Model, parents: set[Model]) -> list[models.ForeignKey]:
    """Foreign keys by which a row belongs to a parent; one that may be emptied only mentions it."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model in parents
        and field.related_model is not model
        and field.remote_field.on_delete is not models.SET_NULL
    ]


def _shortest(model: Model, paths: set[str]) -> tuple[str, ...]:
    """A key that every row has says it all; otherwise each of the ways is asked."""
    for path in sorted(paths):
        if path == "pk" or ("__" not in path and not model._meta.get_field(path).null):
            return (path,)
    return tuple(sorted(paths))
