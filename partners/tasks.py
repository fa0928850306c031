"""What runs later. Each may run twice and late: a second run finds nothing left to do."""

from __future__ import annotations

import datetime as dt
import logging

from celery import shared_task

from grundsteget.dates import first_of_month, today
from grundsteget.sending import send_on_commit
from partners import accounts, actions
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


@shared_task
def mail_password_links() -> None:
    """Mail the links that are still owed, such as those of a time without a mail server."""
    accounts.mail_password_links()


@shared_task
def mail_password_link(user_id: int) -> None:
    """Mail one user her link. A second run finds it sent."""
    accounts.mail_password_link(user_id)


def send_mail_password_link(user_id: int) -> None:
    """Send the task once the member is committed. With the broker down the next round mails it."""
    send_on_commit(mail_password_link, user_id)
