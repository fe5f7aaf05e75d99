"""Waiting for SQLite's lock does not stop the other threads of the process."""

import gc
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event as Signal
from threading import Thread, Timer
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from roundtable.database import lock_wait
from roundtable.database.lock_wait import waiting_at_most
from tests.shared_database import shared_database

__all__ = ["shared_database"]  # fixture

pytestmark = pytest.mark.usefixtures("shared_database")


@pytest.fixture(autouse=True)
def collects_only_when_told() -> Iterator[None]:
    if connections[DEFAULT_DB_ALIAS].vendor != "sqlite":
        pytest.skip("PostgreSQL waits elsewhere.")
    gc.disable()
    yield
    gc.enable()


def test_writer_frees_a_cursor_of_a_connection_that_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    has_garbage, is_waiting, stored = Signal(), Signal(), []
    monkeypatch.setattr(lock_wait, "sleep", lambda seconds: is_waiting.set())

    def leave_garbage_and_write() -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        connection.ensure_connection()
        raw: Any = connection.connection
        garbage: list[Any] = [raw.execute("SELECT name FROM sqlite_master")]
        garbage.append(garbage)
        del garbage
        has_garbage.set()
        may_begin.wait()
        with transaction.atomic():
            stored.append("other")
        connections.close_all()

    may_begin = Signal()
    other = Thread(target=leave_garbage_and_write)
    other.start()
    has_garbage.wait()
    with transaction.atomic():
        may_begin.set()
        is_waiting.wait()
        gc.collect()
        stored.append("own")
    other.join()
    assert stored == ["own", "other"]


def test_wait_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []

    def write() -> None:
        try:
            with waiting_at_most(0), transaction.atomic():
                raise AssertionError("it had the lock")
        except OperationalError as problem:
            failed.append(str(problem))
        connections.close_all()

    with transaction.atomic():
        other = Thread(target=write)
        other.start()
        other.join()
    assert failed == ["database is locked"]


def test_each_connection_waits_so(tmp_path: Path) -> None:
    first: Any = connections[DEFAULT_DB_ALIAS]
    second = type(first)(first.settings_dict | {"NAME": tmp_path / "copy"}, DEFAULT_DB_ALIAS)
    for connection in (first, second):
        connection.close()
        with connection.execute_wrapper(lambda execute, *given: execute(*given)):
            connection.ensure_connection()
        connection.close()
        connection.ensure_connection()
        assert connection.execute_wrappers == [lock_wait._wait]
    second.close()


def test_opening_waits_for_who_holds_the_file(tmp_path: Path) -> None:
    """As the first one that opens it after a process was killed."""
    used: Any = connections[DEFAULT_DB_ALIAS]
    opened = type(used)(used.settings_dict | {"NAME": tmp_path / "held"}, DEFAULT_DB_ALIAS)
    holder = sqlite3.connect(tmp_path / "held", check_same_thread=False)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("CREATE TABLE held (id)")
    release = Timer(0.5, holder.close)
    release.start()
    opened.ensure_connection()
    release.join()
    with opened.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (50,)
    opened.close()
