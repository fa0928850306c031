"""Which organisation or enterprise a name in a file means."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from partners.models import Organisation, Project


class Directory:
    """Organisations by name or short name, whatever the case, the project's partners first; enterprises by exact name.

    A name nobody has is added as an organisation without a role: being no partner, it gives nobody access.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.added: list[str] = []

    @cached_property
    def _partners(self) -> dict[str, set[int]]:
        return _by_name(Organisation.objects.filter(partnerships__project=self.project).distinct())

    @cached_property
    def _everybody(self) -> dict[str, set[int]]:
        return _by_name(Organisation.objects.all())

    @cached_property
    def _enterprises(self) -> dict[str, int]:
        names = Enterprise.objects.values_list("organisation__name", "pk")
        return {_composed(name): pk for name, pk in names}

    def organisation(self, name: str) -> int:
        """The organisation's id, added where the name is new. Raises ValueError where several have it."""
        wanted = _folded(name)
        found = self._partners.get(wanted) or self._everybody.get(wanted) or {self._add(name)}
        if len(found) > 1:
            found = set(Organisation.objects.filter(pk__in=found, name=_composed(name)).values_list("pk", flat=True))
        if len(found) != 1:
            raise ValueError(_("is the name of several organisations — write the full name of one"))
        return next(iter(found))

    def _add(self, name: str) -> int:
        added = Organisation.objects.create(name=_composed(name), kind=Organisation.Kind.OTHER)
        self.added.append(added.name)
        self._everybody[_folded(name)] = {added.pk}
        return added.pk

    def notices(self) -> list[str]:
        """A line for each organisation that was new, with the partners whose names come near: it may be misspelt."""
        return [
            _("organisations: “%(name)s” is new — %(advice)s") % {"name": name, "advice": self._advice(name)}
            for name in self.added
        ]

    def _advice(self, name: str) -> str:
        near = get_close_matches(_folded(name), self._partners, n=1, cutoff=0.8)
        if near:
            return _("correct it if “%(name)s” was meant") % {"name": near[0]}
        return _("give it a role in the partnership if it is a partner")

    def enterprise(self, name: str | None) -> int | None:
        return self._enterprises.get(_composed(name)) if name else None


def _by_name(organisations: Iterable[Organisation]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for organisation in organisations:
        for name in {organisation.name, organisation.short_name} - {""}:
            found[_folded(name)].add(organisation.pk)
    return found


def _composed(name: str) -> str:
    """The same letters in the same code points, however a program wrote å, ä and ö."""
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _composed(name).casefold()
