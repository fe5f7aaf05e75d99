"""Writes a table as CSV, JSON or XLSX, some rows at a time, so that no file is held whole."""

import csv
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from tempfile import TemporaryFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from outcomes.datasets.columns import LIST_SEPARATOR
from outcomes.exports.reading import Cell, Row
from outcomes.exports.tables import EXPORTED_ON, FILTERS, ColumnType, Table
from participants.admin_base.spreadsheets import write_text_cell
from roundtable.spreadsheet_text import BYTE_ORDER_MARK, FORMULA_STARTS, escape_formula

CHUNK = 64 * 1024  # bytes
MAY_BE_FORMULA = {"'", *FORMULA_STARTS}  # the first characters of what is escaped


@dataclass(frozen=True)
class Export:
    """Rows of a table, and what each file says of itself."""

    table: Table
    ids: Sequence[int]
    on: date
    page: str  # the address of the page with the same rows
    filters: str = ""  # in words
    day: date | None = None  # an earlier one, if the file is about it

    @property
    def extra(self) -> dict[str, str]:
        """Columns that are the same in each row."""
        return {EXPORTED_ON.name: self.on.isoformat(), FILTERS.name: self.filters}

    def batches(self) -> Iterator[list[Row]]:
        return self.table.batches(self.ids, self.on, self.day)


def ids_array(pks: Iterable[int]) -> "array[int]":
    """Takes eight bytes for each."""
    return array("q", pks)


def cell_text(value: Cell) -> str:
    """As spreadsheets have it; it may look like a formula."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else str(value)


def _prepare_for_csv(table: Table) -> Callable[[Row], None]:
    """Changes the cells of a row that the CSV writer would not write as they are meant."""
    booleans, lists, texts = (
        [place for place, column in enumerate(table.columns) if column.type is kind]
        for kind in (ColumnType.BOOLEAN, ColumnType.LIST, ColumnType.STRING)
    )

    def prepare(row: Row) -> None:
        for place in booleans:
            row[place] = "yes" if row[place] else "no"
        for place in lists:
            row[place] = LIST_SEPARATOR.join(row[place]) if row[place] else ""
        for place in escaped:
            text = row[place]
            if text and text[0] in MAY_BE_FORMULA:
                row[place] = escape_formula(text)

    escaped = lists + texts
    return prepare


def csv_rows(export: Export, extra: dict[str, str]) -> Iterator[str]:
    """The header and all rows as CSV, with further columns that are the same in each row."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([*export.table.column_names, *extra])
    prepare, end = _prepare_for_csv(export.table), [*map(escape_formula, extra.values())]
    for rows in export.batches():
        for row in rows:
            prepare(row)
            row += end
        writer.writerows(rows)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def write_csv(export: Export) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK.encode()
    for text in csv_rows(export, export.extra):
        yield text.encode()


def write_json(export: Export) -> Iterator[bytes]:
    head = {"table": export.table.name, "page": export.page, **export.extra}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": ['
    names, separator = export.table.column_names, "\n"
    for rows in export.batches():
        lines = []
        for row in rows:
            lines.append(separator)
            lines.append(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False))
            separator = ",\n"
        yield "".join(lines).encode()
    yield b"\n]}\n"


def write_xlsx(export: Export) -> Iterator[bytes]:
    """openpyxl writes the rows to a file as they come."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(export.table.name)
    sheet.freeze_panes = "B2"

    def cells(values: Sequence[Cell]) -> list[object]:
        found: list[object] = []
        for value in values:
            if isinstance(value, int) and not isinstance(value, bool):
                found.append(value)
            elif text := cell_text(value):
                cell = WriteOnlyCell(sheet)
                write_text_cell(cell, text)
                found.append(cell)
            else:
                found.append(None)
        return found

    sheet.append(cells([*export.table.column_names, *export.extra]))
    for rows in export.batches():
        for row in rows:
            sheet.append(cells([*row, *export.extra.values()]))
    about = book.create_sheet(_("About this file"))
    about.append(cells([_("The same as a page"), export.page]))
    about.append(cells([_("Filters"), export.filters or _("none: all rows")]))
    about.append(cells([_("Exported on"), export.on.isoformat()]))
    for column in (*export.table.columns, EXPORTED_ON, FILTERS):
        about.append(cells([column.name, str(column.help)]))
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


@dataclass(frozen=True)
class FileFormat:
    """A way to write a table."""

    media_type: str
    write: Callable[[Export], Iterator[bytes]]


FORMATS = {
    "csv": FileFormat("text/csv; charset=utf-8", write_csv),
    "xlsx": FileFormat(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx
    ),
    "json": FileFormat("application/json", write_json),
}
