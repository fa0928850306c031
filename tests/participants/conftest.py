"""Fixtures that several tests of participants share."""

from decimal import Decimal

import pytest

from participants.signals import participation_changed
from tests.factories import make_activity


@pytest.fixture
def heard():
    """The ids that each deed said had changed."""
    ids: list[int] = []

    def listen(participation_ids, **_):
        ids.extend(participation_ids)

    participation_changed.connect(listen)
    yield ids
    participation_changed.disconnect(listen)


@pytest.fixture
def activity(participation, enterprise):
    """Work training at the bakery, twenty hours a week."""
    return make_activity(participation, enterprise=enterprise, hours_per_week=Decimal(20))
