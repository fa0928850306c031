"""Whom the demo's people let see what, and who follows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random

from participants.models import Consent
from reporting.demo import partners
from reporting.demo.lives import DemoCare, DemoConsent, Life
from reporting.demo.schedule import DAY
from reporting.grundsteget import OWNER

SECRECY, PUBLICITY = Consent.Purpose.SECRECY, Consent.Purpose.PUBLICITY
FOLLOWED_DAYS = 200  # Until the status after six months is known.


def share(random: Random, life: Life) -> None:
    for organisation, since in _recipients(random, life):
        life.consents += _consents(random, life, organisation, since)
    if not life.person.is_hidden and random.random() < 0.15:
        life.consents.append(DemoConsent(OWNER, PUBLICITY, life.entry + 30 * DAY))
    _gather_team(random, life)


def _recipients(random: Random, life: Life) -> Iterator[tuple[str, dt.date]]:
    """Organisations that the person lets read, and from when."""
    if random.random() < 0.93:
        yield life.referrer, life.entry
    if life.person.is_hidden:
        return
    if life.referrer != "Arbetsförmedlingen" and random.random() < 0.6:
        yield "Arbetsförmedlingen", life.entry
    if life.courses and random.random() < 0.7:
        yield "Vuxenutbildningen", life.courses[0].start
    placed = next((one.start for one in life.activities if one.place == life.enterprise), None)
    if placed and random.random() < 0.75:
        yield life.enterprise, placed


def _consents(random: Random, life: Life, organisation: str, since: dt.date) -> Iterator[DemoConsent]:
    """One consent, and those that follow when it expires while the person still takes part."""
    length = random.choices([365, 730, None], [58, 22, 20])[0]
    if random.random() < 0.04:
        withdrawn = since + random.randint(40, 160) * DAY
        yield DemoConsent(organisation, SECRECY, since, since + 365 * DAY, min(withdrawn, since + 365 * DAY))
        return
    while True:
        valid_to = since + length * DAY if length else None
        yield DemoConsent(organisation, SECRECY, since, valid_to)
        if valid_to is None or valid_to >= life.last_exit or random.random() < 0.15:
            return
        since = valid_to - random.randint(0, 6) * DAY


def _gather_team(random: Random, life: Life) -> None:
    until = life.last_exit + FOLLOWED_DAYS * DAY
    if (life.last_exit - life.entry).days > 200 and random.random() < 0.1:
        turn = life.entry + random.randint(80, 150) * DAY
        former = random.choice([lead for lead in partners.LEADS if lead != life.lead])
        life.care.append(DemoCare(former, life.entry, turn, is_lead=True, reason="Har lämnat över till en kollega"))
        life.care.append(DemoCare(life.lead, turn + DAY, until, is_lead=True))
    else:
        life.care.append(DemoCare(life.lead, life.entry, until, is_lead=True))
    if life.person.is_hidden:
        life.care.append(DemoCare("kontor", life.entry, until))
        return
    readers = {consent.organisation for consent in life.consents}
    for user, organisation, chance in [("soc", "Socialtjänsten Angered", 0.8), ("af", "Arbetsförmedlingen", 0.2)]:
        if organisation in readers and random.random() < chance:
            life.care.append(DemoCare(user, life.entry + 7 * DAY, life.last_exit))
