"""Files as evidence: what may be uploaded, told by the bytes and never by the name or what the browser says.

Photographs lose what they tell besides the picture; everything else is kept byte for byte.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from grundsteget import packed
from participants import images

PDF, JPG, PNG, DOCX, XLSX = "pdf", "jpg", "png", "docx", "xlsx"
SCANS = (PDF, JPG, PNG)
DOCUMENTS = (*SCANS, DOCX, XLSX)
OFFICE = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES = {
    PDF: "application/pdf",
    JPG: "image/jpeg",
    PNG: "image/png",
    DOCX: f"{OFFICE}.wordprocessingml.document",
    XLSX: f"{OFFICE}.spreadsheetml.sheet",
}
_ZIP = b"PK\x03\x04"
# How a file of the kind begins.
BEGINNINGS = {PDF: b"%PDF-", JPG: b"\xff\xd8\xff", PNG: images.SIGNATURE}


@dataclass(frozen=True)
class Upload:
    """A file that may be kept, as it will be kept."""

    kind: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def file(self) -> ContentFile[bytes]:
        return ContentFile(self.content, name=f"upload.{self.kind}")


def kind_of_name(name: str) -> str:
    """The kind of a stored file: its name was given by us."""
    return name.rpartition(".")[2]


def allowed(kinds: Collection[str]) -> str:
    """For people: which kinds, and how large."""
    names = ", ".join(kind.upper() for kind in kinds)
    return _("%(kinds)s, at most %(size)s MB") % {"kinds": names, "size": settings.UPLOAD_MAX_MB}


def checked(file: Any, kinds: Collection[str]) -> Upload:
    """What may be kept of an uploaded file. Anything else is refused in words that say what to do."""
    if file.size > settings.UPLOAD_MAX_MB * 1024 * 1024:
        raise ValidationError(
            _("The file is larger than %(size)s MB. Scan it with lower resolution, or save it as PDF.")
            % {"size": settings.UPLOAD_MAX_MB}
        )
    file.seek(0)
    content = file.read()
    kind = _kind(content)
    if kind not in kinds:
        raise ValidationError(
            _("The file is none of the kinds that are taken: %(kinds)s. Save it as PDF, or photograph the paper.")
            % {"kinds": allowed(kinds)}
        )
    return Upload(kind, _CHECKS[kind](content))


def _kind(content: bytes) -> str:
    if content.startswith(_ZIP):
        return _office_kind(content)
    return next((kind for kind, beginning in BEGINNINGS.items() if content.startswith(beginning)), "")


# --- PDF ------------------------------------------------------------------------------------------

# In a name #4a stands for J: a script would hide behind it.
_WRITTEN_OUT = re.compile(rb"#([0-9a-fA-F]{2})")
_ACTIVE = re.compile(rb"/(JavaScript|Launch|RichMedia)\b")


def _checked_pdf(content: bytes) -> bytes:
    """Whole, nothing but a PDF, and without what runs by itself when it is opened."""
    if b"%%EOF" not in content[-2048:] or zipfile.is_zipfile(io.BytesIO(content)):
        raise _damaged()
    if _ACTIVE.search(_WRITTEN_OUT.sub(lambda sign: bytes([int(sign[1], 16)]), content)):
        raise ValidationError(_("The file holds a script that runs when it is opened. Print it to a new PDF first."))
    return content


def _damaged() -> ValidationError:
    return ValidationError(_("The file is damaged or only half there. Open it, save it anew, and choose it again."))


# --- Pictures -------------------------------------------------------------------------------------


def _checked_image(bare: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def check(content: bytes) -> bytes:
        try:
            return bare(content)
        except images.Damaged:
            raise _damaged() from None

    return check


# --- Word and Excel -------------------------------------------------------------------------------

MOST_PARTS = 500
MOST_UNPACKED = 100 * 1024 * 1024
_MAIN_PARTS = {
    f"{CONTENT_TYPES[DOCX]}.main+xml".encode(): DOCX,
    f"{CONTENT_TYPES[XLSX]}.main+xml".encode(): XLSX,
}


def _office_kind(content: bytes) -> str:
    """By the list of parts that every such file begins with: a macro file says there that it is one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = archive.getinfo("[Content_Types].xml")
            if entry.file_size > 1024 * 1024 or entry.flag_bits & 1:
                return ""
            parts = archive.read(entry)
    except (KeyError, *packed.UNREADABLE):
        return ""
    if b"macroEnabled" in parts:
        raise _with_macros()
    return next((kind for name, kind in _MAIN_PARTS.items() if name in parts), "")


def _checked_office(content: bytes) -> bytes:
    """No macros, nothing embedded or fetched, every part as large as it says and all of them within reason."""
    try:
        packed.check(io.BytesIO(content), packed.Limits(MOST_PARTS, MOST_UNPACKED))
    except packed.Unsafe as unsafe:
        raise _refused(unsafe.fault) from None
    return content


def _refused(fault: packed.Fault) -> ValidationError:
    if fault is packed.Fault.ACTIVE:
        return _with_macros()
    return _too_much() if fault is packed.Fault.TOO_MUCH else _damaged()


def _with_macros() -> ValidationError:
    return ValidationError(
        _("The file holds macros, or parts that are fetched or run by themselves. Save it as PDF and choose that.")
    )


def _too_much() -> ValidationError:
    return ValidationError(_("The file unpacks to far more than a document needs. Save it as PDF and choose that."))


_CHECKS: dict[str, Callable[[bytes], bytes]] = {
    PDF: _checked_pdf,
    JPG: _checked_image(images.bare_jpeg),
    PNG: _checked_image(images.bare_png),
    DOCX: _checked_office,
    XLSX: _checked_office,
}
