"""Two requests to correct something, so that the demo's lists are not empty: one answered, one that waits."""

from __future__ import annotations

import datetime as dt

from grundsteget.dates import today
from participants import actions
from participants.models import Participant, Participation, RectificationRequest
from partners.models import Project, User

ASKED = (
    (
        "Det står att jag bara har grundskola. Jag har gått två år på gymnasiet i Bosnien och vill att det rättas.",
        dt.timedelta(days=12),
        "",
    ),
    (
        "Startdatumet är fel: jag började en vecka senare än det står.",
        dt.timedelta(days=40),
        "Vi har gått igenom närvaron från den veckan tillsammans. Du var med från måndagen, så datumet får stå kvar.",
    ),
)


def load(project: Project, users: dict[str, User]) -> None:
    office = users["kontor"]
    people = Participation.objects.ongoing().filter(
        project=project, participant__protection=Participant.Protection.NONE, entered_on__lt=today() - ASKED[1][1]
    )
    for participation, (what, ago, answer) in zip(people.order_by("pk")[4:], ASKED, strict=False):
        request = actions.record_rectification(
            participation=participation, what=what, asked_on=today() - ago, by=office
        )
        if answer:
            actions.answer_rectification(
                request=request,
                outcome=RectificationRequest.Outcome.DISPUTED,
                answer=answer,
                answered_on=request.asked_on + dt.timedelta(days=9),
                by=office,
            )
