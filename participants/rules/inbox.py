"""How long a line may rest, and when the mail about what waits is due."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from grundsteget.dates import today
from participants.models import DigestChoice
from participants.rules.frame import refused

SNOOZE_DAYS = 90  # Our own limit: what rests for longer is forgotten.
DIGEST_HOUR = 6  # In Sweden: it is there when the day begins.


def check_snooze(until: dt.date) -> None:
    if until <= today():
        raise refused(_("Choose a day after today."), "until")
    if until > today() + dt.timedelta(days=SNOOZE_DAYS):
        raise refused(
            _("At most %(days)s days ahead, so that nothing is forgotten. You can put it off again then.")
            % {"days": SNOOZE_DAYS},
            "until",
        )


def digest_period(choice: DigestChoice, moment: dt.datetime) -> dt.date | None:
    """The day whose mail is owed at this local time; none before the first one after the choice was made.

    A day's mail is owed on that day alone, a week's until the next: a mail server that was down is made up for.
    """
    day = moment.date()
    if moment.hour < DIGEST_HOUR:
        day -= dt.timedelta(days=1)
    if choice.frequency == DigestChoice.Frequency.WEEKLY:
        day -= dt.timedelta(days=(day.weekday() - choice.weekday) % 7)
    elif choice.frequency != DigestChoice.Frequency.DAILY or day != moment.date() or day.weekday() > 4:
        return None
    return day if day > choice.chosen_on else None
