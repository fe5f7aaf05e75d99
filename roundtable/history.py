"""How changes of public records are kept.

Only events, statements, outcomes, commitments, milestones and organisations have a history; people
never do, because old copies would outlive an erasure.
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

# Why a row was changed: what stood there before is to be read by nobody.
REDACTED = "taken out"
MAX_REASON_LENGTH = 100  # as its column holds


def _user_id(request: HttpRequest | None = None, **kwargs: Any) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _get_user(record: Any) -> int | None:
    user_id: int | None = record.history_user_id
    return user_id


def _set_user(record: Any, user_id: int | None) -> None:
    record.history_user_id = user_id


def record_history(m2m_fields: tuple[str, ...] = ()) -> HistoricalRecords:
    """A history that names its author by number.

    A foreign key to the user would tie this app's migrations to the app above it.
    """
    return HistoricalRecords(
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_get_user,
        history_user_setter=_set_user,
        get_user=_user_id,
        m2m_fields=m2m_fields,
    )


def changed_fields(before: Any, after: Any) -> list[str]:
    """The names of the fields in which two rows of one history differ; lists of links apart."""
    return [
        field.name
        for field in type(after).tracked_fields
        if values_differ(getattr(before, field.attname), getattr(after, field.attname))
    ]


def values_differ(before: Any, after: Any) -> bool:
    """Whether two values differ; texts that browsers ended in another way are the same."""
    if isinstance(before, str) and isinstance(after, str):
        return normalise_newlines(before).strip() != normalise_newlines(after).strip()
    return bool(before != after)


def m2m_links(history: Any) -> dict[str, tuple[str, str]]:
    """By field of many links: where the history keeps them, and the name of what they point to."""
    return {
        field.name: (f"{history.__name__.lower()}_{field.name}_set", field.m2m_reverse_name())
        for field in history._history_m2m_fields
    }


def linked_ids(version: Any, field: str) -> list[int]:
    """The numbers of the rows that a version was linked to, in order."""
    rows, target = m2m_links(type(version))[field]
    return sorted(getattr(link, target) for link in getattr(version, rows).all())


def redacted_fields(model: Any, ids: Iterable[int]) -> dict[int, set[str]]:
    """By row of the history, the fields whose words nobody may read, of these rows of a model.

    Whoever takes words out of a field takes them out of all that stood there before: what holds a
    word that was not kept is unread, for it may be the one that should not have stood there.
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
    """The fields that words were taken out of: those that changed.

    Where no words did, what should not have stood there was edited away before, in whichever field
    of words.
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
        return changed  # links are stored in a row of their own, right after the words
    return sorted({*changed, *text_fields})


def _is_contained(value: Any, remaining: Any) -> bool:
    if not isinstance(value, str) or not isinstance(remaining, str):
        return bool(value == remaining)
    # Not word by word: put together anew, words that were kept may say what was taken out.
    part, whole = (re.findall(r"\w+", text.casefold()) for text in (value, remaining))
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


@contextmanager
def attribute_changes_to(user: models.Model) -> Iterator[None]:
    """Names this person as the author of what is changed, where no request does."""
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
