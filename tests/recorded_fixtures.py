"""Fixtures whose rows are built twice in each process, and stored again for each later test.

To build an event with its statement takes thirty milliseconds of Django; to store the rows that
came of it takes one. `@recorded` goes beneath `@pytest.fixture`, for a fixture that does the same
each time at the same moment: it reads no clock that goes on, and stores nothing outside the
database.
"""

import functools
import os
import pickle
import time
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, ParamSpec, TypeVar

import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.db.models import AutoField, Model

Given = ParamSpec("Given")
Made = TypeVar("Made")
Row = tuple[Any, ...]
Statement = tuple[str, list[Any]]
# Where a test stored rows of its own before, the numbers differ each time.
MOST_RECORDINGS = 24


class Table(NamedTuple):
    """The columns of a table, the primary key first."""

    name: str
    columns: list[str]


class Recording(NamedTuple):
    """What a fixture wrote, and what it gave."""

    statements: list[Statement]
    result: bytes


def table_of(model: type[Model]) -> Table:
    key, meta = model._meta.pk, model._meta
    others = [field for field in meta.local_concrete_fields if field is not key]
    return Table(meta.db_table, [str(field.column) for field in (key, *others)])


@functools.cache
def tables() -> list[Table]:
    return [
        table_of(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def quoted(*names: str) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def rows_in(table: Table) -> dict[Any, Row]:
    """Every row of a table by its primary key, in its order, as the database holds it."""
    key, *_others = table.columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {quoted(*table.columns)} FROM {quoted(table.name)} ORDER BY {quoted(key)}"
        )
        return {row[0]: tuple(row) for row in cursor.fetchall()}


def rows_of(model: type[Model]) -> dict[Any, Row]:
    return rows_in(table_of(model))


def stored() -> dict[str, dict[Any, Row]]:
    return {table.name: rows_in(table) for table in tables()}


def difference(
    before: dict[str, dict[Any, Row]], after: dict[str, dict[Any, Row]]
) -> list[Statement]:
    """The statements that make of the rows before those after."""
    statements: list[Statement] = []
    for name, columns in tables():
        former, now = before[name], after[name]
        key = quoted(columns[0])
        for pk in former.keys() - now.keys():
            statements.append((f"DELETE FROM {quoted(name)} WHERE {key} = %s", [pk]))
        for pk in former.keys() & now.keys():
            for column, was, value in zip(columns, former[pk], now[pk], strict=True):
                if was != value:
                    change = f"UPDATE {quoted(name)} SET {quoted(column)} = %s WHERE {key} = %s"
                    statements.append((change, [value, pk]))
        added = [now[pk] for pk in now if pk not in former]
        if added:
            one = f"({', '.join(['%s'] * len(columns))})"
            into = f"INSERT INTO {quoted(name)} ({quoted(*columns)}) VALUES "
            values = [value for row in added for value in row]
            statements.append((into + ", ".join([one] * len(added)), values))
    return statements


@functools.cache
def last_numbers() -> str:
    """The query for the highest number in each table that numbers its rows."""
    numbered = [
        model._meta
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and isinstance(model._meta.pk, AutoField)
    ]
    return " UNION ALL ".join(
        f"SELECT {place}, max({quoted(str(meta.pk.column))}) FROM {quoted(meta.db_table)}"
        for place, meta in enumerate(numbered)
    )


def last_numbers_now() -> frozenset[Row]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
        else:
            prepare_last_numbers(connection.connection.info.backend_pid)
            cursor.execute("EXECUTE last_numbers")
        return frozenset(cursor.fetchall())


@functools.cache
def prepare_last_numbers(_process: int) -> None:
    """Once in each session, since PostgreSQL takes much longer to plan it than to answer it."""
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE last_numbers AS {last_numbers()}")


class History:
    """Which recorded fixtures the present test has used, and the last numbers after them.

    Numbers alone do not tell what the rows hold. Where something else stored rows in between, a
    recording made at other rows of the same numbers must not be used.
    """

    test = ""
    used: tuple[str, ...] | None = ()
    numbers: frozenset[Row] = frozenset()

    def state(self, given: tuple[Any, ...]) -> object:
        """What must be as it was for a recording to fit; None where that is not known."""
        test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
        if test != self.test:
            self.test, self.used = test, ()
        numbers = last_numbers_now()
        if self.used is None or (self.used and numbers != self.numbers):
            self.used = None
            return None
        values = tuple(
            (type(value), value.pk) if isinstance(value, Model) else value
            for value in given
            if isinstance(value, Model | date)
        )
        # A clock that stands still, and what the rows say of it, is the same in each test.
        clock = time.time_ns() if time_machine.traveller_stack else None
        return values, numbers, self.used, clock

    def add(self, fixture: str) -> None:
        if self.used is not None:
            self.used, self.numbers = (*self.used, fixture), last_numbers_now()


history = History()


def recorded(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """The fixture, built by its function twice and from its rows afterwards.

    To read all tables takes longer than the fixture, so the first time nothing is kept.
    """
    recordings: dict[object, Recording] = {}
    seen: set[int] = set()

    @functools.wraps(make)
    def made(*args: Given.args, **fields: Given.kwargs) -> Made:
        began = history.state((*args, *fields.values()))
        recording = recordings.get(began)
        if began is None or (recording is None and len(recordings) == MOST_RECORDINGS):
            history.used = None
            return make(*args, **fields)
        if recording is None and hash(began) not in seen:
            seen.add(hash(began))
            result = make(*args, **fields)
        elif recording is None:
            before = stored()
            result = make(*args, **fields)
            statements = difference(before, stored())
            recordings[began] = Recording(statements, pickle.dumps(result))
        else:
            with transaction.atomic(savepoint=False), connection.cursor() as cursor:
                for statement, values in recording.statements:
                    cursor.execute(statement, values)
            result = pickle.loads(recording.result)
        history.add(make.__qualname__)
        return result

    return made
