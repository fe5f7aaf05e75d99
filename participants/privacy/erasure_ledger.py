"""The erasure ledger: marks in the database, copied to a file outside the backups."""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from participants.models import Erasure, User

MAX_LINE_BYTES = 500
HEX_DIGITS = frozenset("0123456789abcdef")
EMPTY_VALUE = ""  # the key's own mark is computed from this


class WrongErasureKeyError(Exception):
    """The ledger was written with another key, so no mark would match."""


@dataclass(frozen=True, order=True)
class ErasureMark:
    """A ledger entry for a handle, an account, an address or the key itself."""

    kind: str
    mark: str
    at: datetime


def compute_mark(kind: str, value: str) -> str:
    """HMAC of a handle, an account or an address, without regard to case."""
    content = f"{kind}:{value.strip().lower()}"
    return hmac.new(settings.ERASURE_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


def account_identifier(user: User) -> str:
    """What the mark of an account is computed from. It is the same in every backup."""
    return f"{user.pk} {user.joined_at.astimezone(UTC).isoformat()}"


def check_erasure_key(marks: Iterable[ErasureMark]) -> None:
    key_mark = compute_mark(Erasure.Kind.KEY, EMPTY_VALUE)
    if any(mark.kind == Erasure.Kind.KEY and mark.mark != key_mark for mark in marks):
        raise WrongErasureKeyError


def record_marks(marks: Iterable[ErasureMark]) -> None:
    """Writes marks to table and file. Call it last within a transaction.

    Raises OSError if the file cannot be written, so that nothing is erased without a mark.
    """
    new_marks = set(marks)
    key_mark = compute_mark(Erasure.Kind.KEY, EMPTY_VALUE)
    if not Erasure.objects.filter(kind=Erasure.Kind.KEY, mark=key_mark).exists():
        new_marks |= {
            ErasureMark(Erasure.Kind.KEY, key_mark, mark.at) for mark in sorted(new_marks)[:1]
        }
    # The file is written before the commit. A crash in between leaves a mark too many, never one
    # too few.
    append_to_ledger([mark for mark in sorted(new_marks) if save_mark(mark)])


def save_mark(mark: ErasureMark) -> bool:
    """Returns False if the mark is already in the table."""
    _row, is_new = Erasure.objects.get_or_create(kind=mark.kind, mark=mark.mark, at=mark.at)
    return is_new


def append_to_ledger(marks: Iterable[ErasureMark]) -> None:
    lines = "".join(_format_line(mark) for mark in marks)
    if not lines:
        return
    path = Path(settings.ERASURE_LEDGER)
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A line that a crash cut off must not damage the next one.
        size = file.seek(0, os.SEEK_END)
        if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
            lines = "\n" + lines
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # The name of a new file is on disk only after its folder is synced.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _format_line(mark: ErasureMark) -> str:
    content = {"kind": mark.kind, "mark": mark.mark, "at": mark.at.astimezone(UTC).isoformat()}
    return json.dumps(content) + "\n"


def read_ledger() -> Iterator[tuple[int, ErasureMark | None]]:
    """Line numbers with marks; None for a damaged line."""
    path = Path(settings.ERASURE_LEDGER)
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield number, _parse_line(line)
            except ValueError:
                yield number, None


def _parse_line(line: bytes) -> ErasureMark:
    if len(line) > MAX_LINE_BYTES:  # longer than any line we write, so do not parse it
        raise ValueError("too long")
    content = json.loads(line)  # raises ValueError for invalid UTF-8 or JSON
    if not isinstance(content, dict) or set(content) != {"kind", "mark", "at"}:
        raise ValueError("not a mark")
    kind, mark, at = content["kind"], content["mark"], content["at"]
    if not all(isinstance(value, str) for value in (kind, mark, at)):
        raise ValueError("not texts")
    moment = datetime.fromisoformat(at)
    if kind not in Erasure.Kind.values or len(mark) != 64 or not HEX_DIGITS.issuperset(mark):
        raise ValueError("not a mark")
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return ErasureMark(kind, mark, moment.astimezone(UTC))


def saved_marks() -> Iterator[ErasureMark]:
    for row in Erasure.objects.order_by("pk").iterator():
        yield ErasureMark(row.kind, row.mark, row.at.astimezone(UTC))
