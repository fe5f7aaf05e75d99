"""How long the portal takes for known and for unknown addresses.

Each try asks a portal of its own, in memory, known and unknown in turn, so that whatever else the
machine does falls on both alike.
"""

import statistics
import sys
import time
from collections.abc import Callable

from django.core.cache import cache
from django.test import Client

from roundtable.models import Event
from tests.factories import make_delegate, make_event, make_grant, make_user

TRIES = 500
GOAL = 10  # milliseconds


def known_address(number: int) -> str:
    """An address that has an account."""
    return f"known{number % 50:02}@example.org"


def unknown_address(number: int) -> str:
    """An address of the same length that has none."""
    return f"other{number % 50:02}@example.org"


def request_code(email: str) -> int:
    """Asks for a code."""
    return Client().post("/accounts/login/", {"login": email}).status_code


def request_invitation(email: str) -> int:
    """Sends the form for people who were not invited."""
    form = {
        "event": Event.objects.get().pk,
        "name": "Ana Example",
        "organisation": "An office",
        "email": email,
        "note": "",
    }
    return Client().post("/invite-me/", form).status_code


def milliseconds(ask: Callable[[str], int], email: str, status: int) -> float:
    """How long one try takes, with its limits unspent."""
    cache.clear()
    began = time.perf_counter()
    answer = ask(email)
    took = (time.perf_counter() - began) * 1000
    if answer != status:
        sys.exit(f"{email} was answered {answer}, not {status}.")
    return took


def compare(name: str, ask: Callable[[str], int], status: int) -> float:
    """Prints the medians of the tries and gives their difference."""
    for number in range(20):  # the first tries read templates
        for kind in (known_address, unknown_address):
            cache.clear()
            ask(kind(number))
    times: dict[Callable[[int], str], list[float]] = {known_address: [], unknown_address: []}
    for number in range(TRIES):
        for kind in (
            (known_address, unknown_address) if number % 2 else (unknown_address, known_address)
        ):
            times[kind].append(milliseconds(ask, kind(number), status))
    medians = [statistics.median(times[kind]) for kind in (known_address, unknown_address)]
    difference = abs(medians[0] - medians[1])
    print(
        f"{name}: known {medians[0]:.2f} ms, unknown {medians[1]:.2f} ms, "
        f"difference {difference:.2f} ms ({TRIES} tries each; the goal is under {GOAL} ms)"
    )
    return difference


def run() -> bool:
    """Makes fifty people, and says whether the differences meet the goal."""
    event = make_event()
    make_grant(make_user("cochair@example.org"), event)
    for number in range(50):
        make_delegate(name=f"Person {number}", user=make_user(known_address(number)))
    differences = [
        compare("Sign-in", request_code, 302),
        compare("Invite me", request_invitation, 302),
    ]
    return all(difference < GOAL for difference in differences)
