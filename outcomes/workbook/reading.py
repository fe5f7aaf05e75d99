"""From a workbook to the content of a roundtable file, and from a mistake back to its cell."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import zip_longest
from typing import Any
from zipfile import ZipFile

from django.db import models
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from outcomes.loading.describing import Content
from outcomes.loading.mistakes import FileRefused, Mistake, nearest, shown
from outcomes.workbook.arranging import Read, Row, arrange
from outcomes.workbook.sheets import (
    LISTED,
    SHEETS,
    Sheet,
    label_of,
)
from outcomes.workbook.writing import ABOUT, WORDS

LARGEST = 20  # MB
LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
TRUE, FALSE = ("true", "yes", "x"), ("false", "no")


def read(content: bytes) -> Read:
    """What the sheets of a workbook say.

    Raises FileRefused where it cannot be opened or is too large.
    """
    pages = _pages(content)
    found = Read()
    rows = {}
    for title in pages:
        known = [sheet.title for sheet in SHEETS]
        if title not in (*known, ABOUT, WORDS):
            advice = nearest(title, known) or _("Remove it; known are: %s.") % ", ".join(known)
            found.mistakes.append(Mistake(shown(title), _("This sheet is not known. %s") % advice))
    for sheet in SHEETS:
        cells = pages.get(sheet.title, [])
        take = _upright if sheet.is_upright else _level
        rows[sheet.title] = list(take(sheet, cells, found.mistakes))
        arrange(sheet, rows, found)
    return found


def _pages(content: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet; a formula is replaced by a word for it."""
    try:
        with ZipFile(BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise _refused(_("The file is too large once unpacked. One roundtable is smaller."))
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        return {page.title: _cells(page) for page in book.worksheets}
    except FileRefused:
        raise
    # Damaged workbooks make the library raise errors of every kind.
    except Exception:
        raise _refused(
            _("This is no workbook (XLSX) that can be read. Open it, save it again as XLSX.")
        ) from None


class Formula:
    """Stands for a cell that computes something."""

    def __str__(self) -> str:
        return "="


def _cells(page: Any) -> list[list[Any]]:
    """The rows of a sheet up to the last one that holds something."""
    rows: list[list[Any]] = []
    # Many more rows may be empty: programs write what was only coloured once.
    every = page.iter_rows(max_row=20 * MOST_ROWS, max_col=2 * MOST_COLUMNS)
    for number, row in enumerate(every):
        values = [Formula() if cell.data_type == "f" else cell.value for cell in row]
        filled = [place for place, value in enumerate(values) if value not in (None, "")]
        if not filled:
            continue
        if number >= MOST_ROWS or filled[-1] >= MOST_COLUMNS:
            raise _refused(
                _("The sheet “%s” has more than 10,000 rows or 60 columns. Remove some.")
                % shown(page.title)
            )
        rows += [[] for _empty in range(number - len(rows))]
        rows.append(values[: filled[-1] + 1])
    return rows


def _upright(sheet: Sheet, cells: list[list[Any]], mistakes: list[Mistake]) -> Iterator[Row]:
    values: Content = {}
    for number, row in enumerate(cells, start=1):
        heading, value = [*row, None, None][:2]
        key = _key(sheet, heading, f"{sheet.title}, row {number}", values, mistakes)
        if key is not None:
            where = f"{sheet.title}, row {number}, {label_of(key)}"
            _take(sheet, key, value, where, values, mistakes)
    yield Row(values, 1)


def _level(sheet: Sheet, cells: list[list[Any]], mistakes: list[Mistake]) -> Iterator[Row]:
    if not cells:
        return
    keys: dict[str, None] = {}
    columns: list[str | None] = []
    for number, heading in enumerate(cells[0], start=1):
        key = _key(sheet, heading, f"{sheet.title}, column {number}", keys, mistakes)
        columns.append(key)
        if key is not None:
            keys[key] = None
    for number, row in enumerate(cells[1:], start=2):
        values: Content = {}
        for heading, key, value in zip_longest(cells[0], columns, row):
            where = f"{sheet.title}, row {number}"
            if key is not None:
                _take(sheet, key, value, f"{where}, {label_of(key)}", values, mistakes)
            elif not str(heading or "").strip() and value not in (None, "") and str(value).strip():
                words = _("“%s” stands in a column without a heading. Remove it, or head it.")
                mistakes.append(Mistake(where, words % shown(value)))
        if values:
            yield Row(values, number)


def _key(
    sheet: Sheet, heading: Any, where: str, taken: dict[str, Any], mistakes: list[Mistake]
) -> str | None:
    """The key that a heading stands for; None where it is empty, or a mistake."""
    word = str(heading if heading is not None else "").strip()
    if not word:
        return None
    key = "_".join(word.lower().split())
    if key not in sheet.keys:
        labels = [label_of(name) for name in sheet.keys]
        advice = nearest(word, labels) or _("Remove it; known are: %s.") % ", ".join(labels)
        mistakes.append(Mistake(where, _("“%s” is not known. ") % shown(word) + advice))
        return None
    if key in taken:
        mistakes.append(Mistake(where, _("“%s” stands here twice. Remove one.") % shown(word)))
        return None
    return key


def _take(
    sheet: Sheet, key: str, value: Any, where: str, values: Content, mistakes: list[Mistake]
) -> None:
    """Keeps the value of a cell as a roundtable file writes it; an empty cell is left out."""
    if isinstance(value, Formula):
        mistakes.append(Mistake(where, _("It is a formula. Write what it should say.")))
    elif value is not None and (found := _plain(sheet, key, value)) not in ("", []):
        values[key] = found
        kind = sheet.field_of(key)
        for of_type, is_right, sentence in (
            (models.BooleanField, type(found) is bool, _("Write yes or no.")),
            (models.DateField, type(found) is date, _("Write a date such as 2018-05-14.")),
            (models.IntegerField, type(found) is int, _("Write a whole number.")),
        ):
            if isinstance(kind, of_type) and not is_right:
                mistakes.append(Mistake(where, sentence))


def _plain(sheet: Sheet, key: str, value: Any) -> Any:
    if key in sheet.table.lists:
        words = str(value).replace("\n", LISTED).replace(",", LISTED).split(LISTED.strip())
        return [word.strip() for word in words if word.strip()]
    kind = sheet.field_of(key)
    if isinstance(value, str):
        text = value.strip()
        if isinstance(kind, models.BooleanField):
            return True if text.lower() in TRUE else False if text.lower() in FALSE else text
        if isinstance(kind, models.DateField):
            return _day(text)
        if isinstance(kind, models.IntegerField) and text.isascii() and text.isdecimal():
            return int(text) if len(text) < 10 else text
        return text
    if isinstance(value, datetime) and isinstance(kind, models.DateField):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(kind, models.BooleanField | models.IntegerField | models.DateField):
        return value
    return str(value)


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _refused(sentence: str) -> FileRefused:
    return FileRefused([Mistake("", sentence)])
