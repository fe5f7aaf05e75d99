"""Changes of each column that a bulk write, or another program, may do."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction

from tests.factories import NOON


def columns(changed: Iterable[type[models.Model]]) -> list[tuple[type[models.Model], str]]:
    return [
        (model, field.attname)
        for model in changed
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in ("slug", "file", "key")
    ]


def field_of(model: type[models.Model], column: str) -> Any:
    return next(one for one in model._meta.concrete_fields if one.attname == column)


def change_rows(model: type[models.Model], column: str, look: Callable[[], None]) -> None:
    """Changes the column of some rows, one after the other, and undoes each after a look."""
    rows = list(model._default_manager.order_by("pk").values_list("pk", column))
    for pk, value in {rows[0], rows[len(rows) // 2], rows[-1]}:
        for other in _other_values(field_of(model, column), value):
            try:
                with transaction.atomic():
                    # No model's own rules.
                    model._base_manager.filter(pk=pk).update(**{column: other})
                    look()
                    transaction.set_rollback(True)
            except IntegrityError:
                continue  # a constraint


def other_value(row: models.Model, name: str) -> Any:
    """Another value for a public field, which a form accepts too."""
    return next(_other_values(field_of(type(row), name), getattr(row, name)))


def _other_values(field: models.Field[Any, Any], value: Any) -> Iterator[Any]:
    """Values that the database accepts in a column, or refuses by a constraint."""
    if isinstance(field, models.ForeignKey):
        rows = field.related_model._default_manager.exclude(pk=value)
        yield from rows.order_by("pk").values_list("pk", flat=True)[:2]
        if field.null:
            yield None
    elif isinstance(field, models.DateTimeField):
        yield NOON
    elif field.choices:
        yield from [choice for choice, _label in field.flatchoices if choice != value][-2:]
    elif isinstance(field, models.BooleanField):
        yield not value
    elif isinstance(field, models.DateField):
        yield date(2031, 1, 1)
    elif isinstance(field, models.CharField | models.TextField):
        yield "https://example.org/zx9" if isinstance(field, models.URLField) else "ZX9"
        yield ""
