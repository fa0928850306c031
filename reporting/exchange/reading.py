"""From files to tables: a folder of CSV files or one workbook, let in through a gate before anything is parsed.

What comes out is text (or a date, where a workbook holds one) with the line it stands on; what the text means is said
in `sheets`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from django.utils.translation import gettext as _

from grundsteget import packed
from grundsteget.cells import unquoted
from grundsteget.commands import Refused
from reporting.exchange import sandboxed
from reporting.exchange.sheets import BY_NAME, SHEETS, Cell, Sheet

MAX_ROWS = 1_000_000
MAX_COLUMNS = 256
MB = 1024 * 1024
Lines = list[tuple[int, list[Cell]]]


@dataclass(frozen=True)
class Bounds:
    """How much of a file is read: bytes, what it unpacks to, and the memory and seconds its reader may take."""

    bytes: int
    unpacked: int
    memory: int
    seconds: int


COMMAND = Bounds(bytes=100 * MB, unpacked=500 * MB, memory=6 * 1024 * MB, seconds=300)
UPLOAD = Bounds(bytes=10 * MB, unpacked=200 * MB, memory=1024 * MB, seconds=30)
MAX_ENTRIES = 200
MAX_RATIO = 200


@dataclass(frozen=True)
class Source:
    """Where rows come from, under the name that messages give it."""

    path: Path
    name: str
    bounds: Bounds = COMMAND


@dataclass(frozen=True)
class Table:
    """A sheet as it came: `rows` are line numbers with as many cells as the header, or more."""

    sheet: Sheet
    header: list[str]
    rows: Lines


def read(path: Path) -> dict[str, Table]:
    """The tables of a folder or workbook by sheet name, in the order of `SHEETS`; refused with every fault of form."""
    source = Source(path, str(path))
    if path.is_dir():
        return tables(_folder(source), source.name)
    if not path.exists():
        raise Refused(source.name, _("there is no such file or folder"), _("check the path"))
    if path.suffix.lower() == ".xlsx":
        return tables(workbook(source, tuple(BY_NAME)), source.name)
    what = _("is neither a folder of CSV files nor an .xlsx workbook")
    raise Refused(source.name, what, _("give one of these"))


def tables(raw: dict[str, Lines], where: str) -> dict[str, Table]:
    """The sheets that are known, each with its header read. Refuses the source with every fault of its form."""
    faults = _unknown_sheets(raw, where)
    found = {}
    for sheet in SHEETS:
        if sheet.name in raw and not faults:
            found[sheet.name] = _table(sheet, raw[sheet.name], faults)
    if faults:
        raise Refused(where, _("was not imported"), _("correct what is listed above"), before=tuple(faults))
    if not found:
        what = _("holds none of the sheets %(names)s") % {"names": ", ".join(BY_NAME)}
        raise Refused(where, what, _("add at least one"))
    if sum(len(table.rows) for table in found.values()) > MAX_ROWS:
        what = _("has more than %(number)s rows") % {"number": MAX_ROWS}
        raise Refused(where, what, _("import it in parts"))
    return found


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about an unknown name."""
    near = get_close_matches(word, list(known), n=1)
    return _("did you mean “%(name)s”?") % {"name": near[0]} if near else otherwise


def _shown(name: str) -> str:
    """A sheet's or column's name as it may stand in a message: short and without control characters."""
    return "".join(sign if sign.isprintable() else "�" for sign in name[:60])


def _unknown_sheets(raw: Iterable[str], where: str) -> list[str]:
    known = _("the sheets are %(names)s") % {"names": ", ".join(BY_NAME)}
    return [
        _("%(where)s: the sheet “%(name)s” is unknown — %(advice)s")
        % {"where": where, "name": _shown(name), "advice": suggestion(name, BY_NAME, known)}
        for name in raw
        if name not in BY_NAME
    ]


def _table(sheet: Sheet, lines: Lines, faults: list[str]) -> Table:
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
        words = {"sheet": sheet.name, "names": ", ".join(sheet.names)}
        yield _("%(sheet)s: is empty — write a header row with the columns %(names)s") % words
        return
    for position, name in enumerate(header, start=1):
        if not name:
            words = {"sheet": sheet.name, "position": str(position)}
            yield _("%(sheet)s: column %(position)s has no name — name it or remove it") % words
        elif name not in sheet.names:
            known = _("the columns are %(names)s") % {"names": ", ".join(sheet.names)}
            advice = suggestion(name, sheet.names, known)
            yield _("%(sheet)s: the column “%(name)s” is unknown — %(advice)s") % {
                "sheet": sheet.name,
                "name": _shown(name),
                "advice": advice,
            }
    for name, times in Counter(header).items():
        if name in sheet.names and times > 1:
            words = {"sheet": sheet.name, "name": name, "times": str(times)}
            yield _("%(sheet)s: the column “%(name)s” stands there %(times)s times — keep one") % words
    for column in sheet.columns:
        if column.is_required and column.name not in header:
            words = {"sheet": sheet.name, "name": column.name}
            yield _("%(sheet)s: the column “%(name)s” is missing — add it") % words


# --- CSV files ------------------------------------------------------------------------------------


def _folder(source: Source) -> dict[str, Lines]:
    files = sorted(path for path in source.path.iterdir() if path.is_file() and not path.name.startswith("."))
    raw = {}
    for path in files:
        if path.suffix.lower() == ".csv":
            # Unknown ones are named by the caller; there is no need to read them.
            raw[path.stem] = csv_lines(Source(path, str(path), source.bounds)) if path.stem in BY_NAME else []
    return raw


def csv_lines(source: Source) -> Lines:
    if source.path.stat().st_size > source.bounds.bytes:
        raise _too_large(source)
    return csv_content(source.path.read_bytes(), source.name)


def csv_content(encoded: bytes, where: str) -> Lines:
    try:
        content = encoded.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = _("is not UTF-8 (byte %(number)s)") % {"number": error.start + 1}
        raise Refused(where, what, _("save it as “CSV UTF-8”")) from None
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content), strict=True)
    lines: Lines = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, [unquoted(sandboxed.clean(cell)) for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        line = max(start, reader.line_num)
        what = _("line %(line)s cannot be read (%(reason)s)") % {"line": line, "reason": error}
        raise Refused(where, what, _("check its quotes")) from None
    return lines


def _delimiter(content: str) -> str:
    """Comma, semicolon or tab: the one the header has most of. No column's name holds any of them."""
    header = content.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=header.count)


def zipped(source: Source) -> dict[str, Lines]:
    """The CSV files of a zip, each at its top or all in one folder."""
    pass_gate(source)
    raw: dict[str, Lines] = {}
    with zipfile.ZipFile(source.path) as archive:
        for entry in archive.infolist():
            path = Path(entry.filename)
            if not entry.is_dir() and path.suffix.lower() == ".csv" and not path.name.startswith((".", "_")):
                raw[path.stem] = csv_content(archive.read(entry), f"{source.name}, {_shown(path.name)}")
    return raw


# --- A workbook -----------------------------------------------------------------------------------


def workbook(source: Source, wanted: tuple[str, ...] = ()) -> dict[str, Lines]:
    """Its sheets by name, read by a process of its own; sheets that are not wanted are empty."""
    pass_gate(source)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows"
        _run(source, target, wanted)
        return _told(target)


def _run(source: Source, target: Path, wanted: tuple[str, ...]) -> None:
    program = [sys.executable, "-I", sandboxed.__file__, str(source.path), str(target)]
    limits = [str(source.bounds.memory), str(source.bounds.seconds)]
    try:
        ended = subprocess.run(  # noqa: S603 – our own program, and no shell
            [*program, *limits, *wanted], capture_output=True, timeout=source.bounds.seconds + 5, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise _overwhelming(source) from None
    if ended.returncode == sandboxed.UNREADABLE:
        raise Refused(source.name, _("is no readable workbook"), _("save it anew as .xlsx"))
    if ended.returncode:
        raise _overwhelming(source)


def _overwhelming(source: Source) -> Refused:
    what = _("took more memory or time than any table needs")
    return Refused(source.name, what, _("save it anew as .xlsx, or import it in parts"))


def _told(target: Path) -> dict[str, Lines]:
    found: dict[str, Lines] = {}
    with target.open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            if isinstance(told, dict):
                rows = found.setdefault(told["sheet"], [])
            else:
                rows.append((len(rows) + 1, [_cell(value) for value in told]))
    return found


def _cell(value: str | dict[str, str]) -> Cell:
    return value if isinstance(value, str) else dt.date.fromisoformat(value["date"])


# --- The gate -------------------------------------------------------------------------------------


def pass_gate(source: Source) -> None:
    """Refuse what could overwhelm the reader: too large, too many parts, active content, cells far apart."""
    if source.path.stat().st_size > source.bounds.bytes:
        raise _too_large(source)
    try:
        packed.check(source.path, packed.Limits(MAX_ENTRIES, source.bounds.unpacked, MAX_RATIO), _FarCells(source).look)
    except packed.Unsafe as unsafe:
        raise Refused(source.name, *_reason(unsafe.fault)) from None


def _too_large(source: Source) -> Refused:
    what = _("is larger than %(size)s MB") % {"size": source.bounds.bytes // MB}
    return Refused(source.name, what, _("import it in parts"))


def _reason(fault: packed.Fault) -> tuple[str, str]:
    match fault:
        case packed.Fault.TOO_MUCH:
            return _("unpacks to more than a table needs"), _("import it in parts")
        case packed.Fault.TOO_TIGHT:
            return _("is packed more tightly than any table is"), _("save it anew as .xlsx")
        case packed.Fault.LOCKED:
            return _("is protected by a password"), _("save it without one")
        case packed.Fault.ACTIVE:
            return _("holds macros, links or embedded files"), _("save it as a plain .xlsx without them")
        case _:
            return _("is no workbook, or is damaged or protected by a password"), _("save it anew as .xlsx")


_REFERENCE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')


@dataclass
class _FarCells:
    """Looks where a sheet's cells lie while it is unpacked.

    The reader makes one dense table up to the farthest cell and ends its process when memory does not suffice.
    """

    source: Source
    name: str = ""
    rest: bytes = b""

    def look(self, name: str, chunk: bytes) -> None:
        if not name.startswith("xl/worksheets/"):
            return
        _check_references(self.source, (self.rest if name == self.name else b"") + chunk)
        self.name, self.rest = name, chunk[-40:]


def _check_references(source: Source, xml: bytes) -> None:
    for column, row in set(_REFERENCE.findall(xml)):
        if len(column) > 2 or _column_number(column) > MAX_COLUMNS or int(row) > MAX_ROWS:
            what = _("has something in cell %(cell)s, far outside any table") % {"cell": (column + row).decode()}
            advice = _("delete the empty rows and columns after the table and save it anew")
            raise Refused(source.name, what, advice)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
