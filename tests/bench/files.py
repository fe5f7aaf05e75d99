"""How fast long files are sent, when their first byte comes, and how much memory they take."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import RequestFactory

from outcomes.exports import views
from tests.bench.dataset import COMMITMENTS
from tests.bench.filled_portal import fill
from tests.bench.servers import database_url
from tests.processes import PRODUCTION_ENVIRONMENT, ROOT

# By format: milliseconds to the first byte, and MB above what the process had, of 100,000 rows. A
# workbook is written whole before it is sent.
GOALS: dict[str, tuple[int, int]] = {"csv": (300, 15), "json": (300, 15), "xlsx": (0, 60)}
# A process of its own: this one has made the rows, and would use that memory again.
SEND = """
import django
django.setup()
from tests.bench.files import send
send({ending!r})
"""


def memory() -> float:
    """Of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def send(ending: str) -> None:
    """Prints seconds, seconds to the first byte, MB, and MB of memory above what was taken."""

    def response(ending: str) -> Any:
        return views.list_file(RequestFactory().get(f"/commitments.{ending}"), "commitment", ending)

    next(iter(response("csv")))  # the index of the filters is made once a day
    idle, began, first, size, highest = memory(), time.perf_counter(), 0.0, 0, 0.0
    for part in response(ending):
        first = first or time.perf_counter() - began
        size += len(part)
        highest = max(highest, memory())
    print(json.dumps([time.perf_counter() - began, first, size / 1e6, highest - idle]))


def run(commitments: int = COMMITMENTS) -> bool:
    fill(commitments)
    connection.close()
    print(f"{connection.vendor}, {commitments:,} commitments")
    print(f"{'format':8}{'rows/s':>10}{'first byte':>12}{'MB above':>10}{'MB':>8}")
    environment = (
        {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        | PRODUCTION_ENVIRONMENT
        | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "roundtable.settings",
            "SEAL_LEDGER": str(settings.SEAL_LEDGER),
        }
    )
    are_met = True
    for ending, (latest, most) in GOALS.items():
        done = subprocess.run(
            [sys.executable, "-c", SEND.format(ending=ending)],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        took, first, size, above = json.loads(done.stdout)
        is_met = above <= most and (not latest or first * 1000 <= latest)
        are_met = are_met and is_met
        print(
            f"{ending:8}{commitments / took:10,.0f}{first * 1000:9.0f} ms{above:10.1f}"
            f"{size:8.1f}{'' if is_met else '  not as wanted'}",
            flush=True,
        )
    return are_met
