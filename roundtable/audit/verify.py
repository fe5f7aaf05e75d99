"""Finds entries of the audit log that were changed, removed, added or moved."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from roundtable.audit.log import PRUNE_ACTION
from roundtable.audit.models import GENESIS_HASH, AuditEntry, AuditHead, AuditKey

# Tracing original numbers takes cubic time in the number of entries.
MAX_TRACED_ENTRIES = 40


@dataclass(frozen=True)
class Mismatch:
    """An entry that does not match its hash, and the hash of the entry before it."""

    entry: AuditEntry
    previous_hash: str


@transaction.atomic
def find_log_faults() -> list[str]:
    """One sentence for each fault; empty if the log is intact."""
    # Locked, so that no entry is added during the check.
    head = AuditHead.objects.select_for_update().filter(pk=1).first() or AuditHead()
    messages: list[str] = []
    mismatches: list[Mismatch] = []
    number, previous_hash = head.pruned_through, head.pruned_hash
    for entry in AuditEntry.objects.order_by("sequence").iterator():
        if entry.sequence <= head.pruned_through:
            messages.append(
                f"Entry {entry.sequence} was restored. It had been removed because of its age."
            )
            continue
        if entry.sequence != number + 1:
            messages.append(_missing_message(number + 1, entry.sequence - 1))
        elif entry.chain_hash != entry.compute_hash(previous_hash):
            mismatches.append(Mismatch(entry, previous_hash))
        number, previous_hash = entry.sequence, entry.chain_hash
    messages += _explain_mismatches(mismatches)
    messages += _check_end(head, number, previous_hash)
    messages += _check_start(head)
    messages += _check_keys()
    return messages


def check_kept_hash(number: int, chain_hash: str) -> list[str]:
    """Compares the log with an entry's number and hash that someone kept outside the portal."""
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    entry = AuditEntry.objects.filter(sequence=number).first()
    if entry:
        stored_hash = entry.chain_hash
    elif number == head.pruned_through:
        stored_hash = head.pruned_hash
    elif number < head.pruned_through:
        return []  # removed because of its age
    elif number > head.sequence:
        return [f"You kept entry {number}; the log now ends at entry {head.sequence}."]
    else:
        return [f"Entry {number}, which you kept, is missing."]
    return (
        []
        if stored_hash == chain_hash
        else [f"Entry {number} does not have the seal that you kept."]
    )


def _missing_message(first: int, last: int) -> str:
    if first == last:
        return f"Entry {first} is missing."
    return f"Entries {first} to {last} are missing."


def _check_end(head: AuditHead, number: int, chain_hash: str) -> Iterator[str]:
    if number < head.sequence:
        yield _missing_message(number + 1, head.sequence) + " They were the last ones."
    elif number > head.sequence:
        yield f"The log should end at entry {head.sequence}, but it ends at entry {number}."
    elif chain_hash != head.chain_hash:
        yield (
            f"Entry {number}, the last one, does not have the seal that the log ended with: "
            "entries up to it were written again."
        )


def _check_start(head: AuditHead) -> Iterator[str]:
    if not head.pruned_through:
        return
    last = AuditEntry.objects.filter(action=PRUNE_ACTION).order_by("-sequence").first()
    if last is None or last.detail != str(head.pruned_through):
        yield f"No entry records the removal of old entries up to {head.pruned_through}."


def _check_keys() -> Iterator[str]:
    for row in AuditKey.objects.order_by("pk").iterator():
        if not row.has_valid_signature:
            yield f"The key {row.key} now points to another person or object."


def _explain_mismatches(mismatches: list[Mismatch]) -> Iterator[str]:
    original_numbers = (
        _trace_original_numbers(mismatches) if len(mismatches) <= MAX_TRACED_ENTRIES else {}
    )
    if all(original_numbers.get(item.entry.sequence) == item.entry.sequence for item in mismatches):
        original_numbers = {}  # otherwise each would be explained by another one
    for mismatch in mismatches:
        number = mismatch.entry.sequence
        original_number = original_numbers.get(number)
        if original_number is None:
            yield (
                f"Entry {number} does not match its seal: "
                "this entry or the one before it was changed."
            )
        elif original_number != number and _entry_exists(
            original_number, mismatch.entry.chain_hash
        ):
            yield f"Entry {number} is a copy of entry {original_number}."
        elif original_number != number:
            yield f"Entry {number} was moved: it was written as entry {original_number}."
        # Otherwise this entry is unchanged, and the one before it is not.


def _entry_exists(number: int, chain_hash: str) -> bool:
    return AuditEntry.objects.filter(sequence=number, chain_hash=chain_hash).exists()


def _trace_original_numbers(mismatches: list[Mismatch]) -> dict[int, int]:
    """The original number of each unchanged entry, by its present number."""
    known_hashes = {GENESIS_HASH}
    known_hashes |= {
        chain_hash
        for item in mismatches
        for chain_hash in (item.entry.chain_hash, item.previous_hash)
    }
    numbers = {item.entry.sequence for item in mismatches}
    copies = AuditEntry.objects.filter(
        chain_hash__in=[item.entry.chain_hash for item in mismatches]
    )
    for sequence, chain_hash in copies.exclude(sequence__in=numbers).values_list(
        "sequence", "chain_hash"
    ):
        numbers.add(sequence)
        previous_hashes = AuditEntry.objects.filter(sequence=sequence - 1).values_list(
            "chain_hash", flat=True
        )
        known_hashes |= {chain_hash, *previous_hashes}
    return {
        item.entry.sequence: number
        for item in mismatches
        for number in sorted(numbers)
        for chain_hash in known_hashes
        if _matches_hash(item.entry, number, chain_hash)
    }


def _matches_hash(entry: AuditEntry, number: int, previous_hash: str) -> bool:
    original = AuditEntry(
        sequence=number,
        at=entry.at,
        actor=entry.actor,
        organisation=entry.organisation,
        action=entry.action,
        subject=entry.subject,
        detail=entry.detail,
    )
    return original.compute_hash(previous_hash) == entry.chain_hash
