"""The tables of a roundtable file, by their names in it."""

from outcomes.datasets.columns import Dataset
from outcomes.datasets.delegates import DELEGATES
from outcomes.datasets.tables import (
    COMMITMENTS,
    COUNTS,
    DOCUMENTS,
    GROUPS,
    ORGANISATIONS,
    REPORTS,
    ROUNDTABLES,
    SERIES,
    STATEMENTS,
    THEMES,
)

TABLES: dict[str, Dataset] = {
    "series": SERIES,
    "event": ROUNDTABLES,
    "themes": THEMES,
    "groups": GROUPS,
    "organisations": ORGANISATIONS,
    "counts": COUNTS,
    "documents": DOCUMENTS,
    "statement": STATEMENTS,
    "commitments": COMMITMENTS,
    "delegates": DELEGATES,
    "updates": REPORTS,
}
REQUIRED_TABLES = ("event",)
# Those with many rows, which are stored a few at a time, in this order.
BIG_TABLES = ("organisations", "commitments", "delegates", "updates")
