"""Finds entries of the audit log, and log keys, that were changed, removed, added or moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from roundtable.audit.log import PRUNE_ACTION
from roundtable.audit.mirror import Mirror
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
    newest_key = len(settings.SEAL_KEY_FALLBACKS)
    for entry in AuditEntry.objects.order_by("sequence").iterator():
        if entry.sequence <= head.pruned_through:
            messages.append(
                f"Entry {entry.sequence} was restored. It had been removed because of its age."
            )
            continue
        if entry.sequence != number + 1:
            messages.append(_missing_message(number + 1, entry.sequence - 1))
        elif entry.sequence <= head.plain_through:
            if not entry.has_plain_hash(previous_hash):
                mismatches.append(Mismatch(entry, previous_hash))
        else:
            key = entry.sealing_key(previous_hash)
            # After the first entry with a newer key, an earlier key, which may have leaked, is
            # not accepted.
            if key is None or key > newest_key:
                mismatches.append(Mismatch(entry, previous_hash))
            else:
                newest_key = key
        number, previous_hash = entry.sequence, entry.chain_hash
    messages += _explain_mismatches(mismatches)
    messages += _check_end(head, number, previous_hash)
    messages += _check_start(head)
    messages += _check_keys(head)
    return messages


def find_mirror_faults(mirror: Mirror) -> list[str]:
    """Compares the end of the log with what the file outside the database says."""
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    messages = [f"Line {number} of the file of seals is damaged." for number in mirror.damaged]
    if not mirror.exists:
        # The first line is written by the first act after an installation or an upgrade.
        if head.sequence > head.plain_through:
            messages.append("The file of seals (SEAL_LEDGER) is missing or empty.")
        return messages
    messages += [
        f"The log had {gap.count} entries on {gap.since:%Y-%m-%d}. The next one is of"
        f" {gap.until:%Y-%m-%d}, and entries up to {gap.entry} were removed because of their age:"
        " the clock was ahead, or no one used the portal for"
        f" {(gap.until - gap.since).days} days."
        for gap in mirror.gaps
        if gap.entry <= head.pruned_through
    ]
    if mirror.entry > head.sequence:
        messages.append(
            _missing_message(head.sequence + 1, mirror.entry)
            + f" The log ends at entry {head.sequence}; the file of seals goes on to entry"
            f" {mirror.entry}. Either the end of the log was cut off, or a backup was restored."
        )
    elif mirror.seal != (head.stored_hash(mirror.entry) or mirror.seal):
        messages.append(
            f"Entry {mirror.entry} does not have the seal that the file of seals has: "
            "entries up to it were written again."
        )
    elif mirror.entry == head.sequence and mirror.keys < head.key_count:
        messages.append(
            f"The file of seals counts {mirror.keys} log keys, the log {head.key_count}: deleted"
            " keys were restored."
        )
    return messages


def head_line(at: datetime) -> str:
    """The end of the log in one line, for people to keep outside of the portal."""
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    return f"{at:%Y-%m-%d} {head.sequence} {head.chain_hash}"


def find_line_faults(line: str, at: datetime) -> list[str]:
    """Compares the log with an earlier head_line(). Raises ValueError if it is none.

    In the email, the line is in quotation marks after the name of the command.
    """
    day, number, chain_hash = line.replace('"', " ").split()[-3:]
    since, entry = date.fromisoformat(day), int(number)
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    if entry > head.sequence:
        return [
            f"{_missing_message(head.sequence + 1, entry)} On {day} the log ended at entry {entry},"
            f" and now it ends at entry {head.sequence}."
        ]
    if entry <= head.pruned_through:
        if since > at.date() - timedelta(days=settings.LOG_RETENTION_DAYS):
            return [f"Entry {entry} of {day} is missing, and it is not old enough to be removed."]
        return [f"Entry {entry} of {day} was removed because of its age. Take a later line."]
    if head.stored_hash(entry) != chain_hash:
        return [
            f"Entry {entry} does not have the seal that it had on {day}: entries up to it were"
            " written again."
        ]
    return []


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
    if head.sealing_key is None:
        yield (
            f"Something other than the portal wrote that the log ends at entry {head.sequence}"
            f" with {head.key_count} keys: entries or keys may have been removed."
        )


def _check_start(head: AuditHead) -> Iterator[str]:
    if not head.pruned_through:
        return
    last = AuditEntry.objects.filter(action=PRUNE_ACTION).order_by("-sequence").first()
    if last is None or last.detail != str(head.pruned_through):
        yield f"No entry records the removal of old entries up to {head.pruned_through}."


def _check_keys(head: AuditHead) -> Iterator[str]:
    present = AuditHead()
    for row in AuditKey.objects.order_by("pk").iterator():
        present.add_key(row)
        if not row.has_valid_signature:
            yield f"The key {row.key} now points to another person or object."
    if present.key_count < head.key_count:
        yield (
            f"The log should have {head.key_count} keys of people and objects, but has"
            f" {present.key_count}: no erasure removed the others."
        )
    elif present.key_count > head.key_count:
        yield (
            f"The log should have {head.key_count} keys of people and objects, but has"
            f" {present.key_count}: keys were added or restored."
        )
    elif present.key_sum != head.key_sum:
        yield "Keys of the log were exchanged for others."


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
        elif original_number != number:
            chain_hash = mismatch.entry.chain_hash
            same = AuditEntry.objects.filter(sequence=original_number, chain_hash=chain_hash)
            if same.exists():
                yield f"Entry {number} is a copy of entry {original_number}."
            else:
                yield f"Entry {number} was moved: it was written as entry {original_number}."
        # Otherwise this entry is unchanged, and the one before it is not.


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
    original.chain_hash = entry.chain_hash
    return original.sealing_key(previous_hash) is not None or original.has_plain_hash(previous_hash)
