"""What a table of files is, and how its rows are read: some at a time, as there can be many."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from participants.models import Organisation

Row = dict[str, Any]  # by name of the column
Values = Mapping[str, Any]  # of a row, as the database names them
IDs = Sequence[int]
# Reads those of the rows with these IDs that are public. The first day is today; the second, if it
# is given, the earlier day that the file is about.
Read = Callable[[list[int], date, date | None], Iterator[Row]]
BATCH_SIZE = 2000  # rows


class ColumnType(StrEnum):
    """What a column contains."""

    STRING = "string"
    DATE = "date"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    LIST = "list"  # of short names, numbers or addresses


@dataclass(frozen=True)
class FileColumn:
    """A column of a file, with what it contains in words."""

    name: str
    help: str | Promise
    type: ColumnType = ColumnType.STRING


@dataclass(frozen=True)
class Table:
    """A table of files."""

    kind: str  # of its rows, as in the names of addresses
    name: str  # in the names of files
    title: str | Promise
    columns: tuple[FileColumn, ...]
    # All rows that are public, in the order of the page; on an earlier day, if it is given.
    rows: Callable[[date | None], QuerySet[Any]]
    reader: Read  # of the columns, and of "pk"

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def batches(self, ids: IDs, on: date, day: date | None = None) -> Iterator[list[Row]]:
        """Rows in the order of the IDs, without those that are no longer public; days as text."""
        names = self.column_names
        days = [column.name for column in self.columns if column.type is ColumnType.DATE]
        for first in range(0, len(ids), BATCH_SIZE):
            some = [*ids[first : first + BATCH_SIZE]]
            found = {}
            for row in self.reader(some, on, day):
                found[row["pk"]] = own = {name: row[name] for name in names}
                own |= {name: own[name].isoformat() for name in days if own[name]}
            yield [found[pk] for pk in some if pk in found]

    def read(self, ids: IDs, on: date, day: date | None = None) -> list[Row]:
        return [row for rows in self.batches(ids, on, day) for row in rows]


def grouped(rows: Iterable[Values], key: str) -> dict[int, list[Values]]:
    """The rows by the ID in this column; none of other IDs."""
    found: defaultdict[int, list[Values]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


ORGANISATION = tuple(
    f"organisation__{name}" for name in ("slug", "name", "kind", "is_name_published")
)
PARTY = (*ORGANISATION, "group__slug", "group__name")


def party_of(row: Values, path: str = "") -> tuple[str, str]:
    """Short name and name of the organisation or group that these columns lead to.

    The short name of an organisation is empty if its name is not published.
    """
    slug, name, kind, is_named = (row[path + column] for column in ORGANISATION)
    if slug is None:
        return row[f"{path}group__slug"], row[f"{path}group__name"]
    if not is_named:
        return "", Organisation(kind=kind, is_name_published=False).public_name
    return slug, name
