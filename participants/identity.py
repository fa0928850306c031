"""Personal identity numbers, coordination numbers and temporary numbers: read, checked, masked, kept secret.

The rules are those of esf-rules.md 3.1–3.4. Twelve characters without a sign are stored, encrypted with a
rotatable key, and found again by a keyed hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today


class Kind(models.TextChoices):
    PERSONAL = "personal", gettext_lazy("personal identity number")
    COORDINATION = "coordination", gettext_lazy("coordination number")
    TEMPORARY = "temporary", gettext_lazy("temporary number")


TEMPORARY_LETTERS = "TRSUWXJKLMNP"
_PATTERN = re.compile(rf"(\d{{2}})?(\d{{6}})([-+]?)([{TEMPORARY_LETTERS}\d])(\d{{3}})", re.ASCII)

# Skatteverket publishes test numbers that belong to nobody: the series below on any date, and these single ones.
TEST_BIRTH_NUMBERS = {"238", "239"}
TEST_NUMBERS = {
    "196107293059",
    "196108193175",
    "195709112790",
    "195610132382",
    "195909092990",
    "189001019802",
    "191212121212",
    "197001782395",
    "191500722390",
    "191711602399",
}


@dataclass(frozen=True)
class Identity:
    """A number that passed every check: twelve characters; no `birth_date` when the number hides it."""

    number: str
    kind: Kind
    birth_date: dt.date | None
    sex: str

    @property
    def is_test_number(self) -> bool:
        return self.number in TEST_NUMBERS or self.number[8:11] in TEST_BIRTH_NUMBERS


def parse(text: str) -> Identity:
    """Read a number as people write it: with or without century, with hyphen, plus or nothing between.

    Raises ValidationError with a sentence that says what is wrong and repeats nothing of the number.
    """
    match = _PATTERN.fullmatch(re.sub(r"\s", "", text).upper())
    if match is None:
        raise ValidationError(_("Write the number as ÅÅÅÅMMDD-NNNN: eight digits for the birth date and four more."))
    century, date_part, sign, first, rest = match.groups()
    if sign == "+" and century:
        raise ValidationError(_("Write either the century or a plus sign, not both."))
    if _check_digit(date_part + first + rest[:-1]) != int(rest[-1]):
        raise ValidationError(_("The last digit does not fit the rest. Check every digit of the number."))
    if first + rest[:-1] == "000":
        raise ValidationError(_("The birth number 000 is never used. Check every digit of the number."))
    day = int(date_part[4:])
    kind = _kind(first, day)
    century = century or _century(date_part, plus=sign == "+")
    identity = Identity(
        number=century + date_part + first + rest,
        kind=kind,
        birth_date=_birth_date(century + date_part, kind),
        sex="M" if int(rest[1]) % 2 else "K",
    )
    _check_environment(identity)
    return identity


def _kind(first: str, day: int) -> Kind:
    if first.isalpha():
        return Kind.TEMPORARY
    return Kind.COORDINATION if day >= 60 else Kind.PERSONAL


def _check_digit(nine: str) -> int:
    """Modulus 10 with weights 2, 1, 2, …; a letter counts as 1."""
    total = 0
    for position, sign in enumerate(nine):
        product = (1 if sign.isalpha() else int(sign)) * (2 - position % 2)
        total += product // 10 + product % 10
    return -total % 10


def _century(date_part: str, *, plus: bool) -> str:
    """With a hyphen the person turns at most 99 this calendar year, with a plus at least 100. (esf-rules.md 3.1)"""
    now = today().year
    year = now // 100 * 100 + int(date_part[:2])
    if year > now:
        year -= 100
    if plus:
        year -= 100
    return f"{year // 100:02d}"


def _birth_date(eight: str, kind: Kind) -> dt.date | None:
    """None when a coordination number leaves month or day open (`00`, `60`)."""
    year, month, day = int(eight[:4]), int(eight[4:6]), int(eight[6:])
    if kind is Kind.COORDINATION or (kind is Kind.TEMPORARY and day > 60):
        day -= 60
        if month == 0 or day == 0:
            return None
    try:
        born = dt.date(year, month, day)
    except ValueError:
        raise ValidationError(_("The number holds a date that does not exist.")) from None
    if born > today():
        raise ValidationError(_("The number holds a birth date in the future."))
    return born


def _check_environment(identity: Identity) -> None:
    """Test numbers belong to tests, real ones to production. (esf-rules.md 3.4)"""
    if settings.PRODUCTION and identity.is_test_number:
        raise ValidationError(_("This is one of Skatteverket's test numbers. It belongs to nobody."))
    allowed = identity.is_test_number or identity.kind is Kind.TEMPORARY
    if (settings.TESTING or settings.DEMO_MODE) and not allowed:
        raise ValidationError(_("Only Skatteverket's published test numbers may be used here."))


def masked(number: str) -> str:
    """What a screen shows until somebody asks for the rest: `19910615-••••`."""
    return f"{number[:8]}-••••"


def written(number: str) -> str:
    """As read aloud: `19910615-2383`."""
    return f"{number[:8]}-{number[8:]}"


# --- Kept secret ----------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(number: str) -> str:
    return _cipher(tuple(settings.IDENTITY_KEYS)).encrypt(number.encode()).decode()


def decrypt(cipher: str) -> str:
    """The twelve characters. Raises ValueError when no key fits, without saying what was read."""
    try:
        return _cipher(tuple(settings.IDENTITY_KEYS)).decrypt(cipher.encode()).decode()
    except InvalidToken:
        raise ValueError(
            "identity: no key in IDENTITY_KEYS can read this number — add the key it was written with"
        ) from None


def search_hash(identity: Identity, project_id: int | None = None) -> str:
    """Finds the number again without knowing it. A temporary number is only unique inside its project."""
    scope = f"{project_id}:" if identity.kind is Kind.TEMPORARY else ""
    return hmac.new(settings.IDENTITY_HASH_KEY.encode(), (scope + identity.number).encode(), hashlib.sha256).hexdigest()


def seal(content: bytes) -> bytes:
    """Rows about people that wait outside the tables, encrypted with the same keys."""
    return _cipher(tuple(settings.IDENTITY_KEYS)).encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """What was sealed. Raises ValueError when no key fits or a byte of it has changed."""
    try:
        return _cipher(tuple(settings.IDENTITY_KEYS)).decrypt(sealed)
    except InvalidToken:
        raise ValueError("sealed: no key in IDENTITY_KEYS can read this") from None
