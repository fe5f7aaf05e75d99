"""Adds references and short names to a list that was not made with our workbook."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import ngettext

from outcomes.imports.matching import MATCHABLE_SHEETS
from outcomes.imports.readers.pages import Rows, SourceFile
from outcomes.imports.records.duplicate_matcher import normalise_name
from outcomes.imports.records.errors import row_ranges
from outcomes.imports.records.reports import party_slug
from outcomes.imports.records.results import replace_unreadable
from outcomes.imports.workbook.parsing import clean_word, parse_cell
from outcomes.imports.workbook.sheets import column_label
from outcomes.models import CommitmentParty
from participants.models import Group, Organisation
from participants.permissions import EventPermissions, visible_organisations
from roundtable.models import Event
from roundtable.text.spreadsheet_text import LIST_SEPARATOR


def party_slugs_by_name(event: Event, permissions: EventPermissions) -> dict[str, str]:
    """Slugs of organisations and groups by normalised name; those of the event take precedence."""
    found: dict[str, str] = {}
    for group in Group.objects.filter(commitment_parties__commitment__event=event):
        found[normalise_name(group.name)] = group.slug
    visible = visible_organisations(permissions).filter(is_demonstration=event.is_demonstration)
    at_event = Organisation.objects.filter(roles__event=event)
    for body in [*at_event, *visible]:
        for name in filter(None, (body.slug, body.short_name, body.name)):
            found.setdefault(normalise_name(name), body.slug)
    return found


def complete_list(
    source: SourceFile, heading_row: int, event: Event, permissions: EventPermissions
) -> list[str]:
    """Adds the missing identifier column to the only sheet of a file; returns notes for the user.

    A commitment with the same text, place and leads keeps its reference, so importing a list twice
    creates no duplicates.
    """
    ((title, rows),) = source.pages.items()
    if title == "Commitments" and column_label("reference") not in rows[heading_row]:
        return _add_references(rows, heading_row, event)
    if title == "Organisations" and column_label("slug") not in rows[heading_row]:
        _add_slugs(rows, heading_row, permissions)
    return []


def _add_references(rows: Rows, heading_row: int, event: Event) -> list[str]:
    known = _existing_references(event)
    # Not those of `known`: of commitments that say the same it has one.
    references = event.commitments.values_list("reference", flat=True)
    numbers = [int(reference.rpartition("-C")[2]) for reference in references]
    next_number = max(numbers, default=0) + 1
    columns = {str(heading): number for number, heading in enumerate(rows[heading_row])}
    first_rows: dict[tuple[str, ...], int] = {}
    duplicates, empty = [], []
    for number, row in enumerate(rows[heading_row + 1 :], start=heading_row + 2):
        if not any(row):
            row.append(None)
            continue
        identity = tuple(
            _stored_text(row, columns.get(column_label(key)), "commitments", key)
            for key in DUPLICATE_KEYS
        )
        if identity[0].casefold() in EMPTY_MARKERS:
            empty.append(number)
            row[:] = [None] * (len(row) + 1)
            continue
        if identity in first_rows:
            duplicates.append(number)
            row[:] = [None] * (len(row) + 1)
            continue
        first_rows[identity] = number
        if identity not in known:
            known[identity] = f"{event.code}-C{next_number}"
            next_number += 1
        row.append(known[identity])
    rows[heading_row].append(column_label("reference"))
    duplicates_text = ngettext(
        "%(count)d row repeats an earlier row and is not imported: %(rows)s.",
        "%(count)d rows repeat an earlier row and are not imported: %(rows)s.",
        len(duplicates),
    )
    empty_text = ngettext(
        "%(count)d row has no text and is not imported: %(rows)s.",
        "%(count)d rows have no text and are not imported: %(rows)s.",
        len(empty),
    )
    return [*_row_notes(duplicates_text, duplicates), *_row_notes(empty_text, empty)]


# What people write in a cell that has no content.
EMPTY_MARKERS = ("", "-", "–", "n/a", "na", "n.a.", "none", "nil", "no value", "not applicable")
DUPLICATE_KEYS = ("text", "place_in_source", "leads")


def _existing_references(event: Event) -> dict[tuple[str, ...], str]:
    leads: dict[int, list[str]] = {}
    rows = CommitmentParty.objects.filter(commitment__event=event, role=CommitmentParty.Role.LEAD)
    for row in rows.select_related("organisation", "group").order_by("pk"):
        leads.setdefault(row.commitment_id, []).append(party_slug(row))
    return {
        (
            replace_unreadable(commitment.text),
            replace_unreadable(commitment.place_in_source),
            LIST_SEPARATOR.join(leads.get(commitment.pk, [])),
        ): commitment.reference
        for commitment in event.commitments.order_by("-pk")
    }


def _row_notes(text: str, rows: list[int]) -> list[str]:
    if not rows:
        return []
    return [text % {"count": len(rows), "rows": row_ranges(rows)}]


def _stored_text(row: list[Any], column: int | None, sheet_key: str, key: str) -> str:
    """The text as it would be stored, to compare it with stored commitments."""
    value = row[column] if column is not None and column < len(row) else None
    found = parse_cell(MATCHABLE_SHEETS[sheet_key], key, value)
    return replace_unreadable(
        LIST_SEPARATOR.join(found) if isinstance(found, list) else str(found or "")
    )


def _add_slugs(rows: Rows, heading_row: int, permissions: EventPermissions) -> None:
    names = [str(heading) for heading in rows[heading_row]]
    column = names.index(column_label("name")) if column_label("name") in names else None
    slugs = {
        normalise_name(name): row.slug
        for row in visible_organisations(permissions)
        for name in (row.short_name, row.name)
        if name
    }
    taken = set(Organisation.objects.values_list("slug", flat=True))
    taken |= set(Group.objects.values_list("slug", flat=True))
    for row in rows[heading_row + 1 :]:
        name = clean_word(_stored_text(row, column, "organisations", "name"))
        slug = slugs.get(normalise_name(name), "") if name else ""
        if name and not slug:
            slug = _unique_slug(slugify(name)[:70] or "organisation", taken)
            slugs[normalise_name(name)] = slug
            taken.add(slug)
        row += [None] * (len(names) - len(row)) + [slug or None]
    rows[heading_row].append(column_label("slug"))


def _unique_slug(slug: str, taken: set[str]) -> str:
    number, found = 1, slug
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found
