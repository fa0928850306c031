"""Numbers are read as people write them, checked, masked, and kept so that only a key can read them."""

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from participants import identity
from participants.identity import Kind
from tests.factories import invented_number

# Skatteverket's published test numbers, as printed in esf-rules.md 3.4.
PUBLISHED = {
    "K": [
        "199106152383",
        "198506102386",
        "197908122380",
        "198301282383",
        "198903222381",
        "198112312387",
        "198711092380",
        "198802292386",
        "199406062381",
        "198005072387",
        "199110152387",
        "195610132382",
        "189001019802",
    ],
    "M": [
        "199106152391",
        "198506102394",
        "197908122398",
        "198301282391",
        "198903222399",
        "198112312395",
        "198711092398",
        "198802292394",
        "199406062399",
        "198005072395",
        "199110152395",
        "196107293059",
        "196108193175",
        "195709112790",
        "195909092990",
        "191212121212",
    ],
}
BORN = st.dates(dt.date(1918, 1, 1), dt.date(2017, 3, 15))
SEX = st.sampled_from("KM")


@pytest.mark.parametrize(("number", "sex"), [(number, sex) for sex, numbers in PUBLISHED.items() for number in numbers])
def test_published_test_numbers_are_read(number, sex):
    parsed = identity.parse(number)
    assert (parsed.number, parsed.sex, parsed.kind) == (number, sex, Kind.PERSONAL)
    assert f"{parsed.birth_date:%Y%m%d}" == number[:8]
    assert parsed.is_test_number


@given(BORN, SEX)
def test_round_trip_of_every_way_to_write(born, sex):
    number = invented_number(born, sex)
    ways = [number, identity.written(number), f" {number[:8]} - {number[8:]} ", number[:6] + " " + number[6:]]
    if born.year > 1917:
        ways += [number[2:], f"{number[2:8]}-{number[8:]}"]
    for text in ways:
        parsed = identity.parse(text)
        assert (parsed.number, parsed.birth_date, parsed.sex) == (number, born, sex)


@given(BORN, SEX, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_never_accepted(born, sex, place, by):
    number = invented_number(born, sex)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    if place < 2:
        return  # the century is not covered by the check digit
    with pytest.raises(ValidationError):
        identity.parse(wrong)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_without_being_repeated(text):
    try:
        identity.parse(text)
    except ValidationError as refusal:
        (sentence,) = refusal.messages
        assert len(text) < 6 or text not in sentence


@given(BORN, SEX)
def test_masks_hide_the_last_four_and_keep_the_length(born, sex):
    number = invented_number(born, sex)
    masked = identity.masked(number)
    assert masked == f"{number[:8]}-••••"
    assert number[8:] not in masked.removeprefix(number[:8])


@given(BORN, SEX)
def test_encryption_round_trip_never_gives_the_same_cipher(born, sex):
    number = invented_number(born, sex)
    first, second = identity.encrypt(number), identity.encrypt(number)
    assert identity.decrypt(first) == identity.decrypt(second) == number
    assert first != second
    assert number not in first


# --- Centuries and the plus sign (3.1) ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("121212-1212", "201212121212"),
        ("121212+1212", "191212121212"),
        ("1212121212", "201212121212"),
        ("900101+9802", "189001019802"),
    ],
)
def test_century_follows_from_the_sign(text, number, settings):
    settings.TESTING = False  # a child of 2012 has no published test number
    assert identity.parse(text).number == number


def test_hyphen_becomes_plus_with_the_calendar_year_and_not_with_the_birthday(on_day):
    born = "1917-12-24"
    short = invented_number(born)[2:]
    on_day("2016-12-31")
    assert identity.parse(f"{short[:6]}-{short[6:]}").number == "19" + short
    on_day("2017-01-01")  # turns 100 this year
    assert identity.parse(f"{short[:6]}+{short[6:]}").number == "19" + short
    with pytest.raises(ValidationError):
        identity.parse(f"{short[:6]}-{short[6:]}")  # would be a birth date in the future


def test_century_and_plus_together_are_refused():
    with pytest.raises(ValidationError):
        identity.parse("19121212+1212")


@pytest.mark.parametrize(
    "text", ["", "1234", "19910615-238", "19910615-23833", "1991-06-15-2383", "abcdefghijkl", "\u0660" * 12]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValidationError):
        identity.parse(text)


def test_dates_that_do_not_exist_are_refused():
    # 30 February, with the check digit that belongs to it.
    digits = "910230238"
    number = "19" + digits + str(identity._check_digit(digits))
    with pytest.raises(ValidationError):
        identity.parse(number)


def test_birth_number_000_is_never_used():
    digits = "910615000"
    with pytest.raises(ValidationError, match="000"):
        identity.parse("19" + digits + str(identity._check_digit(digits)))


# --- Coordination numbers (3.2) -------------------------------------------------------------------------


def test_coordination_number_has_sixty_added_to_the_day():
    parsed = identity.parse("197001782395")
    assert (parsed.kind, parsed.birth_date, parsed.sex) == (Kind.COORDINATION, dt.date(1970, 1, 18), "M")


@pytest.mark.parametrize("number", ["191500722390", "191711602399"])
def test_unknown_month_or_day_is_accepted_without_a_birth_date(number):
    parsed = identity.parse(number)
    assert (parsed.kind, parsed.birth_date) == (Kind.COORDINATION, None)


# --- Temporary numbers (3.3) ----------------------------------------------------------------------------


def test_letter_counts_as_one():
    parsed = identity.parse("20000101-T220")
    assert (parsed.kind, parsed.birth_date, parsed.number) == (Kind.TEMPORARY, dt.date(2000, 1, 1), "20000101T220")
    assert identity.parse("20000101t220") == parsed


@pytest.mark.parametrize("letter", identity.TEMPORARY_LETTERS)
def test_all_letters_of_the_list(letter):
    assert identity.parse(f"20000101{letter}220").kind == Kind.TEMPORARY


@pytest.mark.parametrize("letter", "ABÅ")
def test_other_letters_are_refused(letter):
    with pytest.raises(ValidationError):
        identity.parse(f"20000101{letter}220")


def test_temporary_number_is_only_unique_in_its_project():
    temporary, personal = identity.parse("20000101T220"), identity.parse(invented_number())
    assert identity.search_hash(temporary, 1) != identity.search_hash(temporary, 2)
    assert identity.search_hash(personal, 1) == identity.search_hash(personal, 2) == identity.search_hash(personal)


# --- Environments and keys ------------------------------------------------------------------------------


def test_real_looking_numbers_are_refused_in_tests_and_demo():
    digits = "910615110"
    with pytest.raises(ValidationError):
        identity.parse("19" + digits + str(identity._check_digit(digits)))


def test_test_numbers_are_refused_in_production(settings):
    settings.PRODUCTION, settings.TESTING = True, False
    with pytest.raises(ValidationError):
        identity.parse(invented_number())


def test_a_new_key_reads_the_old_and_an_unknown_one_says_nothing(settings):
    number = invented_number()
    written_before = identity.encrypt(number)
    old = settings.IDENTITY_KEYS
    settings.IDENTITY_KEYS = [Fernet.generate_key().decode(), *old]
    assert identity.decrypt(written_before) == number
    settings.IDENTITY_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ValueError, match="IDENTITY_KEYS") as refusal:
        identity.decrypt(written_before)
    assert number not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_search_hash_needs_the_key(settings):
    parsed = identity.parse(invented_number())
    before = identity.search_hash(parsed)
    settings.IDENTITY_HASH_KEY = "another key"
    assert identity.search_hash(parsed) != before
    assert parsed.number not in before
