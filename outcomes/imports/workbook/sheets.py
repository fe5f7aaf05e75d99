"""Which sheet holds which table of a roundtable file, and which column holds which key."""

from dataclasses import dataclass

from django.db import models

from outcomes.imports.records.format import LEAD_INS, POINTS, ROLES, TABLES, Table
from outcomes.models import Outcome

LISTED = "; "  # between the words of a list


@dataclass(frozen=True)
class Sheet:
    """One sheet; an upright one has a row for each key, the others a column."""

    title: str
    place: str  # of its table, as messages about a file name it
    table: Table
    owner: str = ""  # the column that names the row to which a row belongs
    is_upright: bool = False

    @property
    def keys(self) -> list[str]:
        """What its columns hold, in order."""
        own = [*self.table.fields, *self.table.lists]
        return [self.owner, *own] if self.owner else own

    def field_of(self, key: str) -> "models.Field[object, object] | None":
        """Where a column is stored; None for lists and for the owner."""
        return self.table.field_of(key) if key in self.table.fields else None

    def words_of(self, key: str) -> list[tuple[str, str]]:
        """The words that a column may hold, each with what it means; empty where any text may."""
        field = self.field_of(key)
        if field is None:
            return []
        allowed = self.table.allowed.get(key)
        return [
            (str(word), str(label))
            for word, label in field.flatchoices
            if word and (not allowed or word in allowed)
        ]


def label_of(key: str) -> str:
    """How a column is headed. It is the same in every language: the way back reads it."""
    return key.replace("_", " ").capitalize()


# A lead-in and its points are rows of one sheet, as they stand on the page.
SENTENCES = Table(
    Outcome,
    ("number", "kind", *(name for name in POINTS.fields if name not in ("number", "kind"))),
    POINTS.lists,
    identifier="number",
    needs=LEAD_INS.needs,
)
ROLE_SHEET = Sheet("Roles", "organisations.roles", ROLES, owner="organisation")
SENTENCE_SHEET = Sheet("Points", "statement.lead_ins", SENTENCES)
EVENT_SHEET = Sheet("Roundtable", "event", TABLES["event"], is_upright=True)
SHEETS = [
    Sheet("Series", "series", TABLES["series"], is_upright=True),
    EVENT_SHEET,
    Sheet("Themes", "themes", TABLES["themes"]),
    Sheet("Groups", "groups", TABLES["groups"]),
    Sheet("Organisations", "organisations", TABLES["organisations"]),
    ROLE_SHEET,
    Sheet("Counts", "counts", TABLES["counts"]),
    Sheet("Documents", "documents", TABLES["documents"]),
    Sheet("Statement", "statement", TABLES["statement"], is_upright=True),
    SENTENCE_SHEET,
    Sheet("Commitments", "commitments", TABLES["commitments"]),
    Sheet("Delegates", "delegates", TABLES["delegates"]),
    Sheet("Updates", "updates", TABLES["updates"]),
]
