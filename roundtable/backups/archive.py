"""One encrypted file with all that a portal needs to stand up again.

A tar archive in the age format: what it is (`backup.json`), the database, the files of marks and
seals, and the evidence. The server has the public key only, so it cannot read its own backups.
"""

import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from roundtable.backups.databases import Counts

DESCRIPTION, DATABASE, EVIDENCE = "backup.json", "database", "evidence"
LEDGERS = ("ERASURE_LEDGER", "SEAL_LEDGER")
# In BACKUP_RECIPIENT, if others back up the portal.
MADE_BY_OTHERS = "none"


@dataclass(frozen=True)
class Description:
    """What a backup is, so that one that does not fit changes nothing."""

    made_at: str
    vendor: str
    migrations: list[str]
    rows: Counts


def describe(rows: Counts, at: datetime) -> Description:
    applied = MigrationRecorder(connection).applied_migrations()
    names = sorted(f"{app}.{name}" for app, name in applied)
    return Description(at.isoformat(), connection.vendor, names, rows)


def parse_recipient(text: str) -> Any:
    """The public key. Raises ValueError, without the text, which may be the secret key."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ValueError(
            _("BACKUP_RECIPIENT is no public key of age; such a key begins with age1.")
        ) from None


def write(to: Path, folder: Path, description: Description, key: Any) -> None:
    """`folder` has the copy of the database, `key` comes from parse_recipient()."""
    (folder / DESCRIPTION).write_text(json.dumps(asdict(description)))
    unfinished = to.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    with _piped(lambda target: _fill(target, folder)) as content, unfinished.open("wb") as file:
        pyrage.encrypt_io(content, file, [key])
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(to)


def _fill(target: BinaryIO, folder: Path) -> None:
    with tarfile.open(fileobj=target, mode="w|") as archive:
        for name in (DESCRIPTION, DATABASE):
            archive.add(folder / name, name)
        # After the database: what it names is in them.
        for name in LEDGERS:
            if (path := Path(getattr(settings, name))).exists():
                archive.add(path, name)
        if (evidence := Path(settings.DATA_DIR) / EVIDENCE).exists():
            archive.add(evidence, EVIDENCE)


def extract(
    path: Path, folder: Path, identity: str, require_fitting: Callable[[Description], None]
) -> Description:
    """Raises ValueError if it is not a backup, or not for this key.

    What the backup is comes first in it, so one that does not fit is not unpacked.
    """
    description = None
    lines = [line for line in identity.splitlines() if line.startswith("AGE-SECRET-KEY-")]
    try:
        (key,) = map(pyrage.x25519.Identity.from_str, lines)
    except pyrage.IdentityError as problem:
        raise ValueError(str(problem)) from None
    with path.open("rb") as file:
        decrypting = _piped(lambda target: pyrage.decrypt_io(file, target, [key]))
        try:
            with decrypting as content, tarfile.open(fileobj=content, mode="r|") as archive:
                for member in archive:
                    archive.extract(member, folder, filter="data")
                    if member.name == DESCRIPTION:
                        values = json.loads((folder / DESCRIPTION).read_text())
                        description = Description(**values)
                        require_fitting(description)
        except (pyrage.DecryptError, tarfile.TarError, OSError) as problem:
            raise ValueError(str(problem)) from None
    if description is None:
        raise ValueError
    return description


@contextmanager
def _piped(write_all: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """What the function writes, read while it writes; raises what it raises."""
    failures: list[Exception] = []
    end, beginning = os.pipe()

    def work() -> None:
        try:
            with os.fdopen(beginning, "wb") as target:
                write_all(target)
        except Exception as problem:
            failures.append(problem)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        with os.fdopen(end, "rb") as content:
            yield content
    finally:
        thread.join()
    if failures:
        raise failures[0]
