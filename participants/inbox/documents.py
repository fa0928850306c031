"""Papers that are missing: one line for each person who lacks some."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants.inbox.frame import Line, Source
from participants.missing_documents import REQUIREMENTS, lacking, missing
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User

PAPERS = "papers"
# Our own habit, not a rule of the fund: the paper is there a month after what it shows.
PAPERS_DAYS = 30


def _lacking(user: User, visible: ParticipationQuerySet) -> Any:
    return lacking(user, visible).select_related("participant").order_by("entered_on", "pk")


def _with_lacks(user: User, people: list[Any]) -> None:
    lacks = missing(user, [person.pk for person in people])
    for person in people:
        person.lacks = lacks.get(person.pk, [])


def _papers(person: Any) -> Line:
    days = [one.shown_on for one in person.lacks if one.shown_on]
    names = list(dict.fromkeys(str(one.requirement.label) for one in person.lacks))
    return Line(
        kind=PAPERS,
        row_id=person.pk,
        participation=person,
        due_on=min(days, default=today()) + dt.timedelta(days=PAPERS_DAYS),
        why=_("Missing: %(documents)s.") % {"documents": ", ".join(names)},
        action=_("Documents"),
        url=f"{reverse('participants:participation_detail', args=[person.pk])}?flik=dokument",
    )


SOURCES = (
    Source(
        PAPERS,
        gettext_lazy("People who lack a document"),
        # Partners see the list too; that the papers are there is the project's own people's to see to.
        Permission.CONSENT_RECORD,
        _lacking,
        _papers,
        prepare=_with_lacks,
        shown=3,  # Papers that are late for a year must not hide what is due today.
        more_queries=len(REQUIREMENTS),
        page="participants:document_missing",
    ),
)
