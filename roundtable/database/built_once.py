"""Queries that are built once: to build these takes Django longer than to read their rows."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

MAX_KEPT = 64  # of one query, for different arguments
P = ParamSpec("P")
M = TypeVar("M", bound=Model)


def built_once(build: Callable[P, QuerySet[M]]) -> Callable[P, QuerySet[M]]:
    """Keeps the query for the arguments that were used last."""
    kept: Any = lru_cache(maxsize=MAX_KEPT)(build)

    @wraps(build)
    def found(*args: P.args, **kwargs: P.kwargs) -> QuerySet[M]:
        rows: QuerySet[M] = kept(*args, **kwargs)
        return rows.all()  # without rows that were read before

    return found


def compiled_once(build: Callable[[], QuerySet[Any]]) -> Callable[[Mapping[Any, Any]], list[Any]]:
    """Keeps the SQL, and reads its rows with other values in the place of those in the query."""

    @cache
    def compiled() -> tuple[str, tuple[Any, ...]]:
        return build().query.sql_with_params()

    @wraps(build)
    def read(values: Mapping[Any, Any]) -> list[Any]:
        sql, parameters = compiled()
        given = {_adapted(key): _adapted(value) for key, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(parameter, parameter) for parameter in parameters])
            rows: list[Any] = cursor.fetchall()
        return rows

    return read


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
