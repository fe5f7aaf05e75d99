"""Marks of erased people reach the file after the commit, and once; what was deleted is gone."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current_settings
from django.db import transaction
from pytest_django import Settings

from participants.models import Erasure
from participants.privacy import erasure_ledger
from participants.privacy.erasure import erase_account, erase_delegate
from participants.privacy.erasure_ledger import append_missing_marks
from roundtable.checks import check_ledger_files, require_ledger_files
from tests.factories import NOON, make_delegate, make_user
from tests.processes import PRODUCTION_ENVIRONMENT, manage, run

COMMITTED = pytest.mark.django_db(transaction=True)
ON_EACH = pytest.mark.each_database


def kinds(ledger: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in ledger.read_text().splitlines()]


@ON_EACH
@COMMITTED
def test_rolled_back_erasures_are_not_in_the_file(ledger: Path) -> None:
    first, second = make_delegate(), make_delegate()
    with pytest.raises(RuntimeError), transaction.atomic():
        erase_delegate(first, by=None, at=NOON)
        erase_delegate(second, by=None, at=NOON)
        raise RuntimeError
    assert ledger.read_text() == ""
    assert not Erasure.objects.exists()


@ON_EACH
@COMMITTED
def test_marks_are_in_the_file_after_the_commit(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        if synced[-1] == ledger.stat().st_ino:
            assert not transaction.get_connection().in_atomic_block
        fsync(descriptor)

    user = make_user("dewi@example.org")
    monkeypatch.setattr(os, "fsync", watch)
    with transaction.atomic():
        erase_account(user, by=None, at=NOON)
        assert ledger.read_text() == ""
    assert kinds(ledger) == ["account", "address", "key"]
    assert synced.count(ledger.stat().st_ino) == 1 and ledger.parent.stat().st_ino in synced


@COMMITTED
def test_marks_that_a_crash_kept_back_are_appended_by_the_next_erasure(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(transaction, "on_commit", lambda act, **_options: None)
        erase_account(make_user("one@example.org"), by=None, at=NOON)
    assert ledger.read_text() == "" and Erasure.objects.count() == 3
    erase_account(make_user("two@example.org"), by=None, at=NOON)
    assert sorted(kinds(ledger)) == ["account", "account", "address", "address", "key"]


@COMMITTED
def test_marks_that_could_not_be_written_are_appended_later(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(erasure_ledger, "append_lines", fail)
        erase_account(make_user("one@example.org"), by=None, at=NOON)
    assert [record.getMessage() for record in caplog.records] == [
        "Marks could not be written to ERASURE_LEDGER (No space left on device)."
    ]
    assert ledger.read_text() == ""
    assert (append_missing_marks(), append_missing_marks()) == (3, 0)
    assert kinds(ledger) == ["account", "address", "key"]


# What SQLite keeps of deleted rows ---------------------------------------------------------

ERASE = """
from pathlib import Path
from django.db import connection
from django.utils import timezone
from participants.models import ContactChannel, Delegate, User
from participants.privacy.erasure import erase_delegate

database = Path(connection.settings_dict["NAME"])
wal = database.with_name(database.name + "-wal")

def found():
    return {path.suffix: path.read_bytes().count(b"zqcanary") for path in (database, wal)}

user = User.objects.create(email="zqcanary@example.org", joined_at=timezone.now())
person = Delegate.objects.create(name="zqcanary name", user=user, post="zqcanary " * 20)
ContactChannel.objects.create(delegate=person, kind="email", value="zqcanary@example.net")
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
person.write(about="zqcanary is here")
before = found()
erase_delegate(person, by=None, at=timezone.now())
print(min(before.values()) > 0, found())
"""


@pytest.mark.own_process
def test_erased_person_is_in_no_byte_of_the_database(migrated_file: Path, tmp_path: Path) -> None:
    (tmp_path / "roundtable.sqlite3").write_bytes(migrated_file.read_bytes())
    environment = PRODUCTION_ENVIRONMENT | {
        "DATABASE_URL": "",
        "DATA_DIR": str(tmp_path),
        "ERASURE_LEDGER": str(tmp_path / "erasures.log"),
    }
    result = manage("shell", "--no-imports", "--command", ERASE, **environment)
    assert (result.stdout, result.stderr) == ("True {'.sqlite3': 0, '.sqlite3-wal': 0}\n", "")


# The folder of the files -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ERASURE_LEDGER", "SEAL_LEDGER"])
def test_unusable_folder_stops_the_start(settings: Settings, tmp_path: Path, name: str) -> None:
    assert check_ledger_files() == []
    require_ledger_files()
    absent = tmp_path / "absent"
    cases = {
        absent / "a.log": f"the folder of {name}, {absent}, does not exist",
        tmp_path: f"{name}, {tmp_path}, is not a file that can be read and written",
        Path(current_settings.STATICFILES_DIRS[0]) / "a.log": (
            f"{name} is in a folder that the web server shows; choose another folder"
        ),
    }
    for path, problem in cases.items():
        setattr(settings, name, path)
        assert [error.msg for error in check_ledger_files()] == [f"{problem}."]
        with pytest.raises(SystemExit, match=r"^Roundtable cannot start: ") as end:
            require_ledger_files()
        assert problem in str(end.value)


@pytest.mark.own_process
def test_server_does_not_start_without_the_folder(tmp_path: Path) -> None:
    environment = PRODUCTION_ENVIRONMENT | {
        "ERASURE_LEDGER": str(tmp_path / "absent" / "a.log"),
        "STATIC_ROOT": str(tmp_path),
    }
    result = run([sys.executable, "-c", "import roundtable.wsgi"], environment)
    assert result.returncode == 1
    assert result.stderr == (
        f"Roundtable cannot start: the folder of ERASURE_LEDGER, {tmp_path}/absent, does not "
        "exist. See docs/operations.md.\n"
    )
