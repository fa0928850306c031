"""Who is at work: said by a request, a task or a command; asked by the database when it writes the change log.

SQLite asks through functions of the connection. Without them a change cannot be logged, so it cannot be made.
On PostgreSQL each statement that writes carries the answer in front of it, as a setting that ends with its transaction:
no query more, and nothing that a kept connection could take along to the next request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from grundsteget.logs import current_request_id


@dataclass(frozen=True)
class Who:
    """A user's id, None where the system works by itself; and the page, task or command she works through."""

    actor: int | None = None
    source: str = ""


_who: ContextVar[Who] = ContextVar("who", default=Who())  # noqa: B039 – frozen


@contextmanager
def by(*, user: Any = None, source: str = "") -> Iterator[None]:
    """What is changed inside is the user's doing, or the system's where there is none."""
    token = _who.set(Who(getattr(user, "pk", None), source))
    try:
        yield
    finally:
        _who.reset(token)


def name(*, user: Any = None, source: str = "") -> None:
    """The same from now on, until the surrounding `by` ends."""
    _who.set(Who(getattr(user, "pk", None), source))


def tell(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: a new connection learns to ask."""
    if connection.vendor == "sqlite":
        for function, answer in SQLITE_FUNCTIONS.items():
            connection.connection.create_function(function, 0, answer)
    elif _with_who not in connection.execute_wrappers:
        connection.execute_wrappers.append(_with_who)


SQLITE_FUNCTIONS: dict[str, Callable[[], int | str | None]] = {
    "current_actor": lambda: _who.get().actor,
    "current_source": lambda: _who.get().source,
    "current_request": current_request_id,
}

SETTING = "grundsteget.who"
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|WITH\b.*\b(INSERT|UPDATE|DELETE|MERGE))\b", re.I | re.S)


def _with_who(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    if isinstance(sql, str) and _WRITES.match(sql):
        who = _who.get()
        text = json.dumps({"actor": who.actor, "source": who.source, "request": current_request_id()})
        literal = text.replace("'", "''").replace("%", "%%" if params is not None else "%")
        sql = f"SELECT set_config('{SETTING}', '{literal}', true); {sql}"
    return execute(sql, params, many, context)
