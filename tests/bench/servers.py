"""Servers that benchmarks ask: the portal as deployed, with one process, and others beside it."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.processes import (
    PRODUCTION_ENVIRONMENT,
    ROOT,
    free_port,
    manage,
    program_path,
    running_process,
)

HOST = "portal.example.org"
GUNICORN = [
    program_path("gunicorn"),
    f"--config={ROOT / 'deploy' / 'gunicorn.conf.py'}",
    "--workers=1",
    "--keep-alive=60",
]
_visitors = count(1)


class Server:
    """Asked over one connection that stays open, as a proxy asks."""

    def __init__(self, port: int, process: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._process = process

    def wait(self, path: str) -> None:
        for _try in range(600):
            try:
                self.ask(path)
            except ConnectionError:
                self._connection.close()
                time.sleep(0.2)
            else:
                return
        raise SystemExit("A server did not start.")

    def ask(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> None:
        visitor = next(_visitors)
        sent = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            # Each visitor has an address of its own, for the limits.
            "X-Forwarded-For": str(IPv4Address("10.0.0.0") + visitor),
            "Accept-Encoding": "gzip",
            "Accept-Language": "en-GB,en;q=0.8",
            **(headers or {}),
        }
        try:
            self._connection.request(method, path, headers=sent)
            response = self._connection.getresponse()
        except RemoteDisconnected:  # it waited for this client while another server was asked
            self._connection.close()
            self._connection.request(method, path, headers=sent)
            response = self._connection.getresponse()
        response.read()
        if response.status not in (200, 304):
            raise SystemExit(f"{path} was answered {response.status}.")

    def processor_seconds(self) -> float:
        """How long its worker has worked, and the database for it."""
        return sum(map(_seconds_of_process, self._workers())) + _seconds_of_database()

    def most_memory(self) -> int:
        """In MB, of its worker, since it started."""
        status = Path(f"/proc/{self._workers()[0]}/status").read_text()
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(peak) // 1024

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text()
        return [int(child) for child in children.split()]


def _seconds_of_process(process: int) -> float:
    # The number of its clock, as clock_getcpuclockid() has it.
    return time.clock_gettime((~process << 3) | 2)


def _seconds_of_database() -> float:
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return sum(_seconds_of_process(process) for (process,) in cursor.fetchall())


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")


@contextmanager
def serve(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[Server]:
    """A program that listens on a port of its own, which it is given as `--port` or `--bind`."""
    port = free_port()
    listen = f"--bind=127.0.0.1:{port}" if command[0].endswith("gunicorn") else f"--port={port}"
    with running_process([*command, listen], environment, folder / f"{port}.log") as process:
        yield Server(port, process.pid)


@contextmanager
def serve_portal() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="roundtable-served-") as name:
        folder = Path(name)
        environment = PRODUCTION_ENVIRONMENT | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "SECRET_KEY": settings.SECRET_KEY,  # for sessions that the benchmark opens
            "TRUSTED_PROXY_COUNT": "1",
            "SEAL_LEDGER": str(settings.SEAL_LEDGER),
            "STATIC_ROOT": str(folder / "static"),
            "MALLOC_ARENA_MAX": "1",  # as docs/operations.md starts it
        }
        manage("collectstatic", "--no-input", "-v0", **environment)
        with serve(GUNICORN, environment, folder) as server:
            server.wait("/empty/")
            yield server


@contextmanager
def serve_empty_view() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="roundtable-served-") as name:
        command = [*GUNICORN, "tests.bench.empty_view"]
        with serve(command, {}, Path(name)) as server:
            server.wait("/empty/")
            yield server
