"""A worker that is killed while it imports leaves whole people only, and the next one goes on."""

import os
import subprocess
import sys

import pytest

from tests.conftest import FULL
from tests.processes import ROOT, TIMEOUT

pytestmark = pytest.mark.own_process
KILLS = 100 if FULL else 3
SERVER = str(ROOT / "tests" / "with_postgres.sh")


@pytest.mark.parametrize(
    "server",
    [
        pytest.param([], id="sqlite", marks=pytest.mark.prove),
        pytest.param([SERVER], id="postgresql"),
    ],
)
def test_next_worker_goes_on_with_what_a_killed_one_began(server: list[str]) -> None:
    if server and subprocess.run([SERVER, "--found"], check=False).returncode:
        pytest.skip("PostgreSQL's server was not found")
    environment = {name: os.environ[name] for name in ("PATH", "PGBIN") if name in os.environ}
    done = subprocess.run(
        [*server, sys.executable, "-m", "tests.worker_kills", str(KILLS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{KILLS} kills, all went on:" in done.stdout
