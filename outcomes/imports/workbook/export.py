"""From the content of a roundtable file to a workbook that people can fill in."""

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

from outcomes.imports.records.results import plain, readable
from outcomes.imports.records.snapshot import Content
from outcomes.imports.workbook.sheets import (
    LISTED,
    ROLE_SHEET,
    SENTENCE_SHEET,
    SHEETS,
    Sheet,
    label_of,
)
from outcomes.models import Outcome
from participants.admin_base.spreadsheets import put_text
from roundtable.spreadsheet_text import escape, spelled

ABOUT, WORDS = "About", "Words"  # sheets that explain, and are not read
LONGEST = 32_767  # signs of a cell
MOST_ROWS = 10_000  # for which there are lists to choose from
WIDTHS = {"text": 80, "description": 50, "summary": 80, "introduction": 80}
WIDTH = 22  # signs
_TOP = Alignment(vertical="top", wrap_text=True)


class TooLongError(Exception):
    """A text is longer than a cell can hold."""


def write(content: Content) -> bytes:
    """The workbook with this content; with none it is empty, to be filled in.

    Raises TooLongError where a text has more signs than a cell can hold.
    """
    book = Workbook()
    about = book.active
    assert isinstance(about, Worksheet)
    about.title = ABOUT
    _explain(about)
    lists = _Lists(book.create_sheet(WORDS))
    for sheet in SHEETS:
        rows = list(rows_of(sheet, content))
        fill = _fill_upright if sheet.is_upright else _fill
        fill(book.create_sheet(sheet.title), sheet, rows, lists)
    stored = BytesIO()
    book.move_sheet(WORDS, len(SHEETS))
    book.save(stored)
    return stored.getvalue()


def write_csvs(content: Content) -> bytes:
    """The same as an archive of CSVs, one for each sheet."""
    stored = BytesIO()
    with ZipFile(stored, "w", ZIP_DEFLATED) as parts:
        for sheet in SHEETS:
            rows = list(rows_of(sheet, content))
            if sheet.is_upright:
                table = [[label_of(key), _text(rows[0].get(key))] for key in sheet.keys]
            else:
                table = [[label_of(key) for key in sheet.keys]]
                table += [[_text(row.get(key)) for key in sheet.keys] for row in rows]
            text = StringIO()
            csv.writer(text).writerows([[escape(cell) for cell in row] for row in table])
            parts.writestr(f"{sheet.title}.csv", text.getvalue().encode("utf-8-sig"))
    return stored.getvalue()


def _text(value: Any) -> str:
    return readable(LISTED.join(value) if isinstance(value, list) else plain(value))


def rows_of(sheet: Sheet, content: Content) -> Iterator[Content]:
    """The rows of one sheet, each value by its key."""
    if sheet is ROLE_SHEET:
        for row in content.get("organisations", []):
            yield from ({sheet.owner: row["slug"]} | role for role in row.get("roles", []))
    elif sheet is SENTENCE_SHEET:
        for lead_in in content.get("statement", {}).get("lead_ins", []):
            yield lead_in | {"kind": Outcome.Kind.LEAD_IN.value}
            yield from lead_in.get("points", [])
    elif sheet.is_upright:
        yield content.get(sheet.place, {})
    else:
        yield from content.get(sheet.place, [])


class _Lists:
    """The sheet with the words that some columns choose from."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.columns: dict[tuple[str, ...], str] = {}

    def choice(self, words: list[tuple[str, str]], heading: str) -> DataValidation:
        """A list to choose from, with these words and what they mean written out once."""
        key = tuple(word for word, _label in words)
        if key not in self.columns:
            at = 2 * len(self.columns) + 1
            for row, (word, label) in enumerate([(heading, ""), *words], start=1):
                _put(self.sheet.cell(row, at), word)
                _put(self.sheet.cell(row, at + 1), label)
            self.sheet.cell(1, at).font = Font(bold=True)
            for column in (at, at + 1):
                self.sheet.column_dimensions[get_column_letter(column)].width = WIDTH
            letter = get_column_letter(at)
            self.columns[key] = f"{WORDS}!${letter}$2:${letter}${len(words) + 1}"
        found = DataValidation(type="list", formula1=self.columns[key], allow_blank=True)
        found.error = _("Choose one of the list. What they mean stands on the sheet “%s”.") % WORDS
        return found


def _fill(page: Worksheet, sheet: Sheet, rows: list[Content], lists: _Lists) -> None:
    for column, key in enumerate(sheet.keys, start=1):
        letter = get_column_letter(column)
        _head(page.cell(1, column), key)
        page.column_dimensions[letter].width = WIDTHS.get(key, WIDTH)
        for row, values in enumerate(rows, start=2):
            _put(page.cell(row, column), values.get(key))
        if words := sheet.words_of(key):
            choice = lists.choice(words, f"{sheet.title}: {label_of(key)}")
            choice.add(f"{letter}2:{letter}{MOST_ROWS}")
            page.add_data_validation(choice)
    page.freeze_panes = "B2"


def _fill_upright(page: Worksheet, sheet: Sheet, rows: list[Content], lists: _Lists) -> None:
    for row, key in enumerate(sheet.keys, start=1):
        _head(page.cell(row, 1), key)
        _put(page.cell(row, 2), rows[0].get(key))
        _put(page.cell(row, 3), explanation_of(sheet, key))
        page.cell(row, 3).font = Font(italic=True)
        if words := sheet.words_of(key):
            choice = lists.choice(words, f"{sheet.title}: {label_of(key)}")
            choice.add(f"B{row}")
            page.add_data_validation(choice)
    for letter, width in zip("ABC", (WIDTH, 60, 60), strict=True):
        page.column_dimensions[letter].width = width


def _head(cell: Cell, key: str) -> None:
    cell.value = label_of(key)
    cell.font = Font(bold=True)
    cell.alignment = _TOP


def _put(cell: Any, value: Any) -> None:
    """Writes a value; raises TooLongError for a text that no cell holds."""
    cell.alignment = _TOP
    if isinstance(value, list):
        value = LISTED.join(value)
    if not isinstance(value, str):
        cell.value = value
        return
    text = readable(value)
    if len(spelled(text)) > LONGEST:
        raise TooLongError
    put_text(cell, text)
    cell.number_format = "@"  # a number such as 1 stays a text where it is typed anew


def _explain(page: Worksheet) -> None:
    lines = [
        (_("A roundtable, to be filled in and read back"), "", ""),
        (
            _(
                "Each sheet is described below. Leave empty what is not known. Rows are found "
                "again by what they are named by, so keep it; their order is that of the sheet. "
                "Several words in one cell have a semicolon between them."
            ),
            "",
            "",
        ),
    ]
    for sheet in SHEETS:
        lines.append((sheet.title, "", ""))
        lines += [("", label_of(key), explanation_of(sheet, key)) for key in sheet.keys]
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            _put(page.cell(row, column), text)
        page.cell(row, 1).font = Font(bold=row != 2)
    page.merge_cells("A2:C2")
    page.row_dimensions[2].height = 60
    for letter, width in zip("ABC", (WIDTH, WIDTH, 90), strict=True):
        page.column_dimensions[letter].width = width


def explanation_of(sheet: Sheet, key: str) -> str:
    """What a column holds, and whether it may stay empty."""
    if key == sheet.owner:
        return _("The short name of the organisation whose role it is. Needed.")
    field = sheet.field_of(key)
    if field is None:
        found = {
            "themes": _("Short names of themes."),
            "addressees": _("Short names of the groups and organisations that it speaks to."),
            "outcomes": _("The numbers of the points that it answers."),
            "leads": _("Short names of the organisations or groups that lead."),
            "partners": _("Short names of the organisations or groups that take part."),
        }
        return found[key]
    needed = _("Needed.") if key in set(sheet.table.required()) else ""
    return f"{field.help_text} {needed}".strip()
