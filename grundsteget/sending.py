"""Sending a task to the workers, once what it is about is committed."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send_on_commit(task: Any, *ids: int) -> None:
    """With the broker down nothing is sent and nobody is told: the task's rows wait for the next round."""
    transaction.on_commit(lambda: _send(task, ids))


def _send(task: Any, ids: tuple[int, ...]) -> None:
    try:
        task.apply_async(args=ids, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s %s waits for the next round: %s", task.name, ids, type(error).__name__)
