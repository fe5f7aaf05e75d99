"""A copy of the seals in a file outside the database, so that an earlier end does not pass.

Each line has the end of the log and the number of its keys at one moment. It may also name a text
that was published then, or say that a backup was restored. The lines are written after the commit,
so the log is never behind the file: if it is, entries were removed or a backup was restored.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from roundtable.audit.append_only import MAX_LINE_BYTES, append_lines, last_lines, locked_file
from roundtable.audit.models import AuditHead

log = logging.getLogger(__name__)
REMOVED = ""  # in place of the SHA-256 of a text
MAX_REASON = 120  # characters, so that a line is never too long
TextKey = tuple[str, int]  # label of the row, number of the version


@dataclass(frozen=True)
class Gap:
    """A time without entries that is as long as entries are kept."""

    entry: int  # the last one before
    count: int  # entries that there were
    since: datetime
    until: datetime


@dataclass
class Mirror:
    """What the file says: the last end of the log, and the SHA-256 of each published text."""

    entry: int = 0
    seal: str = ""
    keys: int = 0
    texts: dict[TextKey, str] = field(default_factory=dict)
    damaged: list[int] = field(default_factory=list)  # numbers of lines
    exists: bool = False
    at: datetime | None = None  # of the last entry whose time is known
    count: int = 0  # entries that there were then
    gaps: list[Gap] = field(default_factory=list)


def mirror_head_after_commit(head: AuditHead, at: datetime | None) -> None:
    """`at` is the time of the last entry, if there is a new one."""
    transaction.on_commit(partial(_mirror_head, head.sequence, head.seal, at), robust=True)


def mirror_text_after_commit(label: str, number: int, sha256: str) -> None:
    text = {"text": label, "version": number, "sha256": sha256}
    transaction.on_commit(partial(_append_after_commit, text), robust=True)


def _mirror_head(sequence: int, seal: str, at: datetime | None) -> None:
    with _logged_errors(), locked_file(Path(settings.SEAL_LEDGER)) as file:
        last = _last(file)
        # A transaction can make many entries, and only its last state is written.
        if last.get("entry", 0) <= sequence and last.get("head") != seal:
            append_state(file, last, {"at": at.isoformat()} if at else None)


def _append_after_commit(more: dict[str, Any]) -> None:
    with _logged_errors(), locked_file(Path(settings.SEAL_LEDGER)) as file:
        append_state(file, _last(file), more)


def append_state(file: BinaryIO, last: dict[str, Any], more: dict[str, Any] | None = None) -> None:
    """Appends the present end of the log; nothing if that is the last line already.

    Nothing either if the log does not continue the last line, so that the file keeps the proof
    until someone says that a backup was restored. `last` is empty to append in any case.
    """
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    if not more and last.get("head") == head.seal:
        return
    if last and not _continues(head, last):
        log.error("The log does not continue the file of seals. Run verify.")
        return
    line = {"entry": head.sequence, "seal": head.chain_hash, "keys": head.key_count}
    line["pruned"] = head.pruned_through
    text = json.dumps({**line, "head": head.seal, **(more or {})}, ensure_ascii=False)
    append_lines(file, text + "\n")


def _continues(head: AuditHead, last: dict[str, Any]) -> bool:
    number: int = last["entry"]
    if number > head.sequence:
        return False
    return bool(number < head.pruned_through or head.stored_hash(number) == last["seal"])


def _last(file: BinaryIO) -> dict[str, Any]:
    """The last line that is not damaged, or nothing."""
    return next(filter(None, map(_parse, last_lines(file))), {})


def record_restore(reason: str, *, removed: Iterable[TextKey]) -> None:
    """From now on, the log may be behind what the file said before. Raises OSError.

    `removed` are the texts that were published after the backup.
    """
    with locked_file(Path(settings.SEAL_LEDGER)) as file:
        append_state(file, {}, {"restored": reason})
        for label, number in removed:
            append_state(file, {}, {"text": label, "version": number, "sha256": REMOVED})


def bring_up_to_date(texts: Iterable[tuple[str, int, str]]) -> None:
    """Appends what a crash kept from being appended. Raises OSError."""
    known = read_mirror(Path(settings.SEAL_LEDGER)).texts
    with locked_file(Path(settings.SEAL_LEDGER)) as file:
        for label, number, sha256 in texts:
            if (label, number) not in known:
                text = {"text": label, "version": number, "sha256": sha256}
                append_state(file, _last(file), text)
        append_state(file, _last(file))


def mirror_can_continue(path: Path) -> bool:
    """Whether the log continues the last line of the file. Raises OSError if it is not writable."""
    with locked_file(path) as file:
        last = _last(file)
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    # The first line is written by the first act after an installation or an upgrade.
    return _continues(head, last) if last else head.sequence <= head.plain_through


def read_mirror(path: Path) -> Mirror:
    """Raises OSError if there is a file that cannot be read."""
    found = Mirror(exists=path.exists() and path.stat().st_size > 0)
    if not found.exists:
        return found
    entries: dict[TextKey, int] = {}
    with path.open("rb") as file:
        for number, content in enumerate(file, start=1):
            line = _parse(content)
            if line is None:
                found.damaged.append(number)
                continue
            if "restored" in line:
                found.entry = 0
                found.at, found.gaps = None, []
                found.texts = {
                    key: sha256
                    for key, sha256 in found.texts.items()
                    if entries[key] <= line["entry"]
                }
            if "at" in line:
                _note_time(found, line)
            if line["entry"] >= found.entry:
                found.entry, found.seal, found.keys = line["entry"], line["seal"], line["keys"]
            if "text" in line:
                key = (line["text"], line["version"])
                found.texts[key], entries[key] = line["sha256"], line["entry"]
                if line["sha256"] == REMOVED:
                    del found.texts[key]
    return found


def _note_time(found: Mirror, line: dict[str, Any]) -> None:
    at = datetime.fromisoformat(line["at"])
    if found.at and at - found.at >= timedelta(days=settings.LOG_RETENTION_DAYS):
        found.gaps.append(Gap(found.entry, found.count, found.at, at))
    found.at, found.count = at, line["entry"] - line.get("pruned", 0)


def _parse(content: bytes) -> dict[str, Any] | None:
    """None if the line is damaged."""
    if len(content) > MAX_LINE_BYTES:
        return None
    try:
        line = json.loads(content)
    except ValueError:
        return None
    types = {"entry": int, "seal": str, "keys": int, "head": str}
    if not isinstance(line, dict) or not all(
        isinstance(line.get(name), kind) for name, kind in types.items()
    ):
        return None
    try:
        is_dated = "at" not in line or datetime.fromisoformat(line["at"]).tzinfo is not None
    except (TypeError, ValueError):
        is_dated = False
    if not is_dated or not isinstance(line.get("pruned", 0), int):
        return None
    if "text" in line and not (
        isinstance(line["text"], str)
        and isinstance(line.get("version"), int)
        and isinstance(line.get("sha256"), str)
    ):
        return None
    return line


@contextmanager
def _logged_errors() -> Iterator[None]:
    # What was committed stays, and `verify` appends it.
    try:
        yield
    except OSError as problem:
        log.error("The seals could not be written to SEAL_LEDGER (%s).", problem.strerror)
