"""`sample_access_log`: draw the looks that are reviewed for a month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from grundsteget.commands import Command as BaseCommand
from grundsteget.commands import iso_date
from partners.review import SAMPLE, sample_access_log


class Command(BaseCommand):
    help = "Draw, by a repeatable lot, some looks of each organisation in a month for review."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, type=_month, help="YYYY-MM")
        parser.add_argument("--size", type=int, default=SAMPLE, help=f"looks for each organisation ({SAMPLE})")

    def run(self, **options: Any) -> None:
        drawn = sample_access_log(month=options["month"], size=options["size"])
        self.stdout.write(f"{options['month']:%Y-%m}: {drawn} looks drawn")


def _month(text: str) -> dt.date:
    return iso_date(f"{text}-01")
