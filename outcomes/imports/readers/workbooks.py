"""Reads a workbook (XLSX), a ZIP of CSVs or a single CSV."""

from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from outcomes.imports.readers.csv_files import SINGLE_BYTE_ENCODINGS, read_csv, sample_encodings
from outcomes.imports.readers.pages import (
    MAX_ARCHIVE_PARTS,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TOTAL_LENGTH,
    MAX_UNPACKED_BYTES,
    FormulaCell,
    Rows,
    SourceFile,
    UnreadableError,
    UnreadableReason,
)
from roundtable.text.spreadsheet_text import unescape_xlsx

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
_MAX_SHEET_ROWS = 1_048_576  # the maximum of the format
# LibreOffice stores the values true and false as formulas.
_CONSTANT_FORMULAS = {"=TRUE()": True, "=FALSE()": False}


def read_source_file(content: bytes, encoding: str = "") -> SourceFile:
    """The pages of a file; `encoding` is the user’s choice for a single CSV.

    Raises UnreadableError.
    """
    try:
        if content.startswith(_OLE_SIGNATURE):
            raise UnreadableError(UnreadableReason.OLD_FORMAT)
        if content.startswith(b"PK") or is_zipfile(BytesIO(content)):
            return _read_archive(content)
        return _read_single_csv(content, encoding)
    except (UnreadableError, MemoryError):
        raise
    # With damaged files, the libraries raise all kinds of errors.
    except Exception:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE) from None


def _read_single_csv(content: bytes, encoding: str) -> SourceFile:
    rows, guessed = read_csv(content, encoding=encoding)
    if not rows:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    found = SourceFile({"": rows}, is_single_table=True, encoding=encoding)
    if encoding or guessed in SINGLE_BYTE_ENCODINGS.values():
        found.encoding_samples = sample_encodings(content)
    if guessed:
        found.guessed_encodings[""] = guessed
    return found


def _read_archive(content: bytes) -> SourceFile:
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            size = sum(entry.file_size for entry in members)
            if len(members) > MAX_ARCHIVE_PARTS or size > MAX_UNPACKED_BYTES:
                raise UnreadableError(UnreadableReason.TOO_LARGE)
            names = {entry.filename for entry in members}
            if "mimetype" in names:
                raise UnreadableError(UnreadableReason.OPEN_DOCUMENT)
            if "[Content_Types].xml" in names:
                return _read_workbook(content)
            return _read_csv_archive(archive)
    except BadZipFile:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE) from None


def _read_csv_archive(archive: ZipFile) -> SourceFile:
    found = SourceFile()
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if entry.is_dir() or is_hidden or path.suffix.lower() not in (".csv", ".tsv", ".txt"):
            continue
        rows, guessed = read_csv(archive.read(entry), path.stem)
        found.add(path.stem, rows)
        if guessed:
            found.guessed_encodings[path.stem] = guessed
    if not found.pages:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    return found


class _RawTextReader(ExcelReader):
    """Keeps texts as they are in the file; openpyxl would remove every `x005F_`."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _event, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    self.shared_strings.append(Text.from_tree(node).content)
                    node.clear()


def _read_workbook(content: bytes) -> SourceFile:
    reader = _RawTextReader(BytesIO(content), read_only=True, keep_links=False)
    reader.read()
    found = SourceFile()
    for page in reader.wb.worksheets:
        found.add(page.title, _read_sheet(page, found))
    if not found.pages:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    return found


def _read_sheet(page: Any, found: SourceFile) -> Rows:
    # Cells share texts, so a small file can contain a very large amount of text.
    remaining_length = MAX_TOTAL_LENGTH - sum(
        _text_length(row) for rows in found.pages.values() for row in rows
    )
    page.reset_dimensions()  # the dimensions in the file may be wrong
    rows: Rows = []
    # A sheet may have far more empty rows than the limit, because programs also write rows that
    # only have a format. Check every row, so that no filled row is lost.
    for number, row in enumerate(page.iter_rows()):
        filled = [place for place, cell in enumerate(row) if cell.value not in (None, "")]
        is_too_far = filled and (number >= MAX_ROWS or filled[-1] >= MAX_COLUMNS)
        if number >= _MAX_SHEET_ROWS or is_too_far:
            raise UnreadableError(UnreadableReason.TOO_MANY_ROWS, page.title)
        if not filled:
            continue
        values = [_cell_value(cell) for cell in row[: filled[-1] + 1]]
        remaining_length -= _text_length(values)
        if remaining_length < 0:
            raise UnreadableError(UnreadableReason.TOO_LARGE)
        if any(isinstance(value, str) and len(value) > MAX_CELL_LENGTH for value in values):
            raise UnreadableError(UnreadableReason.CELL_TOO_LONG)
        rows += [[] for _empty in range(number - len(rows))]
        rows.append(values)
    return rows


def _text_length(row: list[Any]) -> int:
    return sum(len(value) for value in row if isinstance(value, str))


def _cell_value(cell: Any) -> Any:
    if cell.data_type == "f":
        return _CONSTANT_FORMULAS.get(str(cell.value).upper(), FormulaCell())
    if cell.data_type == "e":
        return FormulaCell(str(cell.value))
    if isinstance(cell.value, str):
        return unescape_xlsx(cell.value).replace("\r\n", "\n").replace("\r", "\n")
    return cell.value
