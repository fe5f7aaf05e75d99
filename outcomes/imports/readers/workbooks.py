"""Reads a workbook (XLSX, XLS, XLSB, ODS), a ZIP of CSVs, a CSV, or records in JSON."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from outcomes.imports.readers.csv_files import (
    SINGLE_BYTE_ENCODINGS,
    decode,
    has_columns,
    read_csv,
    sample_encodings,
)
from outcomes.imports.readers.json_records import read_records
from outcomes.imports.readers.kinds import OLE_SIGNATURE, refuse_binary, refuse_text
from outcomes.imports.readers.pages import (
    MAX_ARCHIVE_PARTS,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TOTAL_LENGTH,
    MAX_UNPACKED_BYTES,
    Rows,
    SourceFile,
    UnreadableError,
    UnreadableReason,
    with_line_feeds,
)
from outcomes.imports.readers.xlsx_details import SheetDetails, read_details
from roundtable.text.spreadsheet_text import unescape_xlsx

_MANIFEST = "META-INF/manifest.xml"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_MAX_SHEET_ROWS = 1_048_576  # the maximum of the formats
_MAX_EXACT_INTEGER = 2**53
_ESCAPED_SURROGATE = re.compile("_x[Dd][89A-Fa-f][0-9A-Fa-f]{2}_")
_Page = tuple[str, bool, Iterable[list[Any]]]  # name, whether it is hidden, rows


def read_source_file(content: bytes, encoding: str = "") -> SourceFile:
    """The pages of a file; `encoding` is the user’s choice for a single CSV.

    Raises UnreadableError.
    """
    try:
        refuse_binary(content)
        if content.startswith(OLE_SIGNATURE):
            return _read_workbook(content)
        if content.startswith(b"PK") or is_zipfile(BytesIO(content)):
            return _read_archive(content)
        return _read_single_text(content, encoding)
    except (UnreadableError, MemoryError):
        raise
    # With damaged files, the libraries raise all kinds of errors. A panic is no Exception.
    except BaseException as problem:
        if isinstance(problem, Exception) or type(problem).__name__ == "PanicException":
            raise UnreadableError(UnreadableReason.NOT_A_TABLE) from None
        raise


def _read_single_text(content: bytes, encoding: str) -> SourceFile:
    rows, guessed = _read_text(content, encoding=encoding)
    if not rows:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    found = SourceFile({"": rows}, is_single_table=True, encoding=encoding)
    if encoding or guessed in SINGLE_BYTE_ENCODINGS.values():
        found.encoding_samples = sample_encodings(content)
    if guessed:
        found.guessed_encodings[""] = guessed
    return found


def _read_text(content: bytes, page: str = "", encoding: str = "") -> tuple[Rows, str]:
    """The rows, and the name of the encoding if that is a guess."""
    text, guessed = decode(content, encoding)
    rows = read_records(text, page)
    if rows is None:
        refuse_text(text, has_columns=has_columns(text))
        rows = read_csv(text, page)
    return rows, guessed


def _read_archive(content: bytes) -> SourceFile:
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            size = sum(entry.file_size for entry in members)
            if len(members) > MAX_ARCHIVE_PARTS or size > MAX_UNPACKED_BYTES:
                raise UnreadableError(UnreadableReason.TOO_LARGE)
            names = {entry.filename for entry in members}
            manifest = archive.read(_MANIFEST) if _MANIFEST in names else b""
            if b":encryption-data" in manifest or any(entry.flag_bits & 1 for entry in members):
                raise UnreadableError(UnreadableReason.PASSWORD)
            media_type = archive.read("mimetype") if "mimetype" in names else b""
            if "word/document.xml" in names or media_type.startswith(_OPEN_DOCUMENT + b"text"):
                raise UnreadableError(UnreadableReason.WORD)
            if "xl/workbook.bin" in names or media_type:
                return _read_workbook(content)
            if "[Content_Types].xml" in names:
                return _read_xlsx(content, read_details(archive))
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
        rows, guessed = _read_text(archive.read(entry), path.stem)
        found.add(path.stem, rows)
        if guessed:
            found.guessed_encodings[path.stem] = guessed
    if not found.pages:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    return found


def _read_xlsx(content: bytes, details: dict[str, SheetDetails]) -> SourceFile:
    try:
        return _collect(_calamine_pages(content), details)
    except CalamineError:
        return _collect(_openpyxl_pages(content), details)


def _read_workbook(content: bytes) -> SourceFile:
    return _collect(_calamine_pages(content))


def _calamine_pages(content: bytes) -> Iterator[_Page]:
    with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
        for number, sheet in enumerate(book.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet:
                cells = book.get_sheet_by_index(number)
                left = [None] * (cells.start or (0, 0))[1]
                rows = ([*left, *map(_calamine_value, row)] for row in cells.iter_rows())
                yield sheet.name, sheet.visible != SheetVisibleEnum.Visible, rows


def _calamine_value(value: Any) -> Any:
    if isinstance(value, str):
        if _ESCAPED_SURROGATE.search(value):
            raise CalamineError  # it leaves these as they are
        return with_line_feeds(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _MAX_EXACT_INTEGER:
        return int(value)
    return value


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


def _openpyxl_pages(content: bytes) -> Iterator[_Page]:
    reader = _RawTextReader(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    reader.read()
    for sheet in reader.wb.worksheets:
        sheet.reset_dimensions()  # the dimensions in the file may be wrong
        rows = ([_openpyxl_value(value) for value in row] for row in sheet.values)
        yield sheet.title, sheet.sheet_state != "visible", rows


def _openpyxl_value(value: Any) -> Any:
    return with_line_feeds(unescape_xlsx(value)) if isinstance(value, str) else value


def _collect(pages: Iterable[_Page], details: dict[str, SheetDetails] | None = None) -> SourceFile:
    found = SourceFile()
    # Cells share texts, so a small file can contain a very large amount of text.
    remaining_length = MAX_TOTAL_LENGTH
    for name, is_hidden, values in pages:
        rows: Rows = []
        # A sheet may have far more empty rows than the limit, because programs also write rows
        # that only have a format. Check every row, so that no filled row is lost.
        for number, row in enumerate(values):
            filled = [place for place, value in enumerate(row) if value not in (None, "")]
            is_too_far = filled and (number >= MAX_ROWS or filled[-1] >= MAX_COLUMNS)
            if number >= _MAX_SHEET_ROWS or is_too_far:
                raise UnreadableError(UnreadableReason.TOO_MANY_ROWS, name)
            if not filled:
                continue
            cells = [None if value == "" else value for value in row[: filled[-1] + 1]]
            lengths = [len(value) for value in cells if isinstance(value, str)]
            remaining_length -= sum(lengths)
            if remaining_length < 0:
                raise UnreadableError(UnreadableReason.TOO_LARGE)
            if max(lengths, default=0) > MAX_CELL_LENGTH:
                raise UnreadableError(UnreadableReason.CELL_TOO_LONG)
            rows += [[] for _empty in range(number - len(rows))]
            rows.append(cells)
        found.add(name, rows)
        if is_hidden:
            found.hidden_pages.append(name)
        if details is not None:
            _add_details(found, name, details[name])
    if not found.pages:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    return found


def _add_details(found: SourceFile, name: str, details: SheetDetails) -> None:
    rows = found.pages[name]
    for (number, column), cell in details.formulas.items():
        rows += [[] for _empty in range(number + 1 - len(rows))]
        rows[number] += [None] * (column + 1 - len(rows[number]))
        rows[number][column] = cell
    if hidden := [number for number in details.hidden_rows if number < len(rows)]:
        found.hidden_rows[name] = hidden
