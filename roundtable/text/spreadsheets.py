"""The one writer of CSV and of XLSX. No spreadsheet program reads a cell of either as a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO
from tempfile import TemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from roundtable.text.spreadsheet_text import (
    FORMULA_STARTS,
    LIST_SEPARATOR,
    escape_formula,
    escape_xlsx,
)

CHUNK = 64 * 1024  # bytes
Cell = str | int | date | list[str] | None
NOTHING: tuple[Cell, ...] = (None, "", [])


def cell_text(value: Cell) -> str:
    """The words of a cell, which may look like a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else str(value)


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([escape_formula(cell_text(cell)) for cell in row] for row in rows)
    return text.getvalue()


def xlsx_cell(sheet: Any, value: Cell) -> Any:
    """Numbers and days stay what they are; an empty text is an empty cell."""
    cell = WriteOnlyCell(sheet)
    if value is None or (isinstance(value, int | date) and not isinstance(value, bool)):
        cell.value = value
    elif text := cell_text(value):
        # XLSX cannot contain control characters.
        plain = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
        cell.value, cell.data_type = escape_xlsx(plain), "s"
        cell.quotePrefix = text.startswith(FORMULA_STARTS)
    return cell


def add_row(sheet: Any, values: Iterable[Cell]) -> None:
    """Without empty cells: half of a long file can be empty."""
    sheet.append([None if value in NOTHING else xlsx_cell(sheet, value) for value in values])


def xlsx_content(book: Workbook) -> Iterator[bytes]:
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
