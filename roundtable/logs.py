"""The log: one JSON object a line, without any value of a person, a path or a query.

Messages of other packages and of the database can contain whole rows, so only their constant part
is written: of an error its class, the constraint and where it was raised.
"""

import json
import logging
import re
import sqlite3
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any

from django.core.mail import mail_admins
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

OWN_LOGGERS = ("roundtable", "participants", "outcomes")
# How those messages of gunicorn begin that are about its processes, never about a request.
ABOUT_PROCESSES = (
    "Booting ",
    "Connection in use",
    "Handling signal",
    "Listening ",
    "Shutting down",
    "Starting ",
    "Using worker",
    "WORKER TIMEOUT",
    "Worker ",
)
# Anyone can cause these, so they are no errors of the portal.
REFUSALS = "django.security."
MAIL_INTERVAL = 3600  # seconds between two emails about errors at the same place
SQLITE_CONSTRAINT = re.compile(r"constraint failed: ([\w.]+)")

security = logging.getLogger("roundtable.security")
# Of the request that this thread answers, or answered last.
_request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestLogMiddleware:
    """Gives each request an id for the log, and logs what was refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Not removed afterwards, because Django logs a 404 later than this.
        _request_id.set(get_random_string(12))
        response = self.get_response(request)
        if response.status_code in (403, 429):
            log_security_event("refused", request, status=response.status_code)
        return response


def log_security_event(event: str, request: HttpRequest, **details: int | str | None) -> None:
    """`details` are the account and the like; never a value that a person entered."""
    security.info(event, extra={"request": request, "details": details})


class JsonFormatter(logging.Formatter):
    """Adds the route instead of the path, and the number of the account."""

    def format(self, record: logging.LogRecord) -> str:
        is_refusal = record.name.startswith(REFUSALS)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": "WARNING" if is_refusal else record.levelname,
            "logger": record.name,
            "message": _message(record),
            "request": _request_id.get(),
            **_describe_request(getattr(record, "request", None)),
            **getattr(record, "details", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line |= describe_error(record.exc_info[1], record.exc_info[2])
        return json.dumps({key: value for key, value in line.items() if value not in ("", None)})


def _message(record: logging.LogRecord) -> str:
    if record.name.split(".")[0] in OWN_LOGGERS:
        return record.getMessage()
    if status := getattr(record, "status_code", None):
        return HTTPStatus(status).phrase
    if not isinstance(record.msg, str):
        return "failed"
    if record.name == "gunicorn.error":
        if record.msg.startswith(ABOUT_PROCESSES):
            return record.getMessage()
        # After these words, it has written the request already.
        return record.msg.split(" from ip=")[0]
    return record.msg


def _describe_request(request: Any) -> dict[str, Any]:
    if not isinstance(request, HttpRequest):
        return {}
    match = request.resolver_match
    # Not `request.user`, which asks the database if nothing has asked for it before.
    user = getattr(request, "_cached_user", None)
    return {
        "method": request.method,
        "route": match.view_name if match else "",
        "account": user.pk if user else None,
    }


def describe_error(error: BaseException, raised_at: TracebackType | None) -> dict[str, Any]:
    """Its class, the constraint that failed and where it was raised; never its message."""
    places = [
        f"{place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(raised_at)
    ]
    return {
        "error": " < ".join(
            f"{type(one).__module__}.{type(one).__qualname__}" for one in _causes(error)
        ),
        "constraint": failed_constraint(error),
        "at": places,
    }


def failed_constraint(error: BaseException) -> str:
    """Its name, or on SQLite the columns; empty if the error is about no constraint."""
    for one in _causes(error):
        details = getattr(one, "diag", None)  # of PostgreSQL's driver
        if details is not None:
            return str(details.constraint_name or details.column_name or "")
        if isinstance(one, sqlite3.Error) and (found := SQLITE_CONSTRAINT.search(str(one))):
            return found[1]
    return ""


def _causes(error: BaseException) -> list[BaseException]:
    found = [error]
    while cause := found[-1].__cause__ or found[-1].__context__:
        found.append(cause)
    return found


class ErrorEmailHandler(logging.Handler):
    """Emails the line of an error to ERROR_EMAILS, at most once an hour for each place."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._sent: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(REFUSALS):
            return
        line = json.loads(self.format(record))
        place = str([line.get("error"), line.get("at", [])[-1:], line["message"]])
        if time.monotonic() - self._sent.get(place, -MAIL_INTERVAL) < MAIL_INTERVAL:
            return
        self._sent[place] = time.monotonic()
        subject = line.get("error", line["message"])
        mail_admins(subject, json.dumps(line, indent=2), fail_silently=True)


def log_uncaught(
    kind: type[BaseException], error: BaseException, raised_at: TracebackType | None
) -> None:
    """For `sys.excepthook`: a command that fails prints no rows either."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("failed", exc_info=(kind, error, raised_at))
