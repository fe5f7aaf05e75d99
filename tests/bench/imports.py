"""How long 10,000 delegates take to come in, looked at and stored, and how much memory that needs.

The worker's task runs here; the file is opened in a process of its own, as in production.
"""

import resource
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from openpyxl import Workbook

from outcomes.imports.storage import create_upload, read_json
from outcomes.imports.tasks import enqueue_run
from outcomes.models import Upload
from participants.models import Participation
from roundtable.models import Event
from tests.factories import make_event, make_grant, make_role, make_user
from tests.mail_queue import run_queue

DELEGATES = 10_000
OFFICES = 200
SECONDS, MEGABYTES = 60, 300


def registration_workbook(event: Event, delegates: int) -> bytes:
    """A list as someone else wrote it, with all that a row may hold."""
    offices = [make_role(event).organisation.name for _office in range(OFFICES)]
    book = Workbook(write_only=True)
    page = book.create_sheet("Registration")
    page.append(["List of registration"])
    page.append(["No.", "First name", "Family name", "Organisation", "Email", "Job title", "Role"])
    for number in range(delegates):
        office = offices[number % OFFICES]
        name = (f"นาม{number}", f"Sen {number}")
        address = f"person{number}@example.org"
        page.append([number, *name, office, address, "Head of Unit", "adviser"])
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


def run(delegates: int = DELEGATES) -> bool:
    """Brings them in, and says whether the goals are met."""
    event = make_event()
    user = make_user()
    make_grant(user, event)
    content = registration_workbook(event, delegates)
    with tempfile.TemporaryDirectory() as folder:
        given: Any = settings
        given.DATA_DIR = Path(folder)
        began = time.monotonic()
        upload = create_upload(user=user, chunks=[content], event=event, at=timezone.now())
        _run_worker(upload, Upload.Task.PREVIEW, "read and looked at")
        _run_worker(
            upload, Upload.Task.IMPORT, "stored", digest=read_json(upload, "result")["digest"]
        )
        seconds = time.monotonic() - began
    assert Participation.objects.filter(event=event).count() == delegates
    worker_mb, subprocess_mb = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{delegates} delegates: {seconds:.1f} s of {SECONDS}, {worker_mb:.0f} MB in the worker "
        f"and {subprocess_mb:.0f} MB in the process that opens the file, of {MEGABYTES}"
    )
    return seconds < SECONDS and max(worker_mb, subprocess_mb) < MEGABYTES


def _run_worker(upload: Upload, next_task: Upload.Task, what: str, **choices: Any) -> None:
    began = time.monotonic()
    enqueue_run(upload, next_task, **choices)
    run_queue(backend="imports")
    print(f"  {what} in {time.monotonic() - began:.1f} s")
