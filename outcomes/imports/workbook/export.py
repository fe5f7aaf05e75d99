"""Writes the content of a roundtable file as a workbook or as CSVs."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import zip_longest
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from outcomes.datasets.columns import DEFAULT_WIDTH
from outcomes.imports.records.results import replace_unreadable
from outcomes.imports.records.snapshot import Content
from outcomes.imports.workbook.sheets import OUTCOME_SHEET, ROLE_SHEET, SHEETS, Sheet, column_label
from outcomes.models import Outcome
from roundtable.text.spreadsheet_text import escape_xlsx
from roundtable.text.spreadsheets import cell_text, csv_text, xlsx_cell, xlsx_content

ABOUT_SHEET, CHOICES_SHEET, DISPUTES_SHEET = "About", "Words", "Disputes"
NOT_IMPORTED = (ABOUT_SHEET, CHOICES_SHEET, DISPUTES_SHEET)
DISPUTE_KEYS = ("reference", "reported_on", "text")
MAX_CELL_LENGTH = 32_767  # characters; the limit of the format
MAX_VALIDATED_ROWS = 10_000  # rows with drop-down lists
_TOP_ALIGNED = Alignment(vertical="top", wrap_text=True)
_BOLD, _ITALIC = Font(bold=True), Font(italic=True)


class CellTooLongError(Exception):
    """A text is longer than a cell can hold."""


def write_workbook(content: Content) -> bytes:
    """Without content, an empty workbook to fill in.

    Raises CellTooLongError.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_about_sheet(book.create_sheet(ABOUT_SHEET))
    lists = _ChoiceLists()
    for sheet in SHEETS:
        rows = list(sheet_rows(sheet, content))
        write_sheet = _write_vertical_sheet if sheet.is_vertical else _write_horizontal_sheet
        write_sheet(book.create_sheet(sheet.title), sheet, rows, lists)
    lists.write(book.create_sheet(CHOICES_SHEET))
    if table := _dispute_table(content):
        page = book.create_sheet(DISPUTES_SHEET)
        page.column_dimensions["C"].width = 90
        for line in table:
            page.append([_cell(page, text) for text in line])
    return b"".join(xlsx_content(book))


def write_csvs(content: Content) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for sheet in SHEETS:
            rows = list(sheet_rows(sheet, content))
            if sheet.is_vertical:
                table = [[column_label(key), _text(rows[0].get(key))] for key in sheet.keys]
            else:
                table = [[column_label(key) for key in sheet.keys]]
                table += [[_text(row.get(key)) for key in sheet.keys] for row in rows]
            archive.writestr(f"{sheet.title}.csv", _csv_file(table))
        if table := _dispute_table(content):
            archive.writestr(f"{DISPUTES_SHEET}.csv", _csv_file(table))
    return buffer.getvalue()


def _dispute_table(content: Content) -> list[list[str]]:
    rows = content.get("disputes", [])
    table = [[_text(row[key]) for key in DISPUTE_KEYS] for row in rows]
    return [[column_label(key) for key in DISPUTE_KEYS], *table] if table else []


def _csv_file(table: Iterable[list[str]]) -> bytes:
    return csv_text(table).encode("utf-8-sig")


def _text(value: Any) -> str:
    return replace_unreadable(cell_text(value))


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
    def __init__(self) -> None:
        self.places: dict[tuple[str, ...], str] = {}
        self.columns: list[list[str]] = []

    def validation_for(self, words: list[tuple[str, str]], heading: str) -> DataValidation:
        """Equal lists share one pair of columns with words and labels."""
        key = tuple(word for word, _label in words)
        if key not in self.places:
            letter = get_column_letter(len(self.columns) + 1)
            self.places[key] = f"{CHOICES_SHEET}!${letter}$2:${letter}${len(words) + 1}"
            self.columns += [[heading, *key], ["", *(label for _word, label in words)]]
        found = DataValidation(type="list", formula1=self.places[key], allow_blank=True)
        found.error = (
            _("Choose a value from the list. The sheet “%s” explains the values.") % CHOICES_SHEET
        )
        return found

    def write(self, page: Worksheet) -> None:
        _set_widths(page, [DEFAULT_WIDTH] * len(self.columns))
        headings, *lines = zip_longest(*self.columns)
        page.append([_cell(page, text, _BOLD if text else None) for text in headings])
        for line in lines:
            page.append([None if text is None else _cell(page, text) for text in line])


def _write_horizontal_sheet(
    page: Worksheet, sheet: Sheet, rows: list[Content], lists: _ChoiceLists
) -> None:
    page.freeze_panes = "B2"
    _set_widths(page, [sheet.width_of(key) for key in sheet.keys])
    for column, key in enumerate(sheet.keys, start=1):
        letter = get_column_letter(column)
        _add_choice(page, sheet, key, f"{letter}2:{letter}{MAX_VALIDATED_ROWS}", lists)
    page.append([_heading(page, key) for key in sheet.keys])
    for values in rows:
        page.append([_cell(page, values.get(key)) for key in sheet.keys])


def _write_vertical_sheet(
    page: Worksheet, sheet: Sheet, rows: list[Content], lists: _ChoiceLists
) -> None:
    _set_widths(page, [DEFAULT_WIDTH, 60, 60])
    for row, key in enumerate(sheet.keys, start=1):
        _add_choice(page, sheet, key, f"B{row}", lists)
        help_text = _cell(page, column_help(sheet, key), _ITALIC)
        page.append([_heading(page, key), _cell(page, rows[0].get(key)), help_text])


def _set_widths(page: Worksheet, widths: list[int]) -> None:
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width


def _add_choice(page: Worksheet, sheet: Sheet, key: str, cells: str, lists: _ChoiceLists) -> None:
    if words := sheet.choices_of(key):
        choice = lists.validation_for(words, f"{sheet.title}: {column_label(key)}")
        choice.add(cells)
        page.add_data_validation(choice)


def _heading(page: Worksheet, key: str) -> Any:
    cell = xlsx_cell(page, column_label(key))
    cell.font, cell.alignment = _BOLD, _TOP_ALIGNED
    return cell


def _cell(page: Worksheet, value: Any, font: Font | None = None) -> Any:
    """Raises CellTooLongError."""
    if isinstance(value, str | bool | list):
        value = _text(value)
        if len(escape_xlsx(value)) > MAX_CELL_LENGTH:
            raise CellTooLongError
    cell = xlsx_cell(page, value)
    cell.alignment = _TOP_ALIGNED
    if isinstance(value, str):
        cell.number_format = "@"  # text, so that a number that someone types stays a text
    if font:
        cell.font = font
    return cell


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
    _set_widths(page, [DEFAULT_WIDTH, DEFAULT_WIDTH, 90])
    for row, (first, *others) in enumerate(lines, start=1):
        cells = [_cell(page, text) for text in others]
        page.append([_cell(page, first, Font(bold=row != 2)), *cells])
    page.merge_cells("A2:C2")
    page.row_dimensions[2].height = 60


def column_help(sheet: Sheet, key: str) -> str:
    if key == sheet.owner:
        return _("The short name of the organisation that has this role. Required.")
    field = sheet.get_field(key)
    if field is None:
        return str(sheet.table.column(key).help)
    needed = _("Required.") if key in set(sheet.table.required()) else ""
    return f"{field.help_text} {needed}".strip()
