"""The command that puts a backup in place of the database."""

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from roundtable.backups import archive, databases
from roundtable.backups.archive import Description
from roundtable.backups.databases import DamagedError


class Command(BaseCommand):
    """Replaces database, evidence and, where they are older, the files of marks and seals."""

    help = (
        "Restores a backup: the database, the evidence, the files of marks and seals. Erases "
        "again who was erased since, and verifies. Stop the portal first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument(
            "--key",
            required=True,
            metavar="FILE",
            help="The file with the secret key of the backups; - reads it from standard input.",
        )
        parser.add_argument(
            "--reason",
            required=True,
            help="Why the backup is restored; the log keeps it. Do not name people.",
        )
        parser.add_argument(
            "--replace", action="store_true", help="Lose what the database has now."
        )

    def handle(
        self, *args: Any, backup: Path, key: str, reason: str, replace: bool, **options: Any
    ) -> None:
        if not replace and _has_accounts():
            raise CommandError(
                _("The database is in use. Add --replace to lose all that it has now.")
            )
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as name:
            folder = Path(name)
            try:
                identity = sys.stdin.read() if key == "-" else Path(key).read_text()
                description = archive.extract(backup, folder, identity, _require_fitting)
            except OSError as problem:
                raise CommandError(f"{problem.filename}: {problem.strerror}.") from None
            except ValueError:
                raise CommandError(
                    _("This file is damaged, is no backup, or was made for another key.")
                ) from None
            try:
                databases.load(folder / archive.DATABASE)
            except DamagedError as problem:
                raise CommandError(_("The backup could not be restored: %s") % problem) from None
            _restore_files(folder)
        connection.close()
        call_command("migrate", verbosity=0, stdout=self.stdout)
        call_command("replay_erasures", stdout=self.stdout)
        call_command("verify", after_restore=reason, stdout=self.stdout)
        self.stdout.write(
            _("The backup of %s is restored. Now start the portal.") % description.made_at
        )


def _has_accounts() -> bool:
    tables = connection.introspection.table_names()
    if "participants_user" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM participants_user")
        return bool(cursor.fetchone()[0])


def _require_fitting(description: Description) -> None:
    """Raises CommandError for a backup of a newer portal, or of another kind of database."""
    if description.vendor != connection.vendor:
        raise CommandError(
            _("The backup is of %(backup)s, and DATABASE_URL is of %(own)s. Nothing is changed.")
            % {"backup": description.vendor, "own": connection.vendor}
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if not known.issuperset(description.migrations):
        raise CommandError(
            _(
                "A newer version of the portal made the backup. Install that version first. "
                "Nothing is changed."
            )
        )


def _restore_files(folder: Path) -> None:
    for name in archive.LEDGERS:
        if (kept := folder / name).exists():
            restore_ledger(kept, Path(getattr(settings, name)), is_set=name == "ERASURE_LEDGER")
    for path in (folder / archive.EVIDENCE).rglob("*"):
        target = Path(settings.DATA_DIR) / path.relative_to(folder)
        if path.is_dir():
            target.mkdir(mode=0o700, exist_ok=True)
        elif not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.move(path, target)


def restore_ledger(kept: Path, path: Path, *, is_set: bool) -> None:
    """Never puts an older file in place of a newer one.

    Marks of erasures are added to those there. The file of seals stays if it continues the one in
    the backup; else it is set aside, for it is of another portal or lost its end.
    """
    lines = kept.read_bytes().splitlines(keepends=True)
    own = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    if own[: len(lines)] == lines:
        return
    if own and not is_set:
        path.rename(path.with_suffix(".before-restore"))
    path.touch(mode=0o600)
    path.write_bytes(b"".join(dict.fromkeys([*lines, *own]) if is_set else lines))
