"""Questions that are asked of every constraint, whichever app it belongs to."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

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


def assert_database_rejects(row: models.Model, name: str) -> None:
    """The database itself refuses the row, and by the constraint of that name."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save_base()  # whatever save() of the model refuses
    # SQLite names the columns of a plain unique constraint instead.
    if connection.vendor == "postgresql" or "UNIQUE" not in str(refusal.value):
        assert name in str(refusal.value)


def assert_validation_rejects(row: models.Model) -> None:
    """A person reads a sentence before the database is asked."""
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert all(message.strip() for message in refusal.value.messages)
