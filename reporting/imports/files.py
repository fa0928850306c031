"""What may be uploaded, told by the bytes and never by the name, and read under the limits of an upload."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from grundsteget import packed
from grundsteget.commands import Refused
from participants import identity
from reporting.exchange import reading
from reporting.exchange.reading import UPLOAD, Lines, Source
from reporting.exchange.sheets import BY_NAME, SHEETS
from reporting.imports.translation import headings
from reporting.models import Import

Format, Kind = Import.Format, Import.Kind
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Upload:
    """A file that passed the gate, and the sheets that were found in it."""

    content: bytes
    format: str
    kind: str
    sheets: dict[str, Lines]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def sealed(self) -> ContentFile[bytes]:
        return ContentFile(identity.seal(self.content))


def checked(file: Any) -> Upload:
    """What an uploaded file is. Anything else is refused in words that say what to do."""
    if file.size > UPLOAD.bytes:
        raise ValidationError(
            _("The file is larger than %(size)s MB. Import it in parts.") % {"size": UPLOAD.bytes // reading.MB}
        )
    file.seek(0)
    content = file.read()
    format_ = _format(content)
    sheets = sheets_of(content, format_)
    return Upload(content, format_, _kind(sheets, format_), sheets)


def sheets_of(content: bytes, format_: str) -> dict[str, Lines]:
    """The sheets by name, in the order of the file."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"upload.{format_}"
            path.write_bytes(content)
            found = _READERS[format_](Source(path, _("the file"), UPLOAD))
    except Refused as refused:
        raise ValidationError([line[:1].upper() + line[1:] for line in refused.lines]) from None
    found = {name: lines for name, lines in found.items() if any(cell != "" for _n, cells in lines for cell in cells)}
    if not found:
        raise ValidationError(_("The file is empty. Open it and see whether anything is in it."))
    if sum(len(lines) for lines in found.values()) > settings.IMPORT_ROWS:
        raise ValidationError(
            _("The file has more than %(number)s rows. Import it in parts.") % {"number": settings.IMPORT_ROWS}
        )
    return found


def stored_sheets(row: Import) -> dict[str, Lines]:
    """Those of a file that waits. Raises FileNotFoundError where it is gone."""
    if not row.file:
        raise FileNotFoundError
    with row.file.open("rb") as file:
        return sheets_of(identity.unseal(file.read()), row.format)


def _format(content: bytes) -> str:
    if content.startswith(_OLD_OFFICE):
        raise ValidationError(
            _("The file is an older workbook (.xls), or protected by a password. Save it as .xlsx without one.")
        )
    if content.startswith(_ZIP):
        return Format.XLSX if _is_workbook(content) else Format.ZIP
    if b"\0" in content[:4096]:
        raise ValidationError(
            _("The file is no Excel workbook (.xlsx), CSV file or zip of CSV files. Save the table as one of them.")
        )
    return Format.CSV


def _is_workbook(content: bytes) -> bool:
    """By its list of parts; whether it may be read is asked at the gate."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except packed.UNREADABLE:
        raise ValidationError(
            _("The file is damaged or only half there. Open it, save it anew, and choose it again.")
        ) from None


def _csv(source: Source) -> dict[str, Lines]:
    """One sheet: of the exchange if its heading is one of theirs, or else a table of the project's own."""
    lines = reading.csv_lines(source)
    header = {str(cell) for cell in next((cells for _n, cells in lines if any(cells)), []) if cell != ""}
    fitting = (
        sheet.name
        for sheet in SHEETS
        if header <= set(sheet.names) and {column.name for column in sheet.columns if column.is_required} <= header
    )
    return {next(fitting, ""): lines}


_READERS: dict[str, Callable[[Source], dict[str, Lines]]] = {
    Format.XLSX: reading.workbook,
    Format.ZIP: reading.zipped,
    Format.CSV: _csv,
}


def _kind(sheets: dict[str, Lines], format_: str) -> str:
    """The exchange format says by a sheet's name and its column of codes that it is that."""
    is_exchange = any("ref" in headings(lines) for name, lines in sheets.items() if name in BY_NAME)
    return Kind.EXCHANGE if format_ == Format.ZIP or is_exchange else Kind.MAPPED
