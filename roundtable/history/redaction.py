"""Words and reasons that leave the database: earlier versions, and copies of them elsewhere."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django_countries.fields import CountryField

from roundtable.history.versions import (
    BATCH_SIZE,
    DELETED,
    REASONS_REDACTED,
    REDACTED,
    RecordHistory,
    changed_fields,
    owners_of,
)
from roundtable.mail.models import QueuedEmail

REASON_FIELD = "history_change_reason"
DELETED_WORDS = "(deleted)"
# Numbered, so that a change from one deleted wording to another is still a change.
PLACEHOLDER = re.compile(r"\(deleted (\d+)\)")
PLACEHOLDER_LENGTH = 20
# How much of a text names a row, as in the log of the admin.
EXCERPT_LENGTH = 60
MIN_WORD_LENGTH = 12
CHECKPOINT_WAIT = 1000  # milliseconds


def is_wording(field: Any) -> bool:
    """Whether a name or a place can be entered in this field."""
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    return field.editable and (is_text or isinstance(field, CountryField))


@transaction.atomic
def redact_words(model: Any, pk: int, *, all_words: bool) -> set[str]:
    """Deletes what the newest version of a record no longer says from all earlier versions.

    Only of fields and rows that changed with the newest version, or of all. Returns the deleted
    wordings; copies of them in other tables are replaced too.
    """
    versions = list(
        model.history.model.objects.filter(id=pk).order_by("history_date", "history_id")
    )
    *earlier, newest = versions
    if not earlier:
        return set()
    deletion = _Deletion(model, versions)
    fields, past = deletion.wordings, earlier
    is_gone = newest.history_type == DELETED
    if is_gone:  # nothing remains
        past = versions
    elif not all_words:
        fields = fields & set(changed_fields(earlier[-1], newest))
    for name in sorted(fields):
        remaining = "" if is_gone else str(getattr(newest, name))
        for version in past:
            deletion.empty_field(version, name, remaining)
    for relation in RecordHistory.of(model).linked_rows:
        now, before = _rows_by_id(newest, relation), _rows_by_id(earlier[-1], relation)
        changed = {row for row in {*now, *before} if now.get(row) != before.get(row)}
        for version in earlier:
            deletion.empty_rows(version, relation, now, None if all_words else changed)
    deletion.save()
    removed = deletion.removed | _redact_owners(model, newest)
    _clean_admin_log(model, pk, removed)
    _clean_emails(removed)
    transaction.on_commit(overwrite_deleted_words, robust=True)
    return removed


@transaction.atomic
def redact_reasons(model: Any, pk: int) -> None:
    """Deletes the reasons of all versions of a record but the newest."""
    rows = model.history.model.objects.filter(id=pk).order_by("-history_date", "-history_id")
    given = [
        row
        for row in rows[1:]
        if row.history_change_reason not in (None, "", REDACTED, REASONS_REDACTED)
    ]
    for row in given:
        row.history_change_reason = ""
        row.taken_out = sorted({*(row.taken_out or ()), REASON_FIELD})
    model.history.model.objects.bulk_update(given, [REASON_FIELD, "taken_out"], BATCH_SIZE)
    transaction.on_commit(overwrite_deleted_rows)


class _Deletion:
    """What is deleted from the versions of one record."""

    def __init__(self, model: Any, versions: list[Any]) -> None:
        self.model, self.versions = model, versions
        self.wordings = {field.name for field in model._meta.concrete_fields if is_wording(field)}
        self.removed: set[str] = set()
        self.changed: dict[int, Any] = {}
        self.columns: set[str] = set()
        self.placeholders: dict[str, str] = {}
        used = (int(number) for version in versions for number in _used_numbers(version))
        self.last_number = max(used, default=0)

    def empty_field(self, version: Any, name: str, remaining: str) -> None:
        value = str(getattr(version, name) or "")
        if name not in (version.taken_out or ()) and not _is_contained(value, remaining):
            self._mark(version, name)
            self.columns.add(name)
            setattr(version, name, self._replace(self.model._meta.get_field(name), value))

    def empty_rows(
        self, version: Any, relation: str, now: dict[int, Any], chosen: set[int] | None
    ) -> None:
        """Words of these rows, or of all, that the rows no longer contain."""
        linked = RecordHistory.of(self.model).linked_rows[relation]
        related: Any = self.model._meta.get_field(relation).related_model
        for row in (version.rows or {}).get(relation, ()):
            if chosen is not None and row["id"] not in chosen:
                continue
            for name in linked.fields:
                field, done = related._meta.get_field(name), row.get("taken_out", [])
                remaining = now.get(row["id"], {}).get(name, "")
                if is_wording(field) and name not in done:
                    if not _is_contained(row[name], remaining):
                        self._mark(version, relation)
                        self.columns.add("rows")
                        row[name] = self._replace(field, row[name])
                        row["taken_out"] = [*done, name]

    def save(self) -> None:
        self.model.history.model.objects.bulk_update(
            self.changed.values(), sorted({*self.columns, "taken_out"}), BATCH_SIZE
        )

    def _mark(self, version: Any, name: str) -> None:
        version.taken_out = sorted({*(version.taken_out or ()), name})
        self.changed[version.history_id] = version

    def _replace(self, field: Any, value: str) -> str:
        if field.max_length and field.max_length < PLACEHOLDER_LENGTH:
            return ""  # a code, such as that of a country
        self.removed.add(value)
        if value not in self.placeholders:
            self.last_number += 1
            self.placeholders[value] = f"(deleted {self.last_number})"
        return self.placeholders[value]


def _used_numbers(version: Any) -> Iterator[str]:
    for name in version.taken_out or ():
        value = (version.rows or {}).get(name) or getattr(version, name, "")
        yield from PLACEHOLDER.findall(str(value))


def _rows_by_id(version: Any, relation: str) -> dict[int, Any]:
    return {row["id"]: row for row in (version.rows or {}).get(relation, ())}


def _is_contained(value: str, remaining: str) -> bool:
    # Not word by word: in another order, the remaining words may say what was removed.
    part, whole = (re.findall(r"\w+", text.casefold()) for text in (value, remaining))
    return not part or f" {' '.join(part)} " in f" {' '.join(whole)} "


def _redact_owners(model: Any, newest: Any) -> set[str]:
    """The same of a row in the versions of records that it belongs to, such as a milestone."""
    removed: set[str] = set()
    for owner, relation in owners_of(model):
        owner_id = getattr(newest, owner._meta.get_field(relation).field.attname)
        versions = list(owner.history.model.objects.filter(id=owner_id))
        now = {} if newest.history_type == DELETED else {newest.id: newest.__dict__}
        deletion = _Deletion(owner, versions)
        for version in versions:
            deletion.empty_rows(version, relation, now, {newest.id})
        deletion.save()
        removed |= deletion.removed
        _clean_admin_log(owner, owner_id, removed)
    return removed


def _clean_admin_log(model: Any, pk: int, removed: Iterable[str]) -> None:
    """The log of the admin keeps the names of rows, which are the beginnings of their texts."""
    record = model._base_manager.filter(pk=pk).first()
    name = DELETED_WORDS if record is None else str(record)
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id=str(pk)
    )
    changed = []
    for entry in entries:
        before = entry.object_repr, entry.change_message
        entry.object_repr = name[:200]
        entry.change_message = _clean_message(entry.change_message, set(removed))
        if before != (entry.object_repr, entry.change_message):
            changed.append(entry)
    LogEntry.objects.bulk_update(changed, ["object_repr", "change_message"], BATCH_SIZE)


def _clean_message(message: str, removed: set[str]) -> str:
    try:
        parts = json.loads(message)
    except ValueError:
        return message  # a sentence of the portal
    for part in parts if isinstance(parts, list) else ():
        for about in part.values():
            if about.get("object") in removed:
                about["object"] = DELETED_WORDS
    return json.dumps(parts)


def _clean_emails(removed: Iterable[str]) -> None:
    """Waiting emails; those that were sent have no text any more."""
    # A short one would also be found in links and dates.
    whole = {value for value in removed if " " in value or len(value) >= MIN_WORD_LENGTH}
    excerpts = {value[:EXCERPT_LENGTH] for value in whole}
    wordings = sorted({*whole, *excerpts}, key=len, reverse=True)
    if not wordings:
        return
    pattern = re.compile("|".join(_spaced(value.split()) for value in wordings))
    for email in QueuedEmail.objects.exclude(text="").iterator(BATCH_SIZE):
        before = email.subject, email.text
        email.subject = pattern.sub(DELETED_WORDS, email.subject)[:200]
        email.text = pattern.sub(DELETED_WORDS, email.text)
        if before != (email.subject, email.text):
            email.save(update_fields=["subject", "text"])


def _spaced(words: list[str]) -> str:
    """A pattern that finds the words with any spaces and line ends between them."""
    return r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words)


# What overwrites words in tables that an app makes of texts, such as the search index.
copies: list[Callable[[], object]] = []


def overwrite_deleted_words() -> None:
    """If that is not possible now, the daily command does it."""
    for overwrite in copies:
        overwrite()
    overwrite_deleted_rows()


def overwrite_deleted_rows() -> bool:
    """On SQLite, empties the file of recent changes, which still contains what was deleted.

    Returns whether that was possible: not while someone reads. The daily command tries again.
    """
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        [usual_wait] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT}")
        [is_busy, *_pages] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {usual_wait}")
    return not is_busy
