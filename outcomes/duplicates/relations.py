"""Moves relations from a duplicate to the row that is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roundtable.history.versions import owners_of


@dataclass(frozen=True)
class MergeRule:
    """What happens to the rows of a relation of the duplicate.

    - move: all rows move.
    - fold: rows move, and exact copies of rows of the target are deleted.
    - once: rows move; one that the target also has is deleted, but must not hold other values.
    - apart: rows move; it is an error if both have one.
    - theirs: only the person decides about these rows; it is an error if there is one.
    - by hand: other code moves them.

    The page counts the rows if it is `counted_by` the ways to their roundtables, among which it
    shows those of the viewer. What only the people concerned may know is not counted.
    """

    what: Literal["move", "fold", "once", "apart", "theirs", "by hand"]
    counted_by: tuple[str, ...] | None = None
    by_hand: Any = ""

    @property
    def words(self) -> str:
        is_single = self.what in ("fold", "once")
        return str(self.by_hand or (ONE_IS_LEFT if is_single else THEY_MOVE))


THEY_MOVE = gettext_lazy("They move.")
ONE_IS_LEFT = gettext_lazy("They move. Of two equal ones, one is left.")


def relations_of(model: type[models.Model]) -> dict[str, Any]:
    """By “app.Model.field”."""
    return {
        f"{relation.related_model._meta.label}.{relation.field.name}": relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
    }


def move_relation(
    relation: Any, rule: MergeRule, *, target: models.Model, duplicate: models.Model
) -> None:
    """Raises ValidationError if that would lose or double something."""
    model, name = relation.related_model, relation.field.name
    rows = model._base_manager.filter(**{name: duplicate})
    if rule.what == "by hand":
        return
    if rule.what == "theirs":
        if rows.exists():
            raise ValidationError(
                _(
                    "The entry contains details that only the person decides about, so it cannot "
                    "be merged. Keep both entries."
                )
            )
        return
    if rule.what == "fold":
        for row in list(rows):
            if _has_equal_row(row, name, target):
                row.delete()
    elif rule.what != "move":
        for row in list(rows):
            same = _conflicting_row(row, name, target)
            if same is None:
                continue
            if rule.what == "apart" or not _adds_nothing(row, same, name):
                raise ValidationError(
                    _("Both have “%(what)s”: %(row)s. Correct or remove one of them first.")
                    % {"what": model._meta.verbose_name, "row": _describe_row(row)}
                )
            _keep_earlier_day(row, same)
            row.delete()
    rows.update(**{name: target})


def records_naming(row: models.Model) -> list[Any]:
    """Records whose versions hold a row that points to this one."""
    return [
        record
        for relation in relations_of(type(row)).values()
        for owner, rows in owners_of(relation.related_model)
        for record in owner._default_manager.filter(
            pk__in=owner._base_manager.filter(**{f"{rows}__{relation.field.name}": row})
        )
    ]


def _keep_earlier_day(row: Any, same: Any) -> None:
    """The row that stays says since when the portal has known it."""
    if hasattr(row, "recorded_at") and row.recorded_at < same.recorded_at:
        rows = row._meta.model._base_manager.filter(pk=same.pk)
        rows.update(recorded_at=row.recorded_at)


def _has_equal_row(row: Any, name: str, target: models.Model) -> bool:
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name != name
    }
    return bool(row._meta.model._base_manager.filter(**values, **{name: target}).exists())


def _conflicting_row(row: Any, name: str, target: models.Model) -> Any:
    """The row of `target` that violates a unique constraint with this one."""
    for constraint in row._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        fields = set(constraint.fields) or set(_field_names(constraint.expressions))
        if name in fields:
            others = {field: getattr(row, field) for field in fields - {name}}
            same = row._meta.model._base_manager.filter(**others, **{name: target}).first()
            if same is not None:
                return same
    return None


def _field_names(expressions: Iterable[Any]) -> Iterator[str]:
    for expression in expressions:
        if isinstance(expression, models.F):
            yield str(expression.name)  # type: ignore[attr-defined]
        else:
            yield from _field_names(expression.get_source_expressions())


def _adds_nothing(row: Any, same: Any, name: str) -> bool:
    """Whether `same` has all values of the row, and no other row refers to the row."""
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name == name or isinstance(field, models.DateTimeField):
            continue
        value = getattr(row, field.attname)
        if value not in (None, "") and value != getattr(same, field.attname):
            return False
    return not any(
        relation.related_model._base_manager.filter(**{relation.field.name: row}).exists()
        for relation in relations_of(row._meta.model).values()
    )


def _describe_row(row: Any) -> str:
    """A name that does not reveal whom a person excludes or follows."""
    for name in ("event", "commitment", "outcome", "circulation", "version"):
        if getattr(row, f"{name}_id", None):
            return str(getattr(row, name))
    return str(row._meta.verbose_name)


def values_for_blanks(
    target: models.Model, duplicate: models.Model, names: Iterable[str]
) -> dict[str, Any]:
    blank = [name for name in names if not getattr(target, name)]
    return {name: value for name in blank if (value := getattr(duplicate, name))}
