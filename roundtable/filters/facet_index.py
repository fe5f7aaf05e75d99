"""Which rows have which value of a facet: one bit for each row, at the place of its ID.

To count all values again for other filters takes milliseconds, also among 100,000 rows.
"""

import json
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import CharField, QuerySet, Value
from django.db.models.expressions import Combinable

from roundtable.cache.changed_rows import ChangedRows
from roundtable.cache.public_stamp import Stamp, read_stamp

Bits = dict[str, dict[str, int]]  # by facet and value
TEXT = CharField()
MAX_INDEXES = 3  # one of 100,000 rows has some megabytes
MAX_FOLLOWED = 1000  # of more changed rows, all are read again
CHUNK = 64  # bytes


@dataclass(frozen=True)
class Tally:
    """Values of a facet, each in a row with its label and the ID of what has it."""

    facet: str
    rows: QuerySet[Any]
    value: str | Combinable  # must not be null
    label: str | Combinable | None = None  # without it, the field of the form names the values
    counted: str = "pk"  # the ID
    # Each time that a value is found again ends what began with the time before.
    is_toggled: bool = False

    def pairs(self) -> QuerySet[Any, Any]:
        name, none = Value(self.facet, TEXT), Value("", TEXT)
        label = self.label or none
        return self.rows.order_by().values_list(name, self.value, label, self.counted)


@dataclass(frozen=True)
class FacetIndex:
    """The rows that have each value."""

    everything: int
    bits: Bits
    labels: dict[tuple[str, str], str]

    def matching(self, chosen: Mapping[str, list[str]], among: int | None = None) -> int:
        """The rows that have one of the chosen values of each facet of which any is chosen."""
        found = self.everything if among is None else among
        for name, values in chosen.items():
            if values:
                found &= self._with_any(name, values)
        return found

    def count(
        self, names: Iterable[str], chosen: Mapping[str, list[str]], among: int
    ) -> dict[tuple[str, str], int]:
        """How many have each value of these facets, with what is chosen of the others."""
        numbers = {}
        for name in names:
            others = {other: values for other, values in chosen.items() if other != name}
            found = self.matching(others, among)
            for value, bits in self.bits.get(name, {}).items():
                numbers[name, value] = (bits & found).bit_count()
        return numbers

    def _with_any(self, name: str, values: list[str]) -> int:
        found, bits = 0, self.bits.get(name, {})
        for value in values:
            found |= bits.get(value, 0)
        return found

    def with_rows(self, pks: set[int], rows: "FacetIndex") -> "FacetIndex":
        """The index with these rows as they are now; those that are not in `rows` are gone."""
        stale = bits_of(pks)
        bits: Bits = defaultdict(dict)
        for name in self.bits.keys() | rows.bits.keys():
            before, now = self.bits.get(name, {}), rows.bits.get(name, {})
            for value in before.keys() | now.keys():
                if found := _with(_without(before.get(value, 0), stale), now.get(value, 0)):
                    bits[name][value] = found
        everything = _with(_without(self.everything, stale), rows.everything)
        return FacetIndex(everything, dict(bits), self.labels | rows.labels)


@dataclass(frozen=True)
class IndexQuery:
    """The query for all values of an index.

    It is compiled once, because Django takes longer to write this SQL than to show a whole page.
    """

    sql: str
    parameters: tuple[Any, ...]
    toggled: frozenset[str]

    def read(self, pks: Iterable[int] = ()) -> FacetIndex:
        """All rows; if it was made for `SOME_ROWS`, those with these IDs."""
        given = [*pks]
        parameters: list[Any] = [
            given if one == SOME_ROWS else json.dumps(given) if one == SOME_ROWS_WORD else one
            for one in self.parameters
        ]
        having: dict[tuple[str, str], array[int]] = defaultdict(partial(array, "q"))
        labels: dict[tuple[str, str], str] = {}
        # All rows at once would take more memory than the index.
        with connection.cursor() if given else connection.chunked_cursor() as cursor:
            cursor.execute(self.sql, parameters)
            for name, value, label, pk in cursor:
                having[name, value].append(pk)
                labels[name, value] = label
        everything = bits_of(having.pop(("", ""), ()))
        bits: Bits = defaultdict(dict)
        for name, value in [*having]:
            found = having.pop((name, value))
            if row_bits := _toggled_bits(found) if name in self.toggled else bits_of(found):
                bits[name][value] = row_bits
        return FacetIndex(everything, dict(bits), labels)


# Stands for the IDs of some rows in a query.
SOME_ROWS = [-1]
SOME_ROWS_WORD = json.dumps(SOME_ROWS)  # for SQLite


def index_query(rows: QuerySet[Any], tallies: list[Tally]) -> IndexQuery:
    each_row = Tally("", rows, Value("", TEXT))
    pairs = each_row.pairs().union(*(tally.pairs() for tally in tallies), all=True)
    sql, parameters = pairs.order_by().query.sql_with_params()
    toggled = frozenset(tally.facet for tally in tallies if tally.is_toggled)
    return IndexQuery(sql, tuple(parameters), toggled)


def bits_of(pks: Collection[int]) -> int:
    found = bytearray(max(pks, default=0) // 8 + 1)
    for pk in pks:
        found[pk >> 3] |= 1 << (pk & 7)
    return int.from_bytes(found, "little")


def _toggled_bits(pks: Sequence[int]) -> int:
    found = bytearray(max(pks) // 8 + 1)
    for pk in pks:
        found[pk >> 3] ^= 1 << (pk & 7)
    return int.from_bytes(found, "little")


def _with(bits: int, others: int) -> int:
    # The same number where nothing changes, here and below: a copy of each would take megabytes.
    return bits | others if others else bits


def _without(bits: int, others: int) -> int:
    return bits ^ common if (common := bits & others) else bits


def ids_of_bits(bits: int, first: int = 0, last: int | None = None) -> Iterator[int]:
    """The IDs in order, from the first place to before the last."""
    last = bits.bit_count() if last is None else last
    data = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    place = 0
    for start in range(0, len(data), CHUNK):
        chunk = int.from_bytes(data[start : start + CHUNK], "little")
        number = chunk.bit_count()
        if place + number > first:
            for pk in range(start * 8, (start + CHUNK) * 8):
                if chunk >> (pk - start * 8) & 1:
                    if first <= place < last:
                        yield pk
                    place += 1
        else:
            place += number
        if place >= last:
            return


@dataclass(frozen=True)
class _Kept:
    index: FacetIndex
    stamp: Stamp
    position: str
    following: IndexQuery


class IndexStore:
    """Keeps indexes in memory, and follows each change of their rows."""

    def __init__(self, changed: ChangedRows) -> None:
        self._changed = changed
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(
        self, key: Hashable, rows: QuerySet[Any], query: Callable[[QuerySet[Any]], IndexQuery]
    ) -> FacetIndex:
        """The index of `rows`; reads only those that changed since the last time.

        `query` is the query for the values of some of the rows.
        """
        stamp = read_stamp()  # before the rows, so that what is kept is as new, or newer
        if stamp is None:
            return query(rows).read()
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.stamp != stamp:
                position = self._changed.position()
                changed = self._changed.since(kept.position, MAX_FOLLOWED) if kept else None
                if kept is None or changed is None:
                    index = query(rows).read()
                elif changed:
                    index = kept.index.with_rows(changed, kept.following.read(changed))
                else:
                    index = kept.index
                following = kept.following if kept else query(rows.filter(pk__among=SOME_ROWS))
                kept = self._kept[key] = _Kept(index, stamp, position, following)
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_INDEXES:
                self._kept.popitem(last=False)
            return kept.index
