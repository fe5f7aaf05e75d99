"""The worker tasks of an upload: preview and import.

Run with `manage.py db_worker --backend imports`. An import checks the whole file first. Then it
stores what it changes in parts, then new drafts and new people in batches. If the worker is killed,
the next one that starts goes on.
"""

import json
import logging
import subprocess
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from outcomes.imports.batches import (
    PAUSE,
    PROGRESS_KEYS,
    note_imported,
    store_in_batches,
    write_plan,
)
from outcomes.imports.comparison import compare, reading_of
from outcomes.imports.lists.kept import find_recipe, keep_recipe
from outcomes.imports.lists.preview import preview_list
from outcomes.imports.lists.recipe import Recipe, propose
from outcomes.imports.lists.tables import find_tables, is_own_format
from outcomes.imports.preview import (
    ImportOptions,
    Preview,
    ProgressCallback,
    import_part,
    preview_import,
)
from outcomes.imports.readers.pages import SourceFile, UnreadableError, UnreadableReason
from outcomes.imports.records.errors import FileRejectedError, Mistake
from outcomes.imports.records.results import Part
from outcomes.imports.storage import (
    KEEP_FINISHED_FOR,
    delete_expired_uploads,
    file_path,
    folder_path,
    is_worked_on,
    read_file,
    read_json,
    working_on,
    write_json,
)
from outcomes.imports.undo import undo
from outcomes.imports.workbook.parsing import parse_pages, unreadable_message
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.models import Upload
from participants.permissions import EventPermissions, acting_organisation, permissions_of
from roundtable.audit import log as audit
from roundtable.database.giving_way import giving_way, until_not_in_the_way
from roundtable.database.outages import pause, until_stored
from roundtable.history.versions import attribute_changes_to
from roundtable.models import Event
from roundtable.uploads.pdf import run_limited
from roundtable.workers.worker import last_sign

READ_TIMEOUT = 90  # seconds; the process limits itself to 40 seconds of CPU time


def read_in_subprocess(content: bytes, encoding: str = "") -> SourceFile:
    """Raises UnreadableError if the file cannot be read within the limits."""
    try:
        module, seconds = "outcomes.imports.readers", READ_TIMEOUT
        result = json.loads(run_limited(module, content, encoding, seconds=seconds))
    except subprocess.SubprocessError:
        raise UnreadableError(UnreadableReason.LIMIT_EXCEEDED) from None
    if "reason" in result:
        raise UnreadableError(UnreadableReason(result["reason"]), result["page"])
    return SourceFile.from_json(result)


logger = logging.getLogger(__name__)
STALLED_AFTER = timedelta(minutes=2)
PROGRESS_INTERVAL = 1.0  # seconds
# A file that ends the worker each time must not end it for ever.
MAX_RESUMED = 3
SMALL_FILE = 100_000  # bytes; the second process of the worker takes only these


@transaction.atomic
def enqueue_run(
    upload: Upload,
    next_task: Upload.Task,
    *,
    discard: tuple[str, ...] = PROGRESS_KEYS,
    **choices: Any,
) -> None:
    """Starts a new run; an earlier one becomes void. `discard` names choices to forget."""
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    is_importing = row.state == Upload.State.WAITING and row.next_task == Upload.Task.IMPORT
    # Pressed twice: what is partly stored goes on.
    if row.state == Upload.State.DONE or (is_importing and next_task == Upload.Task.IMPORT):
        return
    row.run += 1
    row.next_task, row.state, row.claimed_at = next_task, Upload.State.WAITING, None
    remaining = {key: value for key, value in row.choices.items() if key not in discard}
    row.choices = {**remaining, **choices}
    row.event, row.source, row.reading = upload.event, upload.source, upload.reading
    row.save()
    write_json(row, "asked", {"run": row.run})
    _enqueue_task(row)


def enqueue_list_import(
    upload: Upload, source: SourceFile, recipe: Recipe, *, digest: str, at: datetime
) -> None:
    assert upload.event
    keep_recipe(recipe, source, upload.event, at=at)
    upload.reading = reading_of(upload, recipe, source)
    enqueue_run(upload, Upload.Task.IMPORT, digest=digest)


def _enqueue_task(upload: Upload) -> None:
    path = file_path(upload)
    is_small = path.exists() and path.stat().st_size <= SMALL_FILE
    queue = "small" if is_small else "default"
    process_upload.using(queue_name=queue).enqueue(upload.pk, upload.run)


def is_stalled(upload: Upload, at: datetime) -> bool:
    """Whether no worker does this run, or none is there to begin it."""
    if is_worked_on(upload):
        return False
    if upload.claimed_at:
        # Asked again: perhaps it has just ended.
        return _open_run(upload).filter(claimed_at=upload.claimed_at).exists()
    signs = [upload.uploaded_at]
    path = folder_path(upload) / "asked.json"
    if path.exists():
        signs.append(datetime.fromtimestamp(path.stat().st_mtime, tz=signs[0].tzinfo))
    if sign := last_sign("imports"):
        signs.append(sign)
    return at - max(signs) > STALLED_AFTER


@task(backend="imports")
def process_upload(upload_id: int, run: int) -> None:
    """Does one run, unless it is void or another worker does it."""
    upload = Upload.objects.select_related("user", "event").filter(pk=upload_id, run=run).first()
    if upload is None:
        return
    with working_on(upload) as is_ours:
        if is_ours:
            _process_run(upload, timezone.now())


@task(backend="imports")
def undo_import(upload_id: int) -> None:
    undo(Upload.objects.select_related("undo_asked_by").get(pk=upload_id))


@task(backend="imports")
def resume_interrupted() -> None:
    """Goes on with what a worker that was killed had begun. The next one starts with this."""
    for upload in Upload.objects.filter(undo_asked_at__isnull=False, undone_at=None):
        undo_import.enqueue(upload.pk)
    for upload in Upload.objects.filter(state=Upload.State.WAITING):
        if is_worked_on(upload):
            continue
        if upload.claimed_at is None:
            # Killed before it opened the file, or not begun. A second task of a run does nothing.
            _enqueue_task(upload)
            continue
        resumed = upload.choices.get("resumed", 0) + 1
        if resumed > MAX_RESUMED:
            sentence = _("The worker stopped several times while it read this file. Try again.")
            _save_result(upload, Preview(mistakes=[Mistake("", sentence)]), can_retry=True)
        else:
            _note(upload, resumed=resumed)
            _enqueue_task(upload)


def _process_run(upload: Upload, now: datetime) -> None:
    if not _open_run(upload).update(claimed_at=now):
        return
    upload.refresh_from_db()  # another worker may have stored a part until just now
    permissions = permissions_of(upload.user, timezone.localdate(now))
    try:
        if permissions is None or not (permissions.can_edit_any or "compares" in upload.choices):
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
        sentence = (
            _("An error occurred. Try again: the import goes on where it stopped.")
            if upload.choices.get("checked")
            else _("An error occurred, and nothing is saved. Try again.")
        )
        _save_result(upload, Preview(mistakes=[Mistake("", sentence)]), can_retry=True)


@task(backend="imports")
def clean_up() -> None:
    delete_expired_uploads(timezone.now())


def _process(upload: Upload, permissions: EventPermissions, at: datetime) -> None:
    # All that was read for the check leaves the memory before the batches.
    if "stored" not in upload.choices and not _check_and_begin(upload, permissions, at):
        return
    if "stored" in upload.choices:
        note, mark_done = partial(_note, upload), partial(_mark_done, upload, at)
        store_in_batches(upload, note, mark_done, at)
    clean_up.using(run_after=timezone.now() + KEEP_FINISHED_FOR).enqueue()


def _check_and_begin(upload: Upload, permissions: EventPermissions, at: datetime) -> bool:
    """Whether an import goes on: all else is then done, or is for the person to look at."""
    source = read_upload(upload)
    if "compares" in upload.choices:
        imported = Upload.objects.select_related("user", "event").get(pk=upload.choices["compares"])
        write_json(upload, "compared", compare(upload, imported, source, at))
        _save_result(upload, Preview())
        return False
    event = upload.event if upload.event and permissions.may_edit(upload.event_id) else None
    if not is_own_format(source) and not find_tables(source):
        raise FileRejectedError(
            [Mistake("", unreadable_message(UnreadableError(UnreadableReason.NOT_A_TABLE)))]
        )
    options: ImportOptions = {
        "by": permissions,
        "answers": upload.choices.get("answers", {}),
        "on_progress": _progress_writer(upload),
        "at": at,
    }
    checked = _check(upload, source, event, permissions, options)
    if checked is None or upload.next_task == Upload.Task.PREVIEW:
        _save_result(upload, checked[1] if checked else Preview())
        return False
    try:
        return _begin_import(upload, *checked, options)
    except _OutdatedError:
        checked = _check(upload, source, event, permissions, options)
        _save_result(upload, checked[1] if checked else Preview(), is_outdated=True)
        return False


def _check(
    upload: Upload,
    source: SourceFile,
    event: Event | None,
    permissions: EventPermissions,
    options: ImportOptions,
) -> tuple[ParsedWorkbook, Preview] | None:
    """What the file says and what it would do; None if a person must answer something first."""
    if is_own_format(source):
        parsed = parse_pages(source, event=event)
        return parsed, preview_import(parsed, **options)
    if source.encoding_samples and not source.encoding:
        return None
    stored = read_json(upload, "recipe")
    recipe = (
        Recipe.from_json(stored) if stored else find_recipe(source, permissions) or propose(source)
    )
    if not stored:
        write_json(upload, "recipe", recipe.to_json())
    if event is None:
        return None
    checked = preview_list(source, recipe, event, permissions, options)
    write_json(upload, "list", checked.to_json())
    write_json(upload, "keys", checked.row_keys)
    return checked.parsed, checked.preview


class _OutdatedError(Exception):
    """What would be stored is no longer what the person saw."""


def _begin_import(
    upload: Upload, parsed: ParsedWorkbook, found: Preview, options: ImportOptions
) -> bool:
    """Stores all but new drafts and new people in parts, and notes these for the batches.

    False if there is something that the person must look at first.
    Raises _OutdatedError if that is only seen when some parts are stored already.
    """
    was_begun = upload.choices.get("checked")
    is_as_shown = found.is_sound and found.digest == upload.choices.get("digest")
    if not is_as_shown and not was_begun:
        _save_result(upload, found, is_outdated=True)
        return False
    if not was_begun:
        write_json(upload, "parts", [vars(part) for part in found.parts])
    parts = [Part(**part) for part in read_json(upload, "parts") or ()]
    begun_at = upload.choices.get("parts", 0)
    for number, part in enumerate(parts[begun_at:], start=begun_at + 1):
        is_last = number == len(parts) and not found.new_records
        store = partial(_store_part, upload, parsed, part, number, options, is_last=is_last)
        began = monotonic()
        until_stored(partial(until_not_in_the_way, store))
        if is_last:
            return True
        pause(min(PAUSE, monotonic() - began))
    if parts[begun_at:]:
        found.found_rows.clear()  # in memory once only
        found.new_records.clear()
        found = preview_import(parsed, **options)  # beside what is stored now
    if not found.is_sound or found.parts:
        raise _OutdatedError
    write_plan(upload, found.new_records, parsed.content["event"]["code"])
    _note(upload, checked=True, total=len(found.new_records), stored=0)
    return True


def _store_part(
    upload: Upload,
    parsed: ParsedWorkbook,
    part: Part,
    number: int,
    options: ImportOptions,
    *,
    is_last: bool,
) -> None:
    """`number` counts the parts that are stored then."""
    with audit.written_last():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        # If the database went away during the commit, it may have stored it.
        if row.state == Upload.State.DONE or row.choices.get("parts", 0) >= number:
            upload.choices = row.choices
            return
        with giving_way():
            stored = import_part(parsed, part, **options)
        if stored is None:
            raise _OutdatedError
        note_imported(upload, stored)
        event = Event.objects.get(code=parsed.content["event"]["code"])
        if is_last:
            _mark_done(upload, options["at"], event)
        else:
            _update_open_run(upload, event=event)
            _note(upload, checked=True, parts=number)


def _note(upload: Upload, **choices: Any) -> None:
    noted = upload.choices | choices
    _update_open_run(upload, choices=noted)
    upload.choices = noted


def _update_open_run(upload: Upload, **values: Any) -> None:
    """Raises FileRejectedError if the run is void: nothing of its transaction is stored then."""
    if not _open_run(upload).update(**values):
        raise FileRejectedError([Mistake("", _("This import was started again in the meantime."))])


def read_upload(upload: Upload) -> SourceFile:
    """The pages of the file, which are parsed once.

    Raises FileRejectedError.
    """
    encoding = upload.choices.get("encoding", "")
    if (cached := read_json(upload, "pages")) and cached.get("encoding") == encoding:
        return SourceFile.from_json(cached)
    try:
        found = read_in_subprocess(read_file(upload), encoding)
    except UnreadableError as problem:
        raise FileRejectedError([Mistake("", unreadable_message(problem))]) from None
    write_json(upload, "pages", found.to_json())
    return found


def _mark_done(upload: Upload, at: datetime, event: Event) -> None:
    audit.record(
        action="load workbook",
        at=at,
        actor=upload.user,
        organisation=acting_organisation(upload.user, event.pk, at.date()),
        detail=event.code,
    )
    _update_open_run(upload, state=Upload.State.DONE, finished_at=timezone.now(), event=event)


def _save_result(
    upload: Upload, result: Preview, *, is_outdated: bool = False, can_retry: bool = False
) -> None:
    """Does nothing if the run is void: a newer one saves its own result."""
    said = {"is_outdated": is_outdated, "can_retry": can_retry}
    said["is_partly_stored"] = upload.imported_rows.exists()

    @transaction.atomic
    def save() -> None:
        if _open_run(upload).select_for_update().exists():
            write_json(upload, "result", result.to_json() | said)
            _open_run(upload).update(state=Upload.State.PREVIEWED)

    until_stored(save)


def _open_run(upload: Upload) -> "QuerySet[Upload]":
    """Empty if the run is void or has ended."""
    return Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)


def _progress_writer(upload: Upload) -> ProgressCallback:
    # In a file, because the database transaction of the import is still open.
    last = 0.0

    def tick(rows: int) -> None:
        nonlocal last
        if monotonic() - last > PROGRESS_INTERVAL:
            last = monotonic()
            write_json(upload, "progress", {"rows": rows, "run": upload.run})

    return tick
