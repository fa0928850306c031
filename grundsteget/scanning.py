"""Is a file from somebody's computer harmless? Asked of the scanner that this installation names in FILE_SCANNER.

A scanner is a function: it takes a file open for reading and says whether it is clean. What it cannot say is
`ScannerDown`, and then the file stays unchecked. Without a scanner every file stays so, and the pages say it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

Scanner = Callable[[BinaryIO], bool]


class ScannerDown(Exception):
    """No verdict: the scanner cannot be reached, or gave an answer that says neither."""


class ScanState(models.TextChoices):
    UNCHECKED = "unchecked", _("not checked for viruses yet")
    CLEAN = "clean", _("checked for viruses")
    INFECTED = "infected", _("a virus was found")


def is_wanted() -> bool:
    """Whether this installation scans at all: then nothing unchecked leaves it."""
    return bool(settings.FILE_SCANNER)


def verdict(file: BinaryIO) -> ScanState:
    scanner: Scanner = import_string(settings.FILE_SCANNER)
    return ScanState.CLEAN if scanner(file) else ScanState.INFECTED
