"""`export_exchange`: write a project's participants and what happened to them, for `import_exchange` to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from grundsteget.commands import Command as BaseCommand
from reporting.commands import project_of
from reporting.exchange.exporting import export_exchange


class Command(BaseCommand):
    help = "Export a project to a folder of CSV files or an .xlsx workbook. The files hold names and identity numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", metavar="TARGET", help="a folder, or a file that ends in .xlsx")
        parser.add_argument("--project", required=True, metavar="DNR", help="diary number, for example 2015/00254")

    def run(self, **options: Any) -> None:
        target, project = Path(options["target"]), project_of(options["project"])
        numbers = export_exchange(target, project)
        rows = ", ".join(f"{number} {name}" for name, number in numbers.items())
        self.stdout.write(f"{target}: {rows}")
