"""From files to tables: a folder of CSV files or one workbook, let in through a gate before anything is parsed.

What comes out is text (or a date, where a workbook holds one) with the line it stands on; what the text means is said
in `sheets`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from grundsteget.cells import unquoted
from grundsteget.commands import Refused
from reporting.exchange.sheets import BY_NAME, SHEETS, Cell, Sheet

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_ENTRIES = 200
MAX_RATIO = 200
MAX_ROWS = 1_000_000
MAX_COLUMNS = 256
ACTIVE_PARTS = ("vbaProject", "externalLinks/", "embeddings/", "activeX/")


@dataclass(frozen=True)
class Table:
    """A sheet as it came: `rows` are line numbers with as many cells as the header, or more."""

    sheet: Sheet
    header: list[str]
    rows: list[tuple[int, list[Cell]]]


def read(source: Path) -> dict[str, Table]:
    """The tables of a source by sheet name, in the order of `SHEETS`. Refuses it with every fault of its form."""
    if source.is_dir():
        raw = _folder(source)
    elif not source.exists():
        raise Refused(str(source), "there is no such file or folder", "check the path")
    elif source.suffix.lower() == ".xlsx":
        raw = _workbook(source)
    else:
        raise Refused(str(source), "is neither a folder of CSV files nor an .xlsx workbook", "give one of these")
    faults = _unknown_sheets(raw, source)
    tables = {}
    for sheet in SHEETS:
        if sheet.name in raw and not faults:
            tables[sheet.name] = _table(sheet, raw[sheet.name], faults)
    if faults:
        raise Refused(str(source), "was not imported", "correct what is listed above", before=tuple(faults))
    if not tables:
        raise Refused(str(source), f"holds none of the sheets {', '.join(BY_NAME)}", "add at least one")
    if sum(len(table.rows) for table in tables.values()) > MAX_ROWS:
        raise Refused(str(source), f"has more than {MAX_ROWS} rows", "import it in parts")
    return tables


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about an unknown name."""
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean “{near[0]}”?" if near else otherwise


def _shown(name: str) -> str:
    """A sheet's or column's name as it may stand in a message: short and without control characters."""
    return "".join(sign if sign.isprintable() else "�" for sign in name[:60])


def _unknown_sheets(raw: Iterable[str], source: Path) -> list[str]:
    known = f"the sheets are {', '.join(BY_NAME)}"
    return [
        f"{source}: the sheet “{_shown(name)}” is unknown — {suggestion(name, BY_NAME, known)}"
        for name in raw
        if name not in BY_NAME
    ]


def _table(sheet: Sheet, lines: Iterable[tuple[int, list[Cell]]], faults: list[str]) -> Table:
    """Split the header from the rows and drop what is empty."""
    filled = ((number, cells) for number, cells in lines if any(cell != "" for cell in cells))
    _, first = next(filled, (0, []))
    header = [str(cell).strip() for cell in first]
    while header and not header[-1]:
        header.pop()
    before = len(faults)
    faults.extend(_header_faults(sheet, header))
    rows = list(filled) if len(faults) == before else []
    return Table(sheet, header, rows)


def _header_faults(sheet: Sheet, header: list[str]) -> Iterator[str]:
    if not header:
        yield f"{sheet.name}: is empty — write a header row with the columns {', '.join(sheet.names)}"
        return
    for position, name in enumerate(header, start=1):
        if not name:
            yield f"{sheet.name}: column {position} has no name — name it or remove it"
        elif name not in sheet.names:
            advice = suggestion(name, sheet.names, f"the columns are {', '.join(sheet.names)}")
            yield f"{sheet.name}: the column “{_shown(name)}” is unknown — {advice}"
    for name, times in Counter(header).items():
        if name in sheet.names and times > 1:
            yield f"{sheet.name}: the column “{name}” stands there {times} times — keep one"
    for column in sheet.columns:
        if column.is_required and column.name not in header:
            yield f"{sheet.name}: the column “{column.name}” is missing — add it"


# --- A folder of CSV files ------------------------------------------------------------------------


def _folder(folder: Path) -> dict[str, list[tuple[int, list[Cell]]]]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    raw = {}
    for path in files:
        if path.suffix.lower() == ".csv":
            # Unknown ones are named by the caller; there is no need to read them.
            raw[path.stem] = _csv_lines(path) if path.stem in BY_NAME else []
    return raw


def _csv_lines(path: Path) -> list[tuple[int, list[Cell]]]:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Refused(str(path), f"is larger than {MAX_FILE_BYTES // 1024**2} MB", "import it in parts")
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(str(path), f"is not UTF-8 (byte {error.start + 1})", "save it as “CSV UTF-8”") from None
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content), strict=True)
    lines: list[tuple[int, list[Cell]]] = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, [unquoted(_clean(cell)) for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        what = f"line {max(start, reader.line_num)} cannot be read ({error})"
        raise Refused(str(path), what, "check its quotes") from None
    return lines


def _delimiter(content: str) -> str:
    """Comma, semicolon or tab: the one the header has most of. No column's name holds any of them."""
    header = content.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=header.count)


def _clean(cell: str) -> str:
    """Without spaces around it, and otherwise as it came: what was written is what goes back."""
    return cell.strip(" \u00a0\ufeff")


# --- A workbook -----------------------------------------------------------------------------------


def _workbook(path: Path) -> dict[str, list[tuple[int, list[Cell]]]]:
    _pass_gate(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            names = workbook.sheet_names
            return {name: _sheet_lines(workbook, name) if name in BY_NAME else [] for name in names}
    except CalamineError:
        raise Refused(str(path), "is no readable workbook", "save it anew as .xlsx") from None


def _sheet_lines(workbook: CalamineWorkbook, name: str) -> list[tuple[int, list[Cell]]]:
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    return [(number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=1)]


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return "j" if value else "n"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value.isoformat()
    return value if isinstance(value, dt.date) else _clean(str(value))


def _pass_gate(path: Path) -> None:
    """Refuse what could overwhelm the reader: too large, too many parts, active content, cells far apart."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Refused(str(path), f"is larger than {MAX_FILE_BYTES // 1024**2} MB", "import it in parts")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(path, entries)
            for entry in entries:
                _check_unpacked(path, archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error):
        what = "is no workbook, or is damaged or protected by a password"
        raise Refused(str(path), what, "save it anew as .xlsx") from None


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
        raise Refused(str(path), "unpacks to more than a table needs", "import it in parts")
    if any(entry.file_size > 1024**2 and entry.file_size > MAX_RATIO * entry.compress_size for entry in entries):
        raise Refused(str(path), "is packed more tightly than any table is", "save it anew as .xlsx")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(str(path), "is protected by a password", "save it without one")
    if any(part in entry.filename for entry in entries for part in ACTIVE_PARTS):
        raise Refused(str(path), "holds macros, links or embedded files", "save it as a plain .xlsx without them")


_REFERENCE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')


def _check_unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack a part once: its checksum must be right, and a sheet's cells must lie where a table's cells lie.

    The reader makes one dense table up to the farthest cell and ends the whole process when memory does not suffice.
    """
    is_sheet = entry.filename.startswith("xl/worksheets/")
    rest = b""
    with archive.open(entry) as part:
        while chunk := part.read(1024 * 1024):
            if is_sheet:
                _check_references(path, rest + chunk)
                rest = chunk[-40:]


def _check_references(path: Path, xml: bytes) -> None:
    for column, row in set(_REFERENCE.findall(xml)):
        if len(column) > 2 or _column_number(column) > MAX_COLUMNS or int(row) > MAX_ROWS:
            raise Refused(
                str(path),
                f"has something in cell {column.decode()}{row.decode()}, far outside any table",
                "delete the empty rows and columns after the table and save it anew",
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
