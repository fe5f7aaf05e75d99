"""The private folder of an upload: the file, what was read of it, and how far the worker is."""

import json
import os
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from outcomes.models import Upload
from participants.models import User

ENDED_FOR = timedelta(minutes=50)  # then file and row go: within the hour
OPEN_FOR = timedelta(days=1)  # that nobody went on with it
MOST_OPEN = 5  # of one person


def folder_of(upload: Upload) -> Path:
    """Where what belongs to an upload lies."""
    found: Path = settings.DATA_DIR / "uploads" / upload.key
    return found


def file_of(upload: Upload) -> Path:
    """The file as it came."""
    return folder_of(upload) / "file"


def keep(*, user: User, chunks: Iterable[bytes], event: Any, at: datetime) -> Upload:
    """Keeps a file for the person who brings it in; the oldest goes where there are too many."""
    for old in Upload.objects.filter(user=user).order_by("-uploaded_at", "-pk")[MOST_OPEN - 1 :]:
        forget(old)
    upload = Upload.objects.create(
        user=user,
        event=event,
        uploaded_at=at,
        state=Upload.State.WAITING,
        wants=Upload.Wants.LOOK,
    )
    folder = folder_of(upload)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    with _private(file_of(upload)) as file:
        for chunk in chunks:
            file.write(chunk)
    return upload


def note(upload: Upload, name: str, content: Any) -> None:
    """Writes something beside the file, at once or not at all."""
    path = folder_of(upload) / f"{name}.json"
    part = path.with_suffix(f".{os.getpid()}")
    try:
        with _private(part) as file:
            file.write(json.dumps(content).encode())
        part.replace(path)
    except FileNotFoundError:
        return  # it was forgotten meanwhile


def noted(upload: Upload, name: str) -> Any:
    """What was written so; None where nothing was."""
    try:
        return json.loads((folder_of(upload) / f"{name}.json").read_bytes())
    except FileNotFoundError:
        return None


def forget(upload: Upload) -> None:
    """Removes the file and all that is known of it."""
    shutil.rmtree(folder_of(upload), ignore_errors=True)
    upload.delete()


def forget_old(at: datetime) -> int:
    """Removes what ended an hour ago, what nobody went on with, and files of nobody; how many."""
    ended = Upload.objects.filter(ended_at__lte=at - ENDED_FOR)
    left = Upload.objects.filter(ended_at=None, uploaded_at__lte=at - OPEN_FOR)
    rows = [*ended, *left]
    for upload in rows:
        forget(upload)
    keys = set(Upload.objects.values_list("key", flat=True))
    folder: Path = settings.DATA_DIR / "uploads"
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in keys and path.stat().st_mtime < (at - ENDED_FOR).timestamp():
            shutil.rmtree(path, ignore_errors=True)
    return len(rows)


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
