"""Programs that a test starts, and questions to a server of its own."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from socket import AF_UNIX, socket

ROOT = Path(__file__).resolve().parent.parent
# Seconds after which a program that hangs is ended. It measures nothing: a loaded machine may take
# as long as it needs.
TIMEOUT = 3600
_ledgers = tempfile.mkdtemp(prefix="roundtable-ledgers-")
atexit.register(shutil.rmtree, _ledgers, ignore_errors=True)
# The environment of production that docs/operations.md describes.
PRODUCTION_ENVIRONMENT = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxyz",
    "PORTAL_URL": "https://portal.example.org",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Roundtable <portal@example.org>",
    "CONTACT_EMAIL": "office@example.org",
    "DATA_CONTROLLER": "The office, Example Street 1",
    "OPERATOR_NAME": "The office",
    "SERVER_COUNTRY": "Thailand",
    "ARRANGEMENT_URL": "https://example.org/arrangement",
    "ERASURE_KEY": "zyxwvutsrqponmlkjihgfedcba-9876543210-zyxwvutsrqponmlkjihgfedcba-9876543210",
    "ERASURE_LEDGER": f"{_ledgers}/erasures.log",
    "SEAL_KEY": "mlkjihgfedcba-9876543210-zyxwvutsrqpon-mlkjihgfedcba-9876543210-zyxwvutsrqpon",
    "DATA_KEY": "nopqrstuvwxyz-0123456789-abcdefghijklm-nopqrstuvwxyz-0123456789-abcdefghijklm",
    "DATABASE_URL": "postgres://portal:secret@localhost:5432/portal",
    "BEHIND_TLS_PROXY": "true",
}


def free_port() -> int:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def program_path(name: str) -> str:
    """A program in the folder of the Python that runs the tests."""
    return str(Path(sys.executable).parent / name)


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, with this environment and nothing else of ours."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs one of the portal's commands; warnings are errors."""
    return run([sys.executable, "-W", "error", "manage.py", *arguments], environment)


# Django is imported once; each child reads the settings anew.
CHECK_EACH = """
import json, os, runpy, sys
import django.core.management, django.core.validators, django.utils.translation, environ

folder, codes = sys.argv[1], []
for number, environment in enumerate(json.loads(sys.argv[2])):
    child = os.fork()
    if child == 0:
        os.environ.update(environment)
        for descriptor, name in ((1, "out"), (2, "err")):
            file = os.open(f"{folder}/{number}.{name}", os.O_WRONLY | os.O_CREAT)
            os.dup2(file, descriptor)
        sys.argv = ["manage.py", "check"]
        runpy.run_path("manage.py", run_name="__main__")
        sys.exit()
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(codes))
"""


def check_each(environments: list[dict[str, str]]) -> list[subprocess.CompletedProcess[str]]:
    """What `manage.py check` says in each environment, where the settings stop it."""
    with tempfile.TemporaryDirectory() as folder:
        given = [folder, json.dumps(environments)]
        done = run([sys.executable, "-W", "error", "-c", CHECK_EACH, *given], {})
        assert done.returncode == 0, done.stderr
        return [
            subprocess.CompletedProcess(
                ["check"],
                code,
                *(Path(folder, f"{number}.{name}").read_text() for name in ("out", "err")),
            )
            for number, code in enumerate(json.loads(done.stdout))
        ]


@contextmanager
def running_process(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs while the test does, and ends with all that it started."""
    # A shell that runs the tests in the background makes them, and their children, deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for_output(text: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    """Waits until the program has written the text."""
    deadline = time.monotonic() + TIMEOUT
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


class UnixConnection(HTTPConnection):
    """Asks a server that listens at a file."""

    def __init__(self, path: Path) -> None:
        """Connects at the first question."""
        super().__init__("portal.example.org", timeout=TIMEOUT)
        self.path = path

    def connect(self) -> None:
        """Opens the file instead of a port."""
        self.sock = socket(AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def get_over_socket(path: Path, address: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    """One answer of a server that listens at a file, and its body."""
    connection = UnixConnection(path)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", address, headers=named)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body
