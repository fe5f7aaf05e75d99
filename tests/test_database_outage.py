"""PostgreSQL restarts, stops and crashes while visitors read. No visitor sees an error page."""

import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from pathlib import Path
from threading import Event

import pytest

from tests.processes import (
    PRODUCTION_ENVIRONMENT,
    ROOT,
    TIMEOUT,
    free_port,
    manage,
    program_path,
    running_process,
    wait_for_output,
)

# Only a port of this machine is opened here.
pytestmark = [pytest.mark.own_process, pytest.mark.prove, pytest.mark.enable_socket]

SCRIPT = str(ROOT / "tests" / "with_postgres.sh")
OUTAGE = 2  # seconds after which it is started again, which takes a while too
READERS = 8  # as many as the two workers have threads
MOST = 2000  # pages that each of them reads at most
PAUSE = 0.03  # seconds between two of them
PAGES = ["/", "/commitments/", "/about/", "/outcomes/", "/me/", "/organisations/"]
SIGN_IN = """
from django.test import Client
from tests.factories import make_delegate, make_user
client = Client()
user = make_delegate(user=make_user("reader@example.org")).user
client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
print(client.session.session_key)
"""


class Server:
    """A PostgreSQL server that exists for this test alone, and can be stopped and started."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.data = Path(url.partition("host=")[2]) / "data"
        self.program = shlex.split((self.data / "postmaster.opts").read_text())[0]

    def control(self, *order: str) -> None:
        """Gives the server an order, and waits until it is done."""
        subprocess.run(
            [Path(self.program).with_name("pg_ctl"), "-D", self.data, "-w", *order],
            cwd=self.data,
            # The server refuses root.
            user=self.data.stat().st_uid if os.getuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=True,
        )

    def misbehave(self, pause: Callable[[], None]) -> float:
        """Is restarted, is away for some seconds (it says how many), and crashes."""
        pause()
        self.control("restart", "-m", "fast")
        pause()
        began = time.monotonic()
        self.control("stop", "-m", "fast")
        time.sleep(max(0, began + OUTAGE - time.monotonic()))
        self.control("restart")
        away = time.monotonic() - began
        pause()
        self.control("restart", "-m", "immediate")
        pause()
        return away


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Ends when this process does, however that ends: the script reads on until then."""
    if subprocess.run([SCRIPT, "--found"], check=False).returncode:
        pytest.skip("PostgreSQL's server was not found")
    with subprocess.Popen(
        [SCRIPT, "sh", "-c", 'echo "$DATABASE_URL"; cat'],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as script:
        assert script.stdout
        yield Server(script.stdout.readline().strip())


@pytest.fixture(scope="module")
def environment(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a portal with the roundtable of 2018; a delegate is signed in."""
    folder = tmp_path_factory.mktemp("portal")
    environment = PRODUCTION_ENVIRONMENT | {
        "DATABASE_URL": server.url,
        "DATA_DIR": f"{folder}/data",
        "STATIC_ROOT": f"{folder}/static",
        "HOME": str(folder),
    }
    for command in (
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--no-input"],
        ["load_roundtable", "outcomes/fixtures/bali-process-2018.toml"],
        ["shell", "--verbosity", "0", "--command", SIGN_IN],
    ):
        result = manage(*command, **environment)
        assert result.returncode == 0, result.stderr
    return environment | {"SESSION": result.stdout.strip()}


@contextmanager
def portal(environment: dict[str, str], log: Path) -> Iterator[int]:
    """The portal under gunicorn; the port that it listens at."""
    port = free_port()
    command = [program_path("gunicorn"), "--config", "deploy/gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{port}"]
    with running_process(command, environment, log) as process:
        wait_for_output("Booting worker", log, process)
        yield port
        process.terminate()
        process.wait(timeout=TIMEOUT)


class Readers:
    """Visitors who read one page after the other, and what they got."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.headers = {
            "Host": "portal.example.org",
            "X-Forwarded-Proto": "https",
            "Cookie": f"__Host-sessionid={session}",
        }
        self.answers: Counter[str] = Counter()
        self.pages_of_each = [0] * READERS
        self.away = 0.0
        self.longest = 0.0
        self.enough = Event()

    def read(self, reader: int) -> None:
        """Reads until it is enough."""
        for page in islice(cycle(PAGES), reader, reader + MOST):
            if self.enough.is_set():
                return
            began = time.monotonic()
            self.answers[self.answer(page)] += 1
            self.longest = max(self.longest, time.monotonic() - began)
            self.pages_of_each[reader] += 1
            time.sleep(PAUSE)

    def wait_for_new_pages(self) -> None:
        """Waits until each reader has asked for another page, and got it.

        After some seconds alone, on a slow machine, one page would meet two outages.
        """
        enough = [pages + 2 for pages in self.pages_of_each]
        deadline = time.monotonic() + TIMEOUT
        while any(pages < least for pages, least in zip(self.pages_of_each, enough, strict=True)):
            assert time.monotonic() < deadline, self.pages_of_each
            time.sleep(PAUSE)

    def answer(self, page: str) -> str:
        """The status of one page, or what became of the question."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)) as connection:
            try:
                connection.request("GET", page, headers=self.headers)
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException) as error:
                return type(error).__name__
            return str(response.status)


def read_through_it(server: Server, environment: dict[str, str], log: Path) -> Readers:
    """Lets them read while the server misbehaves."""
    with portal(environment, log) as port, ThreadPoolExecutor(READERS) as pool:
        readers = Readers(port, environment["SESSION"])
        # Where the portal does not serve at all, nothing is measured.
        assert {readers.answer(page) for page in PAGES} == {"200"}
        reading = [pool.submit(readers.read, number) for number in range(READERS)]
        try:
            readers.away = server.misbehave(readers.wait_for_new_pages)
        finally:
            readers.enough.set()
        for one in reading:
            one.result()
    return readers


@pytest.mark.parametrize("retry", [False, True], ids=["without", "with"])
def test_readers_see_no_error_during_outage(
    server: Server,
    environment: dict[str, str],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    retry: bool,
) -> None:
    settings = "roundtable.settings" if retry else "tests.settings_without_retry"
    readers = read_through_it(
        server, environment | {"DJANGO_SETTINGS_MODULE": settings}, tmp_path / "log"
    )
    number = readers.answers.total()
    failed = number - readers.answers["200"]
    with capfd.disabled():
        sys.stderr.write(
            f"\n{'With' if retry else 'Without'} the retry, through a restart, {readers.away:.1f} s"
            f" without a server, and a crash: {failed} of {number} pages failed,"
            f" the slowest took {readers.longest:.1f} s\n"
        )
    if retry:
        assert failed == 0, readers.answers
    else:
        assert failed > 0, "the readers did not notice"
