"""Files for imports: well-formed ones, and those that are made to harm or merely broken."""

import io
import zipfile
from collections.abc import Mapping

import xlsxwriter

CONTENT_TYPES = "[Content_Types].xml"


def workbook(sheets: dict[str, list[list]], **formats) -> bytes:
    """Sheets by name; a date becomes a date, everything else what it is."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for position, value in enumerate(row):
                if value not in (None, ""):
                    page.write(line, position, value)
    book.close()
    return stream.getvalue()


def changed(content: bytes, parts: Mapping[str, bytes] | None = None, *, without: str = "", **named: bytes) -> bytes:
    """The same zip with parts replaced or added (`__` in a name stands for `/`), or one left out."""
    stream = io.BytesIO()
    new = {name.replace("__", "/").replace("_dot_", "."): data for name, data in {**(parts or {}), **named}.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            if name != without and name not in new:
                archive.writestr(name, old.read(name))
        for name, data in new.items():
            archive.writestr(name, data)
    return stream.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def zipped(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return stream.getvalue()
