"""All tables in one file: CSV with a data package, and SQLite."""

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from outcomes.exports import packages, views
from outcomes.models import Commitment
from roundtable.cache import public_stamp
from tests.factories import NOON, make_commitment, make_event, make_party, make_update

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
TABLES = ["roundtables", "points", "commitments", "reports", "responses", "organisations"]


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield tmp_path / "exports"


@pytest.fixture
def commitment() -> Commitment:
    row = make_commitment(make_event(slug="here", code="HERE"), reference="HERE-C1", text="=1+1")
    make_party(row)
    return row


def download(client: Client, ending: str, is_large: bool = False) -> bytes:
    answer = client.get(f"/data/roundtable.{ending}")
    assert answer.status_code == 200
    name = f'attachment; filename="roundtable.{ending}"'
    assert answer.headers["Content-Disposition"] == name
    assert answer.streaming == is_large
    return bytes(answer.getvalue())


def open_sqlite(content: bytes, place: Path) -> sqlite3.Connection:
    path = place / "downloaded.sqlite"
    path.write_bytes(content)
    return sqlite3.connect(path)


def test_zip_holds_each_table_as_its_package_says(client: Client, commitment: Commitment) -> None:
    make_update(commitment)
    with zipfile.ZipFile(io.BytesIO(download(client, "zip"))) as archive:
        package = json.loads(archive.read("datapackage.json"))
        assert [resource["name"] for resource in package["resources"]] == TABLES
        for resource in package["resources"]:
            text = archive.read(resource["path"]).decode()
            head, *rows = csv.reader(io.StringIO(text, newline=""))
            assert head == [field["name"] for field in resource["schema"]["fields"]]
            if resource["name"] == "commitments":
                (row,) = ({*zip(head, cells, strict=True)} for cells in rows)
                assert row >= {
                    ("reference", "HERE-C1"),
                    ("text", "'=1+1"),
                    ("is_open", "no"),
                    ("status", "in-progress"),
                    ("exported_on", "2026-03-02"),
                }
                types = {(one["name"], one["type"]) for one in resource["schema"]["fields"]}
                assert types >= {
                    ("due_on", "date"),
                    ("is_open", "boolean"),
                    ("outcomes", "string"),
                }
        catalogue = json.loads(archive.read("dcat.jsonld"))
        assert len(catalogue["dcat:distribution"]) == 8


def test_sqlite_holds_each_table(client: Client, commitment: Commitment, tmp_path: Path) -> None:
    database = open_sqlite(download(client, "sqlite"), tmp_path)
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert names == {*TABLES, "columns"}
    rows = database.execute("SELECT reference, text, is_open, due_on FROM commitments").fetchall()
    assert rows == [("HERE-C1", "=1+1", 0, None)]
    described = "SELECT description FROM columns WHERE table_name = 'points' AND name = 'text'"
    assert database.execute(described).fetchall() == [
        ("Exactly as agreed, including any mistakes.",)
    ]
    database.close()


@pytest.fixture
def stamped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept without a stamp, which is read outside of transactions only."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)


@pytest.mark.parametrize("ending", ["zip", "sqlite"])
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stamped")
def test_file_is_made_once_for_each_change(
    client: Client,
    commitment: Commitment,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
) -> None:
    monkeypatch.setattr(views, "MAX_PAGE_BYTES", 0)  # so that no page of the portal is kept
    made = []
    package = packages.PACKAGES[ending]

    def write(path: Path, on: date, is_demonstration: bool) -> None:
        made.append(path)
        package.write(path, on, is_demonstration)

    monkeypatch.setitem(packages.PACKAGES, ending, packages.Package(package.media_type, write))
    first = download(client, ending, is_large=True)
    assert download(client, ending, is_large=True) == first
    assert len(made) == 1
    Commitment.objects.filter(pk=commitment.pk).update(state="draft")
    second = download(client, ending, is_large=True)
    assert (len(made), second != first) == (2, True)
    with time_machine.travel(NOON.replace(day=3), tick=False):
        download(client, ending, is_large=True)
    assert len(made) == 3
    assert [path.suffix for path in folder.iterdir() if path.suffix != ".lock"] == [f".{ending}"]
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stamped")
def test_withdrawn_commitment_is_in_no_kept_file(
    client: Client, commitment: Commitment, tmp_path: Path
) -> None:
    count = "SELECT count(*) FROM commitments"
    database = open_sqlite(download(client, "sqlite"), tmp_path)
    assert database.execute(count).fetchone() == (1,)
    database.close()
    commitment.event.is_public = False
    commitment.event.save()
    database = open_sqlite(download(client, "sqlite"), tmp_path)
    assert database.execute(count).fetchone() == (0,)
    database.close()


@pytest.mark.parametrize("ending", ["zip", "sqlite"])
def test_large_file_is_sent_as_it_is_read(
    client: Client, commitment: Commitment, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    small = download(client, ending)
    monkeypatch.setattr(views, "MAX_PAGE_BYTES", 100)
    assert download(client, ending, is_large=True) == small
