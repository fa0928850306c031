"""What a zipped file may hold, before any reader of such files sees it. (SAFETY.md P-53)

What the file says about itself is not believed: each part is unpacked once and counted, and nothing is kept of it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

# Parts of an office file that run, fetch or hold something by themselves.
ACTIVE_PARTS = ("vbaproject", "vbadata", "activex", "externallinks/", "embeddings/", "macrosheets/", "oleobject")
UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error)
_CHUNK = 256 * 1024
# A template that Word would fetch from the net when the document is opened.
_FETCHED = re.compile(rb"<Relationship\b(?=[^>]*attachedTemplate)(?=[^>]*Target=[\"']https?:)", re.IGNORECASE)
_MACROS = b"macroEnabled"
_LONGEST_SMALL_PART = 1024 * 1024
_SMALL = 1024 * 1024  # A part below this size may be packed as tightly as it likes.

Look = Callable[[str, bytes], None]


class Fault(Enum):
    DAMAGED = "damaged"
    LOCKED = "locked"
    ACTIVE = "active"
    TOO_MUCH = "too_much"
    TOO_TIGHT = "too_tight"


class Unsafe(Exception):
    """The file is not to be read, for one of these reasons."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Limits:
    """How many parts, how many bytes of them together, and how many bytes one packed byte may become."""

    parts: int
    unpacked: int
    ratio: int | None = None


def check(file: IO[bytes] | Path, limits: Limits, look: Look = lambda name, content: None) -> None:
    """Unpack all of it once. Raises Unsafe; `look` sees each part's bytes in pieces and may raise what it likes."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_list(entries, limits)
            left = limits.unpacked
            for entry in entries:
                left -= _unpack(archive, entry, left, limits, look)
    except UNREADABLE:
        raise Unsafe(Fault.DAMAGED) from None


def _check_list(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [entry.filename.lower() for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unsafe(Fault.LOCKED)
    if len(names) > limits.parts or sum(entry.file_size for entry in entries) > limits.unpacked:
        raise Unsafe(Fault.TOO_MUCH)
    if len(set(names)) < len(names) or any(name.startswith("/") or ".." in name or "\\" in name for name in names):
        raise Unsafe(Fault.DAMAGED)
    if any(part in name for name in names for part in ACTIVE_PARTS):
        raise Unsafe(Fault.ACTIVE)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, limits: Limits, look: Look) -> int:
    size, small = 0, bytearray()
    keeps = entry.filename.endswith(".rels") or entry.filename == "[Content_Types].xml"
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise Unsafe(Fault.TOO_MUCH)
            if limits.ratio and size > _SMALL and size > limits.ratio * max(entry.compress_size, 1):
                raise Unsafe(Fault.TOO_TIGHT)
            if keeps:
                small += chunk
                if len(small) > _LONGEST_SMALL_PART:
                    raise Unsafe(Fault.TOO_MUCH)
            look(entry.filename, chunk)
    if _FETCHED.search(small) or (entry.filename == "[Content_Types].xml" and _MACROS in small):
        raise Unsafe(Fault.ACTIVE)
    return size
