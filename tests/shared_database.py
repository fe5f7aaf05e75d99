"""A database for tests with several connections, each with transactions of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from roundtable.cache import public_stamp


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several threads use, each with a connection of its own."""
    if connection.vendor != "sqlite":
        yield
        return
    file = tmp_path / "portal.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE sql > '' AND name NOT LIKE 'sqlite%' AND name "
            # What FTS5 makes itself.
            "NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
        )
        tables = [sql for (sql,) in cursor.fetchall()]
    before, settings = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    name, settings["NAME"] = settings["NAME"], str(file)
    del connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        for sql in tables:
            cursor.execute(sql)
    public_stamp.install(DEFAULT_DB_ALIAS)
    yield
    connection.close()
    settings["NAME"] = name
    connections[DEFAULT_DB_ALIAS] = before


def in_a_thread(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()
