"""Finds the tables of a file, and the row with the headings of each."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from outcomes.imports.readers.pages import FormulaCell, Rows, SourceFile
from outcomes.imports.workbook.export import NOT_IMPORTED
from outcomes.imports.workbook.parsing import (
    INVISIBLE_CHARACTERS,
    clean_word,
    fitting_sheets,
    heading_key,
)
from outcomes.imports.workbook.sheets import SHEETS, Sheet

SAMPLE_CELLS = 3
HEADING_SEARCH_ROWS = 40
ROWS_BELOW = 60  # that a row is compared with
MAX_HEADING_LENGTH = 80
NO_HEADINGS = -1


@dataclass(frozen=True)
class SourceTable:
    """A page of a file that does not have our headings."""

    page: str
    heading_row: int  # its index, or NO_HEADINGS
    headings: list[str]
    samples: list[list[str]] = field(default_factory=list)  # for each column
    rows: int = 0
    is_hidden: bool = False


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
    """The longest table that is not hidden first."""
    found = [
        describe_table(page, cells, find_heading_row(cells), is_hidden=page in source.hidden_pages)
        for page, cells in source.pages.items()
        if page not in NOT_IMPORTED and any(cells)
    ]
    return sorted(found, key=lambda table: (table.is_hidden, -table.rows))


def describe_table(
    page: str, cells: Rows, heading_row: int, *, is_hidden: bool = False
) -> SourceTable:
    width = max(len(row) for row in cells)
    headings = [] if heading_row == NO_HEADINGS else [*map(cell_text, cells[heading_row])]
    headings += [""] * (width - len(headings))
    filled = [row for row in cells[heading_row + 1 :] if any(map(cell_text, row))]
    samples = []
    for column in range(width):
        values = (cell_text(row[column]) for row in filled if column < len(row))
        samples.append(
            [text for text, _n in zip(filter(None, values), range(SAMPLE_CELLS), strict=False)]
        )
    return SourceTable(page, heading_row, headings, samples, len(filled), is_hidden)


def find_heading_row(cells: Rows) -> int:
    """The index of the row whose cells are short texts that do not come again below them."""
    best, most = 0, float("-inf")
    for index, row in enumerate(cells[:HEADING_SEARCH_ROWS]):
        below = [other for other in cells[index + 1 : index + 1 + ROWS_BELOW] if any(other)]
        if not any(row) or (not below and most > float("-inf")):
            continue
        points = sum(_heading_points(row, below, column) for column in range(_width(row, below)))
        # The first of two that look alike: a row of short texts is also like a heading.
        if points > most + 0.5:
            best, most = index, points
    return best


def _width(row: list[Any], below: Rows) -> int:
    return max(len(row), *(len(other) for other in below), 0)


def _heading_points(row: list[Any], below: Rows, column: int) -> float:
    cell = row[column] if column < len(row) else None
    values = [other[column] for other in below if column < len(other) and cell_text(other[column])]
    text = cell_text(cell)
    if not text:
        return -0.75 if values else 0
    is_text = isinstance(cell, str) and not _is_number(text)
    if not is_text or len(text) > MAX_HEADING_LENGTH:
        return -1.5
    if not values:
        return 0.25
    texts = Counter(map(cell_text, values))
    if text in texts or [*map(cell_text, row)].count(text) > 1:
        return -0.5
    others = sum(
        not isinstance(value, str) or _is_number(value) or len(value) > MAX_HEADING_LENGTH
        for value in values
    )
    repeats = len(values) - len(texts)
    # Numbers, days and long texts below a short one, or the same words again and again.
    return 1 + (others * 2 > len(values)) + 0.5 * (repeats * 2 > len(values))


def _is_number(text: str) -> bool:
    stripped = "".join(sign for sign in text if sign not in " .,-/%:+()")
    return stripped.isdecimal()


def clean_cell(cell: Any) -> Any:
    """The cell without invisible characters and spaces that mean nothing."""
    if not isinstance(cell, str):
        return cell
    lines = INVISIBLE_CHARACTERS.sub("", cell).replace("\N{NO-BREAK SPACE}", " ").split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def cell_text(cell: Any) -> str:
    """The text of a cell in one line."""
    if cell is None or isinstance(cell, FormulaCell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else clean_word(str(cell))
