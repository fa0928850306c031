"""How the project's commands speak: English, one line a fault as `where: what — what to do`, exit 0, 1 or 2.

1 is refused input and says why; 2 is wrong usage (argparse). Bad input never ends in a traceback.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils import translation

from grundsteget import who


class Refused(CommandError):
    """Input that cannot be used: where, what, and what to do about it."""

    def __init__(self, where: str, what: str, to_do: str, *, before: tuple[str, ...] = ()) -> None:
        """`before` are lines that list each fault; they stand above the one that sums up."""
        self.lines = (*before, f"{where}: {what} — {to_do}")
        super().__init__("\n".join(self.lines))


class Command(BaseCommand):
    """A command that refuses in words. Subclasses write `run`; `call_command` raises `Refused` instead of exiting."""

    _called_from_command_line = False

    def run(self, **options: Any) -> None:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.run(**options)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with translation.override("en"), who.by(source=type(self).__module__.rpartition(".")[2]):
                return super().execute(*args, **options)
        except Refused as error:
            refusal = error
        except (OperationalError, ProgrammingError) as error:
            first_line = (str(error).splitlines() or [""])[0]  # The rest may repeat a statement with its values.
            refusal = Refused("database", f"cannot be used ({first_line})", "is it there, and migrated?")
            refusal.__cause__ = error
        except BrokenPipeError:
            # Whoever reads our output has had enough (`… | head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            refusal = _file_refused(error)
        if not self._called_from_command_line or options.get("traceback"):
            raise refusal
        self.stderr.write("\n".join(refusal.lines), lambda line: line)
        sys.exit(refusal.returncode)


def _file_refused(error: OSError) -> Refused:
    where, what = str(error.filename or "file"), str(error.strerror or error)
    refusal = Refused(where, what, "choose another place or mend its rights")
    refusal.__cause__ = error
    return refusal


def iso_date(text: str) -> dt.date:
    """For argparse: a date as YYYY-MM-DD."""
    try:
        if len(text) != 10:
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date — write it as YYYY-MM-DD") from None


def write_file(path: str | Path, data: bytes) -> None:
    """All of it or nothing: written beside and moved into place. Only the caller may read it: it may hold numbers."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
