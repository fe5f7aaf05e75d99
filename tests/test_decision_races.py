"""People sign, stop and decline at the same moment, and processes are killed: all is made once."""

import os
import subprocess
import sys

import pytest

from tests.conftest import FULL
from tests.processes import ROOT, TIMEOUT

pytestmark = pytest.mark.own_process
ROUNDS = 200 if FULL else 5  # of each race, by turns of each kind
SERVER = str(ROOT / "tests" / "with_postgres.sh")


@pytest.mark.parametrize(
    "server",
    [
        pytest.param([], id="sqlite", marks=pytest.mark.prove),
        pytest.param([SERVER], id="postgresql"),
    ],
)
def test_each_decision_is_made_once(server: list[str]) -> None:
    if server and subprocess.run([SERVER, "--found"], check=False).returncode:
        pytest.skip("PostgreSQL's server was not found")
    environment = {name: os.environ[name] for name in ("PATH", "PGBIN") if name in os.environ}
    done = subprocess.run(
        [*server, sys.executable, "-m", "tests.decision_races", str(ROUNDS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count(f"{ROUNDS} ") == 8
