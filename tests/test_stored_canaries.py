"""What is sealed is in no byte that the portal leaves anywhere: 600 values, each searched for."""

import base64
import json
import logging
import pickle
import re
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from outcomes.imports.storage import create_upload, read_file, read_json
from outcomes.imports.tasks import enqueue_run
from outcomes.models import Upload
from participants.models import ContactChannel, Delegate, Introduction, Letter, User
from participants.models.letter import LETTER_STORAGE
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event, Job
from roundtable.settings import CACHES
from roundtable.uploads.sealed_files import SealedStorage
from tests.conftest import ON_POSTGRES
from tests.factories import (
    NOON,
    make_channel,
    make_delegate,
    make_event,
    make_grant,
    make_introduction,
    make_letter,
    make_participation,
    make_user,
)
from tests.fixture_types import Sign
from tests.form_fields import press
from tests.import_pages import run_import_worker
from tests.shared_database import shared_database

__all__ = ["shared_database"]  # fixture

KEY = pyrage.x25519.Identity.generate()
PEOPLE = 60
CANARY = re.compile(rb"zq[a-z]{2,9}[0-9]{3}qz")
# Not sealed, so that a search that would find nothing anywhere is noticed.
PLAIN, IN_SESSION, IN_CACHE = "zqplain000qz", "zqsession000qz", "zqcache000qz"


def canary(kind: str, number: int) -> str:
    return f"zq{kind}{number:03}qz"


def make_sealed_values(event: Event, owner: User) -> set[str]:
    """Each sealed column and each kind of sealed file, sixty times."""
    made: set[str] = set()

    def new(kind: str, number: int) -> str:
        made.add(canary(kind, number))
        return canary(kind, number)

    for number in range(PEOPLE):
        person = make_delegate(
            name=f"Person {number} {PLAIN}",
            listed_to="participants",
            about=f"I write {new('about', number)}.",
        )
        make_participation(person, event)
        value = f"{new('channel', number)}@example.org"
        make_channel(person, value=value, audience="participants")
        text = f"You both know {new('message', number)}."
        make_introduction(person, make_delegate(user=None), proposed_by=owner, message=text)
        email = QueuedEmail(dedup_key=f"canary {number}", queued_at=NOON)
        for name in ("subject", "text"):
            setattr(email, name, f"Read {new(name, number)}.")
        email.recipient = f"{new('recipient', number)}@example.org"
        email.reply_to = f"{new('reply', number)}@example.org"
        email.unsubscribe_url = f"https://example.org/{new('link', number)}"
        email.save()
        letter = make_letter(event, entered_by=owner)
        content = ContentFile(f"We name {new('letter', number)}.".encode())
        letter.file.save(f"letter-{number}.pdf", content)
    rows = "".join(f"{new('staged', number)},Report\n" for number in range(PEOPLE))
    upload = create_upload(
        user=owner, chunks=[f"Name,What\n{rows}".encode()], event=event, at=timezone.now()
    )
    enqueue_run(upload, Upload.Task.PREVIEW)
    run_import_worker()
    return made


def read_back() -> set[str]:
    """What the portal itself can open."""
    found = [row.about for row in Delegate.objects.all()]
    found += [row.value for row in ContactChannel.objects.all()]
    found += [row.message for row in Introduction.objects.all()]
    columns = ("subject", "text", "recipient", "reply_to", "unsubscribe_url")
    found += [getattr(row, name) for row in QueuedEmail.objects.all() for name in columns]
    found += [
        LETTER_STORAGE.open(str(row.file.name)).read().decode() for row in Letter.objects.all()
    ]
    upload = Upload.objects.get()
    assert canary("staged", 1) in json.dumps(read_json(upload, "pages"))
    return canaries_in(" ".join([*found, read_file(upload).decode()]).encode())


def canaries_in(content: bytes) -> set[str]:
    return {found.decode() for found in CANARY.findall(content)}


def decoded(value: Any) -> Iterator[bytes]:
    """A value of a row, and what is packed in it."""
    content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    yield content
    yield content.decode("unicode_escape", "replace").encode()
    with suppress(ValueError):
        content = base64.urlsafe_b64decode(content + b"=" * (-len(content) % 4))
        yield content
    with suppress(zlib.error):
        yield zlib.decompress(content)
    with suppress(Exception):
        yield repr(pickle.loads(content)).encode()
    with suppress(Exception):
        yield json.dumps(SessionStore().decode(str(value))).encode()


def in_rows() -> set[str]:
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    found.update(*(canaries_in(content) for content in decoded(value)))
    return found


def in_files(folder: Path) -> dict[str, set[str]]:
    found = {
        str(path.relative_to(folder)): canaries_in(path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {name: canaries for name, canaries in found.items() if canaries}


def in_backup(folder: Path) -> set[str]:
    """Of a thief who has the secret key of the backups, and not the key of the data."""
    [path] = folder.glob("*.age")
    content = pyrage.decrypt(path.read_bytes(), [KEY])
    assert not canaries_in(path.read_bytes())
    unpacked = folder / "unpacked"
    with tarfile.open(fileobj=BytesIO(content)) as archive:
        archive.extractall(unpacked, filter="data")
    if ON_POSTGRES:
        copy = unpacked / "database"
        written = subprocess.run(["pg_restore", "--file=-", copy], capture_output=True, check=True)
        (unpacked / "database.sql").write_bytes(written.stdout)
    assert len(list(unpacked.glob("evidence/*"))) == PEOPLE
    return set().union(*in_files(unpacked).values())


def use_everything(client_of: Sign, shown: Delegate, reader: Delegate) -> None:
    """Pages that open what is sealed: they fill sessions, caches, keys of forms and queues."""
    browser = client_of(shown)
    read = b"".join(
        browser.get(path).content
        for path in ("/me/", "/me/data/", "/me/data.json", "/me/introductions/", "/directory/")
    )
    assert {canary(kind, 0) for kind in ("about", "channel", "message")} <= canaries_in(read)
    press(browser, "/me/", "/me/", "Save")
    session = browser.session
    session["note"] = IN_SESSION
    session.save()
    cache.set("note", [IN_CACHE], 60)
    browser, profile = client_of(reader), shown.get_absolute_url()
    read = browser.get(profile).content + browser.post(f"{profile}show/", follow=True).content
    assert {canary("about", 0), canary("channel", 0)} <= canaries_in(read)


@pytest.fixture
def folders(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("data", "backups", "temporary"):
        (tmp_path / name).mkdir()
    settings.DATA_DIR = tmp_path / "data"
    # Not by settings.STORAGES, which would make new storages for the tests that follow.
    letters = FileSystemStorage(location=tmp_path / "data" / "evidence")
    monkeypatch.setattr(SealedStorage, "_files", letters)
    settings.CACHES = CACHES
    settings.BACKUP_FOLDER = str(tmp_path / "backups")
    settings.BACKUP_RECIPIENT = str(KEY.to_public())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


@pytest.mark.django_db(transaction=True)
@pytest.mark.each_database
@pytest.mark.usefixtures("shared_database")
def test_no_sealed_value_is_in_any_byte_that_is_stored(
    folders: Path, client_of: Sign, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    owner = make_user("owner@example.org")
    event = make_event()
    make_grant(owner, event)
    with CaptureQueriesContext(connection) as asked:
        made = make_sealed_values(event, owner)
        shown, reader = Delegate.objects.filter(name__contains=PLAIN).order_by("pk")[:2]
        use_everything(client_of, shown, reader)
    assert len(asked.captured_queries) < connection.queries_limit
    assert len(made) >= 600 and read_back() == made
    Job.objects.create(name="rehearsal", started_at=NOON, done_at=timezone.now(), seconds=1)
    call_command("backup", verbosity=0)

    # What the server logs or counts of queries has their words.
    words = " ".join(row["sql"] for row in asked.captured_queries)
    assert canaries_in(words.encode()) == {PLAIN}
    assert in_rows() == {PLAIN, IN_SESSION, IN_CACHE}
    assert in_backup(folders / "backups") == {PLAIN}
    stored = in_files(folders)
    assert set().union(*stored.values()) <= {PLAIN}, stored
    if not ON_POSTGRES:
        assert {"portal.sqlite3", "portal.sqlite3-wal"} & set(stored)
    said = capfd.readouterr()
    assert canaries_in((caplog.text + said.out + said.err).encode()) <= {PLAIN}
