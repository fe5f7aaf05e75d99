"""What of a table no page without a session shows, though it shows other parts of it."""

from typing import NamedTuple


class PrivatePart(NamedTuple):
    """Changes of these rows, or only of these columns of them.

    Rows are a condition, in which `{row}` is the row before or after the change. Without columns,
    the rows are private as a whole.
    """

    what: str
    columns: frozenset[str] = frozenset()
    rows: str = "TRUE"
