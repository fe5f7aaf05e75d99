"""What it costs to import 10,000 commitments with their parties, then a report about each.

Each step is what a person does on the page. A worker does it in a process of its own, and someone
else stores something all the time.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.test import Client

from outcomes.imports.records.reports import party_slug
from outcomes.models import Commitment, ProgressUpdate
from participants.models import Organisation
from roundtable.database.lock_wait import waiting_at_most
from roundtable.models import Event
from roundtable.text.spreadsheets import csv_text
from tests.factories import make_event, make_grant, make_role, make_user
from tests.import_pages import (
    admin_text,
    check_list,
    confirm_import,
    import_list,
    preview_file,
)
from tests.sign_in import sign_in

ROWS = 10_000
SECONDS, MEGABYTES, LOCK_SECONDS = 15.0, 250.0, 1.0  # of each step
PATIENCE = 600.0  # seconds; where the portal would tell the other person to try again
ON_RECORD, NEW = 150, 300  # organisations
PLACES = ("Amber", "Birch", "Cedar", "Delta", "Elm", "Fern", "Grove", "Hazel", "Iris", "Juniper")
BODIES = ("Ministry of Labour", "Coast Guard", "Port Authority", "Chamber of Fisheries")


def run(rows: int = ROWS) -> bool:
    """Imports them, and says whether each step meets the goals."""
    event = make_event(is_public=True)
    known = [make_role(event).organisation.name for _number in range(ON_RECORD)]
    browser = Client()
    cochair = make_user()
    make_grant(cochair, event)
    sign_in(browser, cochair)
    names = [*known, *(_name(number) for number in range(NEW))]
    listed, edited = _list(names, rows), _list(names, rows, edited=rows // 2)
    with tempfile.TemporaryDirectory() as folder:
        given: Any = settings
        given.DATA_DIR = Path(folder)
        step = Steps(event)
        page = step("list: first preview", partial(preview_file, browser, listed, event))
        page = step("list: names as new", partial(_add_names, browser, page), f"{rows} to add")
        step("list: import", partial(import_list, browser, page), "Everything is imported.")
        assert Commitment.objects.filter(event=event).count() == rows
        assert Organisation.objects.filter(name__in=names).count() == ON_RECORD + NEW
        again = partial(preview_file, browser, listed, event)
        step("list: preview again", again, f"0 to add, 0 to change, {rows} as on record")
        changed = partial(preview_file, browser, edited, event)
        page = step("list: one cell changed", changed, f"0 to add, 1 to change, {rows - 1} as")
        step("list: import of it", partial(import_list, browser, page), "Everything is imported.")
        event.commitments.update(state="public")
        reports = _reports(event)
        page = step("reports: preview", partial(preview_file, browser, reports, event, "r.zip"))
        step("reports: import", partial(confirm_import, browser, page), "Everything is imported.")
        assert ProgressUpdate.objects.filter(commitment__event=event).count() == rows
        step("reports: preview again", partial(preview_file, browser, reports, event, "r.zip"))
    print(f"  goals of each step: {SECONDS:.0f} s, {MEGABYTES:.0f} MB, {LOCK_SECONDS:.0f} s")
    return step.is_met


def _name(number: int) -> str:
    place, other = PLACES[number % 10], PLACES[number // 10 % 10]
    return f"{BODIES[number % 4]} of {place} {other} {number}"


def _list(names: list[str], rows: int, edited: int = -1) -> bytes:
    """As someone else wrote it."""
    lines = [["No.", "Action", "Lead organisation", "Partners", "Due date", "Chapter"]]
    for row in range(rows):
        text = f"Train {row} officers in the ports of {PLACES[row % 10]}, and report each year."
        text += " The training covers search and rescue, and the care of those who are saved."
        if row == edited:
            text = text.replace("each year", "twice a year")
        partners = "; ".join(names[(row * 7 + part) % ON_RECORD] for part in (1, 2))
        lead = names[row % len(names)]
        lines.append([f"A{row}", text, lead, partners, f"2027-{row % 12 + 1:02}-01", f"{row % 9}"])
    return csv_text(lines).encode()


def _reports(event: Event) -> bytes:
    """A report of the first party of each commitment, as a ZIP with our own sheet."""
    headings = ["Reference", "Party", "Reported on", "Status", "Text", "Source"]
    lines = [[*headings, "Has no personal details"]]
    for row in event.commitments.prefetch_related("parties__organisation"):
        slug = party_slug(row.parties.all()[0])
        text = f"The officers of {row.reference} were trained in two courses."
        source = "https://example.org/report"
        lines.append([row.reference, slug, "2026-03-01", "in-progress", text, source, "yes"])
    stored = BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("Updates.csv", csv_text(lines))
    return stored.getvalue()


def _add_names(browser: Client, page: Any) -> Any:
    return check_list(browser, page, rest="new", rest_kind="government")


class Steps:
    """Does a step, and prints what it cost and how long another person waited."""

    def __init__(self, event: Event) -> None:
        self.event, self.is_met = event, True

    def __call__(self, name: str, act: Callable[[], Any], expected: str = "") -> Any:
        worker = {"seconds": 0.0, "megabytes": 0.0}
        other = OtherWriter(self.event)

        def work() -> None:
            other.start()
            worker.update(_run_worker())
            other.end()

        with patch("tests.import_pages.run_import_worker", work):
            answer = act()
        print(
            f"  {name:24} {worker['seconds']:5.1f} s of processor time, "
            f"{worker['megabytes']:4.0f} MB, longest wait {other.longest:.2f} s",
            flush=True,
        )
        said = admin_text(answer)
        assert expected in said, said[:2000]
        self.is_met &= (
            worker["seconds"] <= SECONDS
            and worker["megabytes"] <= MEGABYTES
            and other.longest <= LOCK_SECONDS
        )
        return answer


def _run_worker() -> dict[str, float]:
    """What it needed, with the process that opened the file but without its own start."""
    name = str(connection.settings_dict["NAME"])
    url = os.environ.get("DATABASE_URL", "")
    url = (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else url.replace("/postgres?", f"/{name}?")
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.import_worker", str(settings.DATA_DIR)],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


class OtherWriter(threading.Thread):
    """Someone who corrects the roundtable and a commitment of it all the time."""

    PAUSE = 0.03  # seconds

    def __init__(self, event: Event) -> None:
        super().__init__(daemon=True)
        self.event, self.longest = event, 0.0
        self.is_ended = threading.Event()
        self.connection: Any = connection.copy()
        self.connection.inc_thread_sharing()
        self.first = event.commitments.order_by("pk").values_list("pk", flat=True).first()

    def run(self) -> None:
        while not self.is_ended.wait(self.PAUSE):
            began = time.monotonic()
            with waiting_at_most(PATIENCE):
                self._write()
            self.longest = max(self.longest, time.monotonic() - began)
        self.connection.close()

    def _write(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE" if self.connection.vendor == "sqlite" else "BEGIN")
            for table, row in (
                (Event._meta.db_table, self.event.pk),
                (Commitment._meta.db_table, self.first),
            ):
                cursor.execute(f"UPDATE {table} SET id = id WHERE id = %s", [row])
            cursor.execute("COMMIT")

    def end(self) -> None:
        self.is_ended.set()
        self.join()
