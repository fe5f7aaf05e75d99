"""What a kept page costs, beside Django with a view that does nothing.

Both are served as deployed and asked in turns, so that whatever else the machine does falls on
both. The view that does nothing has no middleware.
"""

import statistics
import time

from django.db import connection

from tests.bench.dataset import make_dataset
from tests.bench.servers import Server, serve_empty_view, serve_portal

ROUNDS, REQUESTS = 30, 100  # in each round
GOALS = {"sqlite": 0.5, "postgresql": 0.35}  # of what Django answers in the same processor time
PAGES = ("/commitments/", "/", "/roundtables/")
EMPTY = "/empty/"


def cost(server: Server, path: str, headers: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of processor time, and on the clock, of one answer."""
    began, worked = time.perf_counter(), server.processor_seconds()
    for _number in range(REQUESTS):
        server.ask(path, headers)
    took = server.processor_seconds() - worked, time.perf_counter() - began
    return took[0] * 1000 / REQUESTS, took[1] * 1000 / REQUESTS


def compare(portal: Server, path: str, headers: dict[str, str], empty: Server) -> float:
    """How many answers the portal gives while Django gives one, in the same processor time."""
    portal.ask(path, headers)
    rounds = [(*cost(portal, path, headers), *cost(empty, EMPTY, {})) for _round in range(ROUNDS)]
    worked, took, least_worked, least_took = map(statistics.median, zip(*rounds, strict=True))
    ratio = statistics.median(row[2] / row[0] for row in rounds)
    name = f"{path}, confirmed" if headers else path
    print(
        f"{name:28}{worked:9.2f}{least_worked:9.2f}{ratio:9.0%}{took:9.2f}{least_took:9.2f}",
        flush=True,
    )
    return ratio


def run(commitments: int = 1000) -> bool:
    """Whether the goal is met."""
    make_dataset(commitments, 3 * commitments)
    goal = GOALS[connection.vendor]
    print(f"{connection.vendor}: {commitments} commitments, {ROUNDS} rounds of {REQUESTS} requests")
    print(f"goal: {goal:.0%} of what Django with an empty view answers in the same processor time")
    print(f"{'page':28}{'ms':>9}{'Django':>9}{'ratio':>9}{'took':>9}{'Django':>9}")
    with serve_portal() as portal, serve_empty_view() as empty:
        ratios = [
            compare(portal, path, headers, empty)
            for path in PAGES
            for headers in ({}, {"If-None-Match": "*"})
        ]
    return min(ratios) >= goal
