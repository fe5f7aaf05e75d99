"""Kills workers while they bring files in: `python -m tests.killing KILLS [SEED]`.

On the database that DATABASE_URL names, else on one of its own. Ends with an error where anything
is stored by halves or twice, or a file cannot be taken up again.
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

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from outcomes.imports.storage import (
    forget,
    keep,
    noted,
)
from outcomes.imports.tasks import ask  # noqa: E402
from outcomes.models import Upload  # noqa: E402
from participants.models import Affiliation, Delegate, Participation, User  # noqa: E402
from roundtable.audit.verify import faults  # noqa: E402
from roundtable.models import AuditEntry, Event  # noqa: E402
from tests.bringing import work  # noqa: E402
from tests.factories import make_event, make_grant, make_organisation, make_user  # noqa: E402

DELEGATES = 150  # of a file
State = tuple[int, ...]


def content(name: str) -> bytes:
    """A list of people who are here nowhere else."""
    rows = [f"{name}x{number},quay,Clerk" for number in range(DELEGATES)]
    return "\n".join(["Name,Organisation,Post", *rows, ""]).encode()


def stored() -> State:
    """How much there is of all that a file brings in."""
    kinds = (Delegate, Participation, Affiliation)
    loads = AuditEntry.objects.filter(act="load workbook").count()
    return (*(kind._default_manager.count() for kind in kinds), loads)


def child() -> int:
    """Starts a worker that does what waits."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        sys.stdout = sys.stderr = StringIO()
        try:
            work()
        finally:
            os._exit(0)
    return pid


def finish() -> float:
    """Lets a worker come to its end; how long it took."""
    began = time.monotonic()
    os.waitpid(child(), 0)
    return time.monotonic() - began


def kill_after(seconds: float) -> None:
    """Lets a worker begin, and kills it."""
    pid = child()
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def bring(event: Event, user: User, number: int, random: Random, usual: float) -> str:
    """One file with one kill; where that hit. Raises AssertionError where it did harm."""
    upload = keep(user=user, chunks=[content(f"P{number}")], event=event, at=timezone.now())
    before = stored()
    after = tuple(
        count + more
        for count, more in zip(before, (DELEGATES, DELEGATES, DELEGATES, 1), strict=True)
    )
    is_look = random.random() < 0.2
    ask(upload, Upload.Wants.LOOK)
    if is_look:
        kill_after(random.uniform(0, usual))
        assert stored() == before
        ask(upload, Upload.Wants.LOOK)
    finish()
    assert stored() == before
    digest = noted(upload, "result")["digest"]
    ask(upload, Upload.Wants.STORE, digest=digest)
    hit = "looking"
    if not is_look:
        kill_after(random.uniform(0, usual))
        upload.refresh_from_db()
        is_done = upload.state == Upload.State.DONE
        assert stored() == (after if is_done else before), (before, stored(), upload.state)
        hit = "too late" if is_done else "storing" if upload.claimed_at else "too early"
        ask(upload, Upload.Wants.STORE, digest=digest)  # what the page's button does
    finish()
    upload.refresh_from_db()
    assert upload.state == Upload.State.DONE, upload.state
    ask(upload, Upload.Wants.STORE, digest=digest)
    finish()
    assert stored() == after, (after, stored())
    assert list(faults()) == []
    forget(upload)
    return hit


def main(kills: str, seed: str = "1") -> None:
    """Kills so often, and says where the kills hit."""
    random = Random(int(seed))
    call_command("migrate", verbosity=0)
    user = make_user("kills@example.org", is_superuser=True)
    event = make_event()
    make_grant(user, event)
    make_organisation(slug="quay", name="Quay Union")
    upload = keep(user=user, chunks=[content("First")], event=event, at=timezone.now())
    ask(upload, Upload.Wants.LOOK)
    usual = finish()
    forget(upload)
    hits = Counter(bring(event, user, number, random, usual) for number in range(int(kills)))
    told = ", ".join(f"{count} {what}" for what, count in sorted(hits.items()))
    sys.stdout.write(f"{kills} kills, all or nothing: {told}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
