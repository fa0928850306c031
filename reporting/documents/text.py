"""Text from people, made safe to set: nothing invisible that turns what the reader sees, no letter without a shape."""

from __future__ import annotations

import re
import unicodedata

from grundsteget.cells import MISSING, visible

LONG_WORD = 28
BREAK = "\N{ZERO WIDTH SPACE}"

# Letters that the typeface inside the PDF library has: Latin, Greek, Cyrillic, and the signs that reports use.
_UNKNOWN = re.compile(
    "[^\t\n -~\u00a0-\u024f\u0386-\u03ce\u0400-\u045f\u0490-\u0491\u1e80-\u1e85\u1ef2-\u1ef3"
    "\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2116\u2122\u2190-\u2193\u2212\u2260\u2264\u2265\u25cf\ufffd]"
)


def typeset(text: str) -> str:
    """For the PDF: what the embedded typeface cannot show becomes a sign for it, and endless words may break."""
    shown = _UNKNOWN.sub(MISSING, visible(unicodedata.normalize("NFC", text)))
    return re.sub(rf"\S{{{LONG_WORD},}}", lambda word: BREAK.join(_pieces(word[0])), shown)


def _pieces(word: str) -> list[str]:
    return [word[start : start + 8] for start in range(0, len(word), 8)]
