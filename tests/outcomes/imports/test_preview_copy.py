"""On SQLite, a preview works on a private copy, so no one waits for it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from outcomes.imports.preview import Preview, ProgressCallback, preview_import
from outcomes.imports.records.results import RowResult
from outcomes.imports.records.snapshot import event_content
from outcomes.imports.storage import uploads_folder
from outcomes.imports.workbook.export import write_workbook
from outcomes.models import Commitment
from participants.models import Organisation, User
from participants.permissions import permissions_of
from roundtable.models import Event, Series
from tests.factories import make_delegate, make_holder, make_participation, make_user
from tests.roundtable_files import (
    database_rows,
    load_roundtable,
    parse_workbook,
    write_complete_file,
)

# Changes a commitment, and adds another one.
LIST = b"Reference,Text,Leads\nTALK1-C1,Meet every week,harbour\nTALK1-C2,Dredge,port\n"


@pytest.fixture
def database_file(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A database in a file, as in production; that of the tests is in memory."""
    if connection.vendor != "sqlite":
        pytest.skip("A preview on PostgreSQL locks only the rows that it changes.")
    settings.DATA_DIR = tmp_path
    memory: Any = connections[DEFAULT_DB_ALIAS]
    path = tmp_path / "portal.sqlite3"
    memory.ensure_connection()
    with closing(sqlite3.connect(path)) as file:
        memory.connection.backup(file)
    connections[DEFAULT_DB_ALIAS] = type(memory)(
        memory.settings_dict | {"NAME": path}, DEFAULT_DB_ALIAS
    )
    load_roundtable(write_complete_file(tmp_path))
    yield path
    connection.close()
    connections[DEFAULT_DB_ALIAS] = memory


def preview(on_progress: ProgressCallback, content: bytes = LIST) -> Preview:
    event = Event.objects.get()
    operator = User.objects.filter(is_superuser=True).first() or make_user(is_superuser=True)
    by = permissions_of(operator, timezone.localdate())
    assert by
    parsed = parse_workbook(content, event=event)
    return preview_import(parsed, by=by, on_progress=on_progress, at=timezone.now())


def rename_series(file: Path, name: str) -> None:
    """As another process does, but without waiting for a lock."""
    with closing(sqlite3.connect(file, timeout=0)) as other, other:
        other.execute("UPDATE roundtable_series SET name = ?", [name])


def test_others_write_during_a_preview(database_file: Path) -> None:
    modes: set[str] = set()

    def write(rows: int) -> None:
        rename_series(database_file, f"Talks {rows}")
        (folder,) = uploads_folder().iterdir()
        modes.update(oct(path.stat().st_mode & 0o777) for path in [folder, *folder.iterdir()])

    found = preview(write)
    assert [(row.result, row.title) for _place, row in found.rows if row.result != "unchanged"] == [
        ("changed", "TALK1-C1 Meet every week"),
        ("removed", "Port Authority"),
        ("added", "TALK1-C2 Dredge"),
        ("added", "Port Authority"),
    ]
    assert modes == {"0o700", "0o600"}
    assert Series.objects.get().name == f"Talks {len(found.rows)}"
    assert Commitment.objects.get().text == "Meet again"
    assert list(uploads_folder().iterdir()) == []


def test_preview_leaves_nothing_in_the_database(database_file: Path) -> None:
    make_user(is_superuser=True)
    before = database_rows()
    found = preview(lambda rows: None, b"Slug,Role mailbox\nharbour,office@example.org\n")
    assert [row.result for _place, row in found.rows] == ["unchanged", "changed"]
    assert database_rows() == before


def test_copy_is_deleted_after_a_failure(database_file: Path) -> None:
    def fail(rows: int) -> None:
        raise InterruptedError

    real = connections[DEFAULT_DB_ALIAS]
    with pytest.raises(InterruptedError):
        preview(fail)
    assert connections[DEFAULT_DB_ALIAS] is real
    assert list(uploads_folder().iterdir()) == []
    rename_series(database_file, "Talks of today")
    assert Series.objects.get().name == "Talks of today"


@pytest.mark.each_database
@pytest.mark.django_db
def test_preview_leaves_the_log_alone(tmp_path: Path) -> None:
    load_roundtable(write_complete_file(tmp_path))
    event = Event.objects.get()
    joined = make_delegate()
    make_participation(joined, event, organisation=Organisation.objects.get(slug="port"))
    by = make_holder(event, on_behalf_of=Organisation.objects.get(slug="harbour"))
    Commitment.objects.update(state="public")
    permissions = permissions_of(by, timezone.localdate())
    assert permissions
    content = event_content(event)
    content["organisations"][1]["role_mailbox"] = "port@example.org"
    content["commitments"][0]["text"] = "Meet each year"
    content["commitments"].append({"reference": "TALK1-C2", "text": "Dredge", "leads": ["port"]})
    content["delegates"] = [
        {"name": "Rita Sen", "organisation": "port"},
        {"handle": joined.handle, "name": joined.name, "organisation": "port", "post": "Clerk"},
    ]
    parsed = parse_workbook(write_workbook(content), event=event)
    with CaptureQueriesContext(connection) as queries:
        found = preview_import(parsed, by=permissions, at=timezone.now())
    assert not found.mistakes
    assert {row.result for _place, row in found.rows} >= {RowResult.ADDED, RowResult.CHANGED}
    statements = [query["sql"] for query in queries]
    assert [sql for sql in statements if "audit" in sql or "FOR UPDATE" in sql] == []


@pytest.mark.each_database
@pytest.mark.django_db
def test_preview_on_postgresql_locks_only_what_it_changes(tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock.")
    load_roundtable(write_complete_file(tmp_path))
    with CaptureQueriesContext(connection) as queries:
        preview(lambda rows: None)
        found = preview(lambda rows: None, b"Name,Organisation\nRita Sen,port\n")
    assert found.count(RowResult.ADDED) == 1
    statements = [query["sql"] for query in queries]
    assert [sql for sql in statements if "FOR UPDATE" in sql or "FOR NO KEY" in sql] == []
    assert [sql for sql in statements if sql.startswith('UPDATE "outcomes_commitment"')]
