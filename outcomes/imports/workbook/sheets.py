"""The sheets of a workbook: which table each holds, and which key each column holds."""

from dataclasses import dataclass

from django.db import models

from outcomes.datasets.columns import DEFAULT_WIDTH, Dataset
from outcomes.datasets.tables import POINTS, ROLES
from outcomes.imports.records.format import TABLES


@dataclass(frozen=True)
class Sheet:
    """One sheet; a vertical one has a row for each key, the others a column."""

    title: str
    table_path: str  # as in messages about a file
    table: Dataset
    owner: str = ""  # the column that names the parent row
    is_vertical: bool = False

    @property
    def keys(self) -> list[str]:
        own = [*self.table.fields, *self.table.lists]
        return [self.owner, *own] if self.owner else own

    def get_field(self, key: str) -> "models.Field[object, object] | None":
        """None for lists and for the owner."""
        return self.table.get_field(key) if key in self.table.fields else None

    def width_of(self, key: str) -> int:
        return DEFAULT_WIDTH if key == self.owner else self.table.column(key).width

    def choices_of(self, key: str) -> list[tuple[str, str]]:
        """The allowed values and their labels; empty for free text."""
        field = self.get_field(key)
        if field is None:
            return []
        return [(str(word), str(label)) for word, label in field.flatchoices if word]


def column_label(key: str) -> str:
    # Never translated: the import recognises columns by these labels.
    return key.replace("_", " ").capitalize()


ROLE_SHEET = Sheet("Roles", "organisations.roles", ROLES, owner="organisation")
# One sheet has lead-ins and their points, in the order of the statement.
OUTCOME_SHEET = Sheet("Points", "statement.lead_ins", POINTS)
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
