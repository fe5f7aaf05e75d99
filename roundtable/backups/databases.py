"""Copies the database into a file and back, with the programs of its maker."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction
from django.utils.translation import gettext as _

Counts = dict[str, int]  # rows by table
# Of this portal alone: another one may use the same server.
REHEARSAL = f"{settings.DATABASES['default']['NAME']}_rehearsal"


class DamagedError(Exception):
    """The copy cannot be restored, or is not what the database was; the text says why."""


def count_rows() -> Counts:
    with connection.cursor() as cursor:
        return _count_rows(cursor, connection.introspection.table_names(cursor))


def _count_rows(cursor: Any, tables: list[str]) -> Counts:
    found = {}
    for table in sorted(tables):
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
        (found[table],) = cursor.fetchone()
    return found


def dump(path: Path) -> Counts:
    """Copies the database, as it is at one moment. Returns how many rows were copied."""
    tables = connection.introspection.table_names()
    if connection.vendor == "sqlite":
        return _dump_sqlite(path, tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={path}",
        )
        return _count_rows(cursor, tables)


def _dump_sqlite(path: Path, tables: list[str]) -> Counts:
    name = settings.DATABASES["default"]["NAME"]
    # A connection that only reads: no one waits for it, and it does not see what others write.
    with closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as original:
        original.execute("BEGIN")
        counts = _count_rows(original.cursor(), tables)
        with closing(sqlite3.connect(path)) as copy:
            original.backup(copy)
    return counts


def load(path: Path) -> None:
    """Replaces all tables of the database, which must have none or be one of this portal."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(_open_copy(path)) as copy:
            copy.backup(connection.connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    _restore(path, settings.DATABASES["default"]["NAME"])


def _open_copy(path: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(path)
    try:
        (result,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as problem:
        copy.close()
        raise DamagedError(str(problem)) from None
    if result != "ok":
        copy.close()
        raise DamagedError(result)
    return copy


def _restore(path: Path, database: str) -> None:
    _run(
        "pg_restore",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        f"--dbname={database}",
        str(path),
    )


@contextmanager
def rehearsed(path: Path) -> Iterator[str]:
    """Restores the copy beside the running portal. The value is its DATABASE_URL.

    Raises DamagedError. What a killed rehearsal left is dropped first.
    """
    if connection.vendor == "sqlite":
        _open_copy(path).close()
        # What checks it writes to it.
        other = path.with_suffix(".rehearsed")
        shutil.copy(path, other)
        yield f"sqlite:///{other}"
        return
    drop_rehearsal()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(REHEARSAL)}")
    try:
        _restore(path, REHEARSAL)
        yield _url_of(REHEARSAL)
    finally:
        drop_rehearsal()


def drop_rehearsal() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            name = connection.ops.quote_name(REHEARSAL)
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _run(program: str, *arguments: str) -> None:
    """Raises DamagedError with the first line of what it says."""
    done = subprocess.run(
        [program, *arguments], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [_("no reason given")]
        raise DamagedError(f"{program}: {lines[0]}")


def _environment() -> dict[str, str]:
    """Not in arguments, which everyone on the machine can read."""
    found: dict[str, Any] = connections["default"].get_connection_params()
    names = {
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "host": "PGHOST",
        "port": "PGPORT",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
    }
    given = {names[name]: str(value) for name, value in found.items() if name in names and value}
    return {**os.environ, **given}


def _url_of(database: str) -> str:
    address = os.environ["DATABASE_URL"]
    before, _slash, query = address.partition("?")
    return f"{before.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")
