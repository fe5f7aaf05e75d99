"""How one relation after another is moved from the row that goes to the one that stays."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

# move: all of them. fold: what the one that stays says word for word stands once. once: where the
# one that stays has the same, it must say nothing else. apart: it is moved, but never where both
# have one. theirs: a person's own; none may be there.
Rule = Literal["move", "fold", "once", "apart", "theirs", "by hand"]
Moved = Counter[str]


def relations_of(model: type[models.Model]) -> dict[str, Any]:
    """Every relation that leads to the rows of a model, by its name."""
    return {
        f"{relation.related_model._meta.label}.{relation.field.name}": relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
    }


def move(relation: Any, rule: Rule, *, stays: models.Model, goes: models.Model) -> int:
    """Moves the rows of one relation; how many, without those that the one that stays has too.

    Raises ValidationError, in words for the desk, where that would lose or double something.
    """
    model, name = relation.related_model, relation.field.name
    rows = model._base_manager.filter(**{name: goes})
    if rule == "by hand":
        return 0
    if rule == "theirs":
        if rows.exists():
            raise ValidationError(
                _("It holds what only the person decides about, so it cannot be merged.")
            )
        return 0
    if rule == "fold":
        for row in list(rows):
            if _equal(row, name, stays):
                row.delete()
    elif rule != "move":
        for row in list(rows):
            same = _same(row, name, stays)
            if same is None:
                continue
            if rule == "apart" or not _says_nothing_else(row, same, name):
                raise ValidationError(
                    _("Both have “%(what)s”: %(row)s. Correct or remove one of them first.")
                    % {"what": model._meta.verbose_name, "row": _where(row)}
                )
            row.delete()
    number: int = rows.update(**{name: stays})
    return number


def _equal(row: Any, name: str, stays: models.Model) -> bool:
    """Whether the one that stays has a row that says the same in every field."""
    said = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name != name
    }
    return bool(row._meta.model._base_manager.filter(**said, **{name: stays}).exists())


def _same(row: Any, name: str, stays: models.Model) -> Any:
    """The row of the one that stays which the database would take for the same."""
    for constraint in row._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        fields = set(constraint.fields) or set(_named(constraint.expressions))
        if name in fields:
            others = {field: getattr(row, field) for field in fields - {name}}
            same = row._meta.model._base_manager.filter(**others, **{name: stays}).first()
            if same is not None:
                return same
    return None


def _named(expressions: Iterable[Any]) -> Iterator[str]:
    """The fields that a constraint of expressions is about."""
    for expression in expressions:
        if isinstance(expression, models.F):
            yield str(expression.name)  # type: ignore[attr-defined]
        else:
            yield from _named(expression.get_source_expressions())


def _says_nothing_else(row: Any, same: Any, name: str) -> bool:
    """Whether each thing that the row says is said by the other, and nothing hangs on it."""
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name == name or isinstance(field, models.DateTimeField):
            continue
        said = getattr(row, field.attname)
        if said not in (None, "") and said != getattr(same, field.attname):
            return False
    return not any(
        relation.related_model._base_manager.filter(**{relation.field.name: row}).exists()
        for relation in relations_of(row._meta.model).values()
    )


def _where(row: Any) -> str:
    """What a row is about, never whom a person leaves out or follows."""
    for name in ("event", "commitment", "outcome", "circulation", "version"):
        if getattr(row, f"{name}_id", None):
            return str(getattr(row, name))
    return str(row._meta.verbose_name)


def fill(stays: models.Model, goes: models.Model, names: Iterable[str]) -> None:
    """Takes over what the one that stays says nothing about."""
    for name in names:
        if not getattr(stays, name):
            setattr(stays, name, getattr(goes, name))
