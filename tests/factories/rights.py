"""The participant's rights."""

import datetime as dt

from participants.models import Participation, RectificationRequest
from partners.models import Project, User
from reporting.models import Erasure
from tests.factories.frame import day


def make_rectification(participation: Participation, by: User, **fields) -> RectificationRequest:
    """A request to correct something that waits for its answer."""
    values = {"what": "Jag började i mars, inte i april.", "asked_on": day("2017-03-10"), "recorded_by": by}
    return RectificationRequest.objects.create(participation=participation, **{**values, **fields})


def make_erasure(project: Project, by: User, **fields) -> Erasure:
    """The certificate of a mistaken registration that is gone."""
    values = {
        "kind": Erasure.Kind.MISTAKE,
        "state": Erasure.State.DONE,
        "reason": "Beslut KLD-1",
        "asked_by": by,
        "ordered_by": by,
        "erased_at": dt.datetime(2017, 3, 1, 12, tzinfo=dt.UTC),
        "people": [[987654, "2017-02-01T12:00:00+00:00"]],
        "persons": [987654],
        "counts": {"participants.Participation": 1},
    }
    return Erasure.objects.create(project=project, **{**values, **fields})
