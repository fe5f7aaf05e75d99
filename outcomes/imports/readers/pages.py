"""The pages of a table file, its limits, and the errors of reading it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_ARCHIVE_PARTS = 2_000
MAX_CELL_LENGTH = 500_000
MAX_TOTAL_LENGTH = 30_000_000  # of all cells together
Rows = list[list[Any]]


class UnreadableReason(StrEnum):
    """Why a file cannot be read."""

    NOT_A_TABLE = "nothing"
    PDF = "pdf"
    HTML = "html"  # or XML, whatever the name of the file says
    WORD = "word"  # or another text document
    YAML = "yaml"
    JSON = "json"  # without a list of records
    IMAGE = "image"
    PASSWORD = "password"
    TOO_LARGE = "unpacked"
    TOO_MANY_ROWS = "rows"  # or too many columns
    CELL_TOO_LONG = "long"
    DUPLICATE_SHEET = "twice"  # two sheets with the same name
    LIMIT_EXCEEDED = "limits"  # time or memory


class UnreadableError(Exception):
    """A file that cannot be read; names the sheet if one sheet is the cause."""

    def __init__(self, reason: UnreadableReason, page: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.page = reason, page


@dataclass(frozen=True)
class FormulaCell:
    """A cell with an error value, or with a formula whose value the file does not have."""

    error_text: str = ""

    def __str__(self) -> str:
        return self.error_text or "="


@dataclass
class SourceFile:
    """The rows of each page by its name, what is hidden, and the encoding of the text."""

    pages: dict[str, Rows] = field(default_factory=dict)
    guessed_encodings: dict[str, str] = field(default_factory=dict)
    # Indexes in the rows of the page, by its name; known of XLSX only.
    hidden_rows: dict[str, list[int]] = field(default_factory=dict)
    hidden_pages: list[str] = field(default_factory=list)
    is_single_table: bool = False  # a CSV or JSON, which has no sheet name
    encoding: str = ""  # as chosen by the user
    # Some cells in each possible encoding, from which the user chooses.
    encoding_samples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, rows: Rows) -> None:
        """Raises UnreadableError if a page has this name already."""
        if name.strip().lower() in {page.strip().lower() for page in self.pages}:
            raise UnreadableError(UnreadableReason.DUPLICATE_SHEET, name)
        self.pages[name] = rows

    def to_json(self) -> dict[str, Any]:
        pages = {
            name: [[_cell_to_json(cell) for cell in row] for row in rows]
            for name, rows in self.pages.items()
        }
        return vars(self) | {"pages": pages}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "SourceFile":
        pages = {
            name: [[_cell_from_json(cell) for cell in row] for row in rows]
            for name, rows in given["pages"].items()
        }
        return cls(**given | {"pages": pages})


def with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cell_to_json(cell: Any) -> Any:
    if isinstance(cell, FormulaCell):
        return {"computed": cell.error_text}
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    return str(cell)


def _cell_from_json(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    ((kind, value),) = cell.items()
    if kind == "computed":
        return FormulaCell(value)
    return datetime.fromisoformat(value) if kind == "moment" else date.fromisoformat(value)
