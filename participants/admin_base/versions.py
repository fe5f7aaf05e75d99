"""Versions of a record with author, reason and differences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Field, ForeignKey, Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.models import Grant, User
from participants.permissions import EventPermissions
from roundtable.history.redaction import REASON_FIELD
from roundtable.history.versions import (
    ADDED,
    REASONS_REDACTED,
    REDACTED,
    RecordHistory,
    changed_fields,
    linked_ids,
    m2m_links,
)
from roundtable.text.diff import DiffSegment, diff_words

# Earlier releases stored the fields and each kind of links of one save as versions of their own.
SAME_SAVE_PERIOD = timedelta(seconds=2)

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
    is_restorable: bool
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
    names, linked = author_names(rows, viewer, event), linked_names(rows)
    newest = history_rows(row).values_list("history_id", flat=True).first()
    saves = _group_saves(rows)
    found = []
    for number, parts in enumerate(saves):
        version = parts[0]
        before = saves[number + 1][0] if number + 1 < len(saves) else None
        is_first = parts[-1].history_type == ADDED
        if before is None and not is_first:
            continue
        differences = describe_changes(before, version, linked) if before else []
        reason = reason_text(version)
        if before and not differences and not reason:
            continue  # a save that changed nothing
        found.append(
            RecordVersion(
                number=version.history_id,
                at=version.history_date,
                author=names[version.history_id],
                reason=reason,
                is_first=is_first,
                is_restorable=version.history_id != newest and not has_deleted_words(version),
                differences=differences,
            )
        )
    return found


def is_part_of_save(version: Any, following: Any) -> bool:
    """Whether the following version completes this one, with its links."""
    return (
        version.rows is None
        and following.rows is None
        and version.history_user_id == following.history_user_id
        and following.history_date - version.history_date < SAME_SAVE_PERIOD
        and bool(version._history_m2m_fields)
    )


def _group_saves(rows: Sequence[Any]) -> list[list[Any]]:
    saves: list[list[Any]] = []
    for row in rows:
        if saves and is_part_of_save(row, saves[-1][-1]):
            saves[-1].append(row)
        else:
            saves.append([row])
    return saves


def has_deleted_words(version: Any) -> bool:
    return bool({*(version.taken_out or ())} - {REASON_FIELD})


def reason_text(version: Any) -> str:
    if REASON_FIELD in (version.taken_out or ()):
        return _("(deleted)")
    reason = version.history_change_reason or ""
    return {
        REDACTED: _("Text that should not have been here."),
        REASONS_REDACTED: _("Reasons that should not have been here."),
    }.get(reason, reason)


LinkedNames = Mapping[tuple[Any, int], str]


def linked_names(versions: Iterable[Any]) -> LinkedNames:
    """What the rows of these versions point to, by model and primary key."""
    numbers: dict[Any, set[int]] = {}
    for version in versions:
        for relation, rows in (version.rows or {}).items():
            for field in _row_fields(version, relation):
                if isinstance(field, ForeignKey):
                    ids = {row[field.name] for row in rows} - {None}
                    numbers.setdefault(field.related_model, set()).update(ids)
    return {
        (model, pk): str(row)
        for model, ids in numbers.items()
        for pk, row in model._default_manager.in_bulk(ids).items()
    }


def _row_fields(version: Any, relation: str) -> list[Any]:
    related = version.instance_type._meta.get_field(relation).related_model
    names = RecordHistory.of(version.instance_type).linked_rows[relation].fields
    return [related._meta.get_field(name) for name in names]


def describe_changes(before: Any, after: Any, linked: LinkedNames) -> list[FieldChange]:
    found = []
    for name in changed_fields(before, after):
        if name in OMITTED_FIELDS:
            continue
        field = after._meta.get_field(name)
        texts = [
            _("(deleted)") if name in (version.taken_out or ()) else field_text(version, field)
            for version in (before, after)
        ]
        found.append(FieldChange(str(field.verbose_name), *diff_words(*texts)))
    for field in after._history_m2m_fields:
        before_ids, after_ids = linked_ids(before, field.name), linked_ids(after, field.name)
        if before_ids != after_ids:
            texts = linked_texts(field, before_ids, after_ids)
            found.append(FieldChange(str(field.verbose_name), *diff_words(*texts)))
    for relation in after.rows or {} if before.rows is not None else ():
        texts = [rows_text(version, relation, linked) for version in (before, after)]
        if texts[0] != texts[1]:
            found.append(FieldChange(rows_label(after, relation), *diff_words(*texts)))
    return found


def rows_label(version: Any, relation: str) -> str:
    related = version.instance_type._meta.get_field(relation).related_model
    return str(related._meta.verbose_name_plural)


def rows_text(version: Any, relation: str, linked: LinkedNames) -> str:
    fields, rows = _row_fields(version, relation), version.rows.get(relation, ())
    return "; ".join(_row_text(row, fields, linked) for row in rows)


def _row_text(row: dict[str, Any], fields: list[Any], linked: LinkedNames) -> str:
    texts = []
    for field in fields:
        value = row[field.name]
        if field.name in row.get("taken_out", ()):
            texts.append(_("(deleted)"))
        elif value in (None, ""):
            continue
        elif isinstance(field, ForeignKey):
            texts.append(linked.get((field.related_model, value), _("(deleted)")))
        else:
            texts.append(field_text(field.model(**{field.name: field.to_python(value)}), field))
    return ", ".join(texts)


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
    grants = Grant.objects.awake().filter(user__in=numbers, on_behalf_of__isnull=False)
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
