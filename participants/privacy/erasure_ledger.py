"""The ledger of erasures: marks in the database, mirrored to a file that no backup holds."""

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

MAX_LINE_BYTES = 500  # octets
HEX_DIGITS = frozenset("0123456789abcdef")
EMPTY_VALUE = ""  # what the mark of the key itself is made from


class WrongErasureKeyError(Exception):
    """The ledger was written with another key, so that it would be read as empty."""


@dataclass(frozen=True, order=True)
class ErasureMark:
    """What stands in the ledger for one handle or one address."""

    kind: str
    mark: str
    at: datetime


def compute_mark(kind: str, value: str) -> str:
    """The mark of a handle or an address, whatever the case it was written in."""
    content = f"{kind}:{value.strip().lower()}"
    return hmac.new(settings.ERASURE_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


def account_identifier(user: User) -> str:
    """What the mark of an account is made from: the same in every backup of it."""
    return f"{user.pk} {user.joined_at.astimezone(UTC).isoformat()}"


def check_erasure_key(marks: Iterable[ErasureMark]) -> None:
    """Raises OtherKey where marks of the ledger were made with another key than today's."""
    key_mark = compute_mark(Erasure.Kind.KEY, EMPTY_VALUE)
    if any(mark.kind == Erasure.Kind.KEY and mark.mark != key_mark for mark in marks):
        raise WrongErasureKeyError


def record_marks(marks: Iterable[ErasureMark]) -> None:
    """Writes marks to the table and to the file, to call last within a transaction.

    The file comes before the commit: a crash in between leaves a mark too many, which erases
    somebody who had asked for it, and never one too few. Raises OSError where the file cannot be
    written, so that nothing is erased without a mark.
    """
    new_marks = set(marks)
    key_mark = compute_mark(Erasure.Kind.KEY, EMPTY_VALUE)
    if not Erasure.objects.filter(kind=Erasure.Kind.KEY, mark=key_mark).exists():
        new_marks |= {
            ErasureMark(Erasure.Kind.KEY, key_mark, mark.at) for mark in sorted(new_marks)[:1]
        }
    append_to_ledger([mark for mark in sorted(new_marks) if save_mark(mark)])


def save_mark(mark: ErasureMark) -> bool:
    """Writes a mark to the table alone; false where it stands there already."""
    _row, is_new = Erasure.objects.get_or_create(kind=mark.kind, mark=mark.mark, at=mark.at)
    return is_new


def append_to_ledger(marks: Iterable[ErasureMark]) -> None:
    """Adds lines at the end of the file and waits until the disk has them."""
    lines = "".join(_format_line(mark) for mark in marks)
    if not lines:
        return
    path = Path(settings.ERASURE_LEDGER)
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A line that a crash broke off must not spoil the next one.
        size = file.seek(0, os.SEEK_END)
        if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
            lines = "\n" + lines
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # The name of a new file is on the disk only once its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _format_line(mark: ErasureMark) -> str:
    content = {"kind": mark.kind, "mark": mark.mark, "at": mark.at.astimezone(UTC).isoformat()}
    return json.dumps(content) + "\n"


def read_ledger() -> Iterator[tuple[int, ErasureMark | None]]:
    """Each line of the file with its number, and its mark; None where it is damaged."""
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
    if len(line) > MAX_LINE_BYTES:  # which no JSON of ours is, nor need be parsed
        raise ValueError("too long")
    content = json.loads(line)  # what is not UTF-8 or not JSON is a ValueError
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
    """The marks in the table."""
    for row in Erasure.objects.order_by("pk").iterator():
        yield ErasureMark(row.kind, row.mark, row.at.astimezone(UTC))
