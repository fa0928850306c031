"""`import_exchange`: add or update a project's participants and what happened to them, from CSV files or a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from grundsteget.commands import Command as BaseCommand
from reporting.commands import project_of
from reporting.exchange.importing import import_exchange


class Command(BaseCommand):
    help = "Import a folder of CSV files or an .xlsx workbook: all of it or nothing. With -v 2 every ref is named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="a folder of CSV files, or an .xlsx workbook")
        parser.add_argument("--project", required=True, metavar="DNR", help="diary number, for example 2015/00254")
        parser.add_argument("--dry-run", action="store_true", help="check and count, but save nothing")

    def run(self, **options: Any) -> None:
        project = project_of(options["project"])
        imported = import_exchange(Path(options["source"]), project, dry_run=options["dry_run"])
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was saved. The import would end with:")
        if options["verbosity"] > 0:
            for tally in imported.tallies:
                self.stdout.write(tally.line(whole=options["verbosity"] > 1))
        for notice in imported.notices:
            self.stderr.write(notice, lambda line: line)
        self.stdout.write(str(imported))
