"""Reads JSON as a table: a list of objects, or an object in which one value is such a list."""

import json
import re
from contextlib import suppress
from functools import partial
from typing import Any

from outcomes.imports.readers.pages import (
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    Rows,
    UnreadableError,
    UnreadableReason,
    with_line_feeds,
)
from roundtable.text.spreadsheet_text import LIST_SEPARATOR

_START = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"\n]*"\s*:')


def read_records(text: str, page: str) -> Rows | None:
    """The headings are the keys in the order of first appearance; None if it is no JSON.

    Raises UnreadableError.
    """
    if not text.lstrip().startswith(("[", "{")):
        return None
    found = _parse(text)
    if found is None and not _START.match(text):
        return None  # a table with such a heading
    lists = list(found.values()) if isinstance(found, dict) else [found]
    tables = [rows for rows in lists if _is_list_of_objects(rows)]
    if len(tables) != 1:
        raise UnreadableError(UnreadableReason.JSON, page)
    keys = dict.fromkeys(key for record in tables[0] for key in record)
    if len(tables[0]) >= MAX_ROWS or len(keys) > MAX_COLUMNS:
        raise UnreadableError(UnreadableReason.TOO_MANY_ROWS, page or "JSON")
    return [
        [_cell(key) for key in keys],
        *([_cell(record.get(key)) for key in keys] for record in tables[0]),
    ]


def _parse(text: str) -> Any:
    """Also of lines with one object each; None if it is damaged or no JSON."""
    loads = partial(json.loads, parse_constant=str)
    with suppress(ValueError, RecursionError):
        return loads(text)
    with suppress(ValueError, RecursionError):
        return [loads(line) for line in text.split("\n") if line.strip()]
    return None


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _cell(value: Any) -> Any:
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        value = LIST_SEPARATOR.join(str(part) for part in value if part is not None)
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    if len(value) > MAX_CELL_LENGTH:
        raise UnreadableError(UnreadableReason.CELL_TOO_LONG)
    # Half of a surrogate pair is no character.
    text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return with_line_feeds(text) or None
