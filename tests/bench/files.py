"""How fast long files are sent, when their first byte comes, and how much memory they take."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import RequestFactory

from outcomes.exports import views
from tests.bench.dataset import COMMITMENTS, analyse_tables, make_dataset

# By format: milliseconds to the first byte, and MB above what the process had, of 100,000 rows. A
# workbook is written whole before it is sent.
GOALS: dict[str, tuple[int, int]] = {"csv": (300, 15), "json": (300, 15), "xlsx": (0, 60)}


def memory() -> float:
    """Of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def parts_of(ending: str) -> Iterator[bytes]:
    request = RequestFactory().get(f"/commitments.{ending}")
    response: Any = views.list_file(request, "commitment", ending)
    yield from response


def run(commitments: int = COMMITMENTS) -> bool:
    make_dataset(commitments, commitments)
    analyse_tables()
    print(f"{connection.vendor}, {commitments:,} commitments")
    print(f"{'format':8}{'rows/s':>10}{'first byte':>12}{'MB above':>10}{'MB':>8}")
    are_met = True
    next(parts_of("csv"))  # the index of the filters is made once a day
    for ending, (latest, most) in GOALS.items():
        idle, began, first, size, highest = memory(), time.perf_counter(), 0.0, 0, 0.0
        for part in parts_of(ending):
            first = first or time.perf_counter() - began
            size += len(part)
            highest = max(highest, memory())
        took, above = time.perf_counter() - began, highest - idle
        is_met = above <= most and (not latest or first * 1000 <= latest)
        are_met = are_met and is_met
        print(
            f"{ending:8}{commitments / took:10,.0f}{first * 1000:9.0f} ms{above:10.1f}"
            f"{size / 1e6:8.1f}{'' if is_met else '  not as wanted'}",
            flush=True,
        )
    return are_met
