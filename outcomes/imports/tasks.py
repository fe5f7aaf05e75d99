"""What the worker does with an upload: it looks at it or stores it, all of it or nothing.

`manage.py db_worker --backend imports` works on the queue. Wherever it is stopped, nothing of a
file is stored without the row that says so, and whoever brought it in can have it taken up again.
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

from outcomes.imports.list_completion import add_parties, fill, parties_of
from outcomes.imports.matching import is_ours, mapped, tables_of
from outcomes.imports.preview import Preview, bring_in, preview
from outcomes.imports.readers.pages import Opened, Reason, UnreadableError
from outcomes.imports.records.errors import FileRefused, Mistake
from outcomes.imports.storage import ENDED_FOR, file_of, folder_of, forget_old, note, noted
from outcomes.imports.workbook.parsing import read_pages, sentence_of, sheets_of
from outcomes.imports.workbook.rows import Read
from outcomes.models import Upload
from participants.permissions import Rights, acts_for, rights_of
from roundtable.audit import log as audit
from roundtable.history import written_by
from roundtable.models import Event

PATIENCE = 90  # seconds: the process itself may compute for 40


def opened_apart(path: Path, letters: str = "") -> Opened:
    """The pages of a file, in an encoding where somebody said it.

    Raises UnreadableError where it cannot be read within the limits.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "outcomes.imports.readers", str(path), letters],
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin"},
            timeout=PATIENCE,
            check=True,
        )
    except subprocess.SubprocessError:
        raise UnreadableError(Reason.LIMITS) from None
    found = json.loads(done.stdout)
    if "reason" in found:
        raise UnreadableError(Reason(found["reason"]), found["page"])
    return Opened.from_json(found)


logger = logging.getLogger(__name__)
SILENT = timedelta(minutes=2)  # after which a run is taken for dead
BEAT = 1.0  # seconds between two notes of how far it is


@transaction.atomic
def ask(upload: Upload, wants: Upload.Wants, *, but: tuple[str, ...] = (), **choices: Any) -> None:
    """Asks the worker to look at an upload, or to store it; what it was asked before is void.

    `but` names choices of before that hold no more.
    """
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.state == Upload.State.DONE:
        return
    row.run += 1
    row.wants, row.state, row.claimed_at = wants, Upload.State.WAITING, None
    kept = {key: value for key, value in row.choices.items() if key not in but}
    row.choices = {**kept, **choices}
    row.event = upload.event
    row.save()
    note(row, "asked", {"run": row.run})
    work.enqueue(row.pk, row.run)


def is_silent(upload: Upload, at: datetime) -> bool:
    """Whether the worker has said nothing for so long that it may be dead."""
    last = upload.claimed_at or upload.uploaded_at
    # Nobody may have begun with it at all.
    path = folder_of(upload) / ("progress.json" if upload.claimed_at else "asked.json")
    if path.exists():
        said = datetime.fromtimestamp(path.stat().st_mtime, tz=last.tzinfo)
        last = max(last, said)
    return at - last > SILENT


@task(backend="imports")
def work(number: int, run: int) -> None:
    """Does one run, unless it is void or somebody else has begun with it."""
    now = timezone.now()
    free = Upload.objects.filter(pk=number, run=run, state=Upload.State.WAITING, claimed_at=None)
    # One conditional UPDATE: of two workers only one gets the run.
    if not free.update(claimed_at=now):
        return
    upload = Upload.objects.select_related("user", "event").get(pk=number)
    mine = rights_of(upload.user, timezone.localdate(now))
    try:
        if mine is None or not mine.edits_somewhere:
            raise FileRefused([Mistake("", _("You may no longer bring anything in."))])
        with written_by(upload.user):
            _do(upload, mine, now)
    except FileRefused as refusal:
        _show(upload, Preview(mistakes=refusal.mistakes))
    # Of whatever kind: nobody is to wait for a page that never comes. Its words could name people.
    except Exception as problem:
        logger.error("Upload %s failed: %s.", upload.pk, type(problem).__name__)
        sentence = _("Something went wrong, and nothing is stored. Take it up again.")
        _show(upload, Preview(mistakes=[Mistake("", sentence)]), may_retry=True)


@task(backend="imports")
def tidy() -> None:
    """Removes what ended within the hour."""
    forget_old(timezone.now())


def _do(upload: Upload, mine: Rights, at: datetime) -> None:
    given = pages_of(upload)
    tick = _ticker(upload)
    event = upload.event if upload.event and mine.may_edit(upload.event_id) else None
    answers = upload.choices.get("answers", {})
    if not is_ours(given) and not tables_of(given):
        raise FileRefused([Mistake("", sentence_of(UnreadableError(Reason.NOTHING)))])
    if needs_columns(given, upload.choices, event):
        _close(upload, Upload.State.ASKS)
    elif upload.wants == Upload.Wants.LOOK:
        read = _read(upload, given, event, mine)
        _show(upload, preview(read, by=mine, answers=answers, tick=tick, at=at))
    else:
        with transaction.atomic():
            read = _read(upload, given, event, mine)
            digest = upload.choices.get("digest", "")
            late = bring_in(read, digest=digest, by=mine, answers=answers, tick=tick, at=at)
            if late is None:
                _finish(upload, mine, read.content["event"]["code"], at)
        if late:
            _show(upload, late, is_late=True)
        else:
            tidy.using(run_after=timezone.now() + ENDED_FOR).enqueue()


def needs_columns(given: Opened, choices: dict[str, Any], event: Event | None) -> bool:
    """Whether somebody is to say how a file reads, what its columns are, of which roundtable."""
    if is_ours(given) or (event and "columns" in choices):
        return False
    is_known = given.is_bare and len(sheets_of(next(iter(given.pages.values())))) == 1
    is_open = bool(choices.get("asks") or (given.readings and not given.letters))
    return not (event and is_known and not is_open)


def _read(upload: Upload, given: Opened, event: Event | None, mine: Rights) -> Read:
    choices = upload.choices
    if event is None or "columns" not in choices:
        return read_pages(given, event=event)
    table = next(found for found in tables_of(given) if found.page == choices["page"])
    ours = mapped(
        table,
        given.pages[table.page],
        place=choices["place"],
        columns={int(number): key for number, key in choices["columns"].items()},
        order=choices["order"],
        parties=parties_of(event, mine),
    )
    notes = fill(ours, table.top, event, mine)
    add_parties(ours, mine)
    if table.page in given.guessed:
        ours.guessed[""] = given.guessed[table.page]
    read = read_pages(ours, event=event)
    read.notes += notes
    return read


def pages_of(upload: Upload) -> Opened:
    """What the file holds, read once.

    Raises FileRefused where it cannot be read.
    """
    letters = upload.choices.get("letters", "")
    if (known := noted(upload, "pages")) and known.get("letters") == letters:
        return Opened.from_json(known)
    try:
        found = opened_apart(file_of(upload), letters)
    except UnreadableError as problem:
        raise FileRefused([Mistake("", sentence_of(problem))]) from None
    note(upload, "pages", found.to_json())
    return found


def _finish(upload: Upload, mine: Rights, code: str, at: datetime) -> None:
    """In the transaction that stores the file: it is stored once, by the run that is not void."""
    event = Event.objects.get(code=code)
    audit.record(
        act="load workbook",
        at=at,
        actor=mine.user,
        organisation=acts_for(mine.user, event.pk, at.date()),
        detail=code,
    )
    open_run = Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)
    if not open_run.update(state=Upload.State.DONE, ended_at=timezone.now(), event=event):
        raise FileRefused([Mistake("", _("It was taken up again meanwhile."))])


@transaction.atomic
def _show(
    upload: Upload, found: Preview, *, is_late: bool = False, may_retry: bool = False
) -> None:
    """Tells what a run found, unless the run is void: then a newer one tells."""
    open_run = Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)
    if open_run.select_for_update().exists():
        note(upload, "result", found.to_json() | {"is_late": is_late, "may_retry": may_retry})
        open_run.update(state=Upload.State.SHOWN)


def _close(upload: Upload, state: Upload.State) -> None:
    """Ends a run, unless it is void."""
    open_run = Upload.objects.filter(pk=upload.pk, run=upload.run, state=Upload.State.WAITING)
    open_run.update(state=state)


def _ticker(upload: Upload) -> Callable[[int], None]:
    """Notes now and then how many rows are done; it is in a file, as the database is at work."""
    last = 0.0

    def tick(rows: int) -> None:
        nonlocal last
        if monotonic() - last > BEAT:
            last = monotonic()
            note(upload, "progress", {"rows": rows, "run": upload.run})

    return tick
