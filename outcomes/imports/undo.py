"""Undoes an import: takes back what it added, and the values and links that it changed.

What someone built on since stays, with the reason, as do things of kinds that no rule names here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from outcomes.imports.batches import FIRST_SIZE, PAUSE, next_size
from outcomes.imports.records.permissions import row_refusals
from outcomes.imports.records.results import to_file_text
from outcomes.models import (
    Commitment,
    CommitmentParty,
    CommitmentState,
    EditorialState,
    ImportedRow,
    ProgressUpdate,
    Upload,
)
from participants.models import (
    Affiliation,
    Delegate,
    DelegateLanguage,
    EventRole,
    Organisation,
    Participation,
    ParticipationConfirmation,
)
from participants.permissions import (
    EventPermissions,
    acting_organisation,
    can_edit_visible_events_of,
    permissions_of,
)
from participants.privacy.erasure import erase_or_delete
from roundtable.audit import log as audit
from roundtable.database.outages import pause, until_stored
from roundtable.history.versions import (
    CHANGED,
    add_versions_of_owners,
    attribute_changes_to,
    one_version,
)
from roundtable.models import Event

Kept = ImportedRow.Kept
Parts = Mapping[type[models.Model], Q]

# What belongs to a row and goes with it, if it is as an import leaves it. Any other row that refers
# to it, now or in a later version of the portal, was added by someone, and keeps it.
NEW_PARTY = Q(focal_point=None, focal_point_accepted_at=None)
NEW_PARTICIPATION = Q(confirmed_at=None, took_effect_at=None, ended_at=None, frozen_at=None)
OWN_CONFIRMATION = Q(by=F("participation__entered_by"))
PARTS: dict[type[models.Model], Parts] = {
    Commitment: {CommitmentParty: NEW_PARTY, Commitment.outcomes.through: Q()},
    CommitmentParty: {},
    ProgressUpdate: {ProgressUpdate.edited_by.through: Q(user=F("progressupdate__author"))},
    Delegate: {
        Participation: NEW_PARTICIPATION,
        ParticipationConfirmation: OWN_CONFIRMATION,
        Affiliation: Q(accepted_at=None),
        DelegateLanguage: Q(),
    },
    Participation: {ParticipationConfirmation: OWN_CONFIRMATION},
    Affiliation: {},
    Organisation: {},
    EventRole: {},
}


def ask_to_undo(upload: Upload, *, by: EventPermissions, at: datetime) -> None:
    """Does nothing if it was asked before. The worker then calls undo()."""
    waiting = Upload.objects.filter(pk=upload.pk, undo_asked_at=None, finished_at__isnull=False)
    if upload.event and waiting.update(undo_asked_at=at, undo_asked_by=by.user):
        audit.record(
            action="undo import",
            at=at,
            actor=by.user,
            organisation=acting_organisation(by.user, upload.event.pk, at.date()),
            detail=upload.event.code,
        )


def undo(upload: Upload) -> None:
    """A few rows in each transaction, the newest first; can go on after a kill."""
    now = timezone.now()
    user = upload.undo_asked_by
    permissions = permissions_of(user, timezone.localdate(now)) if user else None
    size = FIRST_SIZE
    while True:
        began = monotonic()
        found = until_stored(partial(_undo_batch, upload, size, permissions, now))
        if not found:
            break
        size = next_size(size, monotonic() - began)
        pause(PAUSE)
    Upload.objects.filter(pk=upload.pk, undone_at=None).update(undone_at=timezone.now())


@transaction.atomic
def _undo_batch(
    upload: Upload, size: int, permissions: EventPermissions | None, at: datetime
) -> int:
    Upload.objects.select_for_update().get(pk=upload.pk)
    rows = [*upload.imported_rows.filter(kept="").order_by("-pk")[:size]]
    by_kind: dict[tuple[str, str], list[ImportedRow]] = defaultdict(list)
    for row in rows:
        by_kind[row.model, row.result].append(row)
    kept: dict[int, str] = {}
    user = upload.undo_asked_by
    with attribute_changes_to(user) if user else nullcontext(), one_version():
        for (model_name, result), same in by_kind.items():
            kept |= _UNDO[result](model_name, same, upload, permissions, at)
    for row in rows:
        row.kept = kept.get(row.pk, "")
    ImportedRow.objects.filter(pk__in=[row.pk for row in rows if not row.kept]).delete()
    ImportedRow.objects.bulk_update([row for row in rows if row.kept], ["kept"])
    return len(rows)


def _take_back(
    model_name: str,
    rows: list[ImportedRow],
    upload: Upload,
    permissions: EventPermissions | None,
    at: datetime,
) -> dict[int, str]:
    """Deletes what the import added; returns what it keeps, by the key of the imported row."""
    model = _models().get(model_name)
    if model is None:
        return {row.pk: Kept.OTHER for row in rows}
    found = _stored(model, rows)
    reasons = _reasons_to_stay(model, found, upload.event, permissions)
    gone = [one for pk, one in found.items() if pk not in reasons]
    if model is Delegate:
        for person in gone:
            erase_or_delete(person, by=permissions.user if permissions else None, at=at)
    else:
        for one in gone:
            one.delete()
            add_versions_of_owners(one)
    return {row.pk: reasons[row.object_id] for row in rows if row.object_id in reasons}


def _stored(model: type[models.Model], rows: list[ImportedRow]) -> dict[int, Any]:
    numbers = [row.object_id for row in rows]
    return model._base_manager.select_for_update().in_bulk(numbers)


def _reasons_to_stay(
    model: type[models.Model],
    found: Mapping[int, Any],
    event: Event | None,
    permissions: EventPermissions | None,
) -> dict[int, str]:
    is_person = model in (Delegate, Participation, Affiliation)
    reasons: dict[int, str] = {}
    for pk in _built_on(model, found, PARTS[model]):
        reasons[pk] = Kept.JOINED if is_person else Kept.USED
    if model is Delegate:
        elsewhere = Participation.with_ended.filter(delegate__in=found).exclude(event=event)
        reasons |= dict.fromkeys(elsewhere.values_list("delegate", flat=True), Kept.JOINED)
    history = getattr(model, "history", None)
    if history is not None:
        versions = history.filter(id__in=[*found], history_type=CHANGED)
        reasons |= dict.fromkeys(versions.values_list("id", flat=True), Kept.CHANGED)
    for pk, one in found.items():
        if _was_shown(one):
            reasons[pk] = Kept.PUBLIC
        elif _has_joined(one):
            reasons[pk] = Kept.JOINED
        elif not _may_delete(one, permissions):
            reasons[pk] = Kept.FORBIDDEN
    return reasons


def _built_on(model: type[models.Model], keys: Iterable[int], parts: Parts) -> set[int]:
    """The keys of rows to which rows refer that are no such parts, or to whose parts they do."""
    keys = [*keys]
    built: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.many_to_many:
            continue
        # Versions outlast their record.
        if relation.on_delete is models.DO_NOTHING:
            continue
        other: Any = relation.related_model
        name = relation.field.name
        rows = other._base_manager.filter(**{f"{name}__in": keys})
        if other not in parts:
            built |= {*rows.values_list(name, flat=True)}
            continue
        built |= {*rows.exclude(parts[other]).values_list(name, flat=True)}
        owners = dict(rows.values_list("pk", name))
        built |= {owners[pk] for pk in _built_on(other, owners, parts)}
    return built


def _was_shown(one: Any) -> bool:
    """Whether it is in the record, or parties know it."""
    if isinstance(one, CommitmentParty):
        one = one.commitment
    if isinstance(one, Commitment):
        is_draft = one.state == CommitmentState.DRAFT and not one.parties_told_at
        return not is_draft or one.was_public
    if isinstance(one, ProgressUpdate):
        return one.state == EditorialState.APPROVED or bool(one.party_hash)
    return isinstance(one, EventRole) and one.event.is_public


def _has_joined(one: Any) -> bool:
    if isinstance(one, Participation):
        return not Participation.with_ended.filter(NEW_PARTICIPATION, pk=one.pk).exists()
    if isinstance(one, Affiliation):
        return one.accepted_at is not None
    return isinstance(one, Delegate) and bool(one.user_id)


def _may_delete(one: Any, permissions: EventPermissions | None) -> bool:
    if permissions is None:
        return False
    if isinstance(one, Delegate):
        return can_edit_visible_events_of(one, permissions)
    if isinstance(one, Affiliation):
        return can_edit_visible_events_of(one.delegate, permissions)
    if isinstance(one, CommitmentParty | ProgressUpdate):
        one = one.commitment
    if isinstance(one, Organisation):
        return permissions.can_edit_any  # no one uses it
    return permissions.may_edit(one.event_id)


def _restore(
    model_name: str,
    rows: list[ImportedRow],
    upload: Upload,
    permissions: EventPermissions | None,
    at: datetime,
) -> dict[int, str]:
    """Gives each row the values of before, if no one changed one of them since."""
    model = _restorable().get(model_name)
    if model is None:
        return {row.pk: Kept.OTHER for row in rows}
    found = _stored(model, rows)
    return {
        row.pk: reason
        for row in rows
        if row.object_id in found
        and (reason := _restore_row(found[row.object_id], row, permissions))
    }


def _restore_row(one: Any, row: ImportedRow, permissions: EventPermissions | None) -> str:
    """Why it stays; empty if it was restored."""
    if not row.values:
        return Kept.OTHER
    if _was_shown(one):
        return Kept.PUBLIC
    values: dict[str, Any] = {}
    links: dict[str, list[int]] = {}
    for name, (before, after) in row.values.items():
        column: Any = one._meta.get_field(name)
        if column.many_to_many:
            now: Any = sorted(getattr(one, name).values_list("pk", flat=True))
            links[name] = before
        elif column.is_relation:
            now = getattr(one, column.attname)
            values[column.attname] = before
        else:
            now = to_file_text(getattr(one, name))
            values[name] = _from_text(column, before)
        if now != after:
            return Kept.CHANGED
    is_allowed = permissions is not None and (
        isinstance(one, Organisation) or _may_delete(one, permissions)
    )
    if not is_allowed or [*row_refusals(one, values, permissions)]:
        return Kept.FORBIDDEN
    for name, value in values.items():
        setattr(one, name, value)
    try:
        one.full_clean()
    except ValidationError:
        return Kept.OTHER
    for name, keys in links.items():
        getattr(one, name).set(keys)
    if values:
        one.save(update_fields=[*values])
    add_versions_of_owners(one)
    return ""


def _from_text(column: Any, text: str) -> Any:
    if isinstance(column, models.BooleanField):
        return text == "true"
    return None if column.null and not text else column.to_python(text)


def _put_back(
    model_name: str,
    rows: list[ImportedRow],
    upload: Upload,
    permissions: EventPermissions | None,
    at: datetime,
) -> dict[int, str]:
    """Parties that the import removed from a draft."""
    if model_name != CommitmentParty._meta.model_name:
        return {row.pk: Kept.OTHER for row in rows}
    kept = {}
    for row in rows:
        party = CommitmentParty(**row.values)
        if not Commitment.objects.filter(pk=party.commitment_id).exists():
            continue
        if _was_shown(party):
            kept[row.pk] = str(Kept.PUBLIC)
        elif not _may_delete(party, permissions):
            kept[row.pk] = str(Kept.FORBIDDEN)
        else:
            try:
                party.full_clean()
            except ValidationError:
                kept[row.pk] = str(Kept.CHANGED)
            else:
                party.save()
                add_versions_of_owners(party)
    return kept


def _models() -> dict[str, type[models.Model]]:
    return {str(model._meta.model_name): model for model in PARTS}


def _restorable() -> dict[str, type[models.Model]]:
    return {
        str(model._meta.model_name): model
        for model in (Commitment, CommitmentParty, ProgressUpdate, Organisation, EventRole)
    }


_UNDO: dict[str, Callable[..., dict[int, str]]] = {
    ImportedRow.Result.ADDED: _take_back,
    ImportedRow.Result.CHANGED: _restore,
    ImportedRow.Result.REMOVED: _put_back,
}
