"""How the column `purpose` of a consent says what the consent leaves out and what it rests on.

`samverkan` alone opens everything by the person's consent. `samverkan (ej: notes, contact)` leaves these out,
`samverkan (lag: 26 kap. 9 § OSL)` rests on that paragraph, `samverkan (ej: notes; lag: 26 kap. 9 § OSL)` says both.
What looks like one of them and is none is refused: half understood, it would open more than the person agreed to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from participants.models import Consent

SECRECY = str(Consent.Purpose.SECRECY)
LONGEST_STATUTE = 120
OPTIONAL = tuple(str(category) for category in Consent.Category if category != Consent.Category.BASIC)
_TERMS = re.compile(
    rf"{SECRECY} \((?=ej: |lag: )"
    r"(?:ej: (?P<left_out>[a-z, ]+)(?:; (?=lag: )|(?=\)$)))?"
    r"(?:lag: (?P<statute>.+))?\)"
)
_LOOKS_LIKE_TERMS = re.compile(rf"{SECRECY}\s*[(\[]|.*\(\s*(ej|lag)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Purpose:
    """A purpose as a file says it. Without terms, a known consent keeps those that it has."""

    name: str
    left_out: tuple[str, ...] = ()
    statute: str = ""

    def __str__(self) -> str:
        terms = [f"ej: {', '.join(self.left_out)}"] if self.left_out else []
        terms += [f"lag: {self.statute}"] if self.statute else []
        return f"{self.name} ({'; '.join(terms)})" if terms else self.name

    @property
    def fields(self) -> dict[str, Any]:
        """What a consent with these terms holds; nothing where none are written."""
        if not self.left_out and not self.statute:
            return {}
        ground = Consent.Ground.STATUTE if self.statute else Consent.Ground.CONSENT
        covers = {f"covers_{category}": category not in self.left_out for category in OPTIONAL}
        return {"legal_ground": ground, "statute": self.statute, **covers}


def looks_like_terms(text: str) -> bool:
    return _LOOKS_LIKE_TERMS.match(text) is not None


def parse(text: str) -> Purpose:
    """The purpose with its terms. Raises ValueError with a sentence that repeats nothing of the text."""
    found = _TERMS.fullmatch(text)
    if found is None:
        raise ValueError(
            _(
                "has terms that are not understood — write for example “%(purpose)s (ej: notes, contact)”"
                " or “%(purpose)s (lag: 26 kap. 9 § OSL)”"
            )
            % {"purpose": SECRECY}
        )
    left_out = found["left_out"].split(", ") if found["left_out"] else []
    if not set(left_out) <= set(OPTIONAL) or len(set(left_out)) != len(left_out):
        words = {"names": ", ".join(OPTIONAL)}
        raise ValueError(_("leaves out something unknown or twice — what can be left out is %(names)s") % words)
    statute = _one_line(found["statute"] or "")
    if found["statute"] and not 0 < len(statute) <= LONGEST_STATUTE:
        words = {"longest": str(LONGEST_STATUTE)}
        raise ValueError(_("names a paragraph that is empty or too long — use at most %(longest)s characters") % words)
    return Purpose(SECRECY, in_order(left_out), statute)


def purpose_of(consent: Consent) -> Purpose:
    """What a consent's row in a file says. Only where secrecy is lifted does it matter what is covered."""
    if not consent.lifts_secrecy:
        return Purpose(consent.purpose)
    left_out = (category for category in OPTIONAL if not getattr(consent, f"covers_{category}"))
    return Purpose(SECRECY, in_order(left_out), _one_line(consent.statute))


def widened(consent: Consent, purpose: Purpose) -> list[str]:
    """The categories that these terms would open and the consent does not."""
    return [name for name, value in purpose.fields.items() if value is True and not getattr(consent, name)]


def rests_elsewhere(consent: Consent, purpose: Purpose) -> bool:
    return bool(purpose.fields) and purpose.statute != _one_line(consent.statute)


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(categories, key=OPTIONAL.index))


def _one_line(text: str) -> str:
    return " ".join(text.split())
