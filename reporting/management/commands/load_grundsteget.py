"""`load_grundsteget`: the project 2015/00254 with partners, roles and goals, into a migrated database."""

from __future__ import annotations

from typing import Any

from grundsteget.commands import Command as BaseCommand
from reporting import grundsteget


class Command(BaseCommand):
    help = "Add the project 2015/00254, its partner organisations, roles and goals. Running it again changes nothing."

    def run(self, **options: Any) -> None:
        added = grundsteget.load()
        if any(added.values()):
            what = ", ".join(f"{number} {kind}" for kind, number in added.items())
            self.stdout.write(f"{grundsteget.DNR}: added {what}")
        else:
            self.stdout.write(f"{grundsteget.DNR}: everything is there already, nothing changed")
