"""Whether the log of acts is as it was written, and if not, which entries are not."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from roundtable.audit.log import FIRST, PRUNE, AuditEntry, AuditHead, AuditKey

# Looking for where each entry stood takes the cube of their number.
MOST_TRACED = 40


@dataclass(frozen=True)
class Mismatch:
    """An entry that its own seal does not fit, and the seal of the entry before it."""

    entry: AuditEntry
    previous: str


@transaction.atomic
def faults() -> list[str]:
    """A sentence for each entry that was changed, removed, added or moved; none if all is well."""
    # Locked, so that nothing is added while it is read.
    head = AuditHead.objects.select_for_update().filter(pk=1).first() or AuditHead()
    found: list[str] = []
    mismatches: list[Mismatch] = []
    number, previous = head.removed_to, head.removed_seal
    for entry in AuditEntry.objects.order_by("sequence").iterator():
        if entry.sequence <= head.removed_to:
            found.append(f"Entry {entry.sequence} was put back: it had been removed for its age.")
            continue
        if entry.sequence != number + 1:
            found.append(_missing(number + 1, entry.sequence - 1))
        elif entry.seal != entry.seal_after(previous):
            mismatches.append(Mismatch(entry, previous))
        number, previous = entry.sequence, entry.seal
    found += _explained(mismatches)
    found += _ending(head, number, previous)
    found += _beginning(head)
    found += _mapping()
    return found


def compared(number: int, seal: str) -> list[str]:
    """What speaks against an entry's number and seal that somebody kept elsewhere."""
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    entry = AuditEntry.objects.filter(sequence=number).first()
    if entry:
        known = entry.seal
    elif number == head.removed_to:
        known = head.removed_seal
    elif number < head.removed_to:
        return []  # removed for its age
    elif number > head.sequence:
        return [f"You kept entry {number}; the log now ends at entry {head.sequence}."]
    else:
        return [f"Entry {number}, which you kept, is missing."]
    return [] if known == seal else [f"Entry {number} does not carry the seal that you kept."]


def _missing(first: int, last: int) -> str:
    if first == last:
        return f"Entry {first} is missing."
    return f"Entries {first} to {last} are missing."


def _ending(head: AuditHead, number: int, seal: str) -> Iterator[str]:
    if number < head.sequence:
        yield _missing(number + 1, head.sequence) + " They were the last ones."
    elif number > head.sequence:
        yield f"The log was to end at entry {head.sequence}; it goes on to entry {number}."
    elif seal != head.seal:
        yield (
            f"Entry {number}, the last, does not carry the seal that the log ended with: "
            "entries up to it were written anew."
        )


def _beginning(head: AuditHead) -> Iterator[str]:
    if not head.removed_to:
        return
    last = AuditEntry.objects.filter(act=PRUNE).order_by("-sequence").first()
    if last is None or last.detail != str(head.removed_to):
        yield f"No entry says that those up to {head.removed_to} were removed for their age."


def _mapping() -> Iterator[str]:
    for row in AuditKey.objects.order_by("pk").iterator():
        if not row.is_genuine:
            yield f"The key {row.key} no longer stands for whom it was made."


def _explained(mismatches: list[Mismatch]) -> Iterator[str]:
    traced = _traced(mismatches) if len(mismatches) <= MOST_TRACED else {}
    if all(traced.get(item.entry.sequence) == item.entry.sequence for item in mismatches):
        traced = {}  # each would be excused by another one
    for mismatch in mismatches:
        number = mismatch.entry.sequence
        origin = traced.get(number)
        if origin is None:
            yield f"Entry {number} does not match its seal: it, or the one before, was changed."
        elif origin != number and _is_at(origin, mismatch.entry.seal):
            yield f"Entry {number} is entry {origin} once more."
        elif origin != number:
            yield f"Entry {number} was moved: it was written as entry {origin}."
        # Otherwise it is as it was written; the one before it is not.


def _is_at(number: int, seal: str) -> bool:
    return AuditEntry.objects.filter(sequence=number, seal=seal).exists()


def _traced(mismatches: list[Mismatch]) -> dict[int, int]:
    """For the numbers of entries that nobody changed: the number that each was written with."""
    seals = {FIRST}
    seals |= {seal for item in mismatches for seal in (item.entry.seal, item.previous)}
    numbers = {item.entry.sequence for item in mismatches}
    copies = AuditEntry.objects.filter(seal__in=[item.entry.seal for item in mismatches])
    for sequence, seal in copies.exclude(sequence__in=numbers).values_list("sequence", "seal"):
        numbers.add(sequence)
        before = AuditEntry.objects.filter(sequence=sequence - 1).values_list("seal", flat=True)
        seals |= {seal, *before}
    return {
        item.entry.sequence: number
        for item in mismatches
        for number in sorted(numbers)
        for seal in seals
        if _fits(item.entry, number, seal)
    }


def _fits(entry: AuditEntry, number: int, previous: str) -> bool:
    written = AuditEntry(
        sequence=number,
        at=entry.at,
        actor=entry.actor,
        organisation=entry.organisation,
        act=entry.act,
        subject=entry.subject,
        detail=entry.detail,
    )
    return written.seal_after(previous) == entry.seal
