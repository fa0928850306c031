"""Recovery codes: each works once, and who reads the database alone has none of them. (SAFETY.md P-20)"""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes


@pytest.fixture
def codes(cast) -> list[str]:
    return RecoveryCodes.activate(cast.coordinator).get_unused_codes()


def row_of(user) -> Authenticator:
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)


def test_recovery_code_works_once(cast, codes):
    first, second = codes[:2]
    assert row_of(cast.coordinator).wrap().validate_code(first)
    assert not row_of(cast.coordinator).wrap().validate_code(first)
    assert row_of(cast.coordinator).wrap().validate_code(second)
    assert not set(row_of(cast.coordinator).wrap().get_unused_codes()) & {first, second}


def test_what_is_stored_gives_no_code_without_the_key(cast, codes, monkeypatch):
    stored = json.dumps(row_of(cast.coordinator).data)
    assert not [code for code in codes if code in stored]
    monkeypatch.setattr("allauth.mfa.recovery_codes.internal.auth.decrypt", lambda text: text)
    assert not set(RecoveryCodes(row_of(cast.coordinator)).generate_codes()) & set(codes)
