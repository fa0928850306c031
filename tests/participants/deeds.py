"""What the tests of deeds share."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from participants import identity
from tests import factories
from tests.factories import invented_number

day = dt.date.fromisoformat


ALICE = "1991-06-15"


def fresh(participation):
    participation.refresh_from_db()
    return participation


def reason(code="ovrigt"):
    return factories.make_exit_reason(code)


def refusal(deed, **words) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        deed(**words)
    assert all(sentence.strip() for sentence in refused.value.messages)
    return refused.value


def enrolment(cast, **given):
    return {
        "project": cast.project,
        "by": cast.coordinator,
        "started_on": day("2016-03-01"),
        "first_name": "Alice",
        "last_name": "Öberg",
        "identity": identity.parse(invented_number(ALICE)),
        "birth_date": None,
        "sex": "",
        "protection": "none",
        "municipality": "Göteborg",
        "district": "Angered",
        "entry": {"labour_status": "U", "unemployed_since": day("2014-01-01"), "isced": "2"},
        "referred_by": cast.social_services,
        "lead": cast.coordinator,
    } | given
