"""Whether an error means that the database is away, and waiting until it is back."""

import errno
import logging
import sqlite3
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import chain, repeat
from time import monotonic, sleep
from typing import TypeVar

from django.db import connection, transaction

from roundtable.database.lock_wait import waiting_at_most

logger = logging.getLogger(__name__)
Stored = TypeVar("Stored")
# PostgreSQL's codes for "the connection failed" and "an operator ended it".
CONNECTION_LOST_CODES = ("08", "57P")
# What its driver raises without a code if the server does not answer, or no longer answers.
ERRORS_WITHOUT_CODE = {"OperationalError", "InterfaceError", "DatabaseError"}
# Its codes for "read-only", "no disk space and the like", "the lock was not free", "input or output
# failed".
CANNOT_STORE_CODES = ("25006", "53", "55P03", "58030")
SQLITE_CANNOT_STORE_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
# Seconds that a write which only counts waits for the lock of SQLite.
COUNT_PATIENCE = 0.5
LOG_INTERVAL = 600.0  # seconds


class Outage(Enum):
    """Why the database did not do what it was asked; the value is for the log."""

    AWAY = "the database is away"
    # The database refused, so it is certain that nothing was stored.
    CANNOT_STORE = "the database cannot store anything"


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage that caused the error, or that one of its causes is; None for other errors."""
    while error is not None:
        if outage := _own_outage(error):
            return outage
        error = error.__cause__ or error.__context__
    return None


def _own_outage(error: BaseException) -> Outage | None:
    # Only errors of PostgreSQL's driver have this attribute, whether Django wraps them or not.
    code = getattr(error, "pgcode", "")
    if code is None:
        return Outage.AWAY if type(error).__name__ in ERRORS_WITHOUT_CODE else None
    if code.startswith(CONNECTION_LOST_CODES):
        return Outage.AWAY
    # The lowest byte of SQLite's code is the kind of the error.
    is_refusal = (
        code.startswith(CANNOT_STORE_CODES)
        or getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE_CANNOT_STORE_CODES
        or (isinstance(error, OSError) and error.errno in DISK_ERRORS)
    )
    return Outage.CANNOT_STORE if is_refusal else None


_last_logged = -LOG_INTERVAL


def unless_refused(write: Callable[[], Stored]) -> Stored | None:
    """For a write that only counts: if the database cannot store it, the page is shown anyway."""
    global _last_logged
    try:
        with waiting_at_most(COUNT_PATIENCE), transaction.atomic():
            return write()
    except Exception as problem:
        if outage_of(problem) is not Outage.CANNOT_STORE:
            raise
        if monotonic() - _last_logged >= LOG_INTERVAL:
            _last_logged = monotonic()
            logger.warning("Counts are skipped: %s.", Outage.CANNOT_STORE.value)
        return None


def until_stored(write: Callable[[], Stored]) -> Stored:
    """Repeats a write of a worker until the database accepts it, or the worker must stop.

    For what cannot be done again, such as the note that an email was sent.
    """
    for seconds in growing_pauses():
        try:
            return write()
        except Exception as problem:
            if not outage_of(problem) or connection.in_atomic_block or _pauses_ended:
                raise
        connection.close()
        pause(seconds)
    raise AssertionError("the pauses do not end")


def growing_pauses() -> Iterator[float]:
    return chain((1.0, 2.0, 4.0), repeat(8.0))


_pauses_ended = False


def pause(seconds: float) -> None:
    """Sleeps, unless the worker must stop."""
    until = monotonic() + seconds
    while not _pauses_ended and (remaining := until - monotonic()) > 0:
        sleep(min(remaining, 0.2))


def end_pauses() -> None:
    """Called by the signal that stops a worker."""
    global _pauses_ended
    _pauses_ended = True
