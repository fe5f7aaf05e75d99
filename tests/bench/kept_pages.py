"""How many kept pages a second one thread answers, beside Django with a view that does nothing.

Both go through the same WSGI handler of Django, in turns, so that whatever else the machine does
falls on both. The view that does nothing has no middleware.
"""

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings

from tests.bench.dataset import make_dataset

ROUNDS = 30
REQUESTS = 100  # in each round
GOALS = {"sqlite": 0.5, "postgresql": 0.35}  # of the answers a second of the empty view
PAGES = ("/commitments/", "/", "/roundtables/")

Ask = Callable[[], bytes]


def asking(handler: WSGIHandler, path: str, **headers: str) -> Ask:
    """Asks as a server does."""

    def ask() -> bytes:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.8",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **headers,
        }
        statuses: list[str] = []
        begin: Any = lambda status, _headers: statuses.append(status)  # noqa: E731
        answer: Any = handler(environ, begin)
        content = b"".join(answer)
        answer.close()
        if statuses[0][:3] not in ("200", "304"):
            raise SystemExit(f"{path} was answered {statuses[0]}.")
        return content

    return ask


def seconds_of(ask: Ask) -> float:
    began = time.perf_counter()
    for _number in range(REQUESTS):
        ask()
    return (time.perf_counter() - began) / REQUESTS


def compare(name: str, ask: Ask, empty: Ask) -> float:
    """Prints the medians; the answers a second in relation to those of the empty view."""
    ask(), empty()
    pairs = [(seconds_of(ask), seconds_of(empty)) for _round in range(ROUNDS)]
    took, floor = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(least / own for own, least in pairs)
    print(
        f"{name}: {took * 1000:.2f} ms, the empty view {floor * 1000:.2f} ms: "
        f"{ratio:.0%} of its answers a second",
        flush=True,
    )
    return ratio


def run(commitments: int = 1000) -> bool:
    """Whether the goal is met."""
    # As in production, connections stay open.
    connection.settings_dict |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    connection.close()
    make_dataset(commitments, 3 * commitments)
    print(f"{connection.vendor}: {commitments} commitments, {ROUNDS} rounds of {REQUESTS} requests")
    with override_settings(ROOT_URLCONF="tests.bench.urls", CSRF_COOKIE_NAME="csrftoken"):
        portal = WSGIHandler()
        with override_settings(MIDDLEWARE=[]):
            empty = asking(WSGIHandler(), "/empty/")
        compare("the empty view through all middleware", asking(portal, "/empty/"), empty)
        ratios = []
        for path in PAGES:
            ratios.append(compare(f"{path}, kept", asking(portal, path), empty))
            etag = {"HTTP_IF_NONE_MATCH": "*"}
            ratios.append(compare(f"{path}, confirmed", asking(portal, path, **etag), empty))
    return min(ratios) >= GOALS[connection.vendor]
