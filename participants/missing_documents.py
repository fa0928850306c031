"""Which papers are missing: what each step asks for, and who lacks it. Nothing else says what is required.

A paper counts when the project can show it: its owner's own, or one that a partner has shared. So everybody who asks
gets the same answer, whatever each may open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Consent, Document, DocumentKind, Outcome, Stint
from participants.models.participation import ParticipationQuerySet
from partners.models import User

Step = DocumentKind.Step
# Reasons for leaving that say what the person went on to, and so must be shown. Work is shown by its outcome.
SHOWN_EXITS = ("utbildning", "praktik_annan", "eget_foretag", "annan_insats")


@dataclass(frozen=True)
class Requirement:
    """Rows of one sort that ask for a paper each."""

    code: str
    label: str | Promise
    step: str
    kind: str  # Which kind of document is suggested; another one that is tied to the row will do.
    link: str  # The document's field that names the row.
    rows: Callable[[User], QuerySet[Any]]
    words: Callable[[Any], str]
    day: str  # The row's field with the day of what is shown.

    def lacking(self, user: User) -> QuerySet[Any]:
        """Rows the user may see that have no paper."""
        papers = Document.objects.counted().filter(**{self.link: OuterRef("pk")})
        return self.rows(user).filter(~Exists(papers))


@dataclass(frozen=True)
class Missing:
    """One paper that is missing, and what it would show."""

    requirement: Requirement
    row_id: int
    words: str
    shown_on: dt.date | None = None

    @property
    def address(self) -> str:
        """As the form's address names what the document shows."""
        return f"{self.requirement.link}-{self.row_id}"


def _consents(user: User) -> QuerySet[Consent]:
    """Consents in force without their signed form; a statute needs no signature."""
    in_force = Consent.objects.visible_to(user).in_force().filter(legal_ground=Consent.Ground.CONSENT)
    return in_force.filter(evidence="").select_related("organisation")


def _outcomes(*kinds: str) -> Callable[[User], QuerySet[Outcome]]:
    def rows(user: User) -> QuerySet[Outcome]:
        standing = Outcome.objects.visible_to(user).standing().filter(kind__in=kinds)
        return standing.select_related("enterprise__organisation")

    return rows


def _exits(user: User) -> QuerySet[Stint]:
    return Stint.objects.visible_to(user).filter(exit_reason__in=SHOWN_EXITS).select_related("exit_reason")


def consent_in_words(consent: Consent) -> str:
    words = {"organisation": consent.organisation, "day": consent.given_on}
    return _("consent to %(organisation)s, %(day)s") % words


def outcome_in_words(outcome: Outcome) -> str:
    where = str(outcome.enterprise) if outcome.enterprise else outcome.employer
    kind = str(outcome.get_kind_display())
    return ", ".join(part for part in (kind, where, str(outcome.started_on)) if part)


def stint_in_words(stint: Stint) -> str:
    if stint.ended_on is None:
        return _("period from %(day)s") % {"day": stint.started_on}
    return _("exit %(day)s: %(reason)s") % {"day": stint.ended_on, "reason": stint.exit_reason}


REQUIREMENTS = (
    Requirement(
        "samtycke",
        gettext_lazy("Signed consent"),
        Step.ENTRY,
        "samtycke",
        "consent",
        _consents,
        consent_in_words,
        "given_on",
    ),
    Requirement(
        "avtal",
        gettext_lazy("Employment contract"),
        Step.OUTCOME,
        "anstallningsavtal",
        "outcome",
        _outcomes(Outcome.Kind.JOB, Outcome.Kind.JOB_ASF),
        outcome_in_words,
        "started_on",
    ),
    Requirement(
        "intyg",
        gettext_lazy("Certificate of the qualification"),
        Step.OUTCOME,
        "betyg_intyg",
        "outcome",
        _outcomes(Outcome.Kind.QUALIFICATION),
        outcome_in_words,
        "started_on",
    ),
    Requirement(
        "avslut",
        gettext_lazy("What shows the exit"),
        Step.EXIT,
        "avslutsbrev",
        "stint",
        _exits,
        stint_in_words,
        "ended_on",
    ),
)
BY_CODE = {requirement.code: requirement for requirement in REQUIREMENTS}


def missing(
    user: User, participation_ids: Iterable[int], requirements: Iterable[Requirement] = REQUIREMENTS
) -> dict[int, list[Missing]]:
    """Participation → what it lacks, in the order of the steps. One query for each requirement."""
    ids = list(participation_ids)
    found: dict[int, list[Missing]] = {}
    for requirement in requirements:
        for row in requirement.lacking(user).filter(participation__in=ids).order_by("pk"):
            paper = Missing(requirement, row.pk, requirement.words(row), getattr(row, requirement.day))
            found.setdefault(row.participation_id, []).append(paper)
    return found


def lacking(
    user: User, participations: ParticipationQuerySet, requirements: Iterable[Requirement] = REQUIREMENTS
) -> ParticipationQuerySet:
    """Those of them who lack at least one such paper."""
    conditions = [
        Q(pk__in=requirement.lacking(user).order_by().values("participation")) for requirement in requirements
    ]
    return participations.filter(reduce(or_, conditions))
