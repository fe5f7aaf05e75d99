"""A database of each release is upgraded, and works; what was released stays as it was."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import FULL, POSTGRES_FOLLOWS
from tests.processes import ROOT, TIMEOUT
from tests.upgrade.freeze import changed
from tests.upgrade.releases import FOLDER, database_of, listed, migration_files, releases

SERVER = str(ROOT / "tests" / "with_postgres.sh")


# An empty SQLite database is migrated by test_deploy.py each time.
ON_SQLITE = pytest.param([], id="sqlite", marks=[pytest.mark.prove] if POSTGRES_FOLLOWS else [])


@pytest.mark.own_process
@pytest.mark.parametrize("server", [ON_SQLITE, pytest.param([SERVER], id="postgresql")])
@pytest.mark.parametrize("release", releases())
def test_database_of_a_release_is_upgraded_and_its_pages_answer(
    release: str, server: list[str]
) -> None:
    if server and subprocess.run([SERVER, "--found"], check=False).returncode:
        pytest.skip("PostgreSQL's server was not found")
    environment = {name: os.environ[name] for name in ("PATH", "PGBIN") if name in os.environ}
    command = [sys.executable, "-W", "error", "-m", "tests.upgrade.ask", release]
    done = subprocess.run(
        [*server, *command, *(["--all"] if FULL else [])],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-5000:]
    assert re.search(rf"^\d+ pages of {re.escape(release)} on ", done.stdout, re.MULTILINE)


def test_released_migrations_stay_as_they_were() -> None:
    assert changed() == []


def test_each_migration_is_listed_as_released() -> None:
    """Run `make freeze` once a new migration is ready: from then on it stays."""
    assert list(listed()) == [*dict.fromkeys(listed())]
    assert set(listed()) == {path.as_posix() for path in migration_files()}


def test_each_release_keeps_its_database() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = re.findall(r"(?m)^## (\d+\.\d+\.\d+), \d+ \w+ \d{4}$", text)
    assert dated == releases()[::-1]
    for release in releases():
        for vendor in ("sqlite", "postgresql"):
            assert (FOLDER / release / "data").exists() and database_of(release, vendor).exists()
