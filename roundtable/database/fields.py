"""Fields of models."""

from typing import Any

from django.db.models import Field, Model


def field_of(model: type[Model], name: str) -> "Field[Any, Any]":
    """A column of the model's own table."""
    found = model._meta.get_field(name)
    assert isinstance(found, Field)
    return found
