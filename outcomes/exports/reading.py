"""Reads rows of a file some at a time, because there can be 100,000 of them.

Queries are compiled once for the whole file, and what many rows share is read once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from outcomes.models import CommitmentParty
from participants.models import Group, Organisation
from roundtable.database.lookups import among_parameter

Cell = str | int | bool | None | list[str]
Row = list[Any]  # of cells
IDs = Sequence[int]
Read = Callable[[IDs], Iterator[Row]]
T = TypeVar("T")
BATCH_SIZE = 2000  # rows


def in_batches(read: Read, ids: IDs, booleans: Collection[int]) -> Iterator[list[Row]]:
    """`booleans` are the places of columns that SQLite stores as numbers."""
    for first in range(0, len(ids), BATCH_SIZE):
        rows = list(read(ids[first : first + BATCH_SIZE]))
        for row in rows:
            for place in booleans:
                row[place] = bool(row[place])
        yield rows


class ValuesByID:
    """Values of the rows that other IDs lead to each time. Days are text, as the database has them.

    Django would make a date of each.
    """

    _NO_IDS = [-1]

    def __init__(self, rows: QuerySet[Any], *fields: Any, key: str = "") -> None:
        as_text = [
            Cast(field, TextField()) if isinstance(field, str) and field.endswith("_on") else field
            for field in fields
        ]
        lookup = f"{key}__pk__among" if key else "pk__among"
        found = rows.filter(Q((lookup, self._NO_IDS))).values_list(key or "pk", *as_text)
        self._sql, self._parameters = found.query.sql_with_params()

    def __call__(self, ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """The ID of each, and its values."""
        no_ids, these = (among_parameter(some, connection) for some in (self._NO_IDS, [*ids]))
        parameters = [these if given == no_ids else given for given in self._parameters]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def in_order(self, ids: IDs) -> Iterator[tuple[Any, ...]]:
        """In the order of the IDs, without rows that are no longer public."""
        found = {row[0]: row for row in self(ids)}
        return (found[pk] for pk in ids if pk in found)

    def lists(self, ids: IDs) -> dict[int, list[Any]]:
        """Of each ID, all values."""
        found: dict[int, list[Any]] = {}
        for pk, value in self(ids):
            found.setdefault(pk, []).append(value)
        return found


class Known(Generic[T]):
    """By ID, what many rows share, such as the name of an organisation."""

    def __init__(self, read: Callable[[list[int]], dict[int, T]]) -> None:
        self._read = read
        self._known: dict[int, T | None] = {}

    def of(self, ids: Iterable[int | None]) -> dict[int, T | None]:
        """Reads those of these IDs that it does not know yet; None if they are not public."""
        if new := [pk for pk in {*ids} - self._known.keys() if pk is not None]:
            self._known |= dict.fromkeys(new) | self._read(new)
        return self._known


NO_PARTY = [("", "")]  # it was merged into another one while the file is read


class Parties:
    """Short names of organisations and groups, and their names.

    The short name of an organisation is empty if its name is not published.
    """

    def __init__(self) -> None:
        organisations = ValuesByID(
            Organisation.objects.all(), "slug", "name", "kind", "is_name_published"
        )
        groups = ValuesByID(Group.objects.all(), "slug", "name")
        self._organisations = Known(
            lambda ids: {
                pk: (slug, name) if is_named else ("", _unpublished_name(kind))
                for pk, slug, name, kind, is_named in organisations(ids)
            }
        )
        self._groups = Known(lambda ids: {pk: (slug, name) for pk, slug, name in groups(ids)})

    def by_row(self, rows: list[tuple[Any, ...]]) -> dict[int, list[tuple[str, str]]]:
        """Of rows that begin with an ID, an organisation or none, and else a group."""
        organisations = self._organisations.of(row[1] for row in rows)
        groups = self._groups.of(row[2] for row in rows)
        found: dict[int, list[tuple[str, str]]] = {}
        for pk, organisation, group, *_rest in rows:
            party = organisations[organisation] if organisation else groups[group]
            if party:
                found.setdefault(pk, []).append(party)
        return found

    def by_side(
        self, rows: list[tuple[Any, ...]]
    ) -> tuple[dict[int, list[str]], dict[int, list[str]], dict[int, list[str]]]:
        """Of rows that also have a role, short names of leads and partners, and names of all."""
        organisations = self._organisations.of(row[1] for row in rows)
        groups = self._groups.of(row[2] for row in rows)
        leads: dict[int, list[str]] = {}
        partners: dict[int, list[str]] = {}
        names: dict[int, list[str]] = {}
        for pk, organisation, group, role in rows:
            party = organisations[organisation] if organisation else groups[group]
            if not party:
                continue
            slug, name = party
            names.setdefault(pk, []).append(name)
            if slug:
                side = leads if role == CommitmentParty.Role.LEAD else partners
                side.setdefault(pk, []).append(slug)
        return leads, partners, names


def _unpublished_name(kind: str) -> str:
    return Organisation(kind=kind, is_name_published=False).public_name
