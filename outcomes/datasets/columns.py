"""A table, and its columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise

from roundtable.database.fields import field_of

DEFAULT_WIDTH = 22  # characters, of a column of a workbook


@dataclass(frozen=True)
class Column:
    """A field of a table. A value is valid if its model field accepts it."""

    name: str
    # Other headings in people's spreadsheets, written as `normalise_name` does.
    synonyms: str = ""
    width: int = DEFAULT_WIDTH
    is_required: bool = False  # although the model field may be blank
    is_list: bool = False  # a list of words
    help: str | Promise = ""  # of a list; other columns have the help text of their field
    # Checks the values of a column that the model does not store.
    field: "models.Field[Any, Any] | None" = None


@dataclass(frozen=True)
class Dataset:
    """A table, with a list of rows or a single one."""

    model: type[models.Model]
    columns: tuple[Column, ...]
    # The key that names a row in messages; its values are unique.
    identifier: str = ""
    # The keys that find a stored row again; without them, the identifier.
    found_by: tuple[str, ...] = ()
    is_list: bool = True
    # Other roundtables use the rows too: an empty cell keeps the stored value.
    is_shared: bool = False
    # What names a row, says where its text is from, or only decides how the portal shows it. All
    # other columns are cited: the log of changes shows corrections of them, the search finds their
    # words, and of a reviewed text, a co-chair reads them before they become public.
    not_cited: str = ""
    # Of a text with a source, what no one compares with it. Once two organisations compared a text,
    # a change of any other column makes it a draft again.
    not_compared: str = ""
    tables: "dict[str, Dataset]" = field(default_factory=dict)  # within each row

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if not column.is_list)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """Columns whose value is a list of words."""
        return tuple(column.name for column in self.columns if column.is_list)

    @property
    def keys(self) -> list[str]:
        return [*self.fields, *self.lists, *self.tables]

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name not in self.not_cited.split())

    @cached_property
    def compared(self) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name not in self.not_compared.split())

    @cached_property
    def free_texts(self) -> tuple[str, ...]:
        """Wordings that could name a person, so they are searched for contact details."""
        found = ((name, self.get_field(name)) for name in self.wordings)
        return tuple(
            name
            for name, field in found
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        )

    def others(self, *placed: str) -> list[str]:
        """For a place that puts columns in an order of its own: a new one comes after these."""
        return [name for name in self.fields if name not in placed]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        return self._by_name[name]

    def get_field(self, name: str) -> "models.Field[Any, Any]":
        return self.column(name).field or field_of(self.model, name)

    def is_stored(self, name: str) -> bool:
        return self.column(name).field is None

    def is_reference(self, name: str) -> bool:
        """Whether a key names another row, so that its text itself is not stored."""
        given = self.column(name).field if name in self.fields else None
        return given is not None and not hasattr(given, "model")

    def is_always_required(self, name: str) -> bool:
        """Other required keys are required of new rows only."""
        return name in (self.found_by or (self.identifier,))

    def required(self) -> Iterator[str]:
        for name in self.fields:
            found = self.get_field(name)
            if self.column(name).is_required or not (found.blank or found.has_default()):
                yield name


def columns(*given: str | Column) -> tuple[Column, ...]:
    """Columns, and names of columns between spaces."""
    found: list[Column] = []
    for one in given:
        found += [one] if isinstance(one, Column) else map(Column, one.split())
    return tuple(found)
