"""A migrated SQLite database kept from run to run, so that a run of two tests does not begin with all migrations.

Each run gets a copy of its own in memory, and Django's `migrate` still has the last word on it. What is kept is found
by a hash of the migrations and of what they import; a changed one makes another file. PostgreSQL migrates each time.
"""

import hashlib
import importlib.util
import os
import re
import sqlite3
import sys
import time
from functools import cache
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3.creation import DatabaseCreation

FOLDER = Path(settings.VAR_DIR)
OURS = re.compile(
    r"^(?:from|import) ((?:grundsteget|partners|enterprises|participants|reporting)[\w.]*)(?: import ([\w, ]+))?", re.M
)
OLD = 24 * 3600  # Seconds; another run may be reading a younger one.
open_copies: list[sqlite3.Connection] = []  # A database in memory lives as long as somebody holds it open.
_create = DatabaseCreation._create_test_db  # type: ignore[attr-defined]


def install() -> None:
    """Called once, before the tests' database is made."""
    DatabaseCreation._create_test_db = _create_from_kept  # type: ignore[attr-defined]


def _create_from_kept(self, verbosity, autoclobber, keepdb=False):
    name = _create(self, verbosity, autoclobber, keepdb)
    if self.is_in_memory_db(name) and _file().exists():
        copy, kept = sqlite3.connect(name, uri=True), sqlite3.connect(f"file:{_file()}?mode=ro", uri=True)
        kept.backup(copy)
        kept.close()
        open_copies.append(copy)
    return name


def keep() -> None:
    """Keep the database as the migrations left it, unless that is done. Nobody meets half a file."""
    is_in_memory = getattr(connection, "is_in_memory_db", bool)  # Only SQLite's knows.
    if not is_in_memory() or _file().exists():
        return
    if _fingerprint() != _fingerprint_at_start():
        return  # Somebody changed a migration while they ran.
    for other in FOLDER.glob("test-migrated-*"):
        if other.stat().st_mtime < time.time() - OLD:
            other.unlink(missing_ok=True)
    unfinished = FOLDER / f"{_file().name}.{os.getpid()}"
    target = sqlite3.connect(unfinished)
    connection.ensure_connection()
    connection.connection.backup(target)
    target.close()
    unfinished.replace(_file())


def _file() -> Path:
    return FOLDER / f"test-migrated-{_fingerprint_at_start()}.sqlite3"


@cache
def _fingerprint_at_start() -> str:
    return _fingerprint()


def _fingerprint() -> str:
    """Of every migration, of the modules of ours that one imports, and of the versions beneath."""
    paths = set()
    for app in apps.get_app_configs():
        for path in Path(app.path).glob("migrations/*.py"):
            paths |= {path, *_imported(path)}
    digest = hashlib.sha256(repr((sys.version, sqlite3.sqlite_version, django.VERSION)).encode())
    for path in sorted(paths):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _imported(path: Path) -> set[Path]:
    found = set()
    for module, names in OURS.findall(path.read_text()):
        for name in (module, *(f"{module}.{part.strip()}" for part in names.split(","))):
            try:
                spec = importlib.util.find_spec(name)
            except ModuleNotFoundError:
                continue
            if spec is not None and spec.origin:
                found.add(Path(spec.origin))
    return found
