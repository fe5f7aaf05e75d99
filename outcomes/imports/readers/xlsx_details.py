"""What an XLSX says beside the values of cells: hidden rows, errors, formulas without a value."""

from collections.abc import Iterator
from typing import IO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.xml.functions import fromstring

from outcomes.imports.readers.pages import (
    MAX_COLUMNS,
    MAX_ROWS,
    FormulaCell,
    UnreadableError,
    UnreadableReason,
)


def read_details(archive: ZipFile) -> "dict[str, SheetDetails]":
    """Of each sheet, by its name.

    Raises UnreadableError if a filled cell is beyond the limits.
    """
    return {
        name: SheetDetails(name, archive.open(part))
        for name, part in _sheet_parts(archive)
        if part in archive.namelist()
    }


def _sheet_parts(archive: ZipFile) -> Iterator[tuple[str, str]]:
    """The names of tags and attributes begin differently in “strict” files."""
    (workbook,) = (
        link.Target
        for link in get_dependents(archive, "_rels/.rels")
        if link.Type.endswith("/officeDocument")
    )
    parts = {link.Id: link.Target for link in get_dependents(archive, get_rels_path(workbook))}
    for tag in fromstring(archive.read(workbook)).iter("{*}sheet"):
        (part,) = (parts[value] for key, value in tag.items() if key.endswith("}id"))
        yield tag.get("name"), part


class SheetDetails:
    """Reads a sheet element by element, because a tree of it needs far more time and memory.

    Rows and columns count from 0.
    """

    def __init__(self, name: str, source: IO[bytes]) -> None:
        self.name = name
        self.hidden_rows: list[int] = []
        self.formulas: dict[tuple[int, int], FormulaCell] = {}
        self._row = self._column = 0  # from 1, as in the file
        self._kind, self._text = "", ""
        self._is_formula = self._is_text = False
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read_text
        parser.ParseFile(source)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "c":
                self._column += 1
                if place := attributes.get("r"):
                    self._row, self._column = coordinate_to_tuple(place)
                self._kind, self._text = attributes.get("t", ""), ""
                self._is_formula = False
            case "f":
                self._is_formula = True
            case "v" | "t":
                self._is_text = True
            case "row":
                self._row, self._column = int(attributes.get("r", self._row + 1)), 0
                is_hidden = attributes.get("hidden", "0") in ("1", "true")
                if is_hidden and self._row <= MAX_ROWS:
                    self.hidden_rows.append(self._row - 1)

    def _read_text(self, text: str) -> None:
        if self._is_text:
            self._text += text

    def _end(self, tag: str) -> None:
        local_name = tag.rpartition(":")[2]
        if local_name in ("v", "t"):
            self._is_text = False
        elif local_name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        is_error = self._kind == "e"
        # The value of a formula can be an empty text.
        if is_error or (self._is_formula and not self._text and self._kind != "str"):
            self.formulas[self._row - 1, self._column - 1] = FormulaCell(self._text)
        elif not self._text:
            return
        if self._row > MAX_ROWS or self._column > MAX_COLUMNS:
            raise UnreadableError(UnreadableReason.TOO_MANY_ROWS, self.name)
