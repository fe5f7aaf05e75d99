"""Which sheet holds which table of a roundtable file, and which column holds which key."""

from dataclasses import dataclass

from django.db import models

from outcomes.imports.records.format import (
    LEAD_IN_TABLE,
    POINT_TABLE,
    ROLE_TABLE,
    TABLES,
    TableSpec,
)
from outcomes.models import Outcome

LIST_SEPARATOR = "; "  # between the words of a list


@dataclass(frozen=True)
class Sheet:
    """One sheet; an upright one has a row for each key, the others a column."""

    title: str
    table_path: str  # of its table, as messages about a file name it
    table: TableSpec
    owner: str = ""  # the column that names the row to which a row belongs
    is_vertical: bool = False

    @property
    def keys(self) -> list[str]:
        """What its columns hold, in order."""
        own = [*self.table.fields, *self.table.lists]
        return [self.owner, *own] if self.owner else own

    def get_field(self, key: str) -> "models.Field[object, object] | None":
        """Where a column is stored; None for lists and for the owner."""
        return self.table.get_field(key) if key in self.table.fields else None

    def choices_of(self, key: str) -> list[tuple[str, str]]:
        """The words that a column may hold, each with what it means; empty where any text may."""
        field = self.get_field(key)
        if field is None:
            return []
        allowed = self.table.allowed.get(key)
        return [
            (str(word), str(label))
            for word, label in field.flatchoices
            if word and (not allowed or word in allowed)
        ]


def column_label(key: str) -> str:
    """How a column is headed. It is the same in every language: the way back reads it."""
    return key.replace("_", " ").capitalize()


# A lead-in and its points are rows of one sheet, as they stand on the page.
OUTCOME_TABLE = TableSpec(
    Outcome,
    ("number", "kind", *(name for name in POINT_TABLE.fields if name not in ("number", "kind"))),
    POINT_TABLE.lists,
    identifier="number",
    also_required=LEAD_IN_TABLE.also_required,
)
ROLE_SHEET = Sheet("Roles", "organisations.roles", ROLE_TABLE, owner="organisation")
OUTCOME_SHEET = Sheet("Points", "statement.lead_ins", OUTCOME_TABLE)
EVENT_SHEET = Sheet("Roundtable", "event", TABLES["event"], is_vertical=True)
SHEETS = [
    Sheet("Series", "series", TABLES["series"], is_vertical=True),
    EVENT_SHEET,
    Sheet("Themes", "themes", TABLES["themes"]),
    Sheet("Groups", "groups", TABLES["groups"]),
    Sheet("Organisations", "organisations", TABLES["organisations"]),
    ROLE_SHEET,
    Sheet("Counts", "counts", TABLES["counts"]),
    Sheet("Documents", "documents", TABLES["documents"]),
    Sheet("Statement", "statement", TABLES["statement"], is_vertical=True),
    OUTCOME_SHEET,
    Sheet("Commitments", "commitments", TABLES["commitments"]),
    Sheet("Delegates", "delegates", TABLES["delegates"]),
    Sheet("Updates", "updates", TABLES["updates"]),
]
