"""Waits for SQLite's lock in Python, where the library would wait.

While the library waits, it holds a mutex of the connection. If Python frees a cursor of that
connection in another thread meanwhile (its garbage collection runs in any thread), that thread
waits for the mutex, with the lock of all Python threads. If it is the one that writes, the process
stands still until the library gives up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from sqlite3 import SQLITE_BUSY
from time import monotonic, sleep
from typing import Any

from django.db import OperationalError
from django.db.backends.signals import connection_created

# In seconds; settings.py says how long the library waits each time.
PATIENCE = 20.0
PAUSE = 0.02

_patience: ContextVar[float] = ContextVar("patience", default=PATIENCE)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def _wait(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    deadline = monotonic() + _patience.get()
    while True:
        try:
            return execute(sql, params, many, context)
        except OperationalError as problem:
            is_busy = getattr(problem.__cause__, "sqlite_errorcode", 0) & 0xFF == SQLITE_BUSY
            # A transaction has the lock from its beginning.
            if not is_busy or context["connection"].in_atomic_block:
                raise
            if monotonic() >= deadline:
                raise
        sleep(PAUSE)


def _install(connection: Any, **_signal: Any) -> None:
    if connection.vendor == "sqlite" and _wait not in connection.execute_wrappers:
        # Not at the end, from where Django removes those that are there for a while.
        connection.execute_wrappers.insert(0, _wait)


connection_created.connect(_install)
