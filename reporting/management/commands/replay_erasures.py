"""`replay_erasures`: after a backup is restored, erase again whoever had been erased. (SAFETY.md F30)"""

from __future__ import annotations

from typing import Any

from grundsteget.commands import Command as BaseCommand
from reporting.rights.erasure import erase_again
from reporting.rights.ledger import come_back, entries, restore_certificate


class Command(BaseCommand):
    help = "Erase again the people whom a restored backup has brought back, as the ledger of erasures says."

    def run(self, **options: Any) -> None:
        people = certificates = 0
        for entry in entries():
            certificates += 1
            people += erase_again(come_back(entry), certificate=entry["number"])
            restore_certificate(entry)
        self.stdout.write(f"ledger: {certificates} certificate(s), {people} participation(s) erased again")
