"""The monthly review of the read log: some looks at each organisation, drawn by lot, and what came out."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import random

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grundsteget.dates import now
from partners import access
from partners.access import Permission
from partners.models import AccessLog, Organisation, Partnership, ReviewSample, User

SAMPLE = 10  # Looks for each organisation and month.


def samples_for(user: User) -> QuerySet[ReviewSample]:
    """The looks that the user may review: those by the organisations of her projects."""
    projects = access.of(user).projects(Permission.LOG_REVIEW)
    organisations = Partnership.objects.filter(project__in=projects).values("organisation")
    return ReviewSample.objects.filter(organisation__in=organisations)


@transaction.atomic
def sample_access_log(*, month: dt.date, size: int = SAMPLE) -> int:
    """Draw looks at people for every organisation that had any; returns how many were drawn.

    The lot is fixed by the month, the organisation and a key: the same looks come out whoever draws and however often,
    and nobody without the key knows beforehand which.
    """
    drawn = 0
    first, last = _days(month)
    looks = AccessLog.objects.filter(day__gte=first, day__lt=last, count__gt=0)
    for organisation in Organisation.objects.filter(pk__in=looks.values("organisation")).order_by("pk"):
        ids = list(looks.filter(organisation=organisation).order_by("pk").values_list("pk", flat=True))
        chosen = _lot(first, organisation).sample(ids, min(size, len(ids)))
        known = set(ReviewSample.objects.filter(month=first, organisation=organisation).values_list("entry", flat=True))
        for pk in sorted(set(chosen) - known)[: size - len(known)]:
            ReviewSample.objects.create(entry_id=pk, month=first, organisation=organisation)
            drawn += 1
    return drawn


def _days(month: dt.date) -> tuple[dt.date, dt.date]:
    first = month.replace(day=1)
    return first, (first + dt.timedelta(days=31)).replace(day=1)


def _lot(month: dt.date, organisation: Organisation) -> random.Random:
    text = f"{month} {organisation.pk}".encode()
    seed = hmac.new(settings.LOG_KEY.encode(), text, hashlib.sha256).digest()
    return random.Random(seed)  # noqa: S311 – the seed is the secret, and the draw must be repeatable


@transaction.atomic
def review_look(*, sample: ReviewSample, verdict: str, note: str, by: User) -> ReviewSample:
    """Say what came out. Nobody reviews her own look, and what is not in order is explained."""
    sample = ReviewSample.objects.select_for_update(of=("self",)).select_related("entry").get(pk=sample.pk)
    if sample.entry.actor_id == by.pk:
        raise ValidationError(_("This look is your own: a colleague reviews it."))
    if verdict != ReviewSample.Verdict.FINE and not note:
        raise ValidationError(_("Write what you found, and what is done about it."), code="note")
    sample.verdict, sample.note = verdict, note
    sample.reviewed_by, sample.reviewed_at = by, now()
    sample.save()
    return sample
