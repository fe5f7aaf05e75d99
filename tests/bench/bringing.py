"""How long 10,000 delegates take to come in, looked at and stored, and how much memory that needs.

The worker's task runs here; the file is opened in a process of its own, as in earnest.
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

from outcomes.imports.storage import keep, noted
from outcomes.imports.tasks import ask
from outcomes.models import Upload
from participants.models import Participation
from roundtable.models import Event
from tests.delivery import run_queue
from tests.factories import make_event, make_grant, make_role, make_user

DELEGATES = 10_000
OFFICES = 200
SECONDS, MEGABYTES = 60, 300


def registration(event: Event, delegates: int) -> bytes:
    """A list as somebody else wrote it, with all that a row may hold."""
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
    content = registration(event, delegates)
    with tempfile.TemporaryDirectory() as folder:
        given: Any = settings
        given.DATA_DIR = Path(folder)
        began = time.monotonic()
        upload = keep(user=user, chunks=[content], event=event, at=timezone.now())
        columns = {"1": "name", "2": "name", "3": "organisation", "4": "invitation_email"}
        columns |= {"5": "post", "6": "capacity"}
        _work(upload, Upload.Wants.LOOK, "read")
        chosen = {"page": "Registration", "place": "delegates", "order": "", "columns": columns}
        _work(upload, Upload.Wants.LOOK, "looked at", **chosen)
        _work(upload, Upload.Wants.STORE, "stored", digest=noted(upload, "result")["digest"])
        seconds = time.monotonic() - began
    assert Participation.objects.filter(event=event).count() == delegates
    here, apart = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{delegates} delegates: {seconds:.1f} s of {SECONDS}, {here:.0f} MB in the worker and "
        f"{apart:.0f} MB in the process that opens the file, of {MEGABYTES}"
    )
    return seconds < SECONDS and max(here, apart) < MEGABYTES


def _work(upload: Upload, wants: Upload.Wants, what: str, **choices: Any) -> None:
    began = time.monotonic()
    ask(upload, wants, **choices)
    run_queue(backend="imports")
    print(f"  {what} in {time.monotonic() - began:.1f} s")
