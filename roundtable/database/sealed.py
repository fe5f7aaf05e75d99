"""Columns that only the portal can read: the database, its files and its dumps have ciphertext.

A value is bound to its table, its column and the random key of its row, and opens nowhere else.
The key of the row is one that the portal makes, and not the primary key, because the database makes
that one only once the value is stored. A table or column that is renamed must be sealed anew.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps as installed
from django.core.validators import MaxLengthValidator
from django.db import connections, models, transaction
from django.db.models.functions import Substr
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from roundtable.encryption import DecryptionError, known_seal_heads, seal, seal_head, unseal

BATCH_SIZE = 500


@dataclass(frozen=True, repr=False)
class Sealed:
    """What is stored in a sealed column. A row opens it; on its own it shows nothing."""

    stored: str

    def __repr__(self) -> str:
        return "(sealed)"


class _OpenedByRow(DeferredAttribute):
    """Opens the value when someone reads it, so that hidden values are never opened."""

    field: "SealedField"

    def __get__(self, row: Any, owner: Any = None) -> Any:
        if row is None:
            return self
        name = self.field.attname
        value = row.__dict__[name] if name in row.__dict__ else super().__get__(row, owner)
        if isinstance(value, Sealed):
            value = row.__dict__[name] = self.field.open(value, getattr(row, self.field.bound_to))
        return value

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class _IsEmpty(Exact):
    """The only question that the database can answer."""

    def get_prep_lookup(self) -> str:
        if self.rhs != "":
            raise TypeError("The database cannot compare what is sealed. Compare rows in Python.")
        return ""


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A text that is stored sealed; empty stays empty.

    `bound_to` names the random and unique field of the row that never changes. Code that changes it
    all the same saves this field, too.
    """

    descriptor_class = _OpenedByRow

    def __init__(self, *args: Any, bound_to: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound_to = bound_to
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"bound_to": self.bound_to}

    def place(self, row_key: str) -> str:
        return f"{self.model._meta.db_table}.{self.column}:{row_key}"

    def open(self, value: Sealed, row_key: str) -> str:
        return open_text(value.stored, self.place(row_key))

    def from_db_value(self, value: Any, *_args: Any) -> Any:
        return Sealed(value) if value else value

    def pre_save(self, row: models.Model, add: bool) -> Any:
        value = getattr(row, self.attname)
        if not isinstance(value, str) or not value:
            return value
        return Sealed(seal_text(value, self.place(getattr(row, self.bound_to))))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.stored
        # Of a plain value, the database may learn only that there is one.
        return "*" if isinstance(value, str) and value else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str) and value:
            raise TypeError(f"{self.name} is sealed with its row: save the row.")
        return super().get_db_prep_save(value, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        return {"exact": _IsEmpty, "isnull": super().get_lookup("isnull")}.get(lookup_name)


def seal_text(text: str, place: str) -> str:
    head, sealed = seal_head(), seal(text.encode(), place)
    return head + urlsafe_b64encode(sealed[len(head) :]).decode()


def open_text(stored: str, place: str) -> str:
    """Raises DecryptionError, with a sentence for the user."""
    head, dot, content = stored.rpartition(".")
    try:
        sealed = urlsafe_b64decode(content)
    except ValueError:
        sealed = b""
    return unseal((head + dot).encode() + sealed, place).decode()


def sealed_fields() -> Iterator[SealedField]:
    for model in installed.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield field


def key_fault() -> str:
    """One sentence if something in the database opens with no key that is set; else empty."""
    known = known_seal_heads()
    length = len(seal_head())
    for field in sealed_fields():
        rows = field.model._base_manager.exclude(**{field.name: ""}).order_by()
        begin = Substr(field.name, 1, length, output_field=models.TextField())
        if not known.issuperset(rows.values_list(begin, flat=True).distinct()):
            return _(
                "DATA_KEY does not open what the database keeps sealed; set the key with which it"
                " was sealed, or add that key to DATA_KEY_FALLBACKS."
            )
    return ""


def reseal(field: SealedField) -> tuple[int, int]:
    """Seals with the present key what an earlier one sealed, row by row, while others write.

    Returns how many values, and how many no known key opens.
    """
    done = unreadable = 0
    for pk in field.model._base_manager.order_by("pk").values_list("pk", flat=True):
        try:
            done += _reseal_row(field, pk)
        except DecryptionError:
            unreadable += 1
    return done, unreadable


@transaction.atomic
def _reseal_row(field: SealedField, pk: Any) -> bool:
    """Whether an earlier key had sealed it."""
    rows = field.model._base_manager.filter(pk=pk).exclude(**{field.name: ""})
    found = rows.select_for_update(no_key=True).values_list(field.bound_to, field.name).first()
    if found is None or found[1].stored.startswith(seal_head()):
        return False
    place = field.place(found[0])
    opened = open_text(found[1].stored, place)
    return bool(rows.update(**{field.name: Sealed(seal_text(opened, place))}))


def seal_stored(app: str, model: str, *names: str) -> Callable[[Any, Any], None]:
    """For a migration that is not atomic: seals what these columns have, and may be run again."""

    def run(apps: Any, schema_editor: Any) -> None:
        table = apps.get_model(app, model)
        alias = schema_editor.connection.alias
        for name in names:
            _seal_column(table, table._meta.get_field(name), alias)
        if table._base_manager.using(alias).exists():
            _rewrite(table._meta.db_table, alias)

    return run


def _seal_column(model: Any, field: SealedField, alias: str) -> None:
    rows = model._base_manager.using(alias).exclude(**{field.name: ""})
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH_SIZE):
        with transaction.atomic(using=alias):
            batch = rows.filter(pk__in=keys[start : start + BATCH_SIZE])
            for pk, row_key, value in batch.values_list("pk", field.bound_to, field.name):
                place = field.place(row_key)
                if not _opens(value.stored, place):
                    sealed = Sealed(seal_text(value.stored, place))
                    rows.filter(pk=pk).update(**{field.name: sealed})


def _opens(stored: str, place: str) -> bool:
    """Someone may have written a text that begins like a sealed one."""
    try:
        open_text(stored, place)
    except DecryptionError:
        return False
    return True


def _rewrite(table: str, alias: str) -> None:
    """Leaves nothing of earlier values in the pages of the database."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute(f"VACUUM FULL {connection.ops.quote_name(table)}")
