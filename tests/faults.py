"""Takes the database away from 16 clients and the workers: `make faults`, about ten minutes.

    python -m tests.faults [CLIENTS SECONDS,SECONDS KILLS]

On SQLite and on PostgreSQL. SQLite's file is locked for as long as PostgreSQL's server is stopped.
Then the disk is full (SQLite), or the server only reads (PostgreSQL), and workers are killed while
they import. Prints what happened; ends with an error if a write or an email was lost or doubled, a
page failed, or a worker ended.
"""

import json
import os
import resource
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event as Signal
from typing import Any
from urllib.parse import urlencode

from tests.processes import (
    PRODUCTION_ENVIRONMENT,
    ROOT,
    TIMEOUT,
    free_port,
    program_path,
    running_process,
    wait_for_output,
)
from tests.test_database_outage import Server

PAGES = ("/", "/commitments/", "/outcomes/", "/search/?q=train")
OFFER = "/me/offers/new/meet/1.a/"
CSRF = "c" * 32
PAUSE = 0.2  # seconds between two requests of a client
QUIET = 3.0  # seconds before and after
RETRY_PAUSE = 1.0
MAX_ATTEMPTS = 5


def main(clients: str = "16", outages: str = "4,30", kills: str = "20") -> None:
    with_postgres = str(ROOT / "tests" / "with_postgres.sh")
    failed = []
    servers: list[list[str]] = [[]]
    if subprocess.run([with_postgres, "--found"], check=False).returncode == 0:
        servers.append([with_postgres])
    for server in servers:
        environment = {name: os.environ[name] for name in ("PATH", "PGBIN") if name in os.environ}
        for command in (
            [sys.executable, "-m", "tests.faults", "on-one-database", clients, outages],
            [sys.executable, "-m", "tests.worker_kills", kills],
        ):
            code = subprocess.run([*server, *command], cwd=ROOT, env=environment, check=False)
            if code.returncode:
                failed.append(" ".join(command[2:]))
    if failed:
        sys.exit(f"Failed: {'; '.join(failed)}.")


@dataclass
class Result:
    """What the clients saw in one outage."""

    requests: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    longest: float = 0.0
    acknowledged: list[str] = field(default_factory=list)


class Client:
    """Someone who is signed in, and reads and writes in turn."""

    def __init__(self, number: int, port: int, session: str, result: Result) -> None:
        self.number, self.port, self.result = number, port, result
        self.headers = {
            "Host": "portal.example.org",
            "X-Forwarded-Proto": "https",
            "Referer": "https://portal.example.org/",
            "Cookie": f"__Host-csrftoken={CSRF}; __Host-sessionid={session}",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> str:
        began = time.monotonic()
        body = urlencode({"csrfmiddlewaretoken": CSRF, **fields}) if fields else None
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)) as connection:
            try:
                connection.request(method, path, body, self.headers)
                response = connection.getresponse()
                response.read()
                answer = str(response.status)
            except (OSError, HTTPException) as error:
                answer = type(error).__name__
        self.result.requests += 1
        self.result.answers[f"{method} {answer}"] += 1
        self.result.failed += answer not in ("200", "302", "503")
        self.result.longest = max(self.result.longest, time.monotonic() - began)
        return answer

    def work(self, enough: Signal) -> None:
        count = 0
        while not enough.is_set():
            self.ask("GET", PAGES[count % len(PAGES)])
            time.sleep(PAUSE)
            self.write(f"Train {self.number} {count} {secrets.token_hex(4)}.")
            time.sleep(PAUSE)
            count += 1

    def write(self, text: str) -> None:
        """Sends a form until it is answered, as the button on the page of an outage does."""
        fields = {
            "act": "draft",
            "version": "new",
            "text": text,
            "milestones-TOTAL_FORMS": "0",
            "milestones-INITIAL_FORMS": "0",
            "once": secrets.token_urlsafe(16),
        }
        deadline = time.monotonic() + TIMEOUT
        while self.ask("POST", OFFER, fields) != "302":
            assert time.monotonic() < deadline, self.result.answers
            time.sleep(RETRY_PAUSE)
        self.result.acknowledged.append(text)


def on_one_database(clients: str, outages: str) -> None:
    with tempfile.TemporaryDirectory(prefix="roundtable-faults-") as name:
        folder = Path(name)
        environment = PRODUCTION_ENVIRONMENT | {
            "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
            "DATA_DIR": f"{folder}/data",
            "STATIC_ROOT": f"{folder}/static",
            "ERASURE_LEDGER": f"{folder}/erasures.log",
            "EMAIL_URL": f"filemail:///{folder}/outbox",
            "HOME": name,
            "WEB_CONCURRENCY": "2",
        }
        os.environ.update(environment, DJANGO_SETTINGS_MODULE="roundtable.settings")
        sessions = fill(int(clients))
        with portal(folder) as (port, web), worker(folder) as mail:
            trial = Trial(folder, port, sessions, mail)
            for seconds in outages.split(","):
                trial.run(f"database away {seconds} s", away(folder), float(seconds))
            trial.run("disk full 5 s" if on_sqlite() else "server read-only 5 s", full(web), 5.0)
        if trial.problems:
            sys.exit("\n".join(trial.problems))


def on_sqlite() -> bool:
    return not os.environ["DATABASE_URL"]


def fill(clients: int) -> list[str]:
    """The tables, and a session of each client."""
    code = f"from tests import faults_data; faults_data.fill({clients})"
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--no-input", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--no-imports", "-c", code],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


@contextmanager
def portal(folder: Path) -> Iterator[tuple[int, int]]:
    """Its port, and the number of its first process."""
    command = [program_path("gunicorn"), "--config", "deploy/gunicorn.conf.py"]
    log, port = folder / "web.log", free_port()
    command += ["--bind", f"127.0.0.1:{port}"]
    with running_process(command, dict(os.environ), log) as process:
        wait_for_output("Booting worker", log, process)
        yield port, process.pid
        process.terminate()
        process.wait(timeout=TIMEOUT)


@contextmanager
def worker(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "manage.py", "db_worker", "--backend", "mail", "--verbosity", "0"]
    with running_process(command, dict(os.environ), folder / "mail.log") as process:
        yield process
        began = time.monotonic()
        process.terminate()
        process.wait(timeout=TIMEOUT)
        seconds = time.monotonic() - began
        sys.stdout.write(f"  the mail worker ended {seconds:.1f} s after SIGTERM\n")


def away(folder: Path) -> Callable[[float], None]:
    """Stops PostgreSQL's server, or locks SQLite's file."""
    if not on_sqlite():
        server = Server(os.environ["DATABASE_URL"])

        def stop(seconds: float) -> None:
            server.control("stop", "-m", "fast")
            time.sleep(seconds)
            server.control("restart")

        return stop

    def lock(seconds: float) -> None:
        with closing(sqlite3.connect(folder / "data" / "roundtable.sqlite3", timeout=60)) as file:
            file.isolation_level = None
            file.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            file.execute("ROLLBACK")

    return lock


def full(web: int) -> Callable[[float], None]:
    """No process of the portal can write to a file, or the server accepts no write."""
    if on_sqlite():
        children = Path(f"/proc/{web}/task/{web}/children").read_text().split()

        def fill_disk(seconds: float) -> None:
            for pid in map(int, children):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            time.sleep(seconds)
            no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            for pid in map(int, children):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, no_limit)

        return fill_disk

    def only_read(seconds: float) -> None:
        for value in ("on", "off"):
            psql(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            psql("SELECT pg_reload_conf()")
            if value == "on":
                time.sleep(seconds)

    return only_read


def psql(statement: str) -> None:
    code = "import os, psycopg2; c = psycopg2.connect(os.environ['DATABASE_URL']); "
    code += f"c.autocommit = True; c.cursor().execute({statement!r})"
    subprocess.run([sys.executable, "-c", code], check=True)


@dataclass
class Trial:
    """The portal and its clients through some outages."""

    folder: Path
    port: int
    sessions: list[str]
    mail: "subprocess.Popen[bytes]"
    problems: list[str] = field(default_factory=list)
    emails: int = 0
    lines: int = 0

    def run(self, name: str, outage: Callable[[float], None], seconds: float) -> None:
        result, enough = Result(), Signal()
        clients = [
            Client(number, self.port, session, result)
            for number, session in enumerate(self.sessions)
        ]
        with ThreadPoolExecutor(len(clients)) as pool:
            working = [pool.submit(client.work, enough) for client in clients]
            try:
                time.sleep(QUIET)
                self.queue_emails(5)
                outage(seconds)
                self.queue_emails(5)
                time.sleep(QUIET)
            finally:
                enough.set()
            for one in working:
                one.result()
        self.report(name, result)

    def queue_emails(self, number: int) -> None:
        code = f"from tests import faults_data; faults_data.queue({self.emails}, {number})"
        self.emails += number
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--no-imports"]
        # SQLite lets one of all who wait write, not the one who has waited longest.
        for _attempt in range(MAX_ATTEMPTS):
            if subprocess.run([*command, "-c", code], cwd=ROOT, check=False).returncode == 0:
                return
        sys.exit(f"No email could be queued in {MAX_ATTEMPTS} attempts.")

    def sent(self) -> Counter[str]:
        """How often each email was sent; waits until all are."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            texts = [path.read_text() for path in (self.folder / "outbox").glob("*")]
            found = Counter(
                line for text in texts for line in text.splitlines() if line.startswith("To: ")
            )
            if len(found) >= self.emails or time.monotonic() > deadline:
                return found
            time.sleep(0.5)

    def errors(self) -> Counter[str]:
        """New errors in the log of the portal, by class and place."""
        lines = (self.folder / "web.log").read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and '"error"' in line]
        new, self.lines = found[self.lines :], len(found)
        return Counter(
            f"{line.get('method', '')} {line['error']} at {line['at'][-1]}" for line in new
        )

    def report(self, name: str, result: Result) -> None:
        code = "from tests import faults_data; faults_data.show()"
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--no-imports"]
        done = subprocess.run(
            [*command, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
        )
        stored = Counter(done.stdout.splitlines())
        lost = [text for text in result.acknowledged if not stored[text]]
        doubled = [text for text in result.acknowledged if stored[text] > 1]
        sent = self.sent()
        resent = [to for to, number in sent.items() if number > 1]
        missing = self.emails - len(sent)
        has_worker = self.mail.poll() is None
        answers = ", ".join(f"{what}: {number}" for what, number in sorted(result.answers.items()))
        database = "SQLite" if on_sqlite() else "PostgreSQL"
        sys.stdout.write(
            f"{database}, {name}, {len(self.sessions)} clients: {result.requests} requests,"
            f" {result.failed} failed, the slowest took {result.longest:.1f} s\n"
            f"  {answers}\n"
            f"  {len(result.acknowledged)} writes acknowledged, {len(lost)} lost,"
            f" {len(doubled)} doubled\n"
            f"  {len(sent)} of {self.emails} emails sent, {len(resent)} more than once;"
            f" the worker {'runs' if has_worker else 'ENDED'}\n"
        )
        for error, number in self.errors().items():
            sys.stdout.write(f"  {number} in the log: {error}\n")
        sys.stdout.flush()
        if result.failed or lost or doubled or resent or missing or not has_worker:
            self.problems.append(f"{database}, {name}: see above.")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_given: sys.exit(143))
    arguments: Any = sys.argv[1:]
    if arguments[:1] == ["on-one-database"]:
        on_one_database(*arguments[1:])
    else:
        main(*arguments)
