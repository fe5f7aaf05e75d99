"""Triggers for rows that come from several tables, such as a commitment with its parties.

A change of any of these tables runs statements for the rows that the changed row is behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import BigIntegerField, Expression, F, Model, Q, QuerySet

from roundtable.triggers import DELETE, INSERT, UPDATE, Trigger

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


def ids_of(manager: Any, lookup: str, value: Any = _ID, ids: str = "pk") -> Rows:
    """The ids of rows whose `lookup` is a column of the changed row."""
    rows: Rows = manager.filter(Q((lookup, value))).order_by()
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
    found = []
    for number, (model, of_model) in enumerate(behind.items(), 1):
        fields = sorted({name for touch in of_model for name in touch.fields.split()})
        queries = [_ids(touch.found, alias) for touch in of_model]
        for event in (INSERT, UPDATE, DELETE):
            rows = {INSERT: ["NEW"], UPDATE: ["OLD", "NEW"], DELETE: ["OLD"]}[event]
            ids = " UNION ".join(query.replace("{row}", row) for query in queries for row in rows)
            found.append(
                Trigger(
                    name=f"{prefix}_{number}_{event.lower()}",
                    table=model._meta.db_table,
                    event=event,
                    statements=statements(ids),
                    condition=_differs(model, fields, alias) if event == UPDATE else "",
                )
            )
    return found


def inlined(rows: Rows, alias: str) -> str:
    """The SQL of a query, with its parameters as literals."""
    sql, parameters = rows.query.get_compiler(using=alias).as_sql()
    return str(sql) % tuple(_literal(value, connections[alias].vendor) for value in parameters)


def _ids(found: str | Rows, alias: str) -> str:
    return (
        f'SELECT {{row}}."{found}" AS "found_id"'
        if isinstance(found, str)
        else inlined(found, alias)
    )


def _differs(model: type[Model], fields: list[str], alias: str) -> str:
    """The condition that one of the fields has another value."""
    comparison = "IS NOT" if connections[alias].vendor == "sqlite" else "IS DISTINCT FROM"
    columns = [str(model._meta.get_field(name).column) for name in fields]  # type: ignore[union-attr]
    return " OR ".join(f'OLD."{column}" {comparison} NEW."{column}"' for column in columns)


def _literal(value: Any, vendor: str) -> str:
    if isinstance(value, bool):
        return str(value).upper() if vendor == "postgresql" else str(int(value))
    if isinstance(value, int):
        return str(value)
    assert isinstance(value, str), value
    return "'{}'".format(value.replace("'", "''"))
