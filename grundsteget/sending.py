"""Sending a task to the workers: once what it is about is committed, or again when it seems lost."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send_on_commit(task: Any, *ids: int) -> None:
    """With the broker down nothing is sent and nobody is told: the task's rows wait for the next round."""
    transaction.on_commit(lambda: send(task, *ids))


def send(task: Any, *ids: int) -> None:
    """The same at once: for what looks after rows that nobody works on."""
    try:
        task.apply_async(args=ids, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s %s waits for the next round: %s", task.name, ids, type(error).__name__)
