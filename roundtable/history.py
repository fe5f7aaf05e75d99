"""Keeps the history of public records.

Only events, statements, outcomes, commitments, milestones and organisations have a history. People
never have one, because old copies would survive an erasure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from django.db import models
from django.http import HttpRequest
from simple_history.models import HistoricalRecords

from roundtable.text_diff import normalise_newlines

# The change reason of a redaction: no one may read the earlier text.
REDACTED = "taken out"
MAX_REASON_LENGTH = 100  # max_length of its column


def _user_id(request: HttpRequest | None = None, **kwargs: Any) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _get_user(record: Any) -> int | None:
    user_id: int | None = record.history_user_id
    return user_id


def _set_user(record: Any, user_id: int | None) -> None:
    record.history_user_id = user_id


def record_history(m2m_fields: tuple[str, ...] = ()) -> HistoricalRecords:
    return HistoricalRecords(
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


def redacted_fields(model: Any, ids: Iterable[int]) -> dict[int, set[str]]:
    """The fields that no one may read, by `history_id`, for these rows of a model.

    A redaction hides every earlier value that the remaining text does not contain: that value may
    contain what was removed.
    """
    history = model.history.model.objects
    redactions = history.filter(id__in=list(ids), history_change_reason=REDACTED)
    redacted_ids = set(redactions.values_list("id", flat=True))
    found: dict[int, set[str]] = defaultdict(set)
    if not redacted_ids:
        return found
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in history.filter(id__in=redacted_ids).order_by("history_date", "history_id"):
        rows[row.id].append(row)
        if row.history_change_reason == REDACTED and len(rows[row.id]) > 1:
            *earlier, before, after = rows[row.id]
            for field in _affected_fields(before, after):
                remaining = getattr(after, field)
                for version in (*earlier, before):
                    if not _is_contained(getattr(version, field), remaining):
                        found[version.history_id].add(field)
    return found


def _affected_fields(before: Any, after: Any) -> list[str]:
    """The fields that a redaction removed text from: those that changed.

    If no text changed, someone edited the text before the redaction, so all text fields count.
    """
    changed = changed_fields(before, after)
    text_fields = [
        field.name
        for field in type(after).tracked_fields
        if isinstance(getattr(after, field.name), str) and not field.choices
    ]
    if set(changed) & set(text_fields) or any(
        linked_ids(before, name) != linked_ids(after, name) for name in m2m_links(type(after))
    ):
        return changed  # links are stored in a separate row, right after the text
    return sorted({*changed, *text_fields})


def _is_contained(value: Any, remaining: Any) -> bool:
    if not isinstance(value, str) or not isinstance(remaining, str):
        return bool(value == remaining)
    # Not word by word: in another order, the remaining words may say what was removed.
    part, whole = (re.findall(r"\w+", text.casefold()) for text in (value, remaining))
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


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
