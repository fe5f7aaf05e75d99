"""How many answers a second the portal gives, beside Datasette with the same commitments.

Both serve this machine alone, each with one process, and one client asks them in turns, so that
whatever else the machine does falls on both. The portal keeps no answer; Datasette has an index
for each of its filters and for its words.
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Min

from outcomes.models import Commitment
from roundtable.query_forms import PAGE_SIZE
from tests.bench.dataset import COMMITMENTS
from tests.bench.filled_portal import fill
from tests.processes import (
    PRODUCTION_ENVIRONMENT,
    ROOT,
    free_port,
    manage,
    program_path,
    running_process,
)

DATASETTE = "datasette==0.65.3"
ROUNDS, SECONDS_PER_TURN = 5, 1.0
FACETS = ("status", "event", "organisation", "kind", "country", "theme")
# The page of each, and how many answers a second of Datasette's the portal must give at least.
PAGES = {
    "list": ("/commitments/", "", 0.5),
    "list, page {page:,}": ("/commitments/?page={page}", "?_next={next}", 0.5),
    "filter with facets": (
        "/commitments/?event=bench-7&status=in-progress",
        "?event=bench-7&status=in-progress" + "".join(f"&_facet={name}" for name in FACETS),
        3.0,
    ),
    "common word": ("/search/?q=officers&kind=commitment", "?_search=officers", 1.5),
    "rare word": ("/search/?q=4711&kind=commitment", "?_search=4711", 0.0),
    "record": ("/commitments/{reference}/", "?reference={reference}", 0.0),
    "all rows as CSV": ("/commitments.csv", ".csv?_stream=on", 1.8),
}


def export(path: Path) -> int:
    """Writes the public commitments into a file for Datasette; returns their number."""
    rows = (
        Commitment.objects.published()
        .order_by("pk")
        .annotate(theme=Min("outcomes__themes__slug"), office=Min("parties__organisation"))
        .values_list(
            "pk",
            "reference",
            "text",
            "due_on",
            "latest_status",
            "event__slug",
            "theme",
            "parties__organisation__slug",
            "parties__organisation__kind",
            "parties__organisation__country",
        )
    )
    with sqlite3.connect(path) as file:
        file.execute(
            "CREATE TABLE commitments (id INTEGER PRIMARY KEY, reference, text, due_on, status, "
            "event, theme, organisation, kind, country)"
        )
        places = ", ".join("?" * 10)
        file.executemany(
            f"INSERT OR IGNORE INTO commitments VALUES ({places})",
            ([str(part) if part is not None else None for part in row] for row in rows.iterator()),
        )
        for name in (*FACETS, "reference"):
            file.execute(f"CREATE INDEX by_{name} ON commitments ({name})")
        file.execute(
            'CREATE VIRTUAL TABLE words USING fts5(reference, text, content="commitments", '
            "content_rowid='id', tokenize='porter unicode61')"
        )
        file.execute("INSERT INTO words (words) VALUES ('rebuild')")
        file.execute("ANALYZE")
        (number,) = file.execute("SELECT count(*) FROM commitments").fetchone()
    return int(number)


def install(folder: Path) -> Path:
    """Datasette in an environment of its own, which ends with the run."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", DATASETTE], check=True)
    return folder / "bin" / "datasette"


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")


class Server:
    """Asked over one connection that stays open."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = headers
        self._visitors = 0

    def wait(self, path: str) -> None:
        for _try in range(600):
            try:
                return self.ask(path)
            except ConnectionError:
                self._connection.close()
                time.sleep(0.2)
        raise SystemExit("A server did not start.")

    def ask(self, path: str) -> None:
        self._visitors += 1  # each from an address of its own, for the limits
        visitor = f"10.0.{self._visitors // 250 % 250}.{self._visitors % 250}"
        headers = {**self._headers, "X-Forwarded-For": visitor}
        if ".csv" in path:  # programs that read files ask for them as they are
            headers["Accept-Encoding"] = "identity"
        try:
            self._connection.request("GET", path, headers=headers)
            response = self._connection.getresponse()
        except RemoteDisconnected:  # it waited for this client while the other was asked
            self._connection.close()
            self._connection.request("GET", path, headers=headers)
            response = self._connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{path} was answered {response.status}.")

    def answers_a_second(self, path: str) -> float:
        began, number = time.perf_counter(), 0
        while (took := time.perf_counter() - began) < SECONDS_PER_TURN:
            self.ask(path)
            number += 1
        return number / took


def run(commitments: int = COMMITMENTS) -> bool:
    """Prints the table; whether each goal is met."""
    fill(commitments)
    folder = tempfile.TemporaryDirectory(prefix="roundtable-peers-")
    home = Path(folder.name)
    datasette = install(home / "environment")
    print(f"Datasette: {export(home / 'peer.db'):,} commitments")
    ports = free_port(), free_port()
    portal_environment = PRODUCTION_ENVIRONMENT | {
        "DATABASE_URL": database_url(),
        "TRUSTED_PROXY_COUNT": "1",
        "SEAL_LEDGER": str(settings.SEAL_LEDGER),
        "WEB_CONCURRENCY": "1",
        "STATIC_ROOT": str(home / "static"),
    }
    manage("collectstatic", "--no-input", "-v0", **portal_environment)
    with ExitStack() as servers:
        servers.enter_context(folder)
        servers.enter_context(
            running_process(
                [
                    program_path("gunicorn"),
                    f"--config={ROOT / 'deploy' / 'gunicorn.conf.py'}",
                    f"--bind=127.0.0.1:{ports[0]}",
                    "--keep-alive=60",
                ],
                portal_environment,
                home / "portal.log",
            )
        )
        servers.enter_context(
            running_process(
                [
                    str(datasette),
                    "serve",
                    f"--immutable={home / 'peer.db'}",
                    f"--port={ports[1]}",
                    *("--setting", "suggest_facets", "off"),
                    *("--setting", "default_page_size", str(PAGE_SIZE)),
                    *("--setting", "facet_time_limit_ms", "20000"),
                    *("--setting", "sql_time_limit_ms", "20000"),
                ],
                {"HOME": str(home)},
                home / "datasette.log",
            )
        )
        # Of a request that says who asks, nothing is kept.
        portal = Server(
            ports[0],
            {
                "Host": "portal.example.org",
                "X-Forwarded-Proto": "https",
                "Authorization": "Bearer none",
                "Accept-Encoding": "gzip",
            },
        )
        peer = Server(ports[1], {"Accept-Encoding": "gzip"})
        portal.wait("/")
        peer.wait("/")
        return _compare_pages(portal, peer, commitments)


def _compare_pages(portal: Server, peer: Server, commitments: int) -> bool:
    bench07 = Commitment.objects.filter(event__slug="bench-7").order_by("pk")[0]
    page = commitments * 19 // 1000
    places = {
        "page": page,
        "next": page * PAGE_SIZE,
        "reference": bench07.reference.lower(),
    }
    print(f"{'page':28}{'portal':>9}{'Datasette':>11}{'ratio':>8}{'goal':>6}   answers a second")
    are_met = True
    for name, (path, query, goal) in PAGES.items():
        own, other = (
            path.format(**places),
            query.format(**places | {"reference": bench07.reference}),
        )
        other = f"/peer/commitments{other}"
        portal.ask(own)
        peer.ask(other)
        turns = [
            (portal.answers_a_second(own), peer.answers_a_second(other)) for _round in range(ROUNDS)
        ]
        ratio = statistics.median(one / another for one, another in turns)
        speeds = [statistics.median(column) for column in zip(*turns, strict=True)]
        are_met = are_met and ratio >= goal
        print(
            f"{name.format(**places):28}{speeds[0]:9.1f}{speeds[1]:11.1f}{ratio:8.2f}"
            f"{goal or '':>6}{'' if ratio >= goal else '  below the goal'}",
            flush=True,
        )
    return are_met
