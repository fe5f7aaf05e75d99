"""Keeps what takes long to find, until anything public changes or a new day begins.

Each process has its own, in memory, for everyone: what is kept must be what anyone may see. Without
a stamp nothing is kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from math import inf
from threading import Lock
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from roundtable.cache.public_stamp import Stamp, read_stamp

MAX_ENTRIES = 128  # most have two KB
T = TypeVar("T")
Version = tuple[Stamp, date]


class PublicCache:
    """The values of one version that were used last, up to a size of all together."""

    def __init__(
        self, max_size: float, size_of: Callable[[Any, Any], int] = lambda _key, _value: 1
    ) -> None:
        self._max_size, self._size_of = max_size, size_of
        self._lock = Lock()
        self.clear()

    def clear(self, version: Version | None = None) -> None:
        self._version = version
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable, version: Version) -> Any:
        """None if there is none.

        Values of another version are dropped: they may show what someone just hid.
        """
        with self._lock:
            if version != self._version:
                self.clear(version)
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, version: Version, value: Any) -> None:
        with self._lock:
            if version != self._version:
                return
            self._drop(key)
            self._kept[key] = value
            self._size += self._size_of(key, value)
            while self._size > self._max_size:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._size -= self._size_of(key, self._kept.pop(key))


store = PublicCache(MAX_ENTRIES)
pinned = PublicCache(inf)  # for keys that do not depend on what a visitor asks for


def get_or_set(key: Hashable, find: Callable[[], T], kept: PublicCache = store) -> T:
    """What `find` returns, or returned since the last public change; never change it."""
    stamp = read_stamp()  # before finding, so that what is kept is as new as the stamp, or newer
    if stamp is None:
        return find()
    version, key = (stamp, timezone.localdate()), (key, get_language())
    found: T | None = kept.get(key, version)
    if found is None:
        found = find()
        kept.put(key, version, found)
    return found


def question(rows: QuerySet[Any]) -> Hashable:
    """The SQL of a query with its parameters, for a key; the same for all that match nothing."""
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return ""
    return sql, tuple(map(str, parameters))
