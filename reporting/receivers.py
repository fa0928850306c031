"""Keeps facts as fresh as the cases: recomputed inside the transaction of the deed."""

from typing import Any

from participants.signals import participation_changed
from reporting import facts


def refresh_facts_at_once(sender: object, participation_ids: list[int], **_: Any) -> None:
    facts.refresh_facts(participation_ids)


def connect() -> None:
    participation_changed.connect(refresh_facts_at_once, dispatch_uid="reporting.refresh_facts")
