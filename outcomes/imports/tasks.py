"""The worker tasks of an upload: preview and import, all of it or nothing.

Run with `manage.py db_worker --backend imports`. If the worker is stopped, no part of a file is
stored unless its upload is marked as done; the owner can then start the run again.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from outcomes.imports.list_completion import (
    complete_list,
    party_slugs_by_name,
)
from outcomes.imports.matching import apply_matching, find_tables, is_own_format
from outcomes.imports.preview import Preview, import_previewed, preview_import
from outcomes.imports.readers.pages import SourceFile, UnreadableError, UnreadableReason
from outcomes.imports.records.errors import FileRejectedError, Mistake
from outcomes.imports.storage import (
    KEEP_FINISHED_FOR,
    delete_expired_uploads,
    file_path,
    folder_path,
    read_json,
    write_json,
)
from outcomes.imports.workbook.parsing import fitting_sheets, parse_pages, unreadable_message
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.imports.workbook.sheets import column_label
from outcomes.models import Upload
from participants.permissions import EventPermissions, acting_organisation, permissions_of
from roundtable.audit import log as audit
from roundtable.history import attribute_changes_to
from roundtable.models import Event

READ_TIMEOUT = 90  # seconds; the process limits itself to 40 seconds of CPU time


def read_in_subprocess(path: Path, encoding: str = "") -> SourceFile:
    """Raises UnreadableError if the file cannot be read within the limits."""
    try:
        process = subprocess.run(
            [sys.executable, "-m", "outcomes.imports.readers", str(path), encoding],
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin"},
            timeout=READ_TIMEOUT,
            check=True,
        )
    except subprocess.SubprocessError:
        raise UnreadableError(UnreadableReason.LIMIT_EXCEEDED) from None
    result = json.loads(process.stdout)
    if "reason" in result:
        raise UnreadableError(UnreadableReason(result["reason"]), result["page"])
    return SourceFile.from_json(result)


logger = logging.getLogger(__name__)
STALLED_AFTER = timedelta(minutes=2)
PROGRESS_INTERVAL = 1.0  # seconds


@transaction.atomic
def enqueue_run(
    upload: Upload, next_task: Upload.Task, *, discard: tuple[str, ...] = (), **choices: Any
) -> None:
    """Starts a new run; an earlier one becomes void. `discard` names choices to forget."""
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.state == Upload.State.DONE:
        return
    row.run += 1
    row.next_task, row.state, row.claimed_at = next_task, Upload.State.WAITING, None
    remaining = {key: value for key, value in row.choices.items() if key not in discard}
    row.choices = {**remaining, **choices}
    row.event = upload.event
    row.save()
    write_json(row, "asked", {"run": row.run})
    process_upload.enqueue(row.pk, row.run)


def is_stalled(upload: Upload, at: datetime) -> bool:
    """Whether the worker may be dead."""
    last = upload.claimed_at or upload.uploaded_at
    # Without a claim, the time since the request counts: perhaps no worker runs at all.
    path = folder_path(upload) / ("progress.json" if upload.claimed_at else "asked.json")
    if path.exists():
        last_sign = datetime.fromtimestamp(path.stat().st_mtime, tz=last.tzinfo)
        last = max(last, last_sign)
    return at - last > STALLED_AFTER


@task(backend="imports")
def process_upload(upload_id: int, run: int) -> None:
    """Does one run, unless it is void or another worker has claimed it."""
    now = timezone.now()
    unclaimed = Upload.objects.filter(
        pk=upload_id, run=run, state=Upload.State.WAITING, claimed_at=None
    )
    # One conditional UPDATE, so that only one of two workers gets the run.
    if not unclaimed.update(claimed_at=now):
        return
    upload = Upload.objects.select_related("user", "event").get(pk=upload_id)
    permissions = permissions_of(upload.user, timezone.localdate(now))
    try:
        if permissions is None or not permissions.can_edit_any:
            sentence = _(
                "You no longer have permission to import. Ask an operator for a new grant."
            )
            raise FileRejectedError([Mistake("", sentence)])
        with attribute_changes_to(upload.user):
            _process(upload, permissions, now)
    except FileRejectedError as refusal:
        _save_result(upload, Preview(mistakes=refusal.mistakes))
    # Every exception, or the user would wait for ever. Log only the type: the message could contain
    # personal data.
    except Exception as problem:
        logger.error("Upload %s failed: %s.", upload.pk, type(problem).__name__)
        sentence = _("An error occurred, and nothing is saved. Try again.")
        _save_result(upload, Preview(mistakes=[Mistake("", sentence)]), can_retry=True)


@task(backend="imports")
def clean_up() -> None:
    delete_expired_uploads(timezone.now())


def _process(upload: Upload, permissions: EventPermissions, at: datetime) -> None:
    source = read_upload(upload)
    on_progress = _progress_writer(upload)
    event = upload.event if upload.event and permissions.may_edit(upload.event_id) else None
    answers = upload.choices.get("answers", {})
    if not is_own_format(source) and not find_tables(source):
        raise FileRejectedError(
            [Mistake("", unreadable_message(UnreadableError(UnreadableReason.NOT_A_TABLE)))]
        )
    if needs_matching(source, upload.choices, event):
        _end_run(upload, Upload.State.NEEDS_MAPPING)
    elif upload.next_task == Upload.Task.PREVIEW:
        parsed = _parse_upload(upload, source, event, permissions)
        _save_result(
            upload,
            preview_import(parsed, by=permissions, answers=answers, on_progress=on_progress, at=at),
        )
    else:
        with transaction.atomic():
            parsed = _parse_upload(upload, source, event, permissions)
            digest = upload.choices.get("digest", "")
            outdated = import_previewed(
                parsed,
                digest=digest,
                by=permissions,
                answers=answers,
                on_progress=on_progress,
                at=at,
            )
            if outdated is None:
                _mark_done(upload, permissions, parsed.content["event"]["code"], at)
        if outdated:
            _save_result(upload, outdated, is_outdated=True)
        else:
            clean_up.using(run_after=timezone.now() + KEEP_FINISHED_FOR).enqueue()


def needs_matching(source: SourceFile, choices: dict[str, Any], event: Event | None) -> bool:
    """Whether the user must still choose the encoding, the columns or the roundtable."""
    if is_own_format(source) or (event and "columns" in choices):
        return False
    is_known = (
        source.is_single_table and len(fitting_sheets(next(iter(source.pages.values())))) == 1
    )
    is_encoding_open = bool(
        choices.get("choose_again") or (source.encoding_samples and not source.encoding)
    )
    return not (event and is_known and not is_encoding_open)


def _parse_upload(
    upload: Upload, source: SourceFile, event: Event | None, permissions: EventPermissions
) -> ParsedWorkbook:
    choices = upload.choices
    if event is None or "columns" not in choices:
        return parse_pages(source, event=event)
    table = next(found for found in find_tables(source) if found.page == choices["page"])
    columns = {int(number): key for number, key in choices["columns"].items()}
    matched = apply_matching(
        table,
        source.pages[table.page],
        sheet_key=choices["sheet_key"],
        columns=columns,
        date_order=choices["date_order"],
        parties=party_slugs_by_name(event, permissions),
    )
    notes = complete_list(matched, table.heading_row, event, permissions)
    if table.page in source.guessed_encodings:
        matched.guessed_encodings[""] = source.guessed_encodings[table.page]
    parsed = parse_pages(matched, event=event)
    parsed.notes += notes
    parsed.page = table.page
    for number, key in columns.items():
        parsed.headings.setdefault(column_label(key), table.headings[number])
    return parsed


def read_upload(upload: Upload) -> SourceFile:
    """The pages of the file, which are parsed once.

    Raises FileRejectedError.
    """
    encoding = upload.choices.get("encoding", "")
    if (cached := read_json(upload, "pages")) and cached.get("encoding") == encoding:
        return SourceFile.from_json(cached)
    try:
        found = read_in_subprocess(file_path(upload), encoding)
    except UnreadableError as problem:
        raise FileRejectedError([Mistake("", unreadable_message(problem))]) from None
    write_json(upload, "pages", found.to_json())
    return found


def _mark_done(upload: Upload, permissions: EventPermissions, code: str, at: datetime) -> None:
    # Call it in the transaction that stores the file: if the run is void, nothing is stored.
    event = Event.objects.get(code=code)
    audit.record(
        action="load workbook",
        at=at,
        actor=permissions.user,
        organisation=acting_organisation(permissions.user, event.pk, at.date()),
        detail=code,
    )
    open_run = Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)
    if not open_run.update(state=Upload.State.DONE, finished_at=timezone.now(), event=event):
        raise FileRejectedError([Mistake("", _("This import was started again in the meantime."))])


@transaction.atomic
def _save_result(
    upload: Upload, result: Preview, *, is_outdated: bool = False, can_retry: bool = False
) -> None:
    """Does nothing if the run is void: a newer one saves its own result."""
    open_run = Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)
    if open_run.select_for_update().exists():
        write_json(
            upload,
            "result",
            result.to_json() | {"is_outdated": is_outdated, "can_retry": can_retry},
        )
        open_run.update(state=Upload.State.PREVIEWED)


def _end_run(upload: Upload, state: Upload.State) -> None:
    open_run = Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)
    open_run.update(state=state)


def _progress_writer(upload: Upload) -> Callable[[int], None]:
    # In a file, because the database transaction of the import is still open.
    last = 0.0

    def tick(rows: int) -> None:
        nonlocal last
        if monotonic() - last > PROGRESS_INTERVAL:
            last = monotonic()
            write_json(upload, "progress", {"rows": rows, "run": upload.run})

    return tick
