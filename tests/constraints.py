"""Questions that are asked of every constraint, whichever app it belongs to."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from roundtable.logs import describe_error

InvalidRows = dict[str, Callable[[], models.Model]]


def with_values(row: models.Model, **fields: Any) -> models.Model:
    """The row with other values, not yet stored."""
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def duplicate_of(row: models.Model) -> models.Model:
    """The same once more, as a new row."""
    row.pk = None
    row._state.adding = True
    if hasattr(row, "handle"):
        row.handle = row.handle[::-1]  # its own, as each has
    return row


def models_of(app: str) -> Iterator[type[models.Model]]:
    """The app's own models, without the copies that keep their history."""
    for model in apps.get_app_config(app).get_models():
        if not model.__name__.startswith("Historical"):
            yield model


def constraints_of(app: str) -> list[str]:
    """The names of all constraints that the app's models declare."""
    return sorted(chain.from_iterable(_names(model) for model in models_of(app)))


def _names(model: type[models.Model]) -> list[str]:
    return [constraint.name for constraint in model._meta.constraints]


def assert_rejected(row: models.Model, name: str) -> None:
    """The database refuses it, and a person reads a sentence before that."""
    assert_database_rejects(row, name)
    # Last, since it may correct the row.
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert all(message.strip() for message in refusal.value.messages)


def assert_database_rejects(row: models.Model, name: str) -> None:
    """The database itself refuses the row, and by the constraint of that name."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save_base()  # whatever save() of the model refuses
    # SQLite names the columns of a plain unique constraint instead.
    is_named = connection.vendor == "postgresql" or "UNIQUE" not in str(refusal.value)
    if is_named:
        assert name in str(refusal.value)
    assert_log_has_no_value_of(row, refusal.value, name if is_named else "")


def assert_log_has_no_value_of(row: models.Model, error: Exception, name: str) -> None:
    """The line about the error names the constraint, and nothing that someone entered."""
    described = describe_error(error, error.__traceback__)
    assert name in described["constraint"]
    line = f"{described['error']} {described['constraint']}"
    entered = [
        str(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    assert [value for value in entered if len(value) > 3 and value in line] == []
