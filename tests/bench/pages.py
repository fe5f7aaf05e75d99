"""How long the pages take that count, with a hundred thousand commitments.

Each try asks the page, the same page with nothing to show, and a view that does nothing, in turn,
so that whatever else the machine does falls on all alike. Nothing is kept from one try to the next.
"""

import statistics
import sys
import time

from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from outcomes.models import Commitment, ProgressUpdate
from tests.bench.dataset import COMMITMENTS, analyse_tables, make_dataset

TRIES = 15
GOAL = 25  # times as long as the same page with nothing to show, on PostgreSQL
# Each page, and the same one with nothing to show.
PAGES = {
    "/commitments/": "/commitments/?event=none",
    "/commitments/?overdue=yes&sort=due": "/commitments/?event=none",
    "/progress/": "/progress/?event=none",
    "/progress/?event=bench-7": "/progress/?event=none",
}
EMPTY_PATH = "/empty/"


def milliseconds(path: str) -> float:
    """How long one try takes."""
    cache.clear()
    began = time.perf_counter()
    answer = Client().get(path)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        sys.exit(f"{path} was answered {answer.status_code}.")
    return took


def compare(path: str, empty: str) -> float:
    """Prints the medians of the tries, and gives how often the empty page fits into the full."""
    with CaptureQueriesContext(connection) as queries:
        milliseconds(path)  # the first try reads templates
        asked_for = len(queries)
    times: dict[str, list[float]] = {path: [], empty: [], EMPTY_PATH: []}
    for asked in (empty, EMPTY_PATH):
        milliseconds(asked)
    for _number in range(TRIES):
        for asked, took in times.items():
            took.append(milliseconds(asked))
    full, bare, nothing = (statistics.median(took) for took in times.values())
    print(
        f"{path}: {full:.0f} ms in {asked_for} queries, {full / bare:.1f} times {empty} "
        f"({bare:.0f} ms), {full / nothing:.0f} times a view that does nothing ({nothing:.1f} ms)",
        flush=True,
    )
    return full / bare


def run(commitments: int = COMMITMENTS) -> bool:
    """Stores that many commitments and three times as many updates; whether the goal is met."""
    make_dataset(commitments, 3 * commitments)
    analyse_tables()
    print(
        f"{connection.vendor}: {Commitment.objects.count()} commitments, "
        f"{ProgressUpdate.objects.count()} updates; medians of {TRIES} tries, nothing kept"
    )
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        ratios = [compare(path, empty) for path, empty in PAGES.items()]
    return connection.vendor != "postgresql" or max(ratios) < GOAL
