"""The append-only log of actions that concern people; each entry includes the hash of the last.

Entries identify people only by opaque keys and have no foreign keys. A separate table maps keys to
people, so erasing a person deletes the mapping and keeps the chain valid. The chain cannot cover
what may be deleted, so an HMAC with a key outside the database protects each mapping, and the end
of the chain has their number.
"""

import logging
from collections.abc import Sequence
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
    keys = _get_or_create_keys(head, [subject])
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


@transaction.atomic
def record(
    *,
    action: str,
    at: datetime,
    actor: models.Model | None = None,
    subject: models.Model | None = None,
    organisation: str = "",
    detail: str = "",
) -> AuditEntry:
    head = _lock_head()
    keys = _get_or_create_keys(head, [row for row in (actor, subject) if row])
    entry = AuditEntry(
        sequence=head.sequence + 1,
        at=at,
        actor=keys[subject_label(actor)] if actor else "",
        organisation=organisation,
        action=action,
        subject=keys[subject_label(subject)] if subject else "",
        detail=detail,
    )
    entry.chain_hash = entry.compute_hash(head.chain_hash)
    entry.save(force_insert=True)
    head.sequence, head.chain_hash = entry.sequence, entry.chain_hash
    _store_head(head, at)
    return entry


@transaction.atomic
def record_all(
    subjects: Sequence[models.Model],
    *,
    action: str,
    at: datetime,
    actor: models.Model,
    organisation: str = "",
    detail: str = "",
) -> None:
    """Adds one entry for each subject, in their order, with bulk queries."""
    if not subjects:
        return
    head = _lock_head()
    keys = _get_or_create_keys(head, [*subjects, actor])
    actor_key = keys[subject_label(actor)]
    entries = []
    for subject in subjects:
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=at,
            actor=actor_key,
            organisation=organisation,
            action=action,
            subject=keys[subject_label(subject)],
            detail=detail,
        )
        entry.chain_hash = entry.compute_hash(head.chain_hash)
        head.sequence, head.chain_hash = entry.sequence, entry.chain_hash
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries, BATCH_SIZE)
    _store_head(head, at)


def _get_or_create_keys(head: AuditHead, subjects: Sequence[models.Model]) -> dict[str, str]:
    names = [subject_label(subject) for subject in subjects]
    known: dict[str, str] = {}
    for start in range(0, len(names), BATCH_SIZE):
        rows = AuditKey.objects.filter(subject__in=names[start : start + BATCH_SIZE])
        known |= {row.subject: row.key for row in rows}
    new = []
    for name in dict.fromkeys(names):
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
