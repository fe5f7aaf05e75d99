"""What a file of tables holds: pages of rows of cells, and why one cannot be read."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_CELL_LENGTH = 500_000  # signs of a cell
MAX_TOTAL_LENGTH = 30_000_000  # of all cells of a file
Rows = list[list[Any]]


class UnreadableReason(StrEnum):
    """Why a file cannot be read."""

    NOT_A_TABLE = "nothing"  # that is a table
    OLD_FORMAT = "old"  # a workbook of the former kind, or one with a password
    OPEN_DOCUMENT = "open-document"
    TOO_LARGE = "unpacked"  # too large
    TOO_MANY_ROWS = "rows"  # too many, or too many columns
    CELL_TOO_LONG = "long"  # a cell
    DUPLICATE_SHEET = "twice"  # two tables of one name
    LIMIT_EXCEEDED = "limits"  # of time or memory


class UnreadableError(Exception):
    """A file that cannot be read; names the sheet where it is one of them."""

    def __init__(self, reason: UnreadableReason, page: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.page = reason, page


@dataclass(frozen=True)
class FormulaCell:
    """Stands for a cell that computes something, or failed to."""

    error_text: str = ""

    def __str__(self) -> str:
        return self.error_text or "="


@dataclass
class SourceFile:
    """The rows of each page by its name, and how its letters were read where that was a guess."""

    pages: dict[str, Rows] = field(default_factory=dict)
    guessed_encodings: dict[str, str] = field(default_factory=dict)
    is_single_table: bool = False  # one table without a name
    encoding: str = ""  # the encoding, where somebody said it
    encoding_samples: dict[str, list[str]] = field(
        default_factory=dict
    )  # cells in others, to choose by

    def add(self, name: str, rows: Rows) -> None:
        """Adds a page; raises UnreadableError where there is one of this name."""
        if name.strip().lower() in {page.strip().lower() for page in self.pages}:
            raise UnreadableError(UnreadableReason.DUPLICATE_SHEET, name)
        self.pages[name] = rows

    def to_json(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        pages = {
            name: [[_cell_to_json(cell) for cell in row] for row in rows]
            for name, rows in self.pages.items()
        }
        stored_fields = ("guessed_encodings", "is_single_table", "encoding", "encoding_samples")
        return {"pages": pages, **{name: getattr(self, name) for name in stored_fields}}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "SourceFile":
        """From what `to_json` gave."""
        pages = {
            name: [[_cell_from_json(cell) for cell in row] for row in rows]
            for name, rows in given["pages"].items()
        }
        return cls(**given | {"pages": pages})


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
