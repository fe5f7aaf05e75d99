"""Kills workers while they bring files in: `python -m tests.worker_kills KILLS [SEED]`.

On the database that DATABASE_URL names, else on one of its own. Ends with an error where anyone
is stored by halves or twice, or the next worker does not go on.
"""

import os
import signal
import sys
import tempfile
import time
from collections import Counter
from io import StringIO
from random import Random

folder = tempfile.TemporaryDirectory(prefix="roundtable-kills-")
os.environ.update(DEBUG="true", DATA_DIR=folder.name, DJANGO_SETTINGS_MODULE="roundtable.settings")

import django  # noqa: E402

django.setup()

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from outcomes.imports.storage import create_upload, delete_upload, read_json  # noqa: E402
from outcomes.imports.tasks import enqueue_run  # noqa: E402
from outcomes.models import Upload  # noqa: E402
from participants.models import Affiliation, Delegate, Participation, User  # noqa: E402
from roundtable.audit.verify import find_log_faults  # noqa: E402
from roundtable.models import AuditEntry, Event  # noqa: E402
from tests.factories import make_event, make_grant, make_organisation, make_user  # noqa: E402
from tests.import_pages import run_import_worker  # noqa: E402

DELEGATES = 150  # of a file
State = tuple[int, ...]


def csv_content(name: str) -> bytes:
    """A list of people who are here nowhere else."""
    rows = [f"{name}x{number},quay,Clerk" for number in range(DELEGATES)]
    return "\n".join(["Name,Organisation,Post", *rows, ""]).encode()


def row_counts() -> State:
    """The number of rows in each table that an import writes."""
    kinds = (Delegate, Participation, Affiliation)
    loads = AuditEntry.objects.filter(action="load workbook").count()
    return (*(kind._default_manager.count() for kind in kinds), loads)


def start_worker() -> int:
    """Starts a worker that does what waits."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        sys.stdout = sys.stderr = StringIO()
        try:
            run_import_worker()
        finally:
            os._exit(0)
    return pid


def run_worker_to_end() -> float:
    """Lets a worker come to its end; how long it took."""
    began = time.monotonic()
    os.waitpid(start_worker(), 0)
    return time.monotonic() - began


def kill_worker_after(seconds: float) -> None:
    """Lets a worker begin, and kills it."""
    pid = start_worker()
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def import_with_kill(
    event: Event, user: User, number: int, random: Random, usual_seconds: float
) -> str:
    """One file with one kill; where that hit. Raises AssertionError where it did harm."""
    upload = create_upload(
        user=user, chunks=[csv_content(f"P{number}")], event=event, at=timezone.now()
    )
    before = row_counts()
    after = tuple(
        count + more
        for count, more in zip(before, (DELEGATES, DELEGATES, DELEGATES, 1), strict=True)
    )
    is_in_preview = random.random() < 0.2
    enqueue_run(upload, Upload.Task.PREVIEW)
    if is_in_preview:
        kill_worker_after(random.uniform(0, usual_seconds))
        assert row_counts() == before
    run_worker_to_end()
    assert row_counts() == before
    digest = read_json(upload, "result")["digest"]
    enqueue_run(upload, Upload.Task.IMPORT, digest=digest)
    hit = "looking"
    if not is_in_preview:
        kill_worker_after(random.uniform(0, 2 * usual_seconds))
        upload.refresh_from_db()
        is_done = upload.state == Upload.State.DONE
        stored = upload.choices.get("stored", 0)
        now = tuple(count + stored for count in before[:3])
        assert row_counts() == (*now, before[3] + is_done), (before, row_counts(), upload.choices)
        hit = "too late" if is_done else "storing" if stored else "before"
    run_worker_to_end()
    upload.refresh_from_db()
    assert upload.state == Upload.State.DONE, upload.state
    enqueue_run(upload, Upload.Task.IMPORT, digest=digest)
    run_worker_to_end()
    assert row_counts() == after, (after, row_counts())
    assert list(find_log_faults()) == []
    delete_upload(upload, timezone.now())
    return hit


def create_tables() -> None:
    """Without migrations, which other tests run."""
    none = {app.label: None for app in apps.get_app_configs()}
    with override_settings(MIGRATION_MODULES=none):
        call_command("migrate", run_syncdb=True, verbosity=0)


def main(kills: str, seed: str = "1") -> None:
    """Kills so often, and says where the kills hit."""
    random = Random(int(seed))
    create_tables()
    user = make_user("kills@example.org", is_superuser=True)
    event = make_event()
    make_grant(user, event)
    make_organisation(slug="quay", name="Quay Union")
    upload = create_upload(user=user, chunks=[csv_content("First")], event=event, at=timezone.now())
    enqueue_run(upload, Upload.Task.PREVIEW)
    usual = run_worker_to_end()
    delete_upload(upload, timezone.now())
    hits = Counter(
        import_with_kill(event, user, number, random, usual) for number in range(int(kills))
    )
    summary = ", ".join(f"{count} {what}" for what, count in sorted(hits.items()))
    sys.stdout.write(f"{kills} kills, all went on: {summary}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
