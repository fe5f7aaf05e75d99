"""What a file of tables holds: pages of rows of cells, and why one cannot be read."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MOST_ROWS = 20_000
MOST_COLUMNS = 60
LARGEST_UNPACKED = 100 * 1024 * 1024
LONGEST = 500_000  # signs of a cell
MOST_SIGNS = 30_000_000  # of all cells of a file
Rows = list[list[Any]]


class Reason(StrEnum):
    """Why a file cannot be read."""

    NOTHING = "nothing"  # that is a table
    OLD = "old"  # a workbook of the former kind, or one with a password
    OPEN_DOCUMENT = "open-document"
    UNPACKED = "unpacked"  # too large
    ROWS = "rows"  # too many, or too many columns
    LONG = "long"  # a cell
    TWICE = "twice"  # two tables of one name
    LIMITS = "limits"  # of time or memory


class UnreadableError(Exception):
    """A file that cannot be read; names the sheet where it is one of them."""

    def __init__(self, reason: Reason, page: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.page = reason, page


@dataclass(frozen=True)
class Computed:
    """Stands for a cell that computes something, or failed to."""

    shows: str = ""

    def __str__(self) -> str:
        return self.shows or "="


@dataclass
class Opened:
    """The rows of each page by its name, and how its letters were read where that was a guess."""

    pages: dict[str, Rows] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    is_bare: bool = False  # one table without a name
    letters: str = ""  # the encoding, where somebody said it
    readings: dict[str, list[str]] = field(default_factory=dict)  # cells in others, to choose by

    def add(self, name: str, rows: Rows) -> None:
        """Adds a page; raises UnreadableError where there is one of this name."""
        if name.strip().lower() in {page.strip().lower() for page in self.pages}:
            raise UnreadableError(Reason.TWICE, name)
        self.pages[name] = rows

    def to_json(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        pages = {
            name: [[_to_json(cell) for cell in row] for row in rows]
            for name, rows in self.pages.items()
        }
        kept = ("guessed", "is_bare", "letters", "readings")
        return {"pages": pages, **{name: getattr(self, name) for name in kept}}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Opened":
        """From what `to_json` gave."""
        pages = {
            name: [[_from_json(cell) for cell in row] for row in rows]
            for name, rows in given["pages"].items()
        }
        return cls(**given | {"pages": pages})


def _to_json(cell: Any) -> Any:
    if isinstance(cell, Computed):
        return {"computed": cell.shows}
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    return str(cell)


def _from_json(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    ((kind, value),) = cell.items()
    if kind == "computed":
        return Computed(value)
    return datetime.fromisoformat(value) if kind == "moment" else date.fromisoformat(value)
