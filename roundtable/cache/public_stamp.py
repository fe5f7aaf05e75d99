"""The stamp of all that anyone may see: as long as it is the same, so is each public page.

Triggers change it in the transaction that changes a row, so bulk writes change it too. Each table
of the portal has them, except those that its app lists in `never_public`. Of a table in
`partly_public`, they leave out changes of its private part alone.

On SQLite, which has one writer at a time, the stamp is one row with a random number. On PostgreSQL,
writers must not wait for each other, and a number that is visible before the change that it belongs
to would mark an old page as new. So each transaction adds a row of its own, which others see once
they see its changes; the stamp is the number and the sum of the rows that one sees.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, models, transaction
from django.db.models.signals import post_migrate, pre_migrate

from roundtable.cache.private_part import PrivatePart
from roundtable.database import triggers
from roundtable.database.outages import Outage, outage_of
from roundtable.database.schema import own_apps
from roundtable.database.triggers import DELETE, INSERT, TRUNCATE, UPDATE, Trigger

Stamp = tuple[int, int]  # number and sum of the rows

NAME = "public_stamp"  # of the set of triggers
TABLE = "roundtable_public_stamp"
MAX_ROWS = 100  # more are replaced by one
CHECK_INTERVAL = 60.0  # seconds until the triggers are looked for again
PAUSE = 10.0  # seconds without a stamp after the database did not answer
READ = f"SELECT count(*), sum(number) FROM {TABLE}"

_ADD_ROW = f"""
    DECLARE own bigint := hashtextextended(
        pg_current_xact_id()::text || extract(epoch FROM now())::text, 0
    );
    BEGIN
        INSERT INTO {TABLE} (number) VALUES (own) ON CONFLICT DO NOTHING;
        IF FOUND AND (SELECT count(*) FROM {TABLE}) > {MAX_ROWS} THEN
            DELETE FROM {TABLE} WHERE number IN (
                SELECT number FROM {TABLE} WHERE number <> own FOR UPDATE SKIP LOCKED
            );
        END IF;
    END
"""


def own_models() -> Iterator[tuple[type[models.Model], str, PrivatePart | None]]:
    """Each model of the portal, with its reason in `never_public` and part in `partly_public`."""
    for label in sorted(own_apps()):
        config = apps.get_app_config(label)
        reasons: dict[str, str] = getattr(config, "never_public", {})
        parts: dict[str, PrivatePart] = getattr(config, "partly_public", {})
        for model in config.get_models(include_auto_created=True):
            yield model, reasons.get(model.__name__, ""), parts.get(model.__name__)


def wanted_triggers(vendor: str) -> list[Trigger]:
    return [
        trigger
        for model, reason, part in own_models()
        if not reason
        for trigger in _triggers(model, part, vendor)
    ]


def _triggers(model: type[models.Model], part: PrivatePart | None, vendor: str) -> list[Trigger]:
    table = model._meta.db_table
    change = f"UPDATE {TABLE} SET number = random()" if vendor == "sqlite" else _ADD_ROW
    if vendor != "sqlite" and not part:
        events = " OR ".join([INSERT, UPDATE, DELETE, TRUNCATE])
        return [Trigger(f"{NAME}__{table}", table, events, (change,), for_each="STATEMENT")]
    found = [
        Trigger(
            f"{NAME}__{table}_{event.lower()}",
            table,
            event,
            (change,),
            condition=_condition(model, part, event, vendor) if part else "",
        )
        for event in (INSERT, UPDATE, DELETE)
    ]
    if vendor != "sqlite":
        found.append(Trigger(f"{NAME}__{table}_truncate", table, TRUNCATE, (change,)))
    return found


def _condition(model: type[models.Model], part: PrivatePart, event: str, vendor: str) -> str:
    """Whether a change of a row concerns more than the private part."""
    rows = {INSERT: ["NEW"], UPDATE: ["OLD", "NEW"], DELETE: ["OLD"]}[event]
    private = " AND ".join(f"({part.rows.format(row=row)})" for row in rows)
    if not part.columns:
        return f"({private}) IS NOT TRUE"
    if event != UPDATE:
        return ""
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    changed = [
        f'OLD."{field.column}" {differs} NEW."{field.column}"'
        for field in model._meta.concrete_fields
        if field.name not in part.columns
    ]
    return " OR ".join([*changed, f"({private}) IS NOT TRUE"])


def _plan(alias: str) -> tuple[list[Trigger], str]:
    """The triggers and the hash of their SQL."""
    vendor = connections[alias].vendor
    wanted = wanted_triggers(vendor)
    return wanted, triggers.fingerprint(sql for one in wanted for sql in one.sql(vendor))


def install(using: str, **_signal: Any) -> None:
    """After `migrate` and `flush`; a part of the schema has no stamp."""
    global _next_check
    database = connections[using]
    wanted, sha256 = _plan(using)
    if not {one.table for one in wanted} <= set(database.introspection.table_names()):
        return
    with database.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (number bigint PRIMARY KEY)")
    if not triggers.is_installed(NAME, wanted, sha256, using):
        triggers.make_table(using)
        triggers.replace(NAME, wanted, sha256, using)
    with transaction.atomic(using=using), database.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s)", [secrets.randbits(60)])
    _next_check = 0.0


def suspend(using: str, plan: object, **_signal: Any) -> None:
    """Before migrations: there is no stamp until install() follows."""
    database = connections[using]
    if not plan or TABLE not in database.introspection.table_names():
        return
    with transaction.atomic(using=using), database.cursor() as cursor:
        # Waits for all that still change a table.
        triggers.remove(NAME, using)
        cursor.execute(f"DELETE FROM {TABLE}")


pre_migrate.connect(suspend, sender=apps.get_app_config("roundtable"))
post_migrate.connect(install, sender=apps.get_app_config("roundtable"))


def is_complete() -> bool:
    """Whether each change of a public table changes the stamp."""
    return triggers.is_installed(NAME, *_plan(DEFAULT_DB_ALIAS), DEFAULT_DB_ALIAS)


_next_check = 0.0  # as monotonic() counts
_was_complete = False
_silent_until = 0.0


_read: ContextVar[list[Stamp | None] | None] = ContextVar("read", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """For a request that changes nothing: its whole page is as new as its first stamp."""
    token = _read.set([])
    try:
        yield
    finally:
        _read.reset(token)


def read_stamp() -> Stamp | None:
    """None if it is not known.

    Read it before the page: what is shown is then as new as the stamp, or newer.
    """
    # In a transaction, one sees one's own changes, which may not last.
    if connection.in_atomic_block:
        return None
    read = _read.get()
    if read:
        return read[0]
    stamp = _read_stamp()
    if read is not None:
        read.append(stamp)
    return stamp


def _read_stamp() -> Stamp | None:
    global _silent_until
    database: Any = connection
    if monotonic() < _silent_until:
        return None
    try:
        if not _was_complete_lately():
            return None
        # Whether the connection still works shows now, so Django need not ask that too.
        database.health_check_done = True
        with connection.cursor() as cursor:
            cursor.execute(READ)
            number, total = cursor.fetchone()
    except Error as problem:
        if outage_of(problem) is Outage.AWAY:
            connection.close()
        _silent_until = monotonic() + PAUSE
        return None
    return (number, int(total)) if number else None


def _was_complete_lately() -> bool:
    global _next_check, _was_complete
    if monotonic() >= _next_check:
        _was_complete = is_complete()
        _next_check = monotonic() + CHECK_INTERVAL
    return _was_complete
