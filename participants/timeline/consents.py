"""Consents and statutes: given, ended, running out."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from participants.models import Consent, Participation
from participants.timeline.frame import Entry, joined, lasting_to
from partners.models import User

CONSENTS = "samtycken"


def consents(user: User, participation: Participation) -> Iterator[Entry]:
    rows = Consent.objects.visible_to(user).filter(participation=participation)
    for consent in rows.select_related("organisation").order_by("given_on", "pk"):
        given, ended, runs_out = _words_of_statute() if consent.is_statute else _words_of_consent()
        words = {"organisation": consent.organisation}
        yield Entry(consent.given_on, CONSENTS, given % words, _terms(consent), order=consent.pk)
        if consent.withdrawn_on:
            yield Entry(consent.withdrawn_on, CONSENTS, ended % words, order=consent.pk)
        elif consent.valid_to and consent.is_in_force:
            yield Entry(consent.valid_to, CONSENTS, runs_out % words, is_planned=True, order=consent.pk)


def _words_of_consent() -> tuple[str, str, str]:
    return (
        _("Consent to %(organisation)s"),
        _("Consent to %(organisation)s withdrawn"),
        _("Consent to %(organisation)s runs out"),
    )


def _words_of_statute() -> tuple[str, str, str]:
    return (
        _("%(organisation)s may read by law"),
        _("%(organisation)s may no longer read by law"),
        _("The ground for %(organisation)s runs out"),
    )


def _terms(consent: Consent) -> str:
    """For what, by which paragraph, what is left out, until when."""
    left_out = [category.label for category in Consent.Category if category not in consent.categories]
    open_ended = _("until it is ended") if consent.is_statute else _("until withdrawn")
    without = _("not: %(categories)s") % {"categories": "; ".join(map(str, left_out))} if left_out else ""
    return joined(
        consent.purpose_name.capitalize(),
        consent.statute,
        without if consent.lifts_secrecy else "",
        lasting_to(consent.valid_to) or open_ended,
    )
