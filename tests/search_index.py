"""What is in the search index, beside what belongs there."""

from collections import Counter
from typing import Any

from django.db import connection

from outcomes.search.index import NAME, SEARCHED, SqliteIndex, get_index
from outcomes.search.kinds import KINDS


def indexed() -> Counter[Any]:
    columns = "rowid, reference, title, body, around"
    if connection.vendor != "sqlite":
        columns = "kind, row_id, vector::text"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {NAME}")
        return Counter(cursor.fetchall())


def belonging() -> Counter[Any]:
    """What the definitions find now."""
    found: Counter[Any] = Counter()
    index = get_index()
    for kind in KINDS:
        columns = f"{kind.number * SqliteIndex.KIND} + found_id, {', '.join(SEARCHED)}"
        if connection.vendor != "sqlite":
            columns = f"{kind.number}, found_id, vector::text"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM ({index.view(kind)}) AS found")
            found.update(cursor.fetchall())
    return found


def assert_exact() -> None:
    there, right = indexed(), belonging()
    assert (there - right, right - there) == (Counter(), Counter())


def count_rows_read() -> int:
    """How many rows PostgreSQL has read in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])
