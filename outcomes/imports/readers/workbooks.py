"""Workbooks (XLSX), archives of CSVs and single CSVs: whatever it is, its pages."""

from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from outcomes.imports.readers.csv_files import OF_ONE_BYTE, readings, rows_of
from outcomes.imports.readers.pages import (
    LARGEST_UNPACKED,
    LONGEST,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SIGNS,
    Computed,
    Opened,
    Reason,
    Rows,
    UnreadableError,
)
from roundtable.spreadsheet_text import unspelled

_OLD = b"\xd0\xcf\x11\xe0"
_LAST_ROW = 1_048_576  # that any program knows


def opened(content: bytes, letters: str = "") -> Opened:
    """The pages of a file; raises UnreadableError where it cannot be read.

    `letters` is the encoding of a single CSV where somebody said it.
    """
    try:
        if content.startswith(_OLD):
            raise UnreadableError(Reason.OLD)
        if content.startswith(b"PK") or is_zipfile(BytesIO(content)):
            return _archive(content)
        return _table(content, letters)
    except (UnreadableError, MemoryError):
        raise
    # Damaged files make the libraries raise errors of every kind.
    except Exception:
        raise UnreadableError(Reason.NOTHING) from None


def _table(content: bytes, letters: str) -> Opened:
    rows, guessed = rows_of(content, letters=letters)
    if not rows:
        raise UnreadableError(Reason.NOTHING)
    found = Opened({"": rows}, is_bare=True, letters=letters)
    if letters or guessed in OF_ONE_BYTE.values():
        found.readings = readings(content)
    if guessed:
        found.guessed[""] = guessed
    return found


def _archive(content: bytes) -> Opened:
    try:
        with ZipFile(BytesIO(content)) as parts:
            entries = parts.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                raise UnreadableError(Reason.UNPACKED)
            names = {entry.filename for entry in entries}
            if "mimetype" in names:
                raise UnreadableError(Reason.OPEN_DOCUMENT)
            if "[Content_Types].xml" in names:
                return _workbook(content)
            return _tables(parts)
    except BadZipFile:
        raise UnreadableError(Reason.NOTHING) from None


def _tables(parts: ZipFile) -> Opened:
    found = Opened()
    for entry in parts.infolist():
        path = PurePosixPath(entry.filename)
        is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if entry.is_dir() or is_hidden or path.suffix.lower() not in (".csv", ".tsv", ".txt"):
            continue
        rows, guessed = rows_of(parts.read(entry), path.stem)
        found.add(path.stem, rows)
        if guessed:
            found.guessed[path.stem] = guessed
    if not found.pages:
        raise UnreadableError(Reason.NOTHING)
    return found


class _Reader(ExcelReader):
    """Leaves texts as the file spells them: the library takes `x005F_` out, wherever it stands."""

    def read_strings(self) -> None:
        """Reads the texts that cells refer to."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _event, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    self.shared_strings.append(Text.from_tree(node).content)
                    node.clear()


def _workbook(content: bytes) -> Opened:
    reader = _Reader(BytesIO(content), read_only=True, keep_links=False)
    reader.read()
    found = Opened()
    for page in reader.wb.worksheets:
        found.add(page.title, _cells(page, found))
    if not found.pages:
        raise UnreadableError(Reason.NOTHING)
    return found


def _cells(page: Any, found: Opened) -> Rows:
    """The rows of a sheet up to the last one that holds something."""
    # One text may stand in many cells and in the file once.
    left = MOST_SIGNS - sum(_signs(row) for rows in found.pages.values() for row in rows)
    page.reset_dimensions()  # what the file says of them may be a lie
    rows: Rows = []
    # Many more may be empty: programs write what was only coloured once. All are looked at, so
    # that none is left out unseen.
    for number, row in enumerate(page.iter_rows()):
        filled = [place for place, cell in enumerate(row) if cell.value not in (None, "")]
        if number >= _LAST_ROW or (filled and not _fits(number, filled[-1])):
            raise UnreadableError(Reason.ROWS, page.title)
        if not filled:
            continue
        values = [_value(cell) for cell in row[: filled[-1] + 1]]
        left -= _signs(values)
        if left < 0:
            raise UnreadableError(Reason.UNPACKED)
        if any(isinstance(value, str) and len(value) > LONGEST for value in values):
            raise UnreadableError(Reason.LONG)
        rows += [[] for _empty in range(number - len(rows))]
        rows.append(values)
    return rows


def _fits(row: int, column: int) -> bool:
    return row < MOST_ROWS and column < MOST_COLUMNS


def _signs(row: list[Any]) -> int:
    return sum(len(value) for value in row if isinstance(value, str))


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        return Computed()
    if cell.data_type == "e":
        return Computed(str(cell.value))
    if isinstance(cell.value, str):
        return unspelled(cell.value).replace("\r\n", "\n").replace("\r", "\n")
    return cell.value
