"""What each page costs as deployed: processor time, of the application and of the database.

Each try asks each page and a view that does nothing, in turn, so that whatever else the machine
does falls on all alike. "First" is the first answer after a public change, "again" a later one to
someone for whom no whole page is kept, such as a delegate with a session, and "kept" a later one to
a visitor. The goal is for what is asked again and again: by visitors, or with a session.
"""

import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client

from outcomes.models import Commitment, ProgressUpdate
from participants.models import Delegate, RevealBudget, User
from tests.bench.dataset import COMMITMENTS
from tests.bench.filled_portal import SMALL_EVENT, fill
from tests.bench.servers import HOST, Server, serve_portal
from tests.sign_in import sign_in

SIZES = (1_000, COMMITMENTS)
TRIES = 9
SECONDS_PER_PAGE = 12.0
MEMORY_GOAL = 180  # MB
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
    # Other forms of a word that each person's post holds.
    "office offices officed officing officings officely officance officence",
)
SIGNED_IN = ", signed in"
POSTED = "/show/"  # the end of addresses that are posted
TOKEN = "t" * 32
# To a request that says who asks, no kept page is sent.
NOT_KEPT = {"Authorization": "Bearer none"}


def headers_of_reader(email: str = "listed9@example.org") -> dict[str, str]:
    """Of someone with a session, who may send a form."""
    client = Client()
    sign_in(client, User.objects.get(email=email))
    session = client.cookies["sessionid"].value
    return {
        "Cookie": f"__Host-sessionid={session}; __Host-csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Referer": f"https://{HOST}/",
    }


def measure(portal: Server, commitments: int) -> dict[str, float]:
    """For each page, how many times an empty view it costs."""
    bench07 = Commitment.objects.filter(event__slug="bench-7").order_by("pk").first()
    assert bench07
    places = {"page": commitments * 19 // 1000, "commitment": bench07.reference.split("-C")[1]}
    changed, reader = Commitment.objects.filter(pk=bench07.pk), headers_of_reader()

    def tried(
        path: str, headers: dict[str, str] = NOT_KEPT, *, times: int = 1, is_first: bool = False
    ) -> float:
        """Milliseconds of processor time for one answer."""
        if is_first:  # after a public change, nothing that is kept is shown as it is
            changed.update(is_open=~F("is_open"))
        method = "GET"
        if path.endswith(POSTED):  # one of the first of a day, which alert no one
            method = "POST"
            RevealBudget.objects.update(used=0)
        began = portal.processor_seconds()
        for _time in range(times):
            portal.ask(path, headers, method)
        return (portal.processor_seconds() - began) * 1000 / times

    def kept(path: str) -> float:
        portal.ask(path)
        return tried(path, {}, times=10)

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
    print(f"{'× empty view':28}{'first':>9}{'again':>9}{'kept':>9}{'goal':>9}{'first, ms':>12}")
    for name, (pattern, goal) in PAGES.items():
        path = pattern.format(**places)
        headers = reader if name.endswith(SIGNED_IN) else NOT_KEPT
        tried(path, headers)  # the first try reads templates
        asks = [
            partial(tried, EMPTY, times=10),
            partial(tried, path, headers, is_first=True),
            partial(tried, path, headers),
        ]
        if headers is NOT_KEPT:
            asks.append(partial(kept, path))
        empty, first, *later = medians(*asks)
        found[name] = round(first / empty, 1)
        of_visitor = f"{later[1] / empty:9.1f}" if later[1:] else f"{'':9}"
        print(
            f"{name:28}{found[name]:9}{later[0] / empty:9.1f}{of_visitor}{goal:9}{first:12.1f}"
            f"{'' if later[-1] <= goal * empty else '  above the goal'}",
            flush=True,
        )
    for text in HOSTILE:
        began = time.monotonic()
        portal.ask(f"/search/?{urlencode({'q': text})}", NOT_KEPT)
        seconds = time.monotonic() - began
        print(f"search for {text[:50]}: {seconds:.2f} s{'' if seconds < 1 else '  too long'}")
    memory = portal.most_memory()
    above = "" if memory <= MEMORY_GOAL else "  above the goal"
    print(f"a process of the portal has used at most {memory} MB{above}")
    return found


def compared(found: dict[str, dict[str, float]], keep: bool) -> bool:
    """Names what costs more than in the file that is kept, and with many commitments."""
    stored: dict[str, Any] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    before = stored.get(connection.vendor, {})
    few, *_others, many = found.values() if len(found) > 1 else [*found.values()] * 2
    for name in PAGES:
        growth = many[name] / few[name]
        if growth > MUCH_MORE:
            print(f"{name}: with many commitments {growth:.1f} times what it costs with few")
    slower = [
        f"{name}, {size}: {ratio:g} times the empty view, {before[size][name]:g} before"
        for size, pages in found.items()
        for name, ratio in pages.items()
        if ratio > MUCH_MORE * before.get(size, {}).get(name, ratio)
    ]
    print(*slower, sep="\n")
    if keep:
        BASELINE.write_text(json.dumps(stored | {connection.vendor: found}, indent=1) + "\n")
    return not slower


def run(*options: int | str) -> bool:
    """Prints the table for each number of commitments; `keep` stores it as the baseline."""
    sizes = [option for option in options if isinstance(option, int)] or list(SIZES)
    found = {}
    for size in sizes:
        call_command("flush", interactive=False, verbosity=0)
        settings.SEAL_LEDGER.unlink(missing_ok=True)  # of the log that is gone
        fill(size)
        with serve_portal() as portal:
            found[str(size)] = measure(portal, size)
    return compared(found, keep="keep" in options)
