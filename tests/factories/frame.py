"""Days, numbers and codes that the rows share."""

import datetime as dt
import itertools

from stdnum import luhn

from partners.models import Membership, Organisation

PASSWORD = "a-long-password-for-tests"


PROJECT_START, PROJECT_END = dt.date(2015, 10, 1), dt.date(2018, 9, 30)


Kind, Role = Organisation.Kind, Membership.Role


_counter = itertools.count(1)


def day(value: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def day_or_none(value: str | dt.date | None) -> dt.date | None:
    return None if value is None else day(value)


def invented_number(born: str | dt.date = "1985-06-15", sex: str = "K") -> str:
    """One of Skatteverket's test numbers: birth number 238 for women and 239 for men. Belongs to nobody."""
    eight = f"{day(born):%Y%m%d}" + ("238" if sex == "K" else "239")
    return eight + luhn.calc_check_digit(eight[2:])
