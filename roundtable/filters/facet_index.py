"""Which rows have which value of a facet: one bit for each row, at the place of its ID.

To count all values again for other filters takes milliseconds, also among 10,000 rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import CharField, QuerySet, Value
from django.db.models.expressions import Combinable

Bits = dict[str, dict[str, int]]  # by facet and value
TEXT = CharField()
CHUNK = 64  # bytes
V = TypeVar("V")


@dataclass(frozen=True)
class Tally:
    """Values of a facet, each in a row with its label and the ID of what has it."""

    facet: str
    rows: QuerySet[Any]
    value: str | Combinable  # must not be null
    label: str | Combinable | None = None  # without it, the field of the form names the values
    counted: str = "pk"  # the ID

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

    def add(self, facet: str, value: str, rows: int, label: str = "") -> None:
        """While the index is made; rows that are not in it do not count."""
        if found := rows & self.everything:
            values = self.bits.setdefault(facet, {})
            values[value] = values.get(value, 0) | found
            self.labels[facet, value] = label

    def add_others(self, facet: str, value: str) -> None:
        """Those that have no value of the facet yet."""
        having = reduce(or_, self.bits.get(facet, {}).values(), 0)
        self.add(facet, value, self.everything & ~having)


def read_index(rows: QuerySet[Any], tallies: Sequence[Tally]) -> FacetIndex:
    """In one query."""
    each_row = Tally("", rows, Value("", TEXT))
    found = each_row.pairs().union(*(tally.pairs() for tally in tallies), all=True)
    values = bits_by_value((row[:3], row[3]) for row in found.order_by())
    index = FacetIndex(values.pop(("", "", ""), 0), {}, {})
    for (name, value, label), having in values.items():
        index.add(name, value, having, label)
    return index


def bits_of(pks: Collection[int]) -> int:
    found = bytearray(max(pks, default=0) // 8 + 1)
    for pk in pks:
        found[pk >> 3] |= 1 << (pk & 7)
    return int.from_bytes(found, "little")


def bits_by_value(pairs: Iterable[tuple[V, int]]) -> dict[V, int]:
    """From pairs of a value and an ID."""
    having: dict[V, list[int]] = defaultdict(list)
    for value, pk in pairs:
        having[value].append(pk)
    return {value: bits_of(pks) for value, pks in having.items()}


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
