"""Writes the content of a roundtable file as a workbook or as CSVs."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from outcomes.datasets.columns import DEFAULT_WIDTH, LIST_SEPARATOR
from outcomes.imports.records.results import replace_unreadable, to_file_text
from outcomes.imports.records.snapshot import Content
from outcomes.imports.workbook.sheets import (
    OUTCOME_SHEET,
    ROLE_SHEET,
    SHEETS,
    Sheet,
    column_label,
)
from outcomes.models import Outcome
from participants.admin_base.spreadsheets import write_text_cell
from roundtable.spreadsheet_text import escape_formula, escape_xlsx

ABOUT_SHEET, CHOICES_SHEET, DISPUTES_SHEET = "About", "Words", "Disputes"
NOT_IMPORTED = (ABOUT_SHEET, CHOICES_SHEET, DISPUTES_SHEET)
DISPUTE_KEYS = ("reference", "reported_on", "text")
MAX_CELL_LENGTH = 32_767  # characters; the limit of the format
MAX_VALIDATED_ROWS = 10_000  # rows with drop-down lists
_TOP_ALIGNED = Alignment(vertical="top", wrap_text=True)


class CellTooLongError(Exception):
    """A text is longer than a cell can hold."""


def write_workbook(content: Content) -> bytes:
    """Without content, an empty workbook to fill in.

    Raises CellTooLongError.
    """
    book = Workbook()
    about = book.active
    assert isinstance(about, Worksheet)
    about.title = ABOUT_SHEET
    _write_about_sheet(about)
    lists = _ChoiceLists(book.create_sheet(CHOICES_SHEET))
    for sheet in SHEETS:
        rows = list(sheet_rows(sheet, content))
        write_sheet = _write_vertical_sheet if sheet.is_vertical else _write_horizontal_sheet
        write_sheet(book.create_sheet(sheet.title), sheet, rows, lists)
    if table := _dispute_table(content):
        page = book.create_sheet(DISPUTES_SHEET)
        for number, line in enumerate(table, start=1):
            for column, text in enumerate(line, start=1):
                _write_cell(page.cell(number, column), text)
        page.column_dimensions["C"].width = 90
    buffer = BytesIO()
    book.move_sheet(CHOICES_SHEET, len(SHEETS))
    book.save(buffer)
    return buffer.getvalue()


def write_csvs(content: Content) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for sheet in SHEETS:
            rows = list(sheet_rows(sheet, content))
            if sheet.is_vertical:
                table = [[column_label(key), _csv_text(rows[0].get(key))] for key in sheet.keys]
            else:
                table = [[column_label(key) for key in sheet.keys]]
                table += [[_csv_text(row.get(key)) for key in sheet.keys] for row in rows]
            archive.writestr(f"{sheet.title}.csv", _csv_file(table))
        if table := _dispute_table(content):
            archive.writestr(f"{DISPUTES_SHEET}.csv", _csv_file(table))
    return buffer.getvalue()


def _dispute_table(content: Content) -> list[list[str]]:
    rows = content.get("disputes", [])
    table = [[_csv_text(row[key]) for key in DISPUTE_KEYS] for row in rows]
    return [[column_label(key) for key in DISPUTE_KEYS], *table] if table else []


def _csv_file(table: list[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([[escape_formula(cell) for cell in row] for row in table])
    return text.getvalue().encode("utf-8-sig")


def _csv_text(value: Any) -> str:
    return replace_unreadable(to_file_text(_cell_value(value)))


def _cell_value(value: Any) -> Any:
    """Words instead of true and false, which programs translate, or store as formulas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else value


def sheet_rows(sheet: Sheet, content: Content) -> Iterator[Content]:
    if sheet is ROLE_SHEET:
        for row in content.get("organisations", []):
            yield from ({sheet.owner: row["slug"]} | role for role in row.get("roles", []))
    elif sheet is OUTCOME_SHEET:
        for lead_in in content.get("statement", {}).get("lead_ins", []):
            yield lead_in | {"kind": Outcome.Kind.LEAD_IN.value}
            yield from lead_in.get("points", [])
    elif sheet.is_vertical:
        yield content.get(sheet.table_path, {})
    else:
        yield from content.get(sheet.table_path, [])


class _ChoiceLists:
    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.columns: dict[tuple[str, ...], str] = {}

    def validation_for(self, words: list[tuple[str, str]], heading: str) -> DataValidation:
        """Equal lists share one pair of columns with words and labels."""
        key = tuple(word for word, _label in words)
        if key not in self.columns:
            at = 2 * len(self.columns) + 1
            for row, (word, label) in enumerate([(heading, ""), *words], start=1):
                _write_cell(self.sheet.cell(row, at), word)
                _write_cell(self.sheet.cell(row, at + 1), label)
            self.sheet.cell(1, at).font = Font(bold=True)
            for column in (at, at + 1):
                self.sheet.column_dimensions[get_column_letter(column)].width = DEFAULT_WIDTH
            letter = get_column_letter(at)
            self.columns[key] = f"{CHOICES_SHEET}!${letter}$2:${letter}${len(words) + 1}"
        found = DataValidation(type="list", formula1=self.columns[key], allow_blank=True)
        found.error = (
            _("Choose a value from the list. The sheet “%s” explains the values.") % CHOICES_SHEET
        )
        return found


def _write_horizontal_sheet(
    page: Worksheet, sheet: Sheet, rows: list[Content], lists: _ChoiceLists
) -> None:
    for column, key in enumerate(sheet.keys, start=1):
        letter = get_column_letter(column)
        _write_heading(page.cell(1, column), key)
        page.column_dimensions[letter].width = sheet.width_of(key)
        for row, values in enumerate(rows, start=2):
            _write_cell(page.cell(row, column), values.get(key))
        if words := sheet.choices_of(key):
            choice = lists.validation_for(words, f"{sheet.title}: {column_label(key)}")
            choice.add(f"{letter}2:{letter}{MAX_VALIDATED_ROWS}")
            page.add_data_validation(choice)
    page.freeze_panes = "B2"


def _write_vertical_sheet(
    page: Worksheet, sheet: Sheet, rows: list[Content], lists: _ChoiceLists
) -> None:
    for row, key in enumerate(sheet.keys, start=1):
        _write_heading(page.cell(row, 1), key)
        _write_cell(page.cell(row, 2), rows[0].get(key))
        _write_cell(page.cell(row, 3), column_help(sheet, key))
        page.cell(row, 3).font = Font(italic=True)
        if words := sheet.choices_of(key):
            choice = lists.validation_for(words, f"{sheet.title}: {column_label(key)}")
            choice.add(f"B{row}")
            page.add_data_validation(choice)
    for letter, width in zip("ABC", (DEFAULT_WIDTH, 60, 60), strict=True):
        page.column_dimensions[letter].width = width


def _write_heading(cell: Cell, key: str) -> None:
    cell.value = column_label(key)
    cell.font = Font(bold=True)
    cell.alignment = _TOP_ALIGNED


def _write_cell(cell: Any, value: Any) -> None:
    """Raises CellTooLongError."""
    cell.alignment = _TOP_ALIGNED
    value = _cell_value(value)
    if not isinstance(value, str):
        cell.value = value
        return
    text = replace_unreadable(value)
    if len(escape_xlsx(text)) > MAX_CELL_LENGTH:
        raise CellTooLongError
    write_text_cell(cell, text)
    cell.number_format = "@"  # text, so that a number that someone types stays a text


def _write_about_sheet(page: Worksheet) -> None:
    lines = [
        (_("A roundtable to fill in and import"), "", ""),
        (
            _(
                "Each sheet is described below. Leave a cell empty if the value is not known. "
                "A sheet, row or column that you delete changes nothing in the portal. The portal "
                "finds each row again by its identifier, such as its number or short name. Do not "
                "change identifiers. Rows keep the order of the sheet. Separate several words in "
                "one cell with a semicolon."
            ),
            "",
            "",
        ),
    ]
    for sheet in SHEETS:
        lines.append((sheet.title, "", ""))
        lines += [("", column_label(key), column_help(sheet, key)) for key in sheet.keys]
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            _write_cell(page.cell(row, column), text)
        page.cell(row, 1).font = Font(bold=row != 2)
    page.merge_cells("A2:C2")
    page.row_dimensions[2].height = 60
    for letter, width in zip("ABC", (DEFAULT_WIDTH, DEFAULT_WIDTH, 90), strict=True):
        page.column_dimensions[letter].width = width


def column_help(sheet: Sheet, key: str) -> str:
    if key == sheet.owner:
        return _("The short name of the organisation that has this role. Required.")
    field = sheet.get_field(key)
    if field is None:
        return str(sheet.table.column(key).help)
    needed = _("Required.") if key in set(sheet.table.required()) else ""
    return f"{field.help_text} {needed}".strip()
