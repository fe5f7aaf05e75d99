"""The second process of a worker: it starts, is started again, and ends with the first."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import call_command

from roundtable.workers import second_worker, worker
from roundtable.workers.second_worker import SecondWorker
from tests.processes import TIMEOUT, running_process
from tests.roundtable.workers.test_worker import make_worker

pytestmark = pytest.mark.own_process

# Notes its process in the file, then does what the command of a worker does.
SECOND = """
import os, sys, time
from roundtable.workers.second_worker import end_with_input
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file)
end_with_input()
time.sleep(3600)
"""
FIRST = """
import sys, time
from roundtable.workers.second_worker import SecondWorker
SecondWorker._command = lambda self: [sys.executable, "-c", sys.argv[1], sys.argv[2]]
SecondWorker("imports", "small")
time.sleep(3600)
"""


def wait_until(is_true: Callable[[], bool]) -> None:
    for _time in range(TIMEOUT * 20):
        if is_true():
            return
        sleep(0.05)
    raise AssertionError("it never happened")


def started(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_process_that_ends_is_started_again_until_it_shall_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "started"
    command = [sys.executable, "-c", SECOND, str(file)]
    monkeypatch.setattr(SecondWorker, "_command", lambda self: command)
    monkeypatch.setattr(second_worker, "pause", lambda seconds: None)
    second = SecondWorker("imports", "small")
    wait_until(lambda: len(started(file)) == 1)
    os.kill(started(file)[0], signal.SIGKILL)
    wait_until(lambda: len(started(file)) == 2)
    second.end()
    second.end()
    second.wait()
    assert [is_running(pid) for pid in started(file)] == [False, False]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_process_ends_with_the_first_one(tmp_path: Path, sent: signal.Signals) -> None:
    file = tmp_path / "started"
    command = [sys.executable, "-c", FIRST, SECOND, str(file)]
    environment = {"DEBUG": "true", "DATA_DIR": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "roundtable.settings"
    with running_process(command, environment, tmp_path / "log") as first:
        wait_until(lambda: len(started(file)) == 1)
        first.send_signal(sent)
        first.wait()
    wait_until(lambda: not is_running(started(file)[0]))


class Noted:
    """In place of a second worker."""

    acts: list[str]

    def __init__(self, backend: str, queue: str) -> None:
        """Notes which one."""
        self.acts.append(f"{backend} {queue}")

    def end(self) -> None:
        """Notes it."""
        self.acts.append("end")

    def wait(self) -> None:
        """Notes it."""
        self.acts.append("wait")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("backend", "queue", "acts"),
    [
        ("imports", "default", ["imports small", "ended", "end", "wait"]),
        ("imports", "small", ["ended"]),
        ("mail", "default", ["ended"]),
    ],
)
def test_worker_of_imports_has_a_second_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: str, queue: str, acts: list[str]
) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "SecondWorker", Noted)
    Noted.acts = []
    first = make_worker(backend, queue_names=[queue], batch=False)

    def stop(_seconds: float) -> None:
        Noted.acts.append("ended")
        first.running = False

    monkeypatch.setattr(worker, "pause", stop)
    first.run()
    assert Noted.acts == acts


@pytest.mark.django_db
def test_second_worker_is_the_same_command() -> None:
    with patch.object(SecondWorker, "_keep_running"):
        _python, _manage, *command = SecondWorker("imports", "small")._command()
    assert {"--backend=imports", "--queue-name=small", "--end-with-input"} < set(command)
    with (
        patch("roundtable.workers.second_worker.end_with_input") as end_with_input,
        patch("roundtable.workers.worker.close_old_connections"),
    ):
        call_command(*command, "--batch")
    end_with_input.assert_called_once_with()
