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
from participants.privacy.erasure import known_addresses

Value = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class Item:
    """One value, with the name of its field and a label to read."""

    name: str
    label: str
    value: Value

    @property
    def display(self) -> str:
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
    is_sensitive: bool = False


@dataclass(frozen=True)
class DataSubject:
    """Whose data it is: an account, and the profile behind it if there is one."""

    user: User
    delegate: Delegate | None

    @classmethod
    def of(cls, user: User) -> "DataSubject":
        """The person who signs in with this account."""
        return cls(user, Delegate.objects.filter(user=user).first())

    @property
    def addresses(self) -> set[str]:
        """Every address that the portal knows this person by."""
        return known_addresses(self.delegate, self.user)


@dataclass(frozen=True)
class PersonalDataTable:
    """One model: which rows are the person's, and which of their fields the person reads."""

    key: str
    title: Any
    model: type[models.Model]
    rows: Callable[[DataSubject], "models.QuerySet[Any]"]
    fields: tuple[str, ...]
    withheld: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)  # where a library gave none to read
    is_sensitive: bool = False

    def section(self, person: DataSubject) -> Section:
        """The person's rows in words."""
        rows = [
            [_item(row, name, self.labels) for name in self.fields] for row in self.rows(person)
        ]
        return Section(self.key, str(self.title), rows, self.is_sensitive)


def _item(row: models.Model, name: str, labels: dict[str, Any]) -> Item:
    column = row._meta.get_field(name)
    assert isinstance(column, models.Field)
    get_display = getattr(row, f"get_{name}_display", None)
    value = get_display() if get_display and getattr(row, name) else getattr(row, name)
    if not isinstance(value, (bool, int, date, type(None))):
        value = str(value)
    return Item(name, str(labels.get(name) or capfirst(str(column.verbose_name))), value)
