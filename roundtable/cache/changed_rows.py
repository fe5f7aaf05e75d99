"""Which rows changed, so that what is kept in memory of them can follow.

Triggers of the database note the id of each row in the transaction that changes it, so bulk writes
are noted too.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from roundtable.database import triggers
from roundtable.database.row_triggers import Touch, row_triggers
from roundtable.database.triggers import TRUNCATE, Trigger

EVERY_ROW = 0  # the id that stands for all rows
# A position is used for a day at most.
KEPT_FOR = 2 * 24 * 60 * 60  # seconds
NOW = {
    "sqlite": "CAST(strftime('%s', 'now') AS integer)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) AS bigint)",
}
# On SQLite, which has one writer at a time, the notes become visible in the order of their numbers.
# On PostgreSQL, a transaction can end after another that began later.
COLUMNS = {
    "sqlite": "number integer PRIMARY KEY AUTOINCREMENT",
    "postgresql": "number xid8 NOT NULL DEFAULT pg_current_xact_id()",
}
registered: list["ChangedRows"] = []


class ChangedRows:
    """The rows of a list that changed after a position in time."""

    def __init__(self, name: str, touches: Sequence[Touch]) -> None:
        self.name = name  # of the table, and of the set of triggers
        self.touches = touches
        registered.append(self)

    def position(self) -> str:
        """Read it before the rows: all that is not in them is noted after it."""
        sql = f"SELECT coalesce(max(number), 0) FROM {self.name}"
        if self._vendor() == "postgresql":
            sql = "SELECT CAST(pg_current_snapshot() AS text)"
        return str(self._read(sql)[0][0])

    def since(self, position: str, most: int) -> set[int] | None:
        """The ids of rows that changed after that position; None if all did, or too many."""
        later, parameters = "number > CAST(%s AS integer)", [position]
        if self._vendor() == "postgresql":
            snapshot, parameters = "CAST(%s AS pg_snapshot)", [position] * 2
            # What the transaction itself changed counts as visible.
            own = "number = pg_current_xact_id_if_assigned()"
            later = (
                f"number >= pg_snapshot_xmin({snapshot}) "
                f"AND ({own} OR NOT pg_visible_in_snapshot(number, {snapshot}))"
            )
        sql = f"SELECT DISTINCT row_id FROM {self.name} WHERE {later} LIMIT {most + 1}"
        found = {row_id for (row_id,) in self._read(sql, *parameters)}
        return None if len(found) > most or EVERY_ROW in found else found

    def is_noted(self, alias: str = DEFAULT_DB_ALIAS) -> bool:
        """Whether each change of a row is noted."""
        return triggers.is_installed(self.name, *self._plan(alias), alias)

    def install(self, using: str, **_of_migrate: Any) -> None:
        """After `migrate` and `flush`."""
        database = connections[using]
        wanted, sha256 = self._plan(using)
        if not {one.table for one in wanted} <= set(database.introspection.table_names()):
            return
        vendor = database.vendor
        with database.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {self.name} ({COLUMNS[vendor]}, "
                f"row_id bigint NOT NULL, noted_at bigint NOT NULL DEFAULT ({NOW[vendor]}))"
            )
            if vendor == "postgresql":
                index = f"{self.name}_number"
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {self.name} (number)")
        if not triggers.is_installed(self.name, wanted, sha256, using):
            triggers.make_table(using)
            triggers.replace(self.name, wanted, sha256, using)
        # What was changed without triggers is not noted.
        with database.cursor() as cursor:
            cursor.execute(self._note(f"SELECT {EVERY_ROW} AS found_id"))

    def uninstall(self, using: str, plan: object = True, **_of_migrate: Any) -> None:
        """Before `migrate` changes tables."""
        if plan:
            triggers.remove(self.name, using)

    def delete_old(self) -> None:
        vendor = self._vendor()
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.name} WHERE noted_at < {NOW[vendor]} - {KEPT_FOR}")

    def _note(self, ids: str) -> str:
        return f"INSERT INTO {self.name} (row_id) SELECT found_id FROM ({ids}) AS found"

    @cache  # noqa: B019 - there is one object for each list, as long as the portal runs
    def _plan(self, alias: str) -> tuple[list[Trigger], str]:
        """The triggers and the hash of their SQL."""
        vendor = connections[alias].vendor
        wanted = row_triggers(f"{self.name}_", self.touches, lambda ids: (self._note(ids),), alias)
        if vendor == "postgresql":
            note = self._note(f"SELECT {EVERY_ROW} AS found_id")
            for number, table in enumerate(sorted({one.table for one in wanted})):
                wanted.append(Trigger(f"{self.name}__truncate_{number}", table, TRUNCATE, (note,)))
        return wanted, triggers.fingerprint(sql for one in wanted for sql in one.sql(vendor))

    def _vendor(self) -> str:
        return connections[DEFAULT_DB_ALIAS].vendor

    def _read(self, sql: str, *parameters: Any) -> list[Any]:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[Any] = cursor.fetchall()
        return rows
