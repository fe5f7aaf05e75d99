"""The command that makes an encrypted backup, and tries once a week whether it can be restored."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from roundtable.backups import archive, databases, retention
from roundtable.backups.databases import Counts, DamagedError
from roundtable.workers.jobs import Job
from roundtable.workers.tick import REHEARSAL_JOB

# A day less than a week, because a command does not run on the minute.
REHEARSAL_INTERVAL = timedelta(days=6)
TEMPORARY = ".being-made-"


class Command(BaseCommand):
    """Writes one file into BACKUP_FOLDER, and deletes old ones there."""

    help = (
        "Writes an encrypted backup into BACKUP_FOLDER. Once a week it first restores the copy "
        "of the database beside the portal, counts its rows and verifies it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rehearse", action="store_true", help="Restore the copy now, not once a week only."
        )

    def handle(self, *args: Any, rehearse: bool, **options: Any) -> None:
        if settings.BACKUP_RECIPIENT == archive.MADE_BY_OTHERS:
            return
        if not (settings.BACKUP_FOLDER and settings.BACKUP_RECIPIENT):
            advice = _("Set BACKUP_FOLDER and BACKUP_RECIPIENT; see docs/operations.md.")
            raise CommandError(_("No backup is made. %s") % advice)
        try:
            key = archive.parse_recipient(settings.BACKUP_RECIPIENT)
        except ValueError as problem:
            raise CommandError(_("No backup is made. %s") % problem) from None
        at, target = timezone.now(), Path(settings.BACKUP_FOLDER)
        _remove_unfinished(target)
        failure = ""
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target) as name:
            folder = Path(name)
            ledgers = _copy_ledgers(folder)
            try:
                rows = databases.dump(folder / archive.DATABASE)
            except DamagedError as problem:
                raise CommandError(_("No backup is made. %s") % problem) from None
            if is_rehearsed := rehearse or _is_rehearsal_due(at):
                failure = _rehearse(folder / archive.DATABASE, rows, ledgers, at)
            path = retention.path_for(target, at, settings.BACKUP_RECIPIENT)
            archive.write(path, folder, archive.describe(rows, at), key)
        deleted = retention.delete_old(target)
        size = filesizeformat(path.stat().st_size)
        words = {"name": path.name, "size": size, "deleted": deleted}
        self.stdout.write(_("%(name)s: %(size)s. Deleted: %(deleted)d old backups.") % words)
        if failure:
            raise CommandError(_("The backup could not be restored: %s") % failure)
        if is_rehearsed:
            self.stdout.write(
                _("It was restored beside the portal: %d rows, and all seals are valid.")
                % sum(rows.values())
            )


def _remove_unfinished(folder: Path) -> None:
    """What a killed backup left: it has the database in the clear."""
    databases.drop_rehearsal()
    for left in folder.glob(f"{TEMPORARY}*"):
        shutil.rmtree(left)
    for left in folder.glob("*.unfinished"):
        left.unlink()


def _is_rehearsal_due(at: datetime) -> bool:
    job = Job.objects.filter(name=REHEARSAL_JOB).first()
    if job is None or job.done_at is None or job.failure:
        return True
    return not timedelta() <= at - job.done_at < REHEARSAL_INTERVAL


def _copy_ledgers(folder: Path) -> dict[str, str]:
    """As they were before the database was copied, so that its log is not behind them."""
    found = {}
    for name in archive.LEDGERS:
        copy, original = folder / f"{name}.before", Path(getattr(settings, name))
        if original.exists():
            shutil.copy(original, copy)
        found[name] = str(copy)
    return found


def _rehearse(copy: Path, rows: Counts, ledgers: dict[str, str], at: datetime) -> str:
    """Why the copy cannot be restored; nothing if it can. The job keeps both."""
    began = monotonic()
    try:
        with databases.rehearsed(copy) as address:
            failure = _check(address, rows, ledgers)
    except DamagedError as problem:
        failure = str(problem)
    values = {"started_at": at, "seconds": monotonic() - began, "failure": failure}
    if not failure:
        values["done_at"] = timezone.now()
    Job.objects.update_or_create(name=REHEARSAL_JOB, defaults=values)
    return failure


def _check(address: str, rows: Counts, ledgers: dict[str, str]) -> str:
    """In another process, so that nothing of this one speaks to the copy."""
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "check_copy"],
        env={**os.environ, **ledgers, "DATABASE_URL": address},
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr.strip()
