"""How many answers a second the portal gives, beside Datasette with the same commitments.

Both serve this machine alone, each with one process, and one client asks them in turns, so that
whatever else the machine does falls on both. The portal is asked twice: by someone for whom no
whole page is kept, and by a visitor, as most are. Datasette has an index for each of its filters
and for its words.
"""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db.models import Min

from outcomes.models import Commitment
from roundtable.filters.query_forms import PAGE_SIZE
from tests.bench.dataset import COMMITMENTS
from tests.bench.filled_portal import fill
from tests.bench.servers import Server, serve, serve_portal

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


def answers_a_second(server: Server, path: str, **headers: str) -> float:
    if ".csv" in path:  # programs that read files ask for them as they are
        headers["Accept-Encoding"] = "identity"
    began, number = time.perf_counter(), 0
    while (took := time.perf_counter() - began) < SECONDS_PER_TURN:
        server.ask(path, headers)
        number += 1
    return number / took


def run(commitments: int = COMMITMENTS) -> bool:
    """Prints the table; whether each goal is met."""
    fill(commitments)
    with tempfile.TemporaryDirectory(prefix="roundtable-peers-") as name:
        home = Path(name)
        datasette = install(home / "environment")
        print(f"Datasette: {export(home / 'peer.db'):,} commitments")
        command = [
            str(datasette),
            "serve",
            f"--immutable={home / 'peer.db'}",
            *("--setting", "suggest_facets", "off"),
            *("--setting", "default_page_size", str(PAGE_SIZE)),
            *("--setting", "facet_time_limit_ms", "20000"),
            *("--setting", "sql_time_limit_ms", "20000"),
        ]
        with serve_portal() as portal, serve(command, {"HOME": str(home)}, home) as peer:
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
    print(
        f"{'answers a second':28}{'not kept':>9}{'portal':>9}{'Datasette':>11}"
        f"{'ratio of both':>16}{'goal':>6}"
    )
    are_met = True
    for name, (path, query, goal) in PAGES.items():
        own = path.format(**places)
        other = query.format(**places | {"reference": bench07.reference})
        other = f"/peer/commitments{other}"
        portal.ask(own)
        peer.ask(other)
        turns = [
            (
                answers_a_second(portal, own, Authorization="Bearer none"),
                answers_a_second(portal, own),
                answers_a_second(peer, other),
            )
            for _round in range(ROUNDS)
        ]
        ratios = [statistics.median(turn[place] / turn[2] for turn in turns) for place in (0, 1)]
        speeds = [statistics.median(column) for column in zip(*turns, strict=True)]
        are_met = are_met and ratios[1] >= goal
        print(
            f"{name.format(**places):28}{speeds[0]:9.1f}{speeds[1]:9.1f}{speeds[2]:11.1f}"
            f"{ratios[0]:8.2f}{ratios[1]:8.2f}{goal or '':>6}"
            f"{'' if ratios[1] >= goal else '  below the goal'}",
            flush=True,
        )
    return are_met
