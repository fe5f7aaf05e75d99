"""What people choose stays, however often co-chairs save at the same moment."""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT, TIMEOUT

# Without PostgreSQL there is nothing to race for: SQLite lets one request write at a time.
pytestmark = [pytest.mark.own_process, pytest.mark.prove]
ROUNDS = 30  # of each of seven choices
SERVER = str(ROOT / "tests" / "with_postgres.sh")


def test_saves_at_the_desk_undo_no_choice() -> None:
    if subprocess.run([SERVER, "--found"], check=False).returncode:
        pytest.skip("PostgreSQL's server was not found")
    environment = {name: os.environ[name] for name in ("PATH", "PGBIN") if name in os.environ}
    done = subprocess.run(
        [SERVER, sys.executable, "-m", "tests.save_races", str(ROUNDS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.count(f": 0 of {ROUNDS} undone\n") == 7
