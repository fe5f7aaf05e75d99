"""Compares what a list became with a second person’s own download of it.

That download is read by the same recipe. Commitments that are the same in both need no other
reading than that of what the portal converted; the others are read one by one.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.imports.lists.kept import shape_of
from outcomes.imports.lists.preview import preview_list
from outcomes.imports.lists.recipe import Recipe, label_of
from outcomes.imports.lists.tables import (
    HEADING_SEARCH_ROWS,
    cell_text,
    clean_cell,
    describe_table,
)
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.records.errors import FileRejectedError, Mistake
from outcomes.imports.records.results import RowResult
from outcomes.imports.records.validation import entry_locations
from outcomes.imports.storage import file_hash
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.imports.workbook.sheets import column_label
from outcomes.models import Commitment, CommitmentState, ImportedRow, Upload
from outcomes.reporting.publication import COMMITMENT_COMPARISONS
from outcomes.sources.hashes import source_hash
from participants.decisions.engine import sign
from participants.decisions.kind import Signer
from participants.decisions.queue import Place, place_of
from participants.models import Group, Organisation
from participants.permissions import EventPermissions, permissions_of
from roundtable.history.versions import CHANGED

MAX_SHOWN = 300  # conversions
SIGNED_AT_ONCE = 20


def reading_of(upload: Upload, recipe: Recipe, source: SourceFile) -> dict[str, Any] | None:
    """What is kept of an import of commitments from an address where others find the list."""
    is_list = recipe.kind == "commitments" and recipe.heading_row >= 0
    if not is_list or not upload.source.startswith(("https://", "http://")):
        return None
    shape = shape_of(source.pages[recipe.page], recipe.heading_row)
    return {"recipe": recipe.to_json(), "hash": file_hash(upload), "shape": shape}


def added_commitments(imported: Upload) -> dict[int, Commitment]:
    """Those that the import added and that are still there."""
    numbers = imported.imported_rows.filter(model="commitment", result=ImportedRow.Result.ADDED)
    return Commitment.objects.in_bulk(list(numbers.values_list("object_id", flat=True)))


def compare(upload: Upload, imported: Upload, source: SourceFile, at: datetime) -> dict[str, Any]:
    """Compares the file of `upload` with what was imported. Stores nothing."""
    recipe = Recipe.from_json(imported.reading["recipe"])
    _find_table(recipe, source, imported.reading["shape"])
    # Cells that the importer corrected are read as they are, and rows that were skipped count.
    recipe.cells, recipe.left_out = {}, []
    # Read with the importer's rights: who compares may have none to edit.
    permissions = permissions_of(imported.user, at.date())
    if permissions is None or imported.event is None:
        sentence = _("The person who imported the list can no longer. Read the texts one by one.")
        raise FileRejectedError([Mistake("", sentence)])
    found = preview_list(source, recipe, imported.event, permissions, {"by": permissions, "at": at})
    entries = found.parsed.content.get("commitments", [])
    references = [entry["reference"] for entry in entries]
    places = entry_locations("commitments", recipe.sheet.table, entries)
    fates = _fates(found.preview.rows, dict(zip(places, references, strict=True)))
    added = added_commitments(imported)
    # What someone edited at the desk is in no file.
    edited = Commitment.history.filter(id__in=added, history_type=CHANGED)
    edited_ids = {*edited.values_list("id", flat=True)}
    same = {
        pk: source_hash(row)
        for pk, row in added.items()
        if row.reference in fates
        and fates[row.reference][0] == RowResult.UNCHANGED
        and pk not in edited_ids
    }
    others = sum(result == RowResult.ADDED for result, _words in fates.values())
    headings = describe_table(recipe.page, source.pages[recipe.page], recipe.heading_row).headings
    return {
        "same": same,
        "different": {
            pk: fates[row.reference][1] if row.reference in fates else None
            for pk, row in added.items()
            if pk not in same
        },
        "others": others + len({one.row for one in found.problems}),
        "conversions": _conversions(found.parsed, places, recipe, source)[:MAX_SHOWN],
        "columns": [
            (heading, label_of(recipe.columns[number]) if number in recipe.columns else "")
            for number, heading in enumerate(headings)
        ],
        "constants": [(label_of(key), text) for key, text in recipe.for_all.items()],
        "only": (
            [headings[recipe.only_column], "; ".join(recipe.only_words)]
            if recipe.only_column is not None
            else []
        ),
        "is_same_file": file_hash(upload) == imported.reading["hash"],
    }


def _find_table(recipe: Recipe, source: SourceFile, shape: str) -> None:
    """Raises FileRejectedError if no page has these headings."""
    for page, cells in source.pages.items():
        for row in range(min(len(cells), HEADING_SEARCH_ROWS)):
            if shape_of(cells, row) == shape:
                recipe.page, recipe.heading_row = page, row
                return
    sentence = _("This file has other headings than the list that was imported.")
    raise FileRejectedError([Mistake("", sentence)])


def _fates(
    rows: list[tuple[str, Any]], references: dict[str, str]
) -> dict[str, tuple[RowResult, list[tuple[str, str, str]]]]:
    """By reference, what the row of the download would do to the commitment and its parties.

    With the column, the portal's words and those of the download, of each difference.
    """
    found: dict[str, tuple[RowResult, list[tuple[str, str, str]]]] = {}
    for _place, row in rows:
        entry = row.location
        while entry and entry not in references:
            entry = entry.rpartition(".")[0]
        if not entry:
            continue
        result, words = found.get(references[entry], (RowResult.UNCHANGED, []))
        if entry == row.location:
            result = row.result if row.result != RowResult.UNCHANGED else result
            words += row.changes
        elif row.result != RowResult.UNCHANGED:
            result = result if result == RowResult.ADDED else RowResult.CHANGED
            label = column_label(row.location.rpartition(".")[2])
            is_new = row.result == RowResult.ADDED
            words.append((label, "" if is_new else row.title, row.title if is_new else ""))
        found[references[entry]] = (result, words)
    return found


def _conversions(
    parsed: ParsedWorkbook, places: list[str], recipe: Recipe, source: SourceFile
) -> list[tuple[str, str, str, int]]:
    """Column, cell, what the portal made of it, and in how many rows; no literal copies."""
    names = dict(Organisation.objects.values_list("slug", "name"))
    names |= dict(Group.objects.values_list("slug", "name"))
    columns: dict[str, list[int]] = {}
    for number, key in sorted(recipe.columns.items()):
        columns.setdefault(key, []).append(number)
    counts: Counter[tuple[str, str, str]] = Counter()
    cells = source.pages[recipe.page]
    for place, entry in zip(places, parsed.content.get("commitments", []), strict=True):
        row = cells[parsed.locations[place].rows[0] - 1]
        for key in columns.keys() & entry.keys():
            texts = [cell_text(clean_cell(row[n])) for n in columns[key] if n < len(row)]
            original, value = " ".join(filter(None, texts)), entry[key]
            slugs = value if isinstance(value, list) else [value]
            became = "; ".join(names.get(one, str(one)) for one in slugs)
            if " ".join(became.split()) != original:
                counts[label_of(key), original, became] += 1
    return [(*words, n) for words, n in counts.most_common()]


def items_to_compare(
    imported: Upload, viewer: EventPermissions, at: datetime
) -> dict[int, Commitment]:
    """What the import added, of which the viewer can compare each now."""
    kind, signer = COMMITMENT_COMPARISONS, Signer(viewer.user, at, viewer.bodies)
    rows = kind.visible(viewer).filter(pk__in=added_commitments(imported))
    return {
        item.pk: item
        for item in kind.read(list(rows), signer)
        if place_of(kind, item, signer) == Place.MINE
    }


def sign_compared(shown: dict[int, str], *, by: EventPermissions) -> int:
    """A few in each transaction; returns how many were as the comparison found them."""
    numbers, signed = [pk for pk, content in shown.items() if content], 0
    for start in range(0, len(numbers), SIGNED_AT_ONCE):
        part = {pk: shown[pk] for pk in numbers[start : start + SIGNED_AT_ONCE]}
        signed += len(sign(COMMITMENT_COMPARISONS, part, by=by.user, at=timezone.now()))
    return signed


def forget_compared(at: datetime) -> int:
    """Deletes how lists were read of which nothing waits for a comparison any more."""
    waiting = Commitment.objects.filter(state=CommitmentState.DRAFT, parties_told_at=None)
    rows = ImportedRow.objects.filter(model="commitment", object_id__in=waiting.values("pk"))
    done = Upload.objects.filter(reading__isnull=False, finished_at__lte=at)
    return done.exclude(pk__in=rows.values("upload")).update(reading=None)
