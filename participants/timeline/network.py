"""Working together: referrals and how they were answered, and who has been lead worker."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.dates import today
from participants.models import CareTeamMember, Participation, Referral
from participants.timeline.frame import Entry, joined
from partners.models import User

NETWORK = "samverkan"
State = Referral.State
ANSWERS = {
    State.TAKEN: gettext_lazy("%(organisation)s has taken the person on"),
    State.DECLINED: gettext_lazy("%(organisation)s has declined the referral"),
    State.MORE_ASKED: gettext_lazy("%(organisation)s asks for more before it answers"),
    State.EXPIRED: gettext_lazy("%(organisation)s did not answer the referral in time"),
}


def network(user: User, participation: Participation) -> Iterator[Entry]:
    yield from _referrals(user, participation)
    yield from _leads(user, participation)


def _referrals(user: User, participation: Participation) -> Iterator[Entry]:
    """Sent, answered, withdrawn or run out. Drafts are nobody's business yet."""
    rows = Referral.objects.visible_to(user).filter(participation=participation, sent_on__isnull=False)
    for referral in rows.with_card().order_by("sent_on", "pk"):
        to = {"organisation": referral.to_organisation}
        ended = "" if referral.state != State.WITHDRAWN else referral.get_state_display()
        yield Entry(
            referral.sent_on or today(),
            NETWORK,
            _("Referral to %(organisation)s") % to,
            joined(referral.get_purpose_display().capitalize(), ended),
            who=str(referral.from_organisation),
            order=referral.pk,
        )
        answer_by = referral.answer_by or today()
        if referral.state in ANSWERS:
            yield Entry(
                timezone.localdate(referral.answered_at) if referral.answered_at else answer_by,
                NETWORK,
                str(ANSWERS[State(referral.state)]) % to,
                str(referral.decline_reason or ""),
                is_milestone=referral.state == State.TAKEN,
                order=referral.pk,
            )
        elif referral.state == State.SENT:
            yield Entry(
                answer_by,
                NETWORK,
                _("%(organisation)s is to answer the referral") % to,
                is_planned=True,
                is_late=answer_by < today(),
                order=referral.pk,
            )


def _leads(user: User, participation: Participation) -> Iterator[Entry]:
    """The first lead worker, and each time the lead changed hands."""
    rows = CareTeamMember.objects.visible_to(user).filter(participation=participation, is_lead=True)
    for number, place in enumerate(rows.select_related("user", "organisation").order_by("started_on", "pk")):
        title = _("New lead worker: %(name)s") if number else _("Lead worker: %(name)s")
        yield Entry(
            place.started_on, NETWORK, title % {"name": place.user.name}, str(place.organisation), order=place.pk
        )
