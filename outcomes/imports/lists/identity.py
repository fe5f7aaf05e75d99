"""Finds the rows of a list again that were imported before, and names those that are new."""

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from hashlib import sha256

from django.utils.text import slugify

from outcomes.imports.records.duplicate_matcher import normalise_name
from outcomes.imports.records.reports import party_slug
from outcomes.imports.records.results import replace_unreadable
from outcomes.imports.workbook.rows import SheetRow
from outcomes.models import CommitmentParty, ImportedRow
from participants.models import Group, Organisation
from participants.permissions import EventPermissions, visible_organisations
from roundtable.models import Event

Identity = tuple[str, str, tuple[str, ...]]  # text, place in the source, leads
ALIKE = 0.6  # of the texts of a row that changed


def give_references(
    rows: Sequence[SheetRow],
    cells: Sequence[Sequence[str]],
    key_columns: Sequence[int],
    event: Event,
) -> dict[str, str]:
    """Writes into each row the reference of its commitment; returns the row’s key by reference.

    A row is found by its number in the list, if it has one. Else by its text, place and leads: the
    second row that says the same is the second such commitment. Of the others, one that is like a
    commitment of an earlier import and differs in one of the three is that one, changed.
    """
    stored = _stored_identities(event)
    references = dict(event.commitments.values_list("pk", "reference"))
    earlier = ImportedRow.objects.filter(upload__event=event, model="commitment").order_by("pk")
    imported = [
        (key, references[pk])
        for pk, key in earlier.values_list("object_id", "key")
        if pk in references
    ]
    by_key = dict(imported)
    used: set[str] = set()
    keys: dict[str, str] = {}
    open_rows: list[SheetRow] = []
    free = defaultdict(list)
    for reference, identity in stored.items():
        free[identity].append(reference)
    row_keys = [_row_key(texts, key_columns) for texts in cells]
    for row, key in zip(rows, row_keys, strict=True):
        reference = by_key.get(key, "") if key else ""
        if reference in stored and reference not in used:
            row.values["reference"] = reference
            used.add(reference)
    for row in rows:
        if "reference" in row.values:
            continue
        same = [one for one in free[_identity(row)] if one not in used][:1]
        if same:
            row.values["reference"] = same[0]
            used.add(same[0])
        else:
            open_rows.append(row)
    if not key_columns and len(open_rows) * 2 < len(rows):
        unused = {one: stored[one] for _key, one in imported if one not in used}
        open_rows = _pair_changed(open_rows, unused)
    numbers = [int(reference.rpartition("-C")[2]) for reference in stored]
    next_number = max(numbers, default=0) + 1
    for number, row in enumerate(open_rows, start=next_number):
        row.values["reference"] = f"{event.code}-C{number}"
    for row, key in zip(rows, row_keys, strict=True):
        if key:
            keys[row.values["reference"]] = key
    return keys


def _row_key(texts: Sequence[str], columns: Sequence[int]) -> str:
    """A hash of the number that a row has in its list."""
    found = [texts[column] if column < len(texts) else "" for column in columns]
    return sha256("\0".join(found).encode()).hexdigest() if any(found) else ""


def _pair_changed(rows: list[SheetRow], unused: dict[str, Identity]) -> list[SheetRow]:
    """Gives a reference to each row that is one changed commitment; returns the other rows."""
    left = []
    for row in rows:
        own = _identity(row)
        near = [reference for reference, other in unused.items() if _is_changed(own, other)]
        if len(near) == 1:
            row.values["reference"] = near[0]
            del unused[near[0]]
        else:
            left.append(row)
    return left


def _is_changed(own: Identity, other: Identity) -> bool:
    """Whether they differ in one part; texts must be alike."""
    different = [number for number in range(3) if own[number] != other[number]]
    if len(different) != 1:
        return False
    return different[0] != 0 or SequenceMatcher(None, own[0], other[0]).ratio() >= ALIKE


def _identity(row: SheetRow) -> Identity:
    values = row.values
    return (
        replace_unreadable(str(values.get("text") or "")),
        replace_unreadable(str(values.get("place_in_source") or "")),
        tuple(values.get("leads") or ()),
    )


def _stored_identities(event: Event) -> dict[str, Identity]:
    """By reference, in the order of their numbers."""
    leads: dict[int, list[str]] = defaultdict(list)
    parties = CommitmentParty.objects.filter(
        commitment__event=event, role=CommitmentParty.Role.LEAD
    )
    for row in parties.select_related("organisation", "group").order_by("pk"):
        leads[row.commitment_id].append(party_slug(row))
    found = {
        commitment.reference: (
            replace_unreadable(commitment.text),
            replace_unreadable(commitment.place_in_source),
            tuple(leads[commitment.pk]),
        )
        for commitment in event.commitments.order_by("pk")
    }
    return dict(sorted(found.items(), key=lambda one: int(one[0].rpartition("-C")[2])))


def give_slugs(rows: Sequence[SheetRow], permissions: EventPermissions) -> None:
    """The short name of each organisation on record, and another one for each new."""
    slugs = {
        normalise_name(name): row.slug
        for row in visible_organisations(permissions)
        for name in (row.short_name, row.name)
        if name
    }
    taken = {*Organisation.objects.values_list("slug", flat=True)}
    taken |= {*Group.objects.values_list("slug", flat=True)}
    for row in rows:
        name = str(row.values.get("name") or "")
        slug = slugs.get(normalise_name(name), "")
        if name and not slug:
            slug = unique_slug(name, taken)
            slugs[normalise_name(name)] = slug
            taken.add(slug)
        row.values["slug"] = slug


def unique_slug(name: str, taken: "set[str]") -> str:
    base = slugify(name)[:70] or "organisation"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found
