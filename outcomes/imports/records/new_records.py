"""New drafts of commitments and new people of a file, which are stored a few at a time.

All else of a file is stored before, in parts. On SQLite all others wait for each.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from outcomes.models import Commitment, ProgressUpdate
from participants.models import Delegate, Participation, User
from participants.participation.confirmation import confirm_entered
from participants.permissions import acting_organisation
from roundtable.audit import log as audit
from roundtable.history.versions import ADDED, add_versions
from roundtable.models import Event

BATCH_SIZE = 500  # rows per query


@dataclass(frozen=True)
class NewRecord:
    """A new commitment or person, with the rows that belong to it."""

    location: str
    row: Commitment | Delegate
    parts: list[models.Model]
    outcomes: Sequence[int] = ()  # ids of the points that a commitment answers

    def to_json(self) -> dict[str, Any]:
        rows = [_to_json(row) for row in (self.row, *self.parts)]
        reporting = [self.parts.index(report.party) for report in self.reports]
        return {
            "location": self.location,
            "rows": rows,
            "outcomes": list(self.outcomes),
            "reporting": reporting,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "NewRecord":
        row, *parts = (_from_json(text) for text in stored["rows"])
        record = cls(stored["location"], row, parts, stored["outcomes"])
        # An import that began before an upgrade has none.
        for report, party in zip(record.reports, stored.get("reporting", ()), strict=True):
            report.party = parts[party]
        return record

    @property
    def reports(self) -> list[ProgressUpdate]:
        """Each about a party that comes before it in the parts."""
        return [part for part in self.parts if isinstance(part, ProgressUpdate)]


def _to_json(row: models.Model) -> tuple[str, dict[str, Any]]:
    """Without its key: one that it had in a preview was undone."""
    values = {
        field.attname: _plain(row, field)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    return row._meta.label, values


def _plain(row: models.Model, field: "models.Field[Any, Any]") -> Any:
    value = getattr(row, field.attname)
    if value is None or isinstance(value, bool | int) or type(value) is str:
        return value
    return field.value_to_string(row)


def _from_json(stored: tuple[str, dict[str, Any]]) -> Any:
    label, values = stored
    model = apps.get_model(label)
    # Much faster than a row with all default values, of which each is replaced.
    row = model.from_db(
        None,
        [field.attname for field in model._meta.concrete_fields],
        [
            field.to_python(values[field.attname]) if field.attname in values else None
            for field in model._meta.concrete_fields
        ],
    )
    row._state.adding = True
    return row


def insert_records(records: Sequence[NewRecord]) -> None:
    """In bulk, without the versions of commitments."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    links = []
    through: Any = Commitment.outcomes.through
    for record in records:
        by_model[type(record.row)].append(record.row)
        for part in record.parts:
            by_model[type(part)].append(part)
    owners: Any = (Commitment, Delegate)
    for owner in owners:
        owner._default_manager.bulk_create(by_model.pop(owner, []), BATCH_SIZE)
    for record in records:
        owner_name = record.row._meta.model_name
        assert owner_name
        for part in record.parts:
            setattr(part, owner_name, record.row)
        links += [through(commitment=record.row, outcome_id=outcome) for outcome in record.outcomes]
    for model, rows in by_model.items():
        model._default_manager.bulk_create(rows, BATCH_SIZE)
    through.objects.bulk_create(links, BATCH_SIZE)


def store_records(records: Sequence[NewRecord], event: Event, *, by: User, at: datetime) -> None:
    """Stores some of those that an import left out."""
    insert_records(records)
    editing = ProgressUpdate.edited_by.through
    reports = [report for record in records for report in record.reports]
    editing.objects.bulk_create([editing(progressupdate=row, user=by) for row in reports])
    add_versions([record.row for record in records if isinstance(record.row, Commitment)], ADDED)
    if people := [record.row for record in records if isinstance(record.row, Delegate)]:
        log_people(people, event, action="add delegate", by=by, at=at)


def log_people(
    people: Sequence[Delegate], event: Event, *, action: str, by: User, at: datetime
) -> None:
    if action == "add delegate":
        added = Participation.objects.filter(event=event, delegate__in=people)
        confirm_entered(added, by=by, at=at)
    body = acting_organisation(by, event.pk, at.date())
    audit.record_all(people, action=action, at=at, actor=by, organisation=body, detail=event.code)
