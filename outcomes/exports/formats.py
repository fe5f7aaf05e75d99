"""Writes a table as CSV, JSON or XLSX, some rows at a time, so that no file is held whole."""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from openpyxl import Workbook

from outcomes.exports.reading import Row, Table
from outcomes.exports.tables import EXPORTED_ON, FILTERS
from roundtable.text.spreadsheet_text import BYTE_ORDER_MARK
from roundtable.text.spreadsheets import add_row, csv_text, xlsx_content


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


def csv_rows(export: Export, extra: Mapping[str, str]) -> Iterator[str]:
    """The header and all rows as CSV, with further columns that are the same in each row."""
    yield csv_text([[*export.table.column_names, *extra]])
    for rows in export.batches():
        yield csv_text([*row.values(), *extra.values()] for row in rows)


def write_csv(export: Export) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK.encode()
    for text in csv_rows(export, export.extra):
        yield text.encode()


def write_json(export: Export) -> Iterator[bytes]:
    head = {"table": export.table.name, "page": export.page, **export.extra}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": ['
    separator = "\n"
    for rows in export.batches():
        lines = []
        for row in rows:
            lines.append(separator + json.dumps(row, ensure_ascii=False))
            separator = ",\n"
        yield "".join(lines).encode()
    yield b"\n]}\n"


def write_xlsx(export: Export) -> Iterator[bytes]:
    book = Workbook(write_only=True)  # it writes the rows to a file as they come
    sheet = book.create_sheet(export.table.name)
    sheet.freeze_panes = "B2"
    add_row(sheet, [*export.table.column_names, *export.extra])
    for rows in export.batches():
        for row in rows:
            add_row(sheet, [*row.values(), *export.extra.values()])
    about = book.create_sheet(_("About this file"))
    add_row(about, [_("The same as a page"), export.page])
    add_row(about, [_("Filters"), export.filters or _("none: all rows")])
    add_row(about, [_("Exported on"), export.on.isoformat()])
    for column in (*export.table.columns, EXPORTED_ON, FILTERS):
        add_row(about, [column.name, str(column.help)])
    yield from xlsx_content(book)


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
