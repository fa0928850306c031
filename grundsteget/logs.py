"""Log lines that machines read and that name no person: JSON, one record a line, with the request's id."""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request or task under way, or an empty string."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


class RequestIdFilter(logging.Filter):
    """Stamps each record with the id of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: what a name or a header contains can never break a record in two.

    An exception is told by its type and place, never by its text or its variables, which may hold personal data.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", ""),
            "message": _message(record),
        }
        if record.exc_info and record.exc_info[0]:
            entry["error"] = record.exc_info[0].__name__
            entry["trace"] = [f"{frame.f_code.co_filename}:{line}" for frame, line in _walk(record.exc_info[2])]
        return json.dumps(entry, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """The message; where Celery would put an exception's words into it, the exception's kind."""
    if isinstance(record.args, Mapping) and "exc" in record.args and record.exc_info and record.exc_info[0]:
        return str(record.msg) % {**record.args, "exc": record.exc_info[0].__name__}
    return record.getMessage()


def _walk(traceback):  # type: ignore[no-untyped-def]
    while traceback:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next
