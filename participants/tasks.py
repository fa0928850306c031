"""What runs later. A task gets ids, runs the function of the same name, and may run twice and late."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from participants import actions

logger = logging.getLogger(__name__)


@shared_task
def expire_referrals() -> None:
    """Close what nobody answered in time and what has lost its consent. A second run finds nothing to do."""
    actions.expire_referrals()


@shared_task
def remind_referrals() -> None:
    """Mail the notices that are due today. Who has hers gets no second one."""
    actions.remind_referrals()


@shared_task
def mail_referral(referral_id: int) -> None:
    """Mail the notices of one referral. A second run finds them sent."""
    actions.mail_referral(referral_id)


def send_mail_referral(referral_id: int) -> None:
    """Send the task once the row is committed. With the broker down the next round of reminders mails it."""
    transaction.on_commit(lambda: _send(referral_id))


def _send(referral_id: int) -> None:
    try:
        mail_referral.apply_async(args=[referral_id], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("mail about referral %s waits for the next round: %s", referral_id, type(error).__name__)
