"""Lookups in the database; registers them."""

import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import IntegerField, Lookup
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

MAX_NUMBER = 2**63 - 1


@IntegerField.register_lookup
class BoundedIn(In):
    """Leaves out numbers that no row can have: SQLite ends with an error for them."""

    def get_prep_lookup(self) -> Any:
        values = super().get_prep_lookup()
        if not self.rhs_is_direct_value():
            return values
        return [row for row in values if not (isinstance(row, int) and abs(row) > MAX_NUMBER)]


@IntegerField.register_lookup
class Among(Lookup[Any]):
    """As `in`, with one parameter for any number of values: SQLite limits how many there are."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        values = (*parameters, among_parameter(self.rhs, connection))
        return f"{column} IN (SELECT value FROM json_each(%s))", values

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, among_parameter(self.rhs, connection))


def among_parameter(values: list[int], connection: BaseDatabaseWrapper) -> Any:
    return json.dumps(values) if connection.vendor == "sqlite" else values
