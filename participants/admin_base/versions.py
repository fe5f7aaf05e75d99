"""Versions of a record with author, reason and differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.models import Grant, User
from participants.permissions import EventPermissions
from roundtable.history import REDACTED, changed_fields, linked_ids, m2m_links, redacted_fields
from roundtable.text_diff import DiffSegment, diff_words

# Technical fields that mean nothing to readers.
OMITTED_FIELDS = {
    "id",
    "recorded_at",
    "latest_update",
    "latest_recorded_update",
    "members_reporting",
}


@dataclass(frozen=True)
class FieldChange:
    """A changed field as word-level diff segments."""

    label: str
    before: list[DiffSegment]
    after: list[DiffSegment]


@dataclass(frozen=True)
class RecordVersion:
    """A version of a record, with its differences from the one before."""

    number: int
    at: datetime
    author: str
    reason: str
    is_first: bool
    is_last: bool
    differences: list[FieldChange]


def history_rows(row: Any) -> "QuerySet[Any]":
    history = row.history.model.objects.filter(id=row.pk)
    links = [name for name, _target in m2m_links(row.history.model).values()]
    found: QuerySet[Any] = history.order_by("-history_date", "-history_id")
    return found.prefetch_related(*links)


def build_versions(
    row: Model, rows: Sequence[Any], viewer: EventPermissions, event: int | None
) -> list[RecordVersion]:
    """Versions for these history rows, newest first.

    The last row is only for comparison, unless it is the first version of the record.
    """
    names, redacted = author_names(rows, viewer, event), redacted_fields(type(row), [row.pk])
    newest = history_rows(row).values_list("history_id", flat=True).first()
    found = []
    for number, version in enumerate(rows):
        before = rows[number + 1] if number + 1 < len(rows) else None
        if before is None and version.history_type != "+":
            continue
        differences = describe_changes(before, version, redacted) if before else []
        reason = version.history_change_reason or ""
        if before and not differences and not reason:
            continue  # a row and its links are saved one after the other, which repeats a version
        found.append(
            RecordVersion(
                number=version.history_id,
                at=version.history_date,
                author=names[version.history_id],
                reason=_("Text that should not have been here.") if reason == REDACTED else reason,
                is_first=before is None,
                is_last=version.history_id == newest,
                differences=differences,
            )
        )
    return found


def describe_changes(before: Any, after: Any, redacted: dict[int, set[str]]) -> list[FieldChange]:
    found = []
    for name in changed_fields(before, after):
        if name in OMITTED_FIELDS:
            continue
        field = after._meta.get_field(name)
        texts = [
            _("(deleted)")
            if name in redacted.get(version.history_id, ())
            else field_text(version, field)
            for version in (before, after)
        ]
        found.append(FieldChange(str(field.verbose_name), *diff_words(*texts)))
    for field in after._history_m2m_fields:
        before_ids, after_ids = linked_ids(before, field.name), linked_ids(after, field.name)
        if before_ids != after_ids:
            texts = linked_texts(field, before_ids, after_ids)
            found.append(FieldChange(str(field.verbose_name), *diff_words(*texts)))
    return found


def linked_texts(field: Any, before: list[int], after: list[int]) -> list[str]:
    rows = field.related_model._default_manager.in_bulk({*before, *after})
    return ["; ".join(str(rows[pk]) for pk in ids if pk in rows) for ids in (before, after)]


def field_text(version: Any, field: "Field[Any, Any]") -> str:
    if isinstance(field, ForeignKey):
        row = field.related_model._default_manager.filter(
            pk=getattr(version, field.attname)
        ).first()
        return str(row) if row else ""
    value = getattr(version, field.name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    display = getattr(version, f"get_{field.name}_display", None)
    return "" if value is None else str(display() if display else getattr(value, "name", value))


def author_names(
    rows: Sequence[Any], viewer: EventPermissions, event: int | None
) -> dict[int, str]:
    """Author labels by history id. They show no email address and no hidden roundtable."""
    numbers = {row.history_user_id for row in rows} - {None}
    users = User.objects.in_bulk(numbers)
    grants = Grant.objects.filter(user__in=numbers, on_behalf_of__isnull=False)
    if event is not None:
        grants = grants.filter(event=event)
    elif not viewer.is_operator:
        grants = grants.filter(event__in=viewer.readable)
    active_grants = list(grants.select_related("on_behalf_of"))
    found = {}
    for row in rows:
        day = timezone.localdate(row.history_date)
        user = users.get(row.history_user_id)
        organisation_names = [
            grant.on_behalf_of.internal_short
            for grant in active_grants
            if grant.on_behalf_of
            and grant.user_id == row.history_user_id
            and grant.valid_from <= day <= (grant.valid_until or date.max)
        ]
        found[row.history_id] = _author_label(row.history_user_id, user, viewer, organisation_names)
    return found


def _author_label(
    number: int | None, user: User | None, viewer: EventPermissions, organisation_names: list[str]
) -> str:
    if number is None:
        return _("The portal, automatically or from a file")
    if user is None:
        return _("A person whose account was deleted")
    if user == viewer.user:
        return _("You")
    if user.is_superuser:
        return _("An operator")
    return (
        _("On behalf of %s") % organisation_names[0]
        if organisation_names
        else _("A co-chair or an editor")
    )
