"""What loading did to each row, and the one way in which it stores a row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from outcomes.loading.checking import Entry
from outcomes.loading.mistakes import Mistake

AnyModel = TypeVar("AnyModel", bound=models.Model)


@dataclass
class Report:
    """How many rows were added, changed, removed and left alone, and what was kept."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    # Sentences about rows that the file does not name and that stay all the same.
    kept: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    new: set[models.Model] = field(default_factory=set)

    def refuse(self, where: str, sentence: str) -> None:
        """Notes a mistake that only what is stored already could show."""
        self.mistakes.append(Mistake(where, sentence))

    def store(self, row: AnyModel, place: str, values: dict[str, Any]) -> AnyModel:
        """Checks the row with these values, and stores it where something differs.

        Where it is refused, the mistakes are noted and a new row stays without its key.
        """
        owners = [value for value in values.values() if isinstance(value, models.Model)]
        if any(owner.pk is None for owner in owners):
            return row  # the mistake stands at its owner
        is_new = row._state.adding
        differs = is_new or any(_differs(row, name, value) for name, value in values.items())
        for name, value in values.items():
            setattr(row, name, value)
        try:
            row.full_clean()
        except ValidationError as problem:
            for name, sentences in problem.message_dict.items():
                where = f"{place}.{name}" if name in values else place
                for sentence in sentences:
                    self.refuse(place if name == NON_FIELD_ERRORS else where, sentence)
            return row
        if differs:
            row.save()
        if is_new:
            self.added += 1
            self.new.add(row)
        elif differs:
            self.changed += 1
        else:
            self.unchanged += 1
        return row

    def store_entry(self, row: AnyModel, entry: Entry, **links: Any) -> AnyModel:
        """As `store`, with the values of one table of the file."""
        return self.store(row, entry.place, entry.values | links)

    def link(self, row: models.Model, name: str, wanted: list[AnyModel]) -> None:
        """Makes a row's list of other rows these; a row that was refused has none to link."""
        if any(other.pk is None for other in wanted):
            return
        manager = getattr(row, name)
        if set(manager.all()) != set(wanted):
            manager.set(wanted)
            self.changed += row not in self.new

    def remove(self, rows: Iterable[models.Model]) -> None:
        """Removes rows that the file names no longer."""
        for row in list(rows):
            row.delete()
            self.removed += 1


def _differs(row: models.Model, name: str, value: Any) -> bool:
    if isinstance(value, models.Model):
        return bool(getattr(row, f"{name}_id") != value.pk)
    return bool(getattr(row, name) != value)
