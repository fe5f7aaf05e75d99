"""Reports errors to a server that speaks Sentry's protocol: the line of the log, nothing else."""

import json
import logging
from typing import Any

import sentry_sdk
from sentry_sdk.types import Event

from roundtable.logs import REFUSALS


class SentryHandler(logging.Handler):
    """Sends what emails to ERROR_EMAILS have.

    The library's own integrations are off: they would send requests, SQL and local variables.
    """

    def __init__(self, dsn: str) -> None:
        super().__init__(logging.ERROR)
        self._client = sentry_sdk.Client(
            dsn=dsn,
            default_integrations=False,
            auto_enabling_integrations=False,
            server_name="",
            send_client_reports=False,
        )

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith((REFUSALS, "sentry_sdk")):
            self._client.capture_event(event_of(json.loads(self.format(record))))

    def flush(self) -> None:
        """Called when the process ends, too; a command may end right after its error."""
        self._client.flush(timeout=5)


def event_of(line: dict[str, Any]) -> Event:
    event: Event = {
        "level": "fatal" if line["level"] == "CRITICAL" else "error",
        "logger": line["logger"],
        "message": line["message"],
        "extra": {name: value for name, value in line.items() if name not in ("error", "at")},
    }
    if "error" in line:
        # The latest cause is the one that was raised; the log names it first.
        kind = line["error"].split(" < ")[0]
        frames = [_frame(place) for place in line["at"]]
        event["exception"] = {"values": [{"type": kind, "stacktrace": {"frames": frames}}]}
    return event


def _frame(place: str) -> dict[str, Any]:
    where, _space, function = place.rpartition(" ")
    path, _colon, number = where.rpartition(":")
    return {"filename": path, "lineno": int(number), "function": function}
