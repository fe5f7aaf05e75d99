"""Keeps the history of public records.

Only events, statements, outcomes, commitments, milestones and organisations have a history. People
never have one, because old copies would survive an erasure. A version has the links of its record,
and the rows that belong to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from simple_history.models import HistoricalRecords

from roundtable.text.diff import normalise_newlines

# The change reason of a redaction: no one may read the earlier text.
REDACTED = "taken out"
REASONS_REDACTED = "reasons taken out"
MAX_REASON_LENGTH = 100  # max_length of its column
ADDED, CHANGED, DELETED = "+", "~", "-"
BATCH_SIZE = 500


def _user_id(request: HttpRequest | None = None, **kwargs: Any) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _get_user(record: Any) -> int | None:
    user_id: int | None = record.history_user_id
    return user_id


def _set_user(record: Any, user_id: int | None) -> None:
    record.history_user_id = user_id


@dataclass(frozen=True)
class LinkedRows:
    """Rows of another table that belong to what a record says, with their public fields."""

    fields: tuple[str, ...]
    condition: Q = Q()


class VersionContent(models.Model):
    """What a version stores in addition to the fields of the record."""

    # By relation. Empty in versions that were stored before links were part of a version.
    rows = models.JSONField(null=True, editable=False, encoder=DjangoJSONEncoder)
    # Fields and relations with words that no one may read any more.
    taken_out = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True


@dataclass
class _Change:
    """The changes of one record since a version was stored."""

    history: "RecordHistory"
    instance: Any
    kind: str
    user: int | None
    reason: str | None


_histories: "dict[Any, RecordHistory]" = {}
# By model and primary key, inside one_version().
_Changes = dict[tuple[Any, Any], _Change]
_collected: ContextVar[_Changes | None] = ContextVar("collected", default=None)


@contextmanager
def one_version() -> Iterator[None]:
    """All changes inside make one version of each record, with its links as they are at the end.

    The library stores a version for each save and another for each change of links:
    https://github.com/django-commons/django-simple-history/issues/1451
    """
    outer, own = _collected.get(), _Changes()
    token = _collected.set(own)
    try:
        with transaction.atomic():
            yield
            if outer is None:
                _store_versions(own)
    finally:
        _collected.reset(token)
    if outer is not None:
        for change in own.values():
            _collect(outer, change)


def add_versions(records: Iterable[Any], kind: str = CHANGED) -> None:
    """Versions of records of which only links changed, or that were stored in bulk."""
    with one_version():
        for record in records:
            RecordHistory.of(type(record)).create_historical_record(record, kind)


def add_versions_of_owners(row: models.Model) -> None:
    """Versions of the records that a stored or deleted row belongs to, such as a milestone."""
    for owner, relation in owners_of(type(row)):
        record = getattr(row, owner._meta.get_field(relation).field.name)
        if record is not None:
            add_versions([record])


@cache
def owners_of(model: Any) -> list[tuple[Any, str]]:
    """Records with a history that have such rows as a part, and their relation to them."""
    return [
        (owner, relation)
        for owner in apps.get_models()
        if hasattr(owner._meta, "simple_history_manager_attribute")
        for relation in RecordHistory.of(owner).linked_rows
        if owner._meta.get_field(relation).related_model is model
    ]


def _collect(changes: _Changes, change: _Change) -> None:
    key = (type(change.instance), change.instance.pk)
    before = changes.get(key)
    if before is None:
        # A deleted instance loses its key.
        changes[key] = replace(change, instance=copy(change.instance))
        return
    if before.kind == ADDED and change.kind == DELETED:
        del changes[key]
        return
    before.instance = copy(change.instance)
    before.reason, before.user = change.reason or before.reason, change.user
    before.kind = ADDED if before.kind == ADDED else change.kind


def _store_versions(changes: _Changes) -> None:
    by_model: dict[Any, list[_Change]] = defaultdict(list)
    for (model, _pk), change in changes.items():
        by_model[model].append(change)
    for found in by_model.values():
        found[0].history.store_versions(found)


class RecordHistory(HistoricalRecords):
    """Stores versions with the rows that belong to a record."""

    def __init__(self, rows: Mapping[str, LinkedRows], **options: Any) -> None:
        self.linked_rows = rows
        super().__init__(bases=(VersionContent,), **options)

    def finalize(self, sender: Any, **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        if sender is self.cls:
            sender.history.model.record_history = self

    @staticmethod
    def of(model: Any) -> "RecordHistory":
        if model not in _histories:  # the library makes a class of managers each time
            _histories[model] = model.history.model.record_history
        return _histories[model]

    def create_historical_record(
        self, instance: Any, history_type: str, using: str | None = None
    ) -> None:
        user = self.get_history_user(instance)
        reason = getattr(instance, "_change_reason", None)
        change = _Change(self, instance, history_type, user, reason)
        collected = _collected.get()
        if collected is None:
            self.store_versions([change])
        else:
            _collect(collected, change)

    @transaction.atomic(savepoint=False)
    def store_versions(self, changes: Sequence[_Change]) -> None:
        """Versions of rows as they are stored, since an instance may hold old values."""
        model, history = self.cls, self.cls.history.model
        kept = [change.instance.pk for change in changes if change.kind != DELETED]
        stored = model._base_manager.in_bulk(kept)
        rows = self.rows_of(stored)
        versions = []
        for change in changes:
            record = stored.get(change.instance.pk)
            if record is None and change.kind != DELETED:
                continue  # what stored it was undone
            source = change.instance if record is None else record
            versions.append(
                history(
                    history_date=getattr(change.instance, "_history_date", timezone.now()),
                    history_type=change.kind,
                    history_user_id=change.user,
                    history_change_reason=change.reason,
                    rows=rows.get(source.pk, {}),
                    **{
                        field.attname: getattr(source, field.attname)
                        for field in history.tracked_fields
                    },
                )
            )
        history.objects.bulk_create(versions, BATCH_SIZE)
        self._store_links({version.id: version for version in versions})

    def rows_of(self, ids: Iterable[int]) -> dict[int, dict[str, list[dict[str, Any]]]]:
        """By primary key and relation."""
        numbers = list(ids)
        found: dict[int, dict[str, list[dict[str, Any]]]] = {
            pk: {name: [] for name in self.linked_rows} for pk in numbers
        }
        for name, linked in self.linked_rows.items():
            relation = self.cls._meta.get_field(name)
            owner = relation.field.attname
            rows = relation.related_model._base_manager.filter(linked.condition)
            for part in _batches(numbers):
                chosen = rows.filter(**{f"{owner}__in": part}).order_by("pk")
                for row in chosen.values(owner, "id", *linked.fields):
                    found[row.pop(owner)][name].append(row)
        return found

    def _store_links(self, versions: Mapping[int, Any]) -> None:
        for field in self.cls.history.model._history_m2m_fields:
            past, through = self.m2m_models[field], field.remote_field.through
            owner = field.m2m_column_name()
            names = [column.attname for column in through._meta.fields]
            for part in _batches(list(versions)):
                links = through._base_manager.filter(**{f"{owner}__in": part}).order_by("pk")
                past.objects.bulk_create(
                    [past(history=versions[link[owner]], **link) for link in links.values(*names)],
                    BATCH_SIZE,
                )


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + BATCH_SIZE] for start in range(0, len(ids), BATCH_SIZE))


def record_history(
    m2m_fields: tuple[str, ...] = (), rows: Mapping[str, LinkedRows] | None = None
) -> HistoricalRecords:
    return RecordHistory(
        rows or {},
        # A foreign key to the user would tie this app's migrations to an app that depends on it.
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_get_user,
        history_user_setter=_set_user,
        get_user=_user_id,
        m2m_fields=m2m_fields,
    )


def changed_fields(before: Any, after: Any) -> list[str]:
    """The names of the fields that differ, without many-to-many fields."""
    return [
        field.name
        for field in type(after).tracked_fields
        if values_differ(getattr(before, field.attname), getattr(after, field.attname))
    ]


def values_differ(before: Any, after: Any) -> bool:
    """Ignores line endings and outer spaces of texts."""
    if isinstance(before, str) and isinstance(after, str):
        return normalise_newlines(before).strip() != normalise_newlines(after).strip()
    return bool(before != after)


def m2m_links(history: Any) -> dict[str, tuple[str, str]]:
    """By many-to-many field: the accessor of its history rows, and their field for the target."""
    return {
        field.name: (f"{history.__name__.lower()}_{field.name}_set", field.m2m_reverse_name())
        for field in history._history_m2m_fields
    }


def linked_ids(version: Any, field: str) -> list[int]:
    rows, target = m2m_links(type(version))[field]
    return sorted(getattr(link, target) for link in getattr(version, rows).all())


@contextmanager
def attribute_changes_to(user: models.Model) -> Iterator[None]:
    """Records this person as the author of changes outside a request."""
    context = HistoricalRecords.context
    before = getattr(context, "request", None)
    context.request = SimpleNamespace(user=user)
    try:
        yield
    finally:
        if before is None:
            del context.request
        else:
            context.request = before
