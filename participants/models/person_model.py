"""How rows about people are written, and how rows are called that must name no one."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models, transaction

from roundtable.database.sealed import SealedField


class UnnamedModel(models.Model):
    """A row whose text names no one: it can end up in a log or an error message."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class PersonModel(models.Model):
    """A row that the person and the admin may change at the same moment.

    To save the whole row as it was read would undo what the person chose since then, for
    example to hide. So only write() changes a stored row.
    """

    # Fields that Django and allauth save by themselves, and name.
    library_fields: ClassVar[frozenset[str]] = frozenset()
    # By field that is made from others, or sealed with one: their names.
    derived_fields: ClassVar[dict[str, set[str]]] = {}

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only adds a row."""
        if self._state.adding:
            # Otherwise a row with a known primary key would replace the stored one.
            super().save(*args, **kwargs | {"force_insert": True})
        elif (names := kwargs.get("update_fields")) and self.library_fields.issuperset(names):
            super().save(*args, **kwargs)
        else:
            raise TypeError(f"Use write() to change a {self._meta.verbose_name}; it names fields.")

    def lock(self) -> None:
        """Locks the stored row until the transaction ends, and reads it anew.

        To avoid deadlocks, lock a delegate before its account, and both before writing to the audit
        log. Raises DoesNotExist if the row was deleted.
        """
        sealed = self._sealed_fields()
        plain = [row.attname for row in self._meta.concrete_fields if row.name not in sealed]
        # Others may still add rows that refer to this one.
        rows = type(self)._base_manager.select_for_update(no_key=True)
        self.refresh_from_db(fields=plain, from_queryset=rows)
        # Read once someone asks: what no longer opens must not keep the person from hiding.
        for name in sealed:
            self.__dict__.pop(name, None)
        self._prefetched_objects_cache: dict[str, Any] = {}
        for relation in self._meta.related_objects:
            if relation.is_cached(self):
                relation.delete_cached_value(self)

    @classmethod
    def _sealed_fields(cls) -> set[str]:
        return {row.name for row in cls._meta.concrete_fields if isinstance(row, SealedField)}

    @classmethod
    def lock_all(cls, primary_keys: Iterable[int]) -> None:
        """Locks several rows, always in the same order, before the first of them is changed."""
        rows = cls._base_manager.filter(pk__in=list(primary_keys)).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))

    @transaction.atomic
    def write(self, **values: Any) -> None:
        """Locks the row, reads it anew, and writes these fields only.

        Raises ValidationError, or DoesNotExist if the row was deleted.
        """
        self.lock()
        for name, value in values.items():
            setattr(self, name, value)
        others = {field.name for field in self._meta.concrete_fields} - values.keys()
        # A stored value that today's rules reject must not keep the person from hiding.
        self.full_clean(exclude=others, validate_constraints=False)
        self.validate_constraints(exclude=self._sealed_fields() - values.keys())
        derived = [name for name, given in self.derived_fields.items() if given & values.keys()]
        super().save(update_fields=[*values, *derived])
