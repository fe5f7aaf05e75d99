"""Personal data as values with names and labels."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.db.models.lookups import In
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
from participants.models.personal_data import ShownTo
from participants.privacy.audience_choice import audience_name, own_constituency
from participants.privacy.audiences import get_viewer
from participants.privacy.erasure import known_addresses
from roundtable.database.sealed import SealedField

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


def column_of(model: type[models.Model], name: str) -> Any:
    """None of what no column holds."""
    *path, last = name.split("__")
    for step in path:
        related = model._meta.get_field(step).related_model
        assert isinstance(related, type)
        model = related
    return next((column for column in model._meta.get_fields() if column.name == last), None)


def rows_of(
    model: type[models.Model], shown: ShownTo, person: DataSubject
) -> "models.QuerySet[Any]":
    rows = model._base_manager.filter(shown.only, _names(model, shown.links, person))
    rows = rows.exclude(_names(model, shown.unless, person)).order_by("pk")
    return rows.select_related(*_relations_in(model, shown.fields))


def _names(model: type[models.Model], links: str, person: DataSubject) -> models.Q:
    """Whether one of the links is the person's."""
    condition = models.Q(pk__in=[])
    subjects: dict[Any, User | Delegate | None] = {User: person.user, Delegate: person.delegate}
    for link in links.split():
        column = column_of(model, link)
        if isinstance(column, SealedField):
            found = model._base_manager.exclude(**{link: ""})
            own = [row.pk for row in found if getattr(row, link).lower() in person.addresses]
            condition |= models.Q(pk__in=own)
        elif isinstance(column, models.CharField):
            condition |= models.Q(In(Lower(link), sorted(person.addresses)))
        elif subject := subjects[column.related_model or model]:
            condition |= models.Q(**{link: subject.pk})
    return condition


def _relations_in(model: type[models.Model], fields: str) -> set[str]:
    paths = set()
    for name in fields.split():
        column = column_of(model, name)
        paths.add(name if column and column.is_relation else name.rpartition("__")[0])
    return paths - {""}


def section_of(model: type[models.Model], shown: ShownTo, person: DataSubject) -> Section:
    labels = {name: _label(model, shown, name) for name in shown.fields.split()}
    rows = [
        [Item(name, label, _value_at(row, name, person)) for name, label in labels.items()]
        for row in rows_of(model, shown, person)
    ]
    return Section(shown.key, str(shown.title), rows, shown.is_sensitive)


def _label(model: type[models.Model], shown: ShownTo, name: str) -> str:
    if name in shown.labels:
        return str(shown.labels[name])
    path, _separator, last = name.rpartition("__")
    # "RT2024-C7" is called a commitment, not a reference.
    is_name = path and last in ("reference", "number")
    return capfirst(str(column_of(model, path if is_name else name).verbose_name))


def _value_at(row: Any, name: str, person: DataSubject) -> Value:
    *path, last = name.split("__")
    for step in path:
        row = getattr(row, step)
        if row is None:
            return None
    return _value(row, last, person)


def _value(row: models.Model, name: str, person: DataSubject) -> Value:
    value = getattr(row, name)
    if isinstance(value, Organisation):
        return value.name if value.pk in person.organisations else value.public_name
    get_display = getattr(row, f"get_{name}_display", None)
    if get_display and value:
        is_audience = column_of(type(row), name).choices == Audience.choices
        value = audience_name(value, person.constituency) if is_audience else get_display()
    return value if isinstance(value, (bool, int, date, type(None))) else str(value)
