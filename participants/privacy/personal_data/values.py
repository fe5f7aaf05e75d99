"""Personal data as values with names and labels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext

from participants.models import (
    Audience,
    AudienceException,
    Constituency,
    Delegate,
    Organisation,
    User,
)
from participants.privacy.audience_choice import audience_name, own_constituency
from participants.privacy.audiences import get_viewer
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

    @cached_property
    def organisations(self) -> frozenset[int]:
        """Those that the person ever worked for or represented, whose unpublished names they know.

        Also those that the person excludes, which they chose by name.
        """
        excluded = AudienceException.objects.filter(delegate=self.delegate or 0)
        chosen = excluded.exclude(organisation=None).values_list("organisation", flat=True)
        return get_viewer(self.user, timezone.localdate()).organisations | frozenset(chosen)

    @classmethod
    def of(cls, user: User) -> "DataSubject":
        return cls(user, Delegate.objects.filter(user=user).first())

    @cached_property
    def constituency(self) -> Constituency | None:
        return own_constituency(self.delegate) if self.delegate else None

    @property
    def addresses(self) -> set[str]:
        return known_addresses(self.delegate, self.user)


@dataclass(frozen=True)
class PersonalDataTable:
    """A model, with the person's rows and the fields that the person can read.

    `links` are the fields of the model that name the person or the account. A field can be reached
    through others, as in "participation__event".
    """

    key: str
    title: Any
    model: type[models.Model]
    links: tuple[str, ...]
    fields: tuple[str, ...]
    withheld: dict[str, str] = field(default_factory=dict)
    # for fields without a label that says enough here
    labels: dict[str, Any] = field(default_factory=dict)
    # what no column holds, by name: its label and how it is read
    computed: dict[str, tuple[Any, Callable[[Any], Value]]] = field(default_factory=dict)
    # the rows, if no field of the model names the person, or not all rows belong here
    find: Callable[[DataSubject], "models.QuerySet[Any]"] | None = None
    is_sensitive: bool = False

    def rows(self, person: DataSubject) -> "models.QuerySet[Any]":
        found = self.find(person) if self.find else self.linked_rows(person)
        related = {path for name in self.fields if (path := _relation_of(self.model, name))}
        return (found.select_related(*related) if related else found).order_by("pk")

    def linked_rows(self, person: DataSubject) -> "models.QuerySet[Any]":
        condition = models.Q(pk__in=[])
        for name in self.links:
            owner = self.model._meta.get_field(name).related_model
            subject = person.user if owner is User else person.delegate
            if subject is not None:
                condition |= models.Q(**{name: subject})
        return self.model._base_manager.filter(condition)

    def section(self, person: DataSubject) -> Section:
        rows = [
            [
                *(self._item(row, name, person) for name in self.fields),
                *(
                    Item(name, str(label), read(row))
                    for name, (label, read) in self.computed.items()
                ),
            ]
            for row in self.rows(person)
        ]
        return Section(self.key, str(self.title), rows, self.is_sensitive)

    def _item(self, row: models.Model, name: str, person: DataSubject) -> Item:
        *path, last = name.split("__")
        holder: Any = row
        for step in path:
            holder = getattr(holder, step, None)
        column = column_of(self.model, name)
        label = str(self.labels.get(name) or capfirst(str(column.verbose_name)))
        return Item(name, label, _value(holder, last, person) if holder else None)


def column_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    *path, last = name.split("__")
    for step in path:
        related = model._meta.get_field(step).related_model
        assert isinstance(related, type)
        model = related
    column = model._meta.get_field(last)
    assert isinstance(column, models.Field)
    return column


def _relation_of(model: type[models.Model], name: str) -> str:
    if column_of(model, name).is_relation:
        return name
    return name.rpartition("__")[0]


def _value(row: models.Model, name: str, person: DataSubject) -> Value:
    value = getattr(row, name)
    if isinstance(value, Organisation):
        return value.name if value.pk in person.organisations else value.public_name
    if column_of(type(row), name).choices == Audience.choices:
        return audience_name(value, person.constituency)
    get_display = getattr(row, f"get_{name}_display", None)
    if get_display and value:
        value = get_display()
    return value if isinstance(value, (bool, int, date, type(None))) else str(value)
