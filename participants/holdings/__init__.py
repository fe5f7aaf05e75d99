"""Everything that is held about one person, for that person alone."""

from datetime import datetime

from participants.holdings.handing_over import as_json, as_text, as_zip
from participants.holdings.others import sections
from participants.holdings.tables import TABLES
from participants.holdings.values import Item, Person, Section

__all__ = ["Item", "Person", "Section", "as_json", "as_text", "as_zip", "held"]


def held(person: Person, at: datetime) -> list[Section]:
    """All of it: page, JSON, text and ZIP are made from this and nothing else."""
    return [table.section(person) for table in TABLES] + sections(person, at)
