"""Django's command that applies migrations, which also records their hashes."""

import gc
from typing import Any

from django.core.checks import registry
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS
from django.db.migrations import Migration

from roundtable.checks import check_schema, check_triggers
from roundtable.database import schema


class Command(migrate.Command):
    """Applies migrations, and records the hash of each of the portal's own."""

    alias = DEFAULT_DB_ALIAS

    def check(self, *args: Any, **kwargs: Any) -> None:
        # Without the checks that ask for this command.
        checks: Any = registry.registry.registered_checks
        checks -= {check_schema, check_triggers}
        try:
            super().check(*args, **kwargs)
        finally:
            checks |= {check_schema, check_triggers}

    def handle(self, *args: Any, **options: Any) -> None:
        self.alias = options["database"]
        if schema.mismatch(self.alias) == schema.MADE_BEFORE_HASHES:
            raise CommandError(f"Nothing was changed: {schema.MADE_BEFORE_HASHES}")
        # Each migration builds all models anew. To search these for garbage, with everything that
        # is imported, each time takes a third of the whole run.
        gc.freeze()
        gc.set_threshold(200_000, 20, 100)
        super().handle(*args, **options)
        if found := schema.mismatch(self.alias):
            self.stderr.write(f"Roundtable cannot start: {found}")

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        # Before the migration, so that a crash leaves no migration without a hash.
        if migration and action == "apply_start":
            schema.record(migration, self.alias)
        elif migration and action == "unapply_success":
            schema.forget(migration, self.alias)
        super().migration_progress_callback(action, migration, fake)
