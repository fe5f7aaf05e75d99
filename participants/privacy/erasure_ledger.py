"""The erasure ledger: marks in the database, copied to a file outside the backups.

A mark is in the table as soon as the erasure is committed, and in the file after that: an erasure
that is rolled back must not be repeated after a restore. What a crash kept from the file is
appended by the next erasure or by the daily command.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from participants.models import Erasure, User
from roundtable.audit.append_only import MAX_LINE_BYTES, append_lines, locked_file
from roundtable.history.redaction import overwrite_deleted_rows

log = logging.getLogger(__name__)
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
    """Writes marks to the table, and to the file after the commit. Call it within a transaction.

    Raises OSError if the file cannot be written, so that nothing is erased without a mark.
    """
    new_marks = set(marks)
    key_mark = compute_mark(Erasure.Kind.KEY, EMPTY_VALUE)
    if not Erasure.objects.filter(kind=Erasure.Kind.KEY, mark=key_mark).exists():
        new_marks |= {
            ErasureMark(Erasure.Kind.KEY, key_mark, mark.at) for mark in sorted(new_marks)[:1]
        }
    for mark in sorted(new_marks):
        save_mark(mark)
    with locked_file(Path(settings.ERASURE_LEDGER)):
        pass
    transaction.on_commit(_finish_erasure, robust=True)


def _finish_erasure() -> None:
    try:
        append_missing_marks()
    except OSError as problem:
        log.error("Marks could not be written to ERASURE_LEDGER (%s).", problem.strerror)
    overwrite_deleted_rows()


def save_mark(mark: ErasureMark) -> None:
    Erasure.objects.get_or_create(kind=mark.kind, mark=mark.mark, at=mark.at)


def append_missing_marks() -> int:
    """Returns how many marks of the table were not in the file. Raises OSError."""
    if not Erasure.objects.exists():
        return 0
    with locked_file(Path(settings.ERASURE_LEDGER)) as file:
        known = {mark for _number, mark in read_ledger()}
        missing = sorted(mark for mark in saved_marks() if mark not in known)
        if missing:
            append_lines(file, "".join(_format_line(mark) for mark in missing))
    return len(missing)


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
