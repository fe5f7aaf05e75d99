"""What became of a record: each version with who wrote it, why, and how it differs from before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.models import Grant, User
from participants.permissions import Rights
from roundtable.history import TAKEN_OUT, changed_between, linked, links_of, taken_out
from roundtable.text_diff import Piece, compared

# Numbers and copies that say nothing to a reader.
UNTOLD = {"id", "recorded_at", "latest_update"}


@dataclass(frozen=True)
class Difference:
    """One field that changed, in pieces with the words marked that differ."""

    label: str
    before: list[Piece]
    after: list[Piece]


@dataclass(frozen=True)
class Version:
    """The record as it stood from a moment on."""

    number: int
    at: datetime
    who: str
    why: str
    is_first: bool
    is_last: bool
    differences: list[Difference]


def past_of(row: Any) -> "QuerySet[Any]":
    """The rows of a record's history, the newest first, with what each was linked to."""
    history = row.history.model.objects.filter(id=row.pk)
    links = [name for name, _target in links_of(row.history.model).values()]
    found: QuerySet[Any] = history.order_by("-history_date", "-history_id")
    return found.prefetch_related(*links)


def versions(row: Model, rows: Sequence[Any], viewer: Rights, event: int | None) -> list[Version]:
    """These rows of the history, newest first; the last of them is only compared with.

    It is told as well where nothing came before it.
    """
    names, unread = authors(rows, viewer, event), taken_out(type(row), [row.pk])
    newest = past_of(row).values_list("history_id", flat=True).first()
    found = []
    for number, past in enumerate(rows):
        before = rows[number + 1] if number + 1 < len(rows) else None
        if before is None and past.history_type != "+":
            continue
        differences = told_between(before, past, unread) if before else []
        why = past.history_change_reason or ""
        if before and not differences and not why:
            continue  # the same once more: a row and its links are stored one after the other
        found.append(
            Version(
                number=past.history_id,
                at=past.history_date,
                who=names[past.history_id],
                why=_("Words that should not have stood here.") if why == TAKEN_OUT else why,
                is_first=before is None,
                is_last=past.history_id == newest,
                differences=differences,
            )
        )
    return found


def told_between(before: Any, after: Any, unread: dict[int, set[str]]) -> list[Difference]:
    """How one version differs from another, in words; what was taken out is not told."""
    found = []
    for name in changed_between(before, after):
        if name in UNTOLD:
            continue
        field = after._meta.get_field(name)
        words = [
            _("(taken out)") if name in unread.get(past.history_id, ()) else as_text(past, field)
            for past in (before, after)
        ]
        found.append(Difference(str(field.verbose_name), *compared(*words)))
    for field in after._history_m2m_fields:
        was, now = linked(before, field.name), linked(after, field.name)
        if was != now:
            rows = field.related_model._default_manager.in_bulk({*was, *now})
            words = ["; ".join(str(rows[pk]) for pk in some if pk in rows) for some in (was, now)]
            found.append(Difference(str(field.verbose_name), *compared(*words)))
    return found


def as_text(past: Any, field: "Field[Any, Any]") -> str:
    """What a field of a version said, as people read it."""
    if isinstance(field, ForeignKey):
        row = field.related_model._default_manager.filter(pk=getattr(past, field.attname)).first()
        return str(row) if row else ""
    value = getattr(past, field.name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    display = getattr(past, f"get_{field.name}_display", None)
    return "" if value is None else str(display() if display else getattr(value, "name", value))


def authors(rows: Sequence[Any], viewer: Rights, event: int | None) -> dict[int, str]:
    """Who wrote each row of a history: never by an address, and by no roundtable unknown here."""
    numbers = {row.history_user_id for row in rows} - {None}
    users = User.objects.in_bulk(numbers)
    grants = Grant.objects.filter(user__in=numbers, on_behalf_of__isnull=False)
    if event is not None:
        grants = grants.filter(event=event)
    elif not viewer.is_operator:
        grants = grants.filter(event__in=viewer.readable)
    held = list(grants.select_related("on_behalf_of"))
    found = {}
    for row in rows:
        day = timezone.localdate(row.history_date)
        user = users.get(row.history_user_id)
        theirs = [
            grant.on_behalf_of.short
            for grant in held
            if grant.on_behalf_of
            and grant.user_id == row.history_user_id
            and grant.valid_from <= day <= (grant.valid_until or date.max)
        ]
        found[row.history_id] = _called(row.history_user_id, user, viewer, theirs)
    return found


def _called(number: int | None, user: User | None, viewer: Rights, offices: list[str]) -> str:
    if number is None:
        return _("The portal, from a file or by itself")
    if user is None:
        return _("Somebody whose account is gone")
    if user == viewer.user:
        return _("You")
    if user.is_superuser:
        return _("An operator")
    return _("On behalf of %s") % offices[0] if offices else _("A co-chair or an editor")
