"""Personal data as values with names and labels."""

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
    """A value with its field name and label."""

    name: str
    label: str
    value: Value

    @property
    def display(self) -> str:
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
    """Rows of one kind.

    Sensitive rows show where the person is signed in, so the page asks for reauthentication.
    """

    key: str
    title: str
    rows: list[list[Item]]
    is_sensitive: bool = False


@dataclass(frozen=True)
class DataSubject:
    """The person whose data it is: an account, with or without a profile."""

    user: User
    delegate: Delegate | None

    @classmethod
    def of(cls, user: User) -> "DataSubject":
        return cls(user, Delegate.objects.filter(user=user).first())

    @property
    def addresses(self) -> set[str]:
        return known_addresses(self.delegate, self.user)


@dataclass(frozen=True)
class PersonalDataTable:
    """A model, with the person's rows and the fields that the person can read."""

    key: str
    title: Any
    model: type[models.Model]
    rows: Callable[[DataSubject], "models.QuerySet[Any]"]
    fields: tuple[str, ...]
    withheld: dict[str, str] = field(default_factory=dict)
    # for fields of libraries without a readable label
    labels: dict[str, Any] = field(default_factory=dict)
    is_sensitive: bool = False

    def section(self, person: DataSubject) -> Section:
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
