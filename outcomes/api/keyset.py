"""Pages of the API: each begins after the last row of the one before, whatever changes."""

import re
from typing import Any

from django.db.models import Q

from outcomes.exports.listings import LISTINGS, Listing

Key = tuple[str, ...]
# What public addresses name the rows by; the pages are in this order.
KEY_FIELDS = {
    "event": ("slug",),
    "outcome": ("statement__event__slug", "number"),
    "commitment": ("reference",),
    "organisation": ("slug",),
}
# Texts about these are on the page of what they are about, all of them together.
SUBJECT = {"report": "commitment", "response": "outcome"}
MAX_KEY_LENGTH = 200


def read_key(kind: str, word: str) -> Key | None:
    """None if it was not made by write_key()."""
    is_key = len(word) <= MAX_KEY_LENGTH and re.fullmatch(key_pattern(kind), word)
    return tuple(word.split("/")) if is_key else None


def key_pattern(kind: str) -> str:
    """The regular expression of each key."""
    parts = len(KEY_FIELDS[SUBJECT.get(kind, kind)])
    return "/".join([r"[^/\x00]+"] * parts)


def write_key(key: Key) -> str:
    return "/".join(key)


def rows_after(
    listing: Listing, form: Any, key: Key | None, size: int
) -> tuple[list[int], Key | None]:
    """The IDs of so many rows after this key, and the last key unless these are the last rows."""
    kind = listing.table.kind
    subject = LISTINGS[SUBJECT.get(kind, kind)]
    fields = KEY_FIELDS[subject.table.kind]
    rows = subject.rows(form).order_by(*fields)
    if key:
        rows = rows.filter(_after("", fields, key))
    keys = list(rows.values_list(*fields)[: size + 1])
    if not keys:
        return [], None
    last = keys[:size][-1]
    prefix = "" if subject is listing else f"{subject.table.kind}__"
    found = listing.rows(form).exclude(_after(prefix, fields, last))
    if key:
        found = found.filter(_after(prefix, fields, key))
    found = found.order_by(*(f"{prefix}{field}" for field in fields), "pk")
    return [*found.values_list("pk", flat=True)], last if len(keys) > size else None


def _after(prefix: str, fields: Key, key: Key) -> Q:
    """Of a row that comes later in the order of these fields."""
    found, same = Q(), Q()
    for field, word in zip(fields, key, strict=True):
        found |= same & Q((f"{prefix}{field}__gt", word))
        same &= Q((f"{prefix}{field}", word))
    return found
