"""Triggers for rows that come from several tables, such as a commitment with its parties.

A change of any of these tables runs statements for the rows that the changed row is behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import BigIntegerField, Expression, F, Model, Q, QuerySet

from roundtable.database.fields import field_of
from roundtable.database.triggers import DELETE, INSERT, UPDATE, Trigger

Rows = QuerySet[Any]


class Changed(Expression):
    """A column of the row that changed; in a trigger, NEW or OLD takes the place of `{row}`."""

    def __init__(self, column: str) -> None:
        super().__init__(output_field=BigIntegerField())
        self.column = column

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        return f'{{row}}."{self.column}"', ()


@dataclass(frozen=True)
class Touch:
    """A table whose rows are behind others.

    `found` are the ids of the rows that a changed row is behind: a column of the changed row, or a
    query that uses `Changed`. Another column than `fields` changes nothing.
    """

    model: type[Model]
    fields: str
    found: str | Rows


_ID = Changed("id")


def ids_of(model: type[Model], lookup: str, value: Any = _ID, ids: str = "pk") -> Rows:
    """The ids of rows whose `lookup` is a column of the changed row."""
    rows: Rows = model._default_manager.filter(Q((lookup, value))).order_by()
    found: Rows = rows.annotate(found_id=F(ids)).values("found_id")
    return found


def row_triggers(
    prefix: str,
    touches: Sequence[Touch],
    statements: Callable[[str], tuple[str, ...]],
    alias: str,
) -> list[Trigger]:
    """Triggers that run the statements, which get a query for the `found_id` of each row."""
    behind: dict[type[Model], list[Touch]] = {}
    for touch in touches:
        behind.setdefault(touch.model, []).append(touch)
    make = _for_rows if connections[alias].vendor == "sqlite" else _for_statements
    return [
        make(f"{prefix}_{number}_{event.lower()}", event, of_model, statements, alias)
        for number, of_model in enumerate(behind.values(), 1)
        for event in (INSERT, UPDATE, DELETE)
    ]


def _for_rows(
    name: str,
    event: str,
    touches: Sequence[Touch],
    statements: Callable[[str], tuple[str, ...]],
    alias: str,
) -> Trigger:
    rows = {INSERT: ["NEW"], UPDATE: ["OLD", "NEW"], DELETE: ["OLD"]}[event]
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _columns(touches))
    return Trigger(
        name=name,
        table=touches[0].model._meta.db_table,
        event=event,
        statements=statements(" UNION ".join(_ids(touches, row, alias) for row in rows)),
        condition=differs if event == UPDATE else "",
    )


def _for_statements(
    name: str,
    event: str,
    touches: Sequence[Touch],
    statements: Callable[[str], tuple[str, ...]],
    alias: str,
) -> Trigger:
    """A bulk write of many rows is then one query, which the database plans for many rows."""
    columns = ", ".join(["id", *_columns(touches)])
    old, new = f"SELECT {columns} FROM old_rows", f"SELECT {columns} FROM new_rows"
    changed, tables = {
        INSERT: (new, "NEW TABLE AS new_rows"),
        UPDATE: (
            f"({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})",
            "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        ),
        DELETE: (old, "OLD TABLE AS old_rows"),
    }[event]
    ids = (
        f"SELECT DISTINCT found_id FROM ({changed}) AS changed "
        f"CROSS JOIN LATERAL ({_ids(touches, 'changed', alias)}) AS found"
    )
    return Trigger(
        name=name,
        table=touches[0].model._meta.db_table,
        event=event,
        statements=statements(ids),
        for_each="STATEMENT",
        tables=tables,
    )


def inlined(rows: Rows, alias: str) -> str:
    """The SQL of a query, with its parameters as literals."""
    sql, parameters = rows.query.get_compiler(using=alias).as_sql()
    return str(sql) % tuple(_literal(value, connections[alias].vendor) for value in parameters)


def _ids(touches: Sequence[Touch], row: str, alias: str) -> str:
    queries = [
        f'SELECT {row}."{touch.found}" AS "found_id"'
        if isinstance(touch.found, str)
        else inlined(touch.found, alias).replace("{row}", row)
        for touch in touches
    ]
    return " UNION ".join(queries)


def _columns(touches: Sequence[Touch]) -> list[str]:
    fields = sorted({name for touch in touches for name in touch.fields.split()})
    return [f'"{field_of(touches[0].model, name).column}"' for name in fields]


def _literal(value: Any, vendor: str) -> str:
    if isinstance(value, bool):
        return str(value).upper() if vendor == "postgresql" else str(int(value))
    if isinstance(value, int):
        return str(value)
    assert isinstance(value, str), value
    return "'{}'".format(value.replace("'", "''"))
