"""What is held of one person, as values with names and labels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from participants.models import Delegate, User
from participants.privacy.erasure import addresses_of

Value = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class Item:
    """One value, with the name of its field and a label to read."""

    name: str
    label: str
    value: Value

    @property
    def shown(self) -> str:
        """The value as people read it."""
        if isinstance(self.value, bool):
            return gettext("yes") if self.value else gettext("no")
        if isinstance(self.value, datetime):
            when = date_format(self.value.astimezone(UTC), "DATETIME_FORMAT")
            return gettext("%(when)s (UTC)") % {"when": when}
        if isinstance(self.value, date):
            return date_format(self.value)
        return "–" if self.value in (None, "") else str(self.value)


@dataclass(frozen=True)
class Section:
    """The rows of one kind; each row is some values.

    One that is guarded tells whoever sits at an open window where its owner is.
    """

    key: str
    title: str
    rows: list[list[Item]]
    is_guarded: bool = False


@dataclass(frozen=True)
class Person:
    """Whose data it is: an account, and the profile behind it if there is one."""

    user: User
    delegate: Delegate | None

    @classmethod
    def of(cls, user: User) -> "Person":
        """The person who signs in with this account."""
        return cls(user, Delegate.objects.filter(user=user).first())

    @property
    def addresses(self) -> set[str]:
        """Every address that the portal knows this person by."""
        return addresses_of(self.delegate, self.user)


@dataclass(frozen=True)
class Table:
    """One model: which rows are the person's, and which of their fields the person reads."""

    key: str
    title: Any
    model: type[models.Model]
    rows: Callable[[Person], "models.QuerySet[Any]"]
    fields: tuple[str, ...]
    withheld: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)  # where a library gave none to read
    is_guarded: bool = False

    def section(self, person: Person) -> Section:
        """The person's rows in words."""
        rows = [
            [_item(row, name, self.labels) for name in self.fields] for row in self.rows(person)
        ]
        return Section(self.key, str(self.title), rows, self.is_guarded)


def _item(row: models.Model, name: str, labels: dict[str, Any]) -> Item:
    column = row._meta.get_field(name)
    assert isinstance(column, models.Field)
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown and getattr(row, name) else getattr(row, name)
    if not isinstance(value, (bool, int, date, type(None))):
        value = str(value)
    return Item(name, str(labels.get(name) or capfirst(str(column.verbose_name))), value)
