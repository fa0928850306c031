"""`verify_log`: whether the read log is what the application wrote."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from grundsteget.commands import Command as BaseCommand
from grundsteget.commands import Refused
from partners import audit
from partners.models import AccessLog, LogDay


class Command(BaseCommand):
    help = (
        "Check each day's chain of the read log and print its number of rows and last seal. Keep the lines elsewhere:"
        " --against FILE then also finds a day whose end was cut off together with its seal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", metavar="FILE", help="lines that this command printed on an earlier day")

    def run(self, **options: Any) -> None:
        days = list(LogDay.objects.order_by("day"))
        faults = [fault for day in days for fault in audit.faults_of(day)]
        lost = (
            AccessLog.objects.exclude(day__in=[day.day for day in days]).order_by("day").values_list("day", flat=True)
        )
        faults += [f"{day}: has rows and no end" for day in lost.distinct()]
        if options["against"]:
            faults += _differences(days, options["against"])
        for day in days:
            self.stdout.write(f"{day.day} {day.count} {day.mac}")
        if faults:
            raise Refused("read log", "; ".join(faults), "restore it from a backup and find out who can write here")
        self.stdout.write(f"{len(days)} days, {sum(day.count for day in days)} rows: in order")


def _differences(days: list[LogDay], path: str) -> list[str]:
    """Days that have fewer rows than an earlier print says, or another seal at that row."""
    now = {str(day.day): day for day in days}
    faults = []
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file if line[:1].isdigit() and len(line.split()) == 3]
    for day, count, mac in lines:
        row = AccessLog.objects.filter(day=day, number=count).first() if day in now else None
        if row is None or row.mac != mac:
            faults.append(f"{day}: does not hold the {count} rows it had when {path} was printed")
    return faults
