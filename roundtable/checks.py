"""System checks: tables of this version, usable keys and files of seals, emails that leave."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from roundtable.backups.archive import MADE_BY_OTHERS, parse_recipient
from roundtable.cache.public_stamp import is_complete
from roundtable.database.schema import fault
from roundtable.database.sealed import key_fault
from roundtable.mail.health import given_up_emails, late_emails, silent_worker
from roundtable.responsibility import responsibility_faults
from roundtable.workers.tick import late_jobs

MIN_KEY_LENGTH = 32  # characters


@register(Tags.database)
def check_schema(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []):
        return []
    found = fault()
    return [Error(found[0].upper() + found[1:], id="roundtable.E001")] if found else []


@register(Tags.database)
def check_responsibility(
    databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """With the database, because it stops no start."""
    if DEFAULT_DB_ALIAS not in (databases or []):
        return []
    return [
        Warning(problem, hint="See docs/operations.md.", id="roundtable.W005")
        for problem in responsibility_faults()
    ]


@register()
def check_ledger_files(**options: Any) -> list[CheckMessage]:
    return [
        Error(f"{problem}.", hint="See docs/operations.md.", id="roundtable.E002")
        for problem in _ledger_problems()
    ]


@register()
def check_seal_key(**options: Any) -> list[CheckMessage]:
    key = settings.SEAL_KEY
    if len(key) >= MIN_KEY_LENGTH and key not in (settings.SECRET_KEY, settings.ERASURE_KEY):
        return []
    return [
        Warning(
            "SEAL_KEY is shorter than 32 characters, or the same as SECRET_KEY or ERASURE_KEY.",
            hint="Who writes to the database could make seals.",
            id="roundtable.W001",
        )
    ]


@register()
def check_data_key(**options: Any) -> list[CheckMessage]:
    key = settings.DATA_KEY
    others = (settings.SECRET_KEY, settings.ERASURE_KEY, settings.SEAL_KEY)
    if len(key) >= MIN_KEY_LENGTH and key not in others:
        return []
    return [
        Warning(
            "DATA_KEY is shorter than 32 characters, or the same as another key.",
            hint="Who guesses it, and has the database, reads what it keeps sealed.",
            id="roundtable.W006",
        )
    ]


@register(Tags.database)
def check_sealed_data(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []) or fault():
        return []
    found = key_fault()
    return [Error(found, hint="See docs/operations.md.", id="roundtable.E004")] if found else []


@register()
def check_backup_recipient(**options: Any) -> list[CheckMessage]:
    if settings.BACKUP_RECIPIENT in ("", MADE_BY_OTHERS):
        return []
    try:
        parse_recipient(settings.BACKUP_RECIPIENT)
    except ValueError as problem:
        return [Error(str(problem), hint="See docs/operations.md.", id="roundtable.E003")]
    return []


@register(Tags.database)
def check_emails(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []) or fault():
        return []
    now = timezone.now()
    # Not whether the worker runs: an upgrade stops it, and checks before it starts it again.
    sentences = [*silent_worker(now), *late_emails(now), *given_up_emails()]
    return [Warning(sentence, id="roundtable.W002") for sentence in sentences]


@register(Tags.database)
def check_jobs(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []) or fault():
        return []
    return [Warning(sentence, id="roundtable.W004") for sentence in late_jobs(timezone.now())]


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []) or fault() or is_complete():
        return []
    return [
        Warning(
            "Triggers of the database are missing, so each page is made again for each visitor.",
            hint="Run manage.py migrate.",
            id="roundtable.W003",
        )
    ]


def require_ledger_files() -> None:
    """Exits with one sentence if a file of marks or seals could not be written, or be read by all.

    For the web server, which runs no system checks.
    """
    for problem in _ledger_problems():
        sys.exit(f"Roundtable cannot start: {problem}. See docs/operations.md.")


def _ledger_problems() -> list[str]:
    if settings.DEBUG:
        return []
    found = []
    public = [settings.STATIC_ROOT, settings.MEDIA_ROOT, *settings.STATICFILES_DIRS]
    for name in ("ERASURE_LEDGER", "SEAL_LEDGER"):
        path = Path(getattr(settings, name)).resolve()
        if not path.parent.is_dir():
            found.append(f"the folder of {name}, {path.parent}, does not exist")
        elif not os.access(path.parent, os.W_OK | os.X_OK):
            found.append(f"the folder of {name}, {path.parent}, is not writable")
        elif path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            found.append(f"{name}, {path}, is not a file that can be read and written")
        elif any(path.is_relative_to(Path(folder).resolve()) for folder in public):
            found.append(f"{name} is in a folder that the web server shows; choose another folder")
    return found
