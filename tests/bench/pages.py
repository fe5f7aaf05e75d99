"""What each page costs: processor time, of the application and of the database.

Each try asks each page and a view that does nothing, in turn, so that whatever else the machine
does falls on all alike. No page is kept from one try to the next. Before each try for the first
number, a commitment changes, so that what is kept until something public changes is found again;
below "again", nothing changed.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from http.cookies import SimpleCookie
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from outcomes.models import Commitment, ProgressUpdate
from participants.models import Delegate, User
from tests.bench.dataset import COMMITMENTS
from tests.bench.filled_portal import SMALL_EVENT, fill
from tests.sign_in import sign_in

SIZES = (1_000, COMMITMENTS)
TRIES = 9
SECONDS_PER_PAGE = 12.0
BASELINE = Path(__file__).with_name("baseline.json")
# A page that costs this many times what it did, or what it costs with few commitments, is named.
MUCH_MORE = 1.5
EMPTY = "/empty/"
# Each page, with how many times the empty view it may cost.
PAGES: dict[str, tuple[str, int]] = {
    "list": ("/commitments/", 15),
    "list, page 1,900 of 5,000": ("/commitments/?page={page}", 15),
    "list, by due date": ("/commitments/?overdue=yes&sort=due", 15),
    "list, latest report first": ("/commitments/?sort=updated", 15),
    "search, common word": ("/search/?q=officers", 25),
    "search, rare word": ("/search/?q=4711", 12),
    "list, filtered": ("/commitments/?event=bench-7&status=in-progress", 25),
    "record": ("/commitments/bench07-c{commitment}/", 10),
    "home": ("/", 15),
    "roundtables": ("/roundtables/", 12),
    "points": ("/outcomes/", 15),
    "organisations": ("/organisations/", 15),
    "progress": ("/progress/", 30),
    "progress of 30 commitments": (f"/progress/?event={SMALL_EVENT}", 20),
    "directory": ("/directory/", 25),
    "directory by country": ("/directory/?view=country", 30),
    "changes": ("/changes/", 25),
    "feed": ("/feed.atom", 25),
    "calendar": ("/calendar.ics", 25),
    "roundtable of 60 people": (f"/roundtables/{SMALL_EVENT}/", 30),
    "organisation": ("/organisations/office-7/", 20),
    "person": ("/directory/p000007/", 20),
    "person, signed in": ("/directory/p000007/", 20),
    "reveal, signed in": ("/directory/p000007/show/", 20),
}
# Searches that are made to take long; each must be answered within a second.
HOSTILE = (
    "tra* off* bor* law* cou* hel* pla* pol*",
    "train officers border law trafficking courses held next",
    '"in the law on" "at the" "the border"',
    "police -train -officers -border -law -courses -held",
    "trian oficers bordr traficking cuorses hled plannde pollice",
    "x" * 200,
)
SIGNED_IN = ", signed in"
POSTED = "/show/"  # the end of addresses that are posted
_visitors = count()


class ProcessorTime:
    """Milliseconds that this process and the server of its connection have worked."""

    def __init__(self) -> None:
        self._server = Path("/dev/null")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def __call__(self) -> float:
        # The first number is the time on a processor, in nanoseconds.
        server = self._server.read_text().split()
        return time.process_time() * 1000 + (int(server[0]) / 1e6 if server else 0)


def answer(handler: WSGIHandler, path: str, cookie: str) -> None:
    """One request, as a server hands it over; ends the run if it fails."""
    cache.clear()
    name, _mark, query = path.partition("?")
    started: list[str] = []
    visitor = next(_visitors)  # each from an address of its own, for the limits
    environ = {
        "REQUEST_METHOD": "POST" if name.endswith(POSTED) else "GET",
        "PATH_INFO": name,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": f"10.0.{visitor // 256 % 256}.{visitor % 256}",
        "HTTP_COOKIE": cookie,
        "HTTP_AUTHORIZATION": "Bearer none",  # of such a request, nothing is kept
        "HTTP_X_CSRFTOKEN": SimpleCookie(cookie)["csrftoken"].value if cookie else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }

    def start_response(status: str, *_headers: Any) -> Callable[[bytes], object]:
        started.append(status)
        return len  # nothing is written this way

    response: Any = handler(environ, start_response)
    for _part in response:
        pass
    response.close()
    if not started[0].startswith("200"):
        sys.exit(f"{path} was answered {started[0]}.")


def measure(commitments: int) -> dict[str, tuple[float, int]]:
    """For each page, how many times an empty view it costs, and its queries."""
    bench07 = Commitment.objects.filter(event__slug="bench-7").order_by("pk").first()
    assert bench07
    places = {"page": commitments * 19 // 1000, "commitment": bench07.reference.split("-C")[1]}
    client, reader = Client(), User.objects.get(email="listed9@example.org")
    sign_in(client, reader)
    client.get("/me/")  # sets the cookie that the token of a form is compared with
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    handler, clock = WSGIHandler(), ProcessorTime()
    changed = Commitment.objects.filter(pk=bench07.pk)

    def tried(path: str, cookie: str = "", *, is_first: bool = False) -> float:
        if is_first:  # after a public change, nothing that is kept is shown as it is
            changed.update(is_open=~F("is_open"))
        began = clock()
        answer(handler, path, cookie)
        return clock() - began

    def medians(*tries: Callable[[], float]) -> list[float]:
        took: list[list[float]] = [[] for _try in tries]
        began = time.monotonic()
        while len(took[0]) < TRIES and time.monotonic() - began < SECONDS_PER_PAGE:
            for one, times in zip(tries, took, strict=True):
                times.append(one())
        return [statistics.median(times) for times in took]

    found = {}
    print(
        f"{connection.vendor}, {commitments:,} commitments, "
        f"{ProgressUpdate.objects.count():,} updates, {Delegate.objects.count():,} people"
    )
    print(f"{'page':28}{'ms':>9}{'× empty':>9}{'goal':>6}{'again':>9}{'queries':>9}")
    for name, (pattern, goal) in PAGES.items():
        path = pattern.format(**places)
        cookie = cookies if name.endswith(SIGNED_IN) else ""
        tried(path, cookie)  # the first try reads templates
        with CaptureQueriesContext(connection) as queries:
            tried(path, cookie, is_first=True)
        number = len(queries)
        empty, first, again, _empty = medians(
            partial(tried, EMPTY),
            partial(tried, path, cookie, is_first=True),
            partial(tried, path, cookie),
            partial(tried, EMPTY),
        )
        ratio = first / empty
        found[name] = (round(ratio, 1), number)
        print(
            f"{name:28}{first:9.1f}{ratio:9.1f}{goal:6}{again / empty:9.1f}{number:9}"
            f"{'' if ratio <= goal else '  above the goal'}",
            flush=True,
        )
    for text in HOSTILE:
        began = time.monotonic()
        answer(handler, f"/search/?{urlencode({'q': text})}", "")
        seconds = time.monotonic() - began
        print(f"search for {text[:50]}: {seconds:.2f} s{'' if seconds < 1 else '  too long'}")
    return found


def compared(found: dict[str, dict[str, tuple[float, int]]], keep: bool) -> bool:
    """Names what costs more than in the file that is kept, and with many commitments."""
    stored: dict[str, Any] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    before = stored.get(connection.vendor, {})
    few, *_others, many = found.values() if len(found) > 1 else [*found.values()] * 2
    for name in PAGES:
        growth = many[name][0] / few[name][0]
        if growth > MUCH_MORE:
            print(f"{name}: with many commitments {growth:.1f} times what it costs with few")
    slower = [
        f"{name}, {size}: {ratio:g} times the empty view, {before[size][name]:g} before"
        for size, pages in found.items()
        for name, (ratio, _queries) in pages.items()
        if ratio > MUCH_MORE * before.get(size, {}).get(name, ratio)
    ]
    print(*slower, sep="\n")
    if keep:
        ratios = {
            size: {name: ratio for name, (ratio, _queries) in pages.items()}
            for size, pages in found.items()
        }
        BASELINE.write_text(json.dumps(stored | {connection.vendor: ratios}, indent=1) + "\n")
    return not slower


def run(*options: int | str) -> bool:
    """Prints the table for each number of commitments; `keep` stores it as the baseline."""
    sizes = [option for option in options if isinstance(option, int)] or list(SIZES)
    # Connections stay open, as deployed.
    connection.settings_dict["CONN_MAX_AGE"] = None
    connection.close()
    found = {}
    with override_settings(
        ROOT_URLCONF="tests.bench.urls", CSRF_COOKIE_NAME="csrftoken", REVEALS_PER_DAY=10**6
    ):
        for size in sizes:
            call_command("flush", interactive=False, verbosity=0)
            fill(size)
            found[str(size)] = measure(size)
    return compared(found, keep="keep" in options)
