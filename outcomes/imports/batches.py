"""Stores the new drafts and new people of an import, a few in each transaction.

How many are stored is noted in the same transaction, so an import that was killed goes on there.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.db.models import Model

from outcomes.imports.records.new_records import NewRecord, store_records
from outcomes.imports.records.results import RowResult, Touched, to_file_text
from outcomes.imports.storage import read_json, write_json
from outcomes.models import ImportedRow, Upload
from participants.models import Affiliation, Delegate, Participation
from roundtable.audit import log as audit
from roundtable.database.outages import pause, until_stored
from roundtable.models import Event

NAMING_PEOPLE = (Delegate, Participation, Affiliation)
FIRST_SIZE = 20  # records
MAX_SIZE = 500
# In seconds. On SQLite all others wait for a batch. They ask for its lock every tenth of a second,
# so they come first during the pause.
AIM = 0.2
PAUSE = 0.2

# The choices of an upload that say how far its import is.
PROGRESS_KEYS = ("checked", "parts", "total", "stored", "resumed")


def write_plan(upload: Upload, records: list[NewRecord], code: str) -> None:
    """Notes what is stored in batches; the transaction that starts them comes after it."""
    write_json(upload, "plan", {"code": code, "records": [row.to_json() for row in records]})


def store_in_batches(
    upload: Upload, note: Callable[..., None], mark_done: Callable[[Event], None], at: datetime
) -> None:
    """`note` stores choices of the upload, and raises if another run took over."""
    plan: Any = read_json(upload, "plan")
    records, event = plan["records"], Event.objects.get(code=plan["code"])
    size = FIRST_SIZE
    while (start := upload.choices["stored"]) < len(records):
        given = records[start : start + size]
        store = partial(_store_batch, upload, start, given, event, note, at)
        seconds = until_stored(store)
        size = next_size(size, seconds)
        pause(PAUSE)
    until_stored(partial(_finish, mark_done, event))


def note_imported(upload: Upload, touched: Iterable[Touched]) -> None:
    """Notes what rows became, so that the list finds them again and can be undone."""
    keys = read_json(upload, "keys") or {}
    ImportedRow.objects.bulk_create(
        [
            ImportedRow(
                upload=upload,
                model=str(one.row._meta.model_name),
                object_id=one.row.pk,
                result=one.result.value,
                key=keys.get(getattr(one.row, "reference", ""), ""),
                values=_stored_values(one),
            )
            for one in touched
        ],
        batch_size=500,
    )


def _stored_values(one: Touched) -> dict[str, list[Any]]:
    """As JSON has them; of people, who change their own entries, nothing."""
    if isinstance(one.row, NAMING_PEOPLE) or one.result == RowResult.ADDED:
        return {}
    if one.result == RowResult.REMOVED:
        return one.values
    return {name: [*map(_stored_value, pair)] for name, pair in one.values.items()}


def _stored_value(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return value.pk if isinstance(value, Model) else to_file_text(value)


def _finish(mark_done: Callable[[Event], None], event: Event) -> None:
    with audit.written_last():
        mark_done(event)


def _store_batch(
    upload: Upload,
    start: int,
    given: list[dict[str, Any]],
    event: Event,
    note: Callable[..., None],
    at: datetime,
) -> float:
    """Returns the seconds for which others waited."""
    records = [NewRecord.from_json(row) for row in given]
    with audit.written_last():
        began = monotonic()
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        # If the database went away during the commit, it may have stored them.
        if row.choices["stored"] == start:
            store_records(records, event, by=upload.user, at=at)
            # In this order, undoing takes the reports first.
            rows: list[Model] = [record.row for record in records]
            rows += [report for record in records for report in record.reports]
            note_imported(upload, [Touched(row, RowResult.ADDED) for row in rows])
            note(stored=start + len(given))
        else:
            upload.choices = row.choices
    return monotonic() - began


def next_size(size: int, seconds: float) -> int:
    """As many as fit into the aim, but at most twice as many as before."""
    fitting = int(size * AIM / seconds) if seconds else size * 2
    return max(1, min(fitting, size * 2, MAX_SIZE))
