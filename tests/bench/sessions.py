"""What pages cost that are opened with a session, and so never kept, as deployed.

Milliseconds of processor time, of the application and the database, at the size that the portal is
built for. A goal is for a machine that makes twenty million additions in a second; on another one,
it is as many times higher as these take.
"""

import statistics
import time
from datetime import date

from django.db import connection

from outcomes.models import Commitment
from participants.models import Grant, Organisation, User
from tests.bench.filled_portal import fill
from tests.bench.pages import headers_of_reader
from tests.bench.servers import Server, serve_portal

COMMITMENTS, PEOPLE, MEETINGS = 10_000, 5_000, 50
CHAIRED = range(1, 6)
TRIES = 15
COCHAIR, DELEGATE = "cochair@example.org", "listed9@example.org"
# Of each page: who opens it, and how much it may cost on SQLite and on PostgreSQL.
PAGES = {
    "/me/": (DELEGATE, 60, 70),
    "/admin/": (COCHAIR, 80, 80),
    "/commitments/": (DELEGATE, 40, 40),
    "/commitments/{commitment}/": (DELEGATE, 40, 40),
    "/": (DELEGATE, 40, 40),
}


def make_cochair() -> None:
    """A co-chair of five roundtables, for an organisation."""
    office = Organisation.objects.get(slug="office-3")
    for event in CHAIRED:
        Grant.objects.create(
            user=User.objects.get(email=COCHAIR),
            event_id=event,
            role=Grant.Role.COCHAIR,
            on_behalf_of=office,
            valid_from=date(2020, 1, 1),
            effective_on=date(2020, 1, 1),
        )


def seconds_of_additions() -> float:
    began = time.process_time()
    exec("x = 0\nfor i in range(20_000_000): x += i", {})
    return time.process_time() - began


def cost(portal: Server, path: str, headers: dict[str, str]) -> float:
    began = portal.processor_seconds()
    portal.ask(path, headers)
    return (portal.processor_seconds() - began) * 1000


def run() -> bool:
    """Whether each page meets its goal."""
    fill(COMMITMENTS, PEOPLE, MEETINGS)
    make_cochair()
    commitment = Commitment.objects.filter(event__slug="bench-7").earliest("pk")
    slower = statistics.median(seconds_of_additions() for _try in range(3))
    print(f"{connection.vendor}, {COMMITMENTS:,} commitments, {PEOPLE:,} people; ", end="")
    print(f"twenty million additions take {slower:.2f} s")
    met = True
    with serve_portal() as portal:
        for path, (who, *goals) in PAGES.items():
            address = path.format(commitment=commitment.reference.lower())
            headers = headers_of_reader(who)
            portal.ask(address, headers)
            found = statistics.median(cost(portal, address, headers) for _try in range(TRIES))
            goal = goals[connection.vendor == "postgresql"] * slower
            met = met and found <= goal
            above = "" if found <= goal else "  above the goal"
            print(f"{address:28}{found:9.1f} ms{goal:9.1f}{above}", flush=True)
    return met
