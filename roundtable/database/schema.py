"""Checks that the migrations of this version of the portal made the database.

Django identifies a migration only by its name, so it does not notice that a file was edited after
it was applied. So `manage.py migrate` records the SHA-256 of each of the portal's own migrations,
and the portal starts only if they match.
"""

import hashlib
import inspect
import logging
import sys
from pathlib import Path

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from roundtable.database.outages import Outage, outage_of
from roundtable.database.sealed import key_fault

log = logging.getLogger(__name__)
Key = tuple[str, str]  # app label, name of the migration
# Nothing can upgrade such a database, so the sentence does not name the command that would try.
MADE_BEFORE_HASHES = (
    "the database was made before version 0.1.0; use a new, empty database, and import your "
    "roundtables into it."
)


class MigrationHash(models.Model):
    """The hash of a migration's file when it was applied."""

    app = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)

    class Meta:
        # Like Django's own table of applied migrations, this one is created by `migrate` and not
        # by a migration: it must exist before the first one, and `flush` must not empty it.
        apps = Apps()
        app_label = "roundtable"
        db_table = "roundtable_migration_hash"
        unique_together = [("app", "name")]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"


def hash_of(path: Path) -> str:
    """Does not depend on line endings."""
    return hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()


def own_apps() -> set[str]:
    return {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }


def recorded(alias: str) -> dict[Key, str]:
    """Empty if the database was made before hashes were recorded."""
    if MigrationHash._meta.db_table not in connections[alias].introspection.table_names():
        return {}
    rows = MigrationHash._base_manager.using(alias).values_list("app", "name", "sha256")
    return {(app, name): sha256 for app, name, sha256 in rows}


def record(migration: Migration, alias: str) -> None:
    """Saves the hash of a migration that is about to be applied, and of those it replaces.

    Replaces the hash of an attempt that failed. Do not call it for a migration that was applied.
    """
    if migration.app_label not in own_apps():
        return
    if MigrationHash._meta.db_table not in connections[alias].introspection.table_names():
        with connections[alias].schema_editor() as editor:
            editor.create_model(MigrationHash)
    folder = Path(inspect.getfile(type(migration))).parent
    for app, name in _names(migration):
        MigrationHash._base_manager.using(alias).update_or_create(
            app=app, name=name, defaults={"sha256": hash_of(folder / f"{name}.py")}
        )


def forget(migration: Migration, alias: str) -> None:
    for app, name in recorded(alias).keys() & _names(migration):
        MigrationHash._base_manager.using(alias).filter(app=app, name=name).delete()


def _names(migration: Migration) -> list[Key]:
    """Django saves all of these as applied."""
    return [(migration.app_label, migration.name), *migration.replaces]


def mismatch(alias: str = DEFAULT_DB_ALIAS) -> str:
    """Which applied migrations differ from the files, in one sentence; empty if none do."""
    own, hashes = own_apps(), recorded(alias)
    loader = MigrationLoader(connections[alias])
    applied = sorted(key for key in loader.applied_migrations if key[0] in own)
    files = loader.disk_migrations
    # Where the migrations that a squashed one replaces were applied, Django counts it as applied.
    # It did not run, and their hashes are checked instead.
    applied = [
        key for key in applied if key in hashes or key not in files or not files[key].replaces
    ]
    if any(key not in hashes for key in applied):
        return MADE_BEFORE_HASHES
    if newer := [key for key in applied if key not in files]:
        return (
            f"the database has {_named(newer)}, which this version of the portal does not know; "
            "install the version that applied it."
        )
    if edited := [
        key for key in applied if hashes[key] != hash_of(Path(inspect.getfile(type(files[key]))))
    ]:
        return (
            f"the database was made with another version of {_named(edited)}; install that "
            "version of the portal, or import an export from it into a new database."
        )
    return ""


def fault(alias: str = DEFAULT_DB_ALIAS) -> str:
    """Why the portal cannot use the database, in one sentence; empty if it can."""
    if found := mismatch(alias):
        return found
    loader = MigrationLoader(connections[alias])
    lacking = loader.graph.nodes.keys() - loader.applied_migrations.keys()
    if not lacking:
        return ""
    number = f"{len(lacking)} migration{'s' if len(lacking) > 1 else ''}"
    return f"the database lacks {number}; run manage.py migrate, then start again."


def require() -> None:
    """Exits with one sentence if the portal cannot use the database."""
    try:
        found = fault() or key_fault()
    except Error as problem:
        # The database may be back soon, and RetryMiddleware waits for it.
        if outage_of(problem) is Outage.AWAY:
            log.warning("The database cannot be reached, so its migrations were not checked.")
            return
        found = f"the database cannot be used ({str(problem).strip().splitlines()[0]})."
    finally:
        # gunicorn forks after this, and two processes must not share a connection.
        connections[DEFAULT_DB_ALIAS].close()
    if found:
        sys.exit(f"Roundtable cannot start: {found}")


def _named(keys: list[Key]) -> str:
    first = ".".join(keys[0])
    return first if len(keys) == 1 else f"{first} (and {len(keys) - 1} more)"
