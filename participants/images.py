"""What a photograph tells besides the picture: where, when, with whose telephone. Here it is left out. (SAFETY P-44)

Files are taken apart into their segments and put together again from those that draw; the picture itself is not
decoded, so nothing here can be blown up by it and nothing is lost. Which way up the picture is, is kept.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

MOST_PIXELS = 200_000_000  # A scanner's sheet in the finest resolution is a tenth of it.


class Damaged(ValueError):
    """What looks like a picture by its first bytes is none."""


# --- JPEG -----------------------------------------------------------------------------------------

SOI, EOI, SOS, APP0, APP1, APP2, APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
# Inside coded data FF is followed by 00 or is a restart; anything else is the next segment.
_NEXT_SEGMENT = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


def bare_jpeg(data: bytes) -> bytes:
    """The same picture without EXIF, comments, thumbnails and whatever hangs on behind its end."""
    bare, orientation = bytearray(), 1
    frames = scans = 0
    for marker, content, coded in _segments(data):
        if marker in FRAMES:
            _check_size(*struct.unpack(">xHH", content[:5]) if len(content) > 4 else (0, 0))
            frames += 1
        elif marker == SOS:
            scans += 1
        elif marker == APP1 and content.startswith(b"Exif\0\0"):
            orientation = _orientation(content[6:])
        if marker in FRAMES | TABLES | {SOS} or _shows_colour(marker, content):
            bare += _segment(marker, content) + coded
        elif marker == APP0 and content.startswith(b"JFIF\0"):
            bare += _segment(APP0, content[:12].ljust(12, b"\0") + b"\0\0")
    if frames != 1 or not scans:
        raise Damaged
    upright = _segment(APP1, _exif(orientation)) if orientation > 1 else b""
    return bytes([0xFF, SOI]) + upright + bytes(bare) + bytes([0xFF, EOI])


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, content, and behind the head of a scan its coded data; up to the end of the picture."""
    place = 2
    while True:
        if data[place : place + 1] != b"\xff":
            raise Damaged
        while data[place : place + 1] == b"\xff":
            place += 1
        marker, length = data[place] if place < len(data) else 0, data[place + 1 : place + 3]
        if marker == EOI:
            return
        end = place + 1 + int.from_bytes(length)
        if marker < 0xC0 or 0xD0 <= marker <= SOI or len(length) < 2 or int.from_bytes(length) < 2 or end > len(data):
            raise Damaged
        content, place = data[place + 3 : end], end
        coded = b""
        if marker == SOS:
            following = _NEXT_SEGMENT.search(data, place)
            if following is None:
                raise Damaged
            coded, place = data[place : following.start()], following.start()
        yield marker, content, coded


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _shows_colour(marker: int, content: bytes) -> bool:
    return (marker == APP2 and content.startswith(b"ICC_PROFILE\0")) or (
        marker == APP14 and content.startswith(b"Adobe")
    )


def _orientation(tiff: bytes) -> int:
    """1 to 8 as the camera noted it; 1, upright, where that cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for number in range(count):
            tag, kind, _length, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * number)
            if (tag, kind) == (0x0112, 3):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _exif(orientation: int) -> bytes:
    """An EXIF block that says which way up, and nothing else."""
    return b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


# --- PNG ------------------------------------------------------------------------------------------

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DRAWS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"})


def bare_png(data: bytes) -> bytes:
    """The same picture without texts, times, EXIF and whatever hangs on behind its end."""
    bare, names = bytearray(SIGNATURE), []
    for name, content in _chunks(data):
        names.append(name)
        if name == b"IHDR":
            _check_size(*struct.unpack(">II", content[:8]) if len(content) == 13 else (0, 0))
        if name in DRAWS:
            bare += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    if names.count(b"IHDR") != 1 or names[0] != b"IHDR" or b"IDAT" not in names:
        raise Damaged
    return bytes(bare)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content, up to the end of the picture; each must be what its checksum says."""
    place, name = len(SIGNATURE), b""
    while name != b"IEND":
        head = data[place : place + 8]
        if len(head) < 8:
            raise Damaged
        length, name = int.from_bytes(head[:4]), head[4:]
        content, checksum = data[place + 8 : place + 8 + length], data[place + 8 + length : place + 12 + length]
        if checksum != struct.pack(">I", zlib.crc32(name + content)):
            raise Damaged
        yield name, content
        place += 12 + length


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise Damaged
