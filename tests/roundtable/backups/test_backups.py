"""A backup is tried before it is encrypted, and puts a lost portal back."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from roundtable.backups import archive, databases, retention
from roundtable.backups.databases import Counts, DamagedError
from roundtable.checks import check_backup_recipient
from roundtable.management.commands.restore import restore_ledger
from roundtable.models import Job
from tests.conftest import ON_POSTGRES
from tests.factories import make_event
from tests.processes import PRODUCTION_ENVIRONMENT, manage

KEY = pyrage.x25519.Identity.generate()
OTHER_KEY = pyrage.x25519.Identity.generate()
Run = Callable[..., subprocess.CompletedProcess[str]]


class Portal:
    """A portal with files of its own, whose commands run in other processes."""

    def __init__(self, folder: Path) -> None:
        for name in ("data/evidence", "ledgers", "backups"):
            (folder / name).mkdir(parents=True)
        self.folder, self.database = folder, folder / "data" / "roundtable.sqlite3"
        self.environment = PRODUCTION_ENVIRONMENT | {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DATA_DIR": str(folder / "data"),
            "ERASURE_LEDGER": str(folder / "ledgers" / "erasures.log"),
            "BACKUP_FOLDER": str(folder / "backups"),
            "BACKUP_RECIPIENT": str(KEY.to_public()),
        }
        (folder / "key").write_text(f"# created by age-keygen\n{KEY}\n")

    def run(self, *arguments: str) -> str:
        done = manage(*arguments, **self.environment)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    def refusal(self, *arguments: str) -> str:
        done = manage(*arguments, **self.environment)
        assert done.returncode == 1
        return done.stderr.strip().removeprefix("CommandError: ")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return sqlite3.connect(self.database).execute(sql).fetchall()


@pytest.mark.own_process
def test_lost_portal_stands_up_again(migrated_file: Path, tmp_path: Path) -> None:
    lost, new = Portal(tmp_path / "lost"), Portal(tmp_path / "new")
    shutil.copy(migrated_file, lost.database)
    lost.run("create_operator", "operator@example.org")
    (lost.folder / "data" / "evidence" / "report").write_text("evidence")
    lines = lost.run("backup").splitlines()
    assert re.fullmatch(r"roundtable-.*Z-\w{8}\.age: \d.*B\. Deleted: 0 old backups\.", lines[0])
    assert re.fullmatch(r"It was restored beside the portal: \d{3,} rows, and .*", lines[1])
    [backup] = (lost.folder / "backups").iterdir()
    assert backup.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"operator@example.org" not in backup.read_bytes()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert lost.rows("SELECT name, failure FROM roundtable_job") == [("rehearsal", "")]

    restore = ["restore", str(backup), "--key", str(lost.folder / "key"), "--reason", "Fire."]
    said = new.run(*restore)
    assert said.splitlines()[-1].endswith("is restored. Now start the portal.")
    assert new.rows("SELECT email FROM participants_user") == [("operator@example.org",)]
    assert (new.folder / "data" / "evidence" / "report").read_text() == "evidence"
    assert new.run("verify").startswith("All seals are valid: 1 log entries")

    assert "Add --replace" in new.refusal(*restore)
    (new.folder / "key").write_text(str(OTHER_KEY))
    wrong_key = ["restore", str(backup), "--key", str(new.folder / "key"), "--reason", "Fire."]
    damaged = "This file is damaged, is no backup, or was made for another key."
    assert new.refusal(*wrong_key, "--replace") == damaged
    (tmp_path / "cut").write_bytes(backup.read_bytes()[:-1000])
    restore[1] = str(tmp_path / "cut")
    assert new.refusal(*restore, "--replace") == damaged
    assert new.rows("SELECT email FROM participants_user") == [("operator@example.org",)]


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.BACKUP_FOLDER, settings.BACKUP_RECIPIENT = str(tmp_path), str(KEY.to_public())
    return tmp_path


def dump_damaged(path: Path) -> Counts:
    path.write_bytes(b"SQLite format 3\0" + os.urandom(4096))
    return {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.each_database
def test_damaged_copy_is_found_and_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "dump", dump_damaged)
    (folder / ".being-made-before").mkdir()  # of a backup that was killed
    with pytest.raises(CommandError) as told:
        call_command("backup", "--rehearse")
    assert str(told.value).startswith("The backup could not be restored: ")
    job = Job.objects.get()
    assert job.name == "rehearsal" and job.done_at is None and job.failure in str(told.value)
    # It is kept, because nothing better is there.
    assert [path.suffix for path in folder.iterdir()] == [".age"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite's copy is a file; the other tests ask it")
def test_copy_is_restored_beside_the_portal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    monkeypatch.setattr(databases, "REHEARSAL", f"rehearsal_{worker}")
    make_event()
    rows = databases.dump(folder / "copy")
    assert rows["roundtable_event"] == 1
    with connection.cursor() as cursor:  # what a killed one left
        cursor.execute(f"CREATE DATABASE rehearsal_{worker}")
    for _time in range(2):
        with databases.rehearsed(folder / "copy") as address:
            assert f"/rehearsal_{worker}?" in address
    content = (folder / "copy").read_bytes()
    (folder / "copy").write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedError, match="pg_restore: "), databases.rehearsed(folder / "copy"):
        pass


@pytest.mark.django_db
def test_backup_of_a_newer_version_is_refused(folder: Path) -> None:
    (folder / "database").write_text("")
    (folder / "key").write_text(str(KEY))
    description = archive.describe({}, timezone.now())
    for changed, words in (
        ({"migrations": [*description.migrations, "outcomes.9999_later"]}, "A newer version"),
        ({"vendor": "oracle"}, "The backup is of oracle"),
    ):
        archive.write(
            folder / "newer.age", folder, replace(description, **changed), KEY.to_public()
        )
        with pytest.raises(CommandError, match=words):
            call_command("restore", folder / "newer.age", key=folder / "key", reason="Fire.")


@pytest.mark.django_db
def test_backup_without_all_of_its_files_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "database").write_text("")
    monkeypatch.setattr("tarfile.TarFile.addfile", Mock(side_effect=OSError("damaged")))
    with pytest.raises(OSError, match="damaged"):
        archive.write(
            folder / "half.age", folder, archive.describe({}, timezone.now()), KEY.to_public()
        )
    assert not (folder / "half.age").exists()


@pytest.mark.django_db
def test_secret_key_in_place_of_the_public_one_is_refused(folder: Path, settings: Settings) -> None:
    settings.BACKUP_RECIPIENT = str(KEY)
    sentence = "BACKUP_RECIPIENT is no public key of age; such a key begins with age1."
    with pytest.raises(CommandError) as told:
        call_command("backup")
    assert str(told.value) == f"No backup is made. {sentence}"
    assert list(folder.iterdir()) == []
    assert [error.msg for error in check_backup_recipient()] == [sentence]


@pytest.mark.parametrize(
    ("own", "kept", "is_set", "result"),
    [
        ("", "1\n2\n", False, "1\n2\n"),
        ("1\n2\n3\n", "1\n2\n", False, "1\n2\n3\n"),  # what came after the backup
        ("1\n", "1\n2\n", False, "1\n2\n"),  # its end was lost
        ("x\n", "1\n2\n", False, "1\n2\n"),  # of another portal
        ("1\n3\n", "1\n2\n", True, "1\n2\n3\n"),  # marks of erasures: all of them count
    ],
)
def test_no_older_file_takes_the_place_of_a_newer_one(
    own: str, kept: str, is_set: bool, result: str, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text(kept)
    if own:
        (tmp_path / "seals.log").write_text(own)
    restore_ledger(tmp_path / "kept", tmp_path / "seals.log", is_set=is_set)
    assert (tmp_path / "seals.log").read_text() == result
    assert (tmp_path / "seals.before-restore").exists() == (own in ("1\n", "x\n"))


def test_backups_are_kept_for_days_weeks_and_months(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    last = datetime(2026, 12, 1, 5, tzinfo=UTC)
    for days in range(200):
        retention.path_for(tmp_path, last - timedelta(days=days), "age1present").touch()
    retention.path_for(tmp_path, last - timedelta(hours=3), "age1present").touch()
    retention.path_for(tmp_path, last - timedelta(hours=4), "age1former").touch()
    retention.path_for(tmp_path, last - timedelta(days=199), "age1former").touch()
    retention.delete_old(tmp_path)
    kept = sorted(filter(None, map(retention.made_at, tmp_path.iterdir())), reverse=True)
    expected = "12-01 12-01 11-30 11-29 11-28 11-27 11-26 11-25 11-22 11-15 11-08 10-31"
    assert [f"{at:%m-%d}" for at in kept] == expected.split()
    assert (tmp_path / "notes.txt").exists()
