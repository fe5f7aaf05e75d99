"""The private folder of an upload: the file, the parsed pages, the preview and the progress.

All of them are sealed, each for its place.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from outcomes.models import Upload
from participants.models import User
from roundtable.encryption import DecryptionError, seal, unseal

KEEP_FINISHED_FOR = timedelta(minutes=50)  # the clean-up then deletes it within the hour
KEEP_UNFINISHED_FOR = timedelta(hours=48)
TASK_RETENTION = timedelta(days=7)
MAX_OPEN_UPLOADS = 5  # per person


def uploads_folder() -> Path:
    found: Path = settings.DATA_DIR / "uploads"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def folder_path(upload: Upload) -> Path:
    return uploads_folder() / upload.key


def file_path(upload: Upload) -> Path:
    return folder_path(upload) / "file"


def create_upload(
    *, user: User, chunks: Iterable[bytes], event: Any, at: datetime, file_name: str = ""
) -> Upload:
    """Stores a file; if its owner has too many, deletes the oldest."""
    for old in Upload.objects.filter(user=user, finished_at=None).order_by("-uploaded_at", "-pk")[
        MAX_OPEN_UPLOADS - 1 :
    ]:
        delete_upload(old, at)
    upload = Upload.objects.create(
        user=user,
        event=event,
        file_name=file_name[:200],
        uploaded_at=at,
        state=Upload.State.WAITING,
        next_task=Upload.Task.PREVIEW,
    )
    folder_path(upload).mkdir(mode=0o700)
    _write_sealed(file_path(upload), b"".join(chunks))
    return upload


def read_file(upload: Upload) -> bytes:
    path = file_path(upload)
    return unseal(path.read_bytes(), _place(path))


def file_hash(upload: Upload) -> str:
    return hashlib.sha256(read_file(upload)).hexdigest()


@contextmanager
def working_on(upload: Upload) -> Iterator[bool]:
    """False if another worker has this upload, or it is deleted.

    The system frees the lock when the worker ends, however that ends. So the page and the next
    worker know whether someone works on it, without a clock.
    """
    try:
        file = _open_private(folder_path(upload) / "lock")
    except FileNotFoundError:
        yield False
        return
    with file:
        yield _has_lock(file)


def _has_lock(file: Any) -> bool:
    for _attempt in range(20):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(0.05)  # perhaps a page looks at it just now
        else:
            return True
    return False


def is_worked_on(upload: Upload) -> bool:
    path = folder_path(upload) / "lock"
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def write_json(upload: Upload, name: str, content: Any) -> None:
    try:
        _write_sealed(folder_path(upload) / f"{name}.json", json.dumps(content).encode())
    except FileNotFoundError:
        return  # the upload was deleted in the meantime


def read_json(upload: Upload, name: str) -> Any:
    """The content that `write_json` stored, or None if it is gone, or the key that opens it."""
    path = folder_path(upload) / f"{name}.json"
    try:
        return json.loads(unseal(path.read_bytes(), _place(path)))
    except (FileNotFoundError, DecryptionError):
        return None


def seal_stored() -> None:
    """For a migration, which may be run again."""
    for path in [*uploads_folder().glob("*/file"), *uploads_folder().glob("*/*.json")]:
        content = path.read_bytes()
        try:
            unseal(content, _place(path))
        except DecryptionError:
            _write_sealed(path, content)


def delete_upload(upload: Upload, at: datetime) -> None:
    """Deletes the file. If a part of it is stored, the import has ended with that."""
    shutil.rmtree(folder_path(upload), ignore_errors=True)
    if upload.imported_rows.exists():
        Upload.objects.filter(pk=upload.pk, finished_at=None).update(
            state=Upload.State.DONE, finished_at=at
        )
    else:
        upload.delete()


def delete_old_tasks(at: datetime) -> int:
    old = DBTaskResult.objects.filter(backend_name="imports", enqueued_at__lt=at - TASK_RETENTION)
    return old.delete()[0]


def delete_expired_uploads(at: datetime) -> int:
    """Deletes the files of finished imports, abandoned uploads and stray folders.

    Returns how many files. Of a finished import, the row stays, and what its rows became.
    """
    files = 0
    for upload in Upload.objects.filter(finished_at__lte=at - KEEP_FINISHED_FOR):
        files += folder_path(upload).exists()
        shutil.rmtree(folder_path(upload), ignore_errors=True)
    for upload in Upload.objects.filter(
        finished_at=None, uploaded_at__lte=at - KEEP_UNFINISHED_FOR
    ):
        files += 1
        delete_upload(upload, at)
    keys = set(Upload.objects.values_list("key", flat=True))
    # A folder without a row may belong to an upload that is being created, so only old ones.
    for path in uploads_folder().iterdir():
        if path.name not in keys and path.stat().st_mtime < (at - KEEP_FINISHED_FOR).timestamp():
            shutil.rmtree(path, ignore_errors=True)
    return files


def _write_sealed(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    with _open_private(temporary) as file:
        file.write(seal(content, _place(path)))
    # An atomic rename: a reader sees the old file or the new one, never half of it.
    temporary.replace(path)


def _place(path: Path) -> str:
    return f"upload:{path.parent.name}/{path.name}"


def _open_private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
