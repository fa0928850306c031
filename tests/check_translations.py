"""Is the Swedish complete? `python -m tests.check_translations` lists every gap and exits 1 if there is one.

Looks at each `locale/sv/LC_MESSAGES/django.po` beside its compiled `.mo`, and, where gettext is installed, at the
source: a text added without `make messages` is a gap too. Needs no database.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["grundsteget", "partners", "enterprises", "participants", "reporting", "templates", "manage.py"]
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w*)\}")

Key = tuple[str | None, str, str]  # context, text, plural


def catalogues(root: Path) -> list[Path]:
    return sorted(path for source in SOURCES for path in (root / source).glob("**/locale/sv/LC_MESSAGES/django.po"))


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def texts(entry: polib.POEntry) -> list[str]:
    """The translation, or each of its plural forms."""
    return [entry.msgstr_plural[n] for n in sorted(entry.msgstr_plural)] if entry.msgid_plural else [entry.msgstr]


def placeholders(*strings: str) -> set[str]:
    return {"".join(match) for string in strings for match in PLACEHOLDER.findall(string)}


def translation_gaps(po: polib.POFile) -> Iterator[str]:
    for entry in po:
        if entry.obsolete:
            yield f"{entry.msgid!r}: obsolete — run `make messages`"
        elif entry.fuzzy:
            yield f"{entry.msgid!r}: fuzzy — check the Swedish and remove the mark"
        elif not entry.translated():
            yield f"{entry.msgid!r}: untranslated — write the Swedish"
        elif unknown := placeholders(*texts(entry)) - placeholders(entry.msgid, entry.msgid_plural):
            # Django would fail on the page that shows it, in Swedish only.
            yield f"{entry.msgid!r}: {', '.join(sorted(unknown))} stands in the Swedish only — use the source's names"


def compiled_gaps(po: polib.POFile, mo_path: Path) -> Iterator[str]:
    """The .mo is what readers see and is kept in the repository, since gettext is not everywhere."""
    if not mo_path.exists():
        yield "not compiled — run `make messages`"
        return
    # Compared by content: the bytes differ between releases of gettext.
    compiled = {key(entry): texts(entry) for entry in polib.mofile(str(mo_path))}
    if compiled != {key(entry): texts(entry) for entry in po.translated_entries()}:
        yield f"{mo_path.name} differs from it — run `make messages`"


def source_gaps() -> Iterator[str]:
    """Collect the texts afresh in a copy, and compare which there are."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for source in SOURCES:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, copy / source, ignore=shutil.ignore_patterns("__pycache__"))
                if source != "templates":
                    (copy / source / "locale").mkdir(exist_ok=True)
            else:
                shutil.copy(ROOT / source, copy / source)
        command = [sys.executable, "manage.py", "makemessages", "--locale", "sv", "--no-obsolete"]
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True)
        if run.returncode:
            yield f"makemessages: failed — {run.stderr.strip().splitlines()[-1]}"
            return
        for path in catalogues(copy):
            name = path.relative_to(copy)
            known = {key(entry) for entry in polib.pofile(str(ROOT / name))} if (ROOT / name).exists() else set()
            found = {key(entry) for entry in polib.pofile(str(path))}
            for _context, text, _plural in sorted(found - known, key=str):
                yield f"{name}: {text!r}: in the source only — run `make messages` and translate it"
            for _context, text, _plural in sorted(known - found, key=str):
                yield f"{name}: {text!r}: no longer in the source — run `make messages`"


def gaps() -> Iterator[str]:
    """Every gap as `where: what — what to do`."""
    paths = catalogues(ROOT)
    if not paths:
        yield "locale/sv: no Swedish catalogue found — run `make messages`"
    for path in paths:
        po = polib.pofile(str(path))
        for gap in (*translation_gaps(po), *compiled_gaps(po, path.with_suffix(".mo"))):
            yield f"{path.relative_to(ROOT)}: {gap}"
    if shutil.which("xgettext"):
        yield from source_gaps()


def main() -> int:
    found = list(gaps())
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    if not found:
        looked_at = "catalogues and source" if shutil.which("xgettext") else "catalogues only, as gettext is not there"
        print(f"The Swedish is complete ({looked_at}).")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
