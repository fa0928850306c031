"""What runs later. Each may run twice and late: a second run finds nothing left to do."""

from __future__ import annotations

import datetime as dt
import logging

from celery import shared_task

from grundsteget.dates import first_of_month, today
from partners import actions
from partners.review import sample_access_log

logger = logging.getLogger(__name__)


@shared_task
def pause_unconfirmed() -> None:
    """Pause people whom their organisation has not confirmed in time."""
    if count := actions.pause_unconfirmed():
        logger.info("paused %s unconfirmed memberships", count)


@shared_task
def sample_access_log_monthly() -> None:
    """Draw last month's looks. Every day of the month does the same, so a day missed is made up for."""
    sample_access_log(month=first_of_month(today()) - dt.timedelta(days=1))
