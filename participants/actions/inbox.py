"""Deeds about Today itself: let a line rest, wake it, and be told by mail what waits."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grundsteget.dates import now, today
from participants import rules
from participants.actions.frame import save
from participants.inbox import Inbox, Line, inbox
from participants.listing import first_tab
from participants.models import DigestChoice, DigestMail, Snooze
from partners import access
from partners.access import Permission
from partners.models import User

logger = logging.getLogger(__name__)

# Mails that went are remembered for as long as somebody could ask whether they did.
REMEMBERED_DAYS = 60


@transaction.atomic
def snooze_line(*, line: Line, until: dt.date, by: User) -> Snooze:
    """The line rests until that day, for her alone. Doing it again only moves the day; what has ended is cleared."""
    rules.check_snooze(until)
    own = Snooze.objects.visible_to(by)
    own.filter(until__lte=today()).delete()
    snooze = own.select_for_update().filter(kind=line.kind, row_id=line.row_id).first()
    snooze = snooze or Snooze(user=by, kind=line.kind, row_id=line.row_id)
    snooze.participation, snooze.due_on = line.participation, line.due_on
    snooze.until, snooze.snoozed_at = until, now()
    save(snooze)
    return snooze


def wake_line(*, kind: str, row_id: int, by: User) -> None:
    """The line waits for her again. Waking what is awake does nothing."""
    Snooze.objects.visible_to(by).filter(kind=kind, row_id=row_id).delete()


@transaction.atomic
def choose_digest(*, frequency: str, weekday: int, by: User) -> DigestChoice:
    """From the next period on. The same choice again leaves the mail of today owed."""
    choice = DigestChoice.objects.select_for_update().filter(user=by).first() or DigestChoice(user=by)
    if choice.pk is None or (choice.frequency, choice.weekday) != (frequency, weekday):
        choice.frequency, choice.weekday, choice.chosen_on = frequency, weekday, today()
        save(choice)
    return choice


# --- Mail about what waits ------------------------------------------------------------------------


def mail_digests() -> int:
    """Mail everybody whose mail is owed now. How many mails.

    Who has hers, or had nothing waiting, has a row for the period: a second run finds nothing to do, and what could
    not be sent leaves no row and is tried again.
    """
    wanted = DigestChoice.objects.exclude(frequency=DigestChoice.Frequency.OFF).filter(user__is_active=True)
    return sum(_mail_digest(pk) for pk in wanted.order_by("pk").values_list("pk", flat=True))


def _mail_digest(choice_pk: int) -> bool:
    try:
        with transaction.atomic():
            return _tell(choice_pk)
    except OSError as error:
        logger.warning("digest %s waits for the next round: %s", choice_pk, type(error).__name__)
        return False


def _tell(choice_pk: int) -> bool:
    choice = DigestChoice.objects.select_for_update(of=("self",)).select_related("user").filter(pk=choice_pk).first()
    period = rules.digest_period(choice, timezone.localtime(now())) if choice else None
    if choice is None or period is None:
        return False
    user, earlier = choice.user, DigestMail.objects.filter(user=choice.user)
    # Somebody who is paused is owed nothing, and has her mail again from the day she is back.
    if earlier.filter(period_on=period).exists() or not access.has(user, Permission.PARTICIPANT_VIEW):
        return False
    waiting = inbox(user, first_tab(user, None))
    earlier.filter(period_on__lt=period - dt.timedelta(days=REMEMBERED_DAYS)).delete()
    save(DigestMail(user=user, period_on=period, waiting=waiting.count))
    if not waiting.count:
        return False
    _mail(user, waiting)
    return True


def _mail(user: User, waiting: Inbox) -> None:
    """How many of each kind, and where they are: nothing about whom, for mail is read in many places."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = [f"{one.name}: {one.count}" for one in waiting.by_kind]
        base = settings.BASE_URL.rstrip("/")
        send_mail(
            _("What waits for you in Grundsteget"),
            _("%(heading)s\n\n%(lines)s\n\n%(address)s\n\nHow often you get this mail you choose here:\n%(settings)s")
            % {
                "heading": ngettext("One thing waits for you.", "%(count)s things wait for you.", waiting.count)
                % {"count": waiting.count},
                "lines": "\n".join(lines),
                "address": base + reverse("participants:today"),
                "settings": base + reverse("participants:digest_edit"),
            },
            None,
            [user.email],
        )
