"""The append-only log of actions that concern people; each entry includes the hash of the last.

Entries identify people only by opaque keys and have no foreign keys. A separate table maps keys to
people, so erasing a person deletes the mapping and keeps the chain valid. The chain cannot cover
what may be deleted, so an HMAC with a key outside the database protects each mapping, and the end
of the chain has their number.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.crypto import get_random_string

from roundtable.audit.mirror import mirror_head_after_commit
from roundtable.audit.models import AuditEntry, AuditHead, AuditKey, sign_key

log = logging.getLogger(__name__)
BATCH_SIZE = 500  # rows per query
PRUNE_ACTION = "prune log"
BROKEN_SEAL = "changed"


def subject_label(subject: models.Model) -> str:
    """For example participants.user:7."""
    return f"{subject._meta.label_lower}:{subject.pk}"


@transaction.atomic
def get_or_create_key(subject: models.Model) -> str:
    row = AuditKey.objects.filter(subject=subject_label(subject)).first()
    if row:
        return row.key
    head = _lock_head()
    keys = _get_or_create_keys(head, [subject_label(subject)])
    _store_head(head)
    return keys[subject_label(subject)]


def valid_keys(*subjects: models.Model) -> list[str]:
    """The keys of these rows, without those whose mapping was changed."""
    rows = AuditKey.objects.filter(subject__in=[subject_label(subject) for subject in subjects])
    return [row.key for row in rows if row.has_valid_signature]


def has_tampered_key(subject: models.Model) -> bool:
    rows = AuditKey.objects.filter(subject=subject_label(subject))
    return any(not row.has_valid_signature for row in rows)


def forget_subject(subject: models.Model) -> None:
    """Deletes the mapping to this person; the chain stays valid."""
    forget_label(subject_label(subject))


@transaction.atomic
def forget_label(label: str) -> None:
    if AuditKey.objects.filter(subject=label).exists():
        head = _lock_head()
        _delete_keys(head, AuditKey.objects.filter(subject=label))
        _store_head(head)


@dataclass(frozen=True)
class _Entry:
    """An entry that has no place in the chain yet. People are named by their labels."""

    action: str
    at: datetime
    actor: str
    organisation: str
    subject: str
    detail: str


# Inside written_last() and not_written().
_collected: ContextVar[list[_Entry] | None] = ContextVar("collected entries", default=None)


@contextmanager
def written_last() -> Iterator[None]:
    """One transaction that adds its entries at its end, so that others wait for a moment only."""
    if _collected.get() is not None:
        yield
        return
    with transaction.atomic():
        with _collecting() as entries:
            yield
        _append(entries)


@contextmanager
def not_written() -> Iterator[None]:
    """For a preview, which is undone: its entries must not lock the log."""
    with _collecting():
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """What fails inside is undone, and so are its entries."""
    with transaction.atomic():
        with _collecting() as entries:
            yield
        collected = _collected.get()
        if collected is None:
            _append(entries)
        else:
            collected += entries


@contextmanager
def _collecting() -> Iterator[list[_Entry]]:
    entries: list[_Entry] = []
    token = _collected.set(entries)
    try:
        yield entries
    finally:
        _collected.reset(token)


def record(
    *,
    action: str,
    at: datetime,
    actor: models.Model | None = None,
    subject: models.Model | None = None,
    organisation: str = "",
    detail: str = "",
) -> None:
    record_all(
        [subject], action=action, at=at, actor=actor, organisation=organisation, detail=detail
    )


def record_all(
    subjects: Sequence[models.Model | None],
    *,
    action: str,
    at: datetime,
    actor: models.Model | None,
    organisation: str = "",
    detail: str = "",
) -> None:
    """Adds one entry for each subject, in their order, with bulk queries."""
    actor_label = subject_label(actor) if actor else ""
    labels = [subject_label(subject) if subject else "" for subject in subjects]
    new = [_Entry(action, at, actor_label, organisation, label, detail) for label in labels]
    collected = _collected.get()
    if collected is None:
        _append(new)
    else:
        collected += new


@transaction.atomic
def _append(new: Sequence[_Entry]) -> None:
    if not new:
        return
    head = _lock_head()
    keys = {"": ""} | _get_or_create_keys(
        head, [label for entry in new for label in (entry.actor, entry.subject) if label]
    )
    entries = []
    for each in new:
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=each.at,
            actor=keys[each.actor],
            organisation=each.organisation,
            action=each.action,
            subject=keys[each.subject],
            detail=each.detail,
        )
        entry.chain_hash = entry.compute_hash(head.chain_hash)
        head.sequence, head.chain_hash = entry.sequence, entry.chain_hash
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries, BATCH_SIZE)
    _store_head(head, new[-1].at)


def _get_or_create_keys(head: AuditHead, labels: Sequence[str]) -> dict[str, str]:
    names = list(dict.fromkeys(labels))
    known: dict[str, str] = {}
    for start in range(0, len(names), BATCH_SIZE):
        rows = AuditKey.objects.filter(subject__in=names[start : start + BATCH_SIZE])
        known |= {row.subject: row.key for row in rows}
    new = []
    for name in names:
        if name not in known:
            key = known[name] = get_random_string(16)
            new.append(AuditKey(subject=name, key=key, signature=sign_key(key, name)))
            head.add_key(new[-1])
    AuditKey.objects.bulk_create(new, BATCH_SIZE)
    return known


@transaction.atomic
def prune_entries(*, before: datetime, at: datetime) -> int:
    """Removes the oldest entries, and keys that no entry uses.

    Returns the number of removed entries. The other entries stay verifiable, and the removal is
    recorded too.
    """
    head = _lock_head()
    first_kept = AuditEntry.objects.filter(at__gte=before).order_by("sequence").first()
    last = AuditEntry.objects.order_by("-sequence")
    if first_kept:
        last = last.filter(sequence__lt=first_kept.sequence)
    last_removed = last.first()
    if last_removed is None:
        return 0
    head.pruned_through, head.pruned_hash = last_removed.sequence, last_removed.chain_hash
    _store_head(head)
    removed_count, _models = AuditEntry.objects.filter(sequence__lte=last_removed.sequence).delete()
    record(action=PRUNE_ACTION, at=at, detail=str(last_removed.sequence))
    head = _lock_head()
    unused = AuditKey.objects.exclude(key__in=AuditEntry.objects.values("actor"))
    _delete_keys(head, unused.exclude(key__in=AuditEntry.objects.values("subject")))
    _store_head(head)
    return removed_count


@transaction.atomic
def renew_seal() -> None:
    """Seals the end with the present key if an earlier one sealed it."""
    head = _lock_head()
    if head.sealing_key:
        _store_head(head)


def _delete_keys(head: AuditHead, rows: QuerySet[AuditKey]) -> None:
    for row in rows:
        head.remove_key(row)
    rows.delete()


def _lock_head() -> AuditHead:
    heads = AuditHead.objects.select_for_update().filter(pk=1)
    head = heads.first()
    if head is None:
        AuditHead.objects.get_or_create(pk=1)
        head = heads.get()
    head.is_intact = head.sealing_key is not None
    return head


def _store_head(head: AuditHead, at: datetime | None = None) -> None:
    if not head.is_intact:
        # A new entry must not make a forged end valid.
        log.error("Something other than the portal changed the end of the log. Run verify.")
    head.seal = head.compute_seal() if head.is_intact else BROKEN_SEAL
    head.save()
    mirror_head_after_commit(head, at)
