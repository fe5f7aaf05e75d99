"""Lets acts that hide someone pass a long import.

On SQLite all who write wait for one lock, on PostgreSQL for the rows that an import changed. So
such an act holds a lock on a file while it is answered. An import that sees it undoes its
transaction, waits, and begins it again.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from roundtable.database.outages import pause

Result = TypeVar("Result")

LOOK_INTERVAL = 0.2  # seconds
PAUSE = 1.0
IS_BLOCKING = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)


class GaveWayError(Exception):
    """Nothing of the transaction is stored."""


@contextmanager
def passing() -> Iterator[None]:
    """For an act that hides someone. The system ends it also if the process is killed."""
    try:
        file = _open_file()
    except OSError:  # the act is worth more than its haste
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield
    finally:
        os.close(file)


def is_someone_passing() -> bool:
    try:
        file = _open_file()
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _open_file() -> int:
    path = Path(settings.DATA_DIR) / "passing.lock"
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def giving_way() -> Iterator[None]:
    """Inside a transaction: ends it with GaveWayError if someone passes who waits for it."""
    next_look = monotonic()
    gave_way = False

    def look(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal next_look, gave_way
        # Once only: what follows undoes the transaction.
        if not gave_way and monotonic() >= next_look:
            next_look = monotonic() + LOOK_INTERVAL
            if is_someone_passing() and _is_in_the_way():
                gave_way = True
                raise GaveWayError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    if gave_way:  # something took the error for one of its own
        raise GaveWayError


def _is_in_the_way() -> bool:
    if connection.vendor == "sqlite":
        return True
    # Not through look().
    with connection.connection.cursor() as cursor:
        cursor.execute(IS_BLOCKING)
        (found,) = cursor.fetchone()
    return bool(found)


def until_not_in_the_way(act: Callable[[], Result]) -> Result:
    """Repeats a transaction that gave way."""
    while True:
        try:
            return act()
        except GaveWayError:
            pause(PAUSE)
