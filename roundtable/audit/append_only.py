"""Files outside the database that are only appended to, by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

MAX_LINE_BYTES = 1000


@contextmanager
def locked_file(path: Path) -> Iterator[BinaryIO]:
    """Creates the file if needed, readable by its owner only. Raises OSError."""
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    if is_new:
        _sync_folder(path.parent)


def append_lines(file: BinaryIO, lines: str) -> None:
    """On disk when it returns."""
    # A line that a crash cut off must not damage the next one.
    size = file.seek(0, os.SEEK_END)
    if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
        lines = "\n" + lines
    file.write(lines.encode())
    file.flush()
    os.fsync(file.fileno())


def last_lines(file: BinaryIO) -> list[bytes]:
    """The last one first, at least two if there are as many. The earliest may be cut off."""
    size = file.seek(0, os.SEEK_END)
    length = min(size, 3 * MAX_LINE_BYTES)
    return os.pread(file.fileno(), length, size - length).splitlines()[::-1]


def _sync_folder(folder: Path) -> None:
    # The name of a new file is on disk only after its folder is synced.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
