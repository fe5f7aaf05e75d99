"""Matches tables with other headings to our sheets."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from outcomes.datasets.columns import Dataset
from outcomes.imports.readers.pages import FormulaCell, Rows, SourceFile
from outcomes.imports.records.duplicate_matcher import TITLES, normalise_name
from outcomes.imports.workbook.dates import is_ambiguous_date, parse_date
from outcomes.imports.workbook.export import NOT_IMPORTED
from outcomes.imports.workbook.parsing import (
    INVISIBLE_CHARACTERS,
    clean_word,
    fitting_sheets,
    heading_key,
)
from outcomes.imports.workbook.sheets import SHEETS, Sheet, column_label

_PUNCTUATION = re.compile(r"[^\w\s]|_")
MATCHABLE_SHEETS = {
    sheet.table_path: sheet for sheet in SHEETS if not sheet.is_vertical and not sheet.owner
}
SAMPLE_ROWS = 3
_TITLES = TITLES | {"m", "mme", "mlle", "sr", "sra", "hon", "h.e", "professor"}
HEADING_SEARCH_ROWS = 20


@dataclass(frozen=True)
class SourceTable:
    """A page of a file that does not have our headings."""

    page: str
    heading_row: int  # its index
    headings: list[str]
    samples: list[list[str]] = field(default_factory=list)  # for each column
    rows: int = 0


def is_own_format(source: SourceFile) -> bool:
    """Whether a file has at least one of our sheets; else the user must match its columns.

    Further sheets and columns in such a file are mistakes.
    """
    own_sheets = {sheet.title.lower(): sheet for sheet in SHEETS}
    found = [
        (sheet, cells)
        for title, cells in source.pages.items()
        if (sheet := own_sheets.get(clean_word(title).lower())) and not source.is_single_table
    ]
    is_empty = not any(source.pages.values())
    return bool(found) and (is_empty or any(_has_sheet_columns(*page) for page in found))


def _has_sheet_columns(sheet: Sheet, cells: Rows) -> bool:
    if not sheet.is_vertical:
        return sheet in fitting_sheets(cells)
    words = [key for row in cells if row and (key := heading_key(row[0]))]
    return bool(words) and sum(key in sheet.keys for key in words) * 2 >= len(words)


def find_tables(source: SourceFile) -> list[SourceTable]:
    """The longest table first."""
    found = []
    for page, cells in source.pages.items():
        if page in NOT_IMPORTED or not any(cells):
            continue
        heading_row = _find_heading_row(cells)
        width = max(len(row) for row in cells)
        headings = [clean_word(_cell_text(cell)) for cell in cells[heading_row]]
        headings += [""] * (width - len(headings))
        data_rows = [
            row
            for row in cells[heading_row + 1 :]
            if any(clean_word(_cell_text(cell)) for cell in row)
        ]
        samples = [
            [
                clean_word(_cell_text(row[column]))
                for row in data_rows[:SAMPLE_ROWS]
                if column < len(row)
            ]
            for column in range(width)
        ]
        found.append(SourceTable(page, heading_row, headings, samples, len(data_rows)))
    return sorted(found, key=lambda table: -table.rows)


def _find_heading_row(cells: Rows) -> int:
    """The index of the row with most known headings, else of the first wide row."""
    best, most = 0, 0
    for number, row in enumerate(cells[:HEADING_SEARCH_ROWS]):
        known = max(
            (sum(bool(key) for key in guess_columns(place, row)) for place in MATCHABLE_SHEETS),
            default=0,
        )
        if known > most:
            best, most = number, known
    if most:
        return best
    width = max(len(row) for row in cells)
    return next(number for number, row in enumerate(cells) if len(row) * 2 > width)


def guess_columns(
    sheet_key: str, headings: list[Any], samples: Sequence[Sequence[str]] = ()
) -> list[str]:
    """The probable key of each column; empty if unknown or already used."""
    sheet = MATCHABLE_SHEETS[sheet_key]
    found: list[str] = []
    for number, heading in enumerate(headings):
        own = heading_key(heading)
        key = own if own in sheet.keys else _guess_key(heading, sheet.table)
        is_free = key not in found or can_join_columns(sheet, key)
        is_title = key == "post" and number < len(samples) and _are_titles(samples[number])
        found.append(key if is_free and not is_title else "")
    return found


def _are_titles(samples: Sequence[str]) -> bool:
    """Whether a column has “Ms” and “Dr.”: “Title” is also a heading of posts."""
    values = [text for text in samples if text]
    return bool(values) and all(
        word.strip(".").casefold() in _TITLES
        for text in values
        for word in re.split(r"[\s/]+", text)
    )


def _guess_key(heading: Any, table: Dataset) -> str:
    """The key of the whole heading, else of its last known word."""
    words = _PUNCTUATION.sub(" ", _cell_text(heading)).split()
    for word in ["".join(words), *reversed(words)]:
        for column in table.columns:
            if normalise_name(word) in column.synonyms.split():
                return column.name
    return ""


def guess_sheet(table: SourceTable) -> str:
    """The sheet with most matching headings; exact headings, then the title, break ties."""

    def likeness(place: str) -> tuple[int, int, bool, bool]:
        sheet = MATCHABLE_SHEETS[place]
        known = sum(bool(key) for key in guess_columns(place, table.headings))
        own = len({heading_key(heading) for heading in table.headings} & set(sheet.keys))
        # A tie means a list of people: that is what most hosts have.
        is_title = clean_word(table.page).lower() == sheet.title.lower()
        return known, own, is_title, place == "delegates"

    return max(MATCHABLE_SHEETS, key=likeness)


def can_join_columns(sheet: Sheet, key: str) -> bool:
    """Whether columns may form one value, such as first and family name."""
    kind = sheet.get_field(key)
    if kind is None or type(kind) not in (models.CharField, models.TextField) or kind.choices:
        return False
    return key not in (sheet.table.identifier, "organisation", "reference", "party")


def has_ambiguous_dates(
    table: SourceTable, cells: Rows, sheet_key: str, columns: Mapping[int, str]
) -> bool:
    days = _date_columns(MATCHABLE_SHEETS[sheet_key], columns)
    return any(
        isinstance(row[column], str) and is_ambiguous_date(row[column])
        for row in cells[table.heading_row + 1 :]
        for column in days
        if column < len(row)
    )


def apply_matching(
    table: SourceTable,
    cells: Rows,
    *,
    sheet_key: str,
    columns: Mapping[int, str],
    date_order: str = "",
    parties: Mapping[str, str] | None = None,
) -> SourceFile:
    """The table as one of our sheets; rows keep their numbers.

    `parties` has the slugs of organisations and groups by normalised name.
    """
    sheet = MATCHABLE_SHEETS[sheet_key]
    keys = list(dict.fromkeys(columns.values()))
    rows: Rows = [[] for _above in range(table.heading_row)]
    rows.append([column_label(key) for key in keys])
    for row in cells[table.heading_row + 1 :]:
        values: list[Any] = []
        for key in keys:
            parts = [row[n] for n, name in columns.items() if name == key and n < len(row)]
            values.append(
                _combine_cells(
                    sheet, key, [_clean_cell(part) for part in parts], date_order, parties or {}
                )
            )
        rows.append(values)
    return SourceFile({sheet.title: rows})


def _combine_cells(
    sheet: Sheet, key: str, parts: list[Any], date_order: str, parties: Mapping[str, str]
) -> Any:
    filled = [part for part in parts if part not in (None, "")]
    if len(filled) > 1:
        return " ".join(_cell_text(part) for part in filled)
    value = filled[0] if filled else None
    if isinstance(value, str) and key in _date_columns(sheet, {0: key}).values():
        with suppress(ValidationError):  # parsing reports the mistake at the cell
            return parse_date(value, date_order=date_order)
    if key in ("leads", "partners", "addressees", "party") and isinstance(value, str):
        return parties.get(normalise_name(value), value)
    return value


def _date_columns(sheet: Sheet, columns: Mapping[int, str]) -> dict[int, str]:
    return {
        number: key
        for number, key in columns.items()
        if isinstance(sheet.get_field(key), models.DateField)
    }


def _clean_cell(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    lines = INVISIBLE_CHARACTERS.sub("", cell).replace("\N{NO-BREAK SPACE}", " ").split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def _cell_text(cell: Any) -> str:
    if cell is None or isinstance(cell, FormulaCell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
