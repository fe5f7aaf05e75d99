"""Named sets of database triggers, which `migrate` installs.

They are no migrations: SQLite drops the triggers of a table that it rebuilds, and refuses to rename
a table that another one's trigger names. So `migrate` removes them before it changes a table, and
installs them again afterwards.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps.registry import Apps
from django.db import connections, models, transaction

# Sets of earlier versions: rows that changed, for indexes in memory.
EARLIER = ("outcomes_changed_commitment", "participants_changed_delegate")
INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
TRUNCATE = "TRUNCATE"  # PostgreSQL only


class TriggerSet(models.Model):
    """The hash of the triggers that were installed under a name."""

    name = models.CharField(max_length=40, primary_key=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        # As in schema.py: no migration makes this table, and `flush` does not empty it.
        apps = Apps()
        app_label = "roundtable"
        db_table = "roundtable_trigger_set"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Trigger:
    """Statements that run for each changed row, in the transaction of the change.

    They and the condition name the row NEW, OLD, or both for an update. On PostgreSQL, a trigger
    for each statement can have several events, such as "INSERT OR DELETE". It names no row; with
    one event, it can name the rows of the statement as tables.
    """

    name: str  # begins with the name of its set and two underscores
    table: str
    event: str
    statements: tuple[str, ...]
    condition: str = ""
    for_each: str = "ROW"  # or "STATEMENT", on PostgreSQL only
    tables: str = ""  # of changed rows, such as "NEW TABLE AS new_rows"

    def sql(self, vendor: str) -> list[str]:
        body = " ".join(f"{statement};" for statement in self.statements)
        when = f" WHEN ({self.condition})" if self.condition else ""
        begin = f'CREATE TRIGGER "{self.name}" AFTER {self.event} ON "{self.table}"'
        if vendor == "sqlite":
            return [f"{begin}{when} BEGIN {body} END"]
        each = "STATEMENT" if self.event == TRUNCATE else self.for_each
        referencing = f" REFERENCING {self.tables}" if self.tables else ""
        return [
            f'CREATE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$body$ BEGIN {body} RETURN NULL; END $body$",
            f'{begin}{referencing} FOR EACH {each}{when} EXECUTE FUNCTION "{self.name}"()',
        ]


def fingerprint(statements: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


def is_installed(name: str, triggers: Sequence[Trigger], sha256: str, alias: str) -> bool:
    """Whether exactly these triggers are there, and were installed with this hash."""
    if not _has_table(alias):
        return False
    rows = TriggerSet._base_manager.using(alias).filter(name=name, sha256=sha256)
    return rows.exists() and _existing(name, alias) == {trigger.name for trigger in triggers}


def make_table(alias: str) -> None:
    """The table of installed sets, if it is not there; outside a transaction."""
    if not _has_table(alias):
        with connections[alias].schema_editor() as editor:
            editor.create_model(TriggerSet)


def replace(name: str, triggers: Sequence[Trigger], sha256: str, alias: str) -> None:
    """Removes the triggers of the name, and makes these."""
    connection = connections[alias]
    with transaction.atomic(using=alias):
        remove(name, alias)
        with connection.cursor() as cursor:
            for trigger in triggers:
                for statement in trigger.sql(connection.vendor):
                    cursor.execute(statement)
        TriggerSet._base_manager.using(alias).create(name=name, sha256=sha256)


def remove(name: str, alias: str) -> None:
    """Until they are installed again, `is_installed()` says no."""
    if not _has_table(alias):
        return
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            for trigger in sorted(_existing(name, alias)):
                if connections[alias].vendor == "sqlite":
                    cursor.execute(f'DROP TRIGGER "{trigger}"')
                else:  # the trigger goes with its function
                    cursor.execute(f'DROP FUNCTION "{trigger}" CASCADE')
        TriggerSet._base_manager.using(alias).filter(name=name).delete()


def remove_earlier(using: str, plan: object, **_of_migrate: Any) -> None:
    """Before `migrate` changes tables."""
    if plan:
        for name in EARLIER:
            remove(name, using)


def _has_table(alias: str) -> bool:
    return TriggerSet._meta.db_table in connections[alias].introspection.table_names()


def _existing(name: str, alias: str) -> set[str]:
    if connections[alias].vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        # Those that are disabled do not count.
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return {row[0] for row in cursor.fetchall() if row[0].startswith(f"{name}__")}
