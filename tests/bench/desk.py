"""How long the lists of the co-chairs' desk take with a hundred thousand rows each.

Each try asks the list as a co-chair of five roundtables in twenty, and the same list of what does
not exist, in turn, so that whatever else the machine does falls on both alike.
"""

import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from random import Random

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import (
    Affiliation,
    Delegate,
    Grant,
    Invitation,
    Organisation,
    Participation,
    User,
)
from tests.bench.many import AT_ONCE, COMMITMENTS, EVENTS, fill, settle
from tests.signing_in import sign_in

TRIES = 7
GOAL = 25  # times as long as the same list of nothing, on PostgreSQL
DELEGATES, COMMITMENT, UPDATE, OFFICE, PART = (
    f"/admin/{name}/"
    for name in (
        "participants/delegate",
        "outcomes/commitment",
        "outcomes/progressupdate",
        "participants/organisation",
        "participants/participation",
    )
)
NOTHING = "?roundtable=21"  # where nothing was undertaken
# Each list, and the same one with nothing in it.
LISTS = {
    "/admin/": f"{COMMITMENT}{NOTHING}",
    COMMITMENT: f"{COMMITMENT}{NOTHING}",
    f"{COMMITMENT}?q=officers+border": f"{COMMITMENT}{NOTHING}",
    f"{COMMITMENT}?q=BENCH03-C77": f"{COMMITMENT}{NOTHING}",
    f"{COMMITMENT}?standing=overdue": f"{COMMITMENT}{NOTHING}",
    f"{COMMITMENT}?standing=silent": f"{COMMITMENT}{NOTHING}",
    UPDATE: f"{UPDATE}{NOTHING}",
    f"{UPDATE}?waits=me": f"{UPDATE}{NOTHING}",
    f"{UPDATE}?q=courses": f"{UPDATE}{NOTHING}",
    DELEGATES: f"{DELEGATES}{NOTHING}",
    f"{DELEGATES}?q=person+777": f"{DELEGATES}{NOTHING}",
    f"{DELEGATES}?invitation=unanswered": f"{DELEGATES}{NOTHING}",
    PART: f"{PART}{NOTHING}",
    f"{PART}?waits=me": f"{PART}{NOTHING}",
    OFFICE: f"{OFFICE}?q=nobody+at+all",
    f"{OFFICE}?q=office+77": f"{OFFICE}?q=nobody+at+all",
}


def people(number: int) -> User:
    """That many people of twenty roundtables, each invited or not; and the co-chair who looks."""
    random = Random(7)
    chair = User.objects.get(email="cochair@example.org")
    made = Delegate.objects.bulk_create(
        (
            Delegate(name=f"Person {place} Sen", invitation_email=f"person{place}@example.org")
            for place in range(number)
        ),
        AT_ONCE,
    )
    offices = list(Organisation.objects.values_list("pk", flat=True))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    seats, sent, works = [], [], []
    for place, person in enumerate(made):
        event, office = random.randint(1, EVENTS), random.choice(offices)
        confirmed = {"confirmed_by": chair, "confirmed_at": at} if place % 10 else {}
        seats.append(
            Participation(delegate=person, event_id=event, organisation_id=office, **confirmed)
        )
        works.append(Affiliation(delegate=person, organisation_id=office))
        if place % 3 == 0:
            answered = {"answer": "agreed", "answered_at": at} if place % 9 else {}
            sent.append(
                Invitation(
                    delegate=person,
                    event_id=event,
                    email=person.invitation_email,
                    token_hash=f"{place:064}",
                    invited_at=at,
                    expires_at=at + timedelta(days=14),
                    **answered,
                )
            )
    Participation.objects.bulk_create(seats, AT_ONCE)
    Affiliation.objects.bulk_create(works, AT_ONCE)
    Invitation.objects.bulk_create(sent, AT_ONCE)
    for event in (*range(1, 6), EVENTS + 1):
        Grant.objects.create(
            user=chair, event_id=event, role=Grant.Role.COCHAIR, valid_from=date(2020, 1, 1)
        )
    return chair


def milliseconds(client: Client, path: str) -> float:
    """How long one try takes."""
    cache.clear()
    began = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        sys.exit(f"{path} was answered {answer.status_code}.")
    return took


def compare(client: Client, path: str, empty: str) -> float:
    """Prints the medians of the tries, and gives how often the empty list fits into the full."""
    with CaptureQueriesContext(connection) as queries:
        milliseconds(client, path)
        asked_for = len(queries)
        slowest = max(queries.captured_queries, key=lambda query: float(query["time"]))
    times: dict[str, list[float]] = {path: [], empty: []}
    milliseconds(client, empty)
    for _number in range(TRIES):
        for asked, took in times.items():
            took.append(milliseconds(client, asked))
    full, bare = (statistics.median(took) for took in times.values())
    print(
        f"{path}: {full:.0f} ms in {asked_for} queries (slowest {slowest['time']} s), "
        f"{full / bare:.1f} times {empty} ({bare:.0f} ms)",
        flush=True,
    )
    if full / bare > GOAL:
        print(f"  {slowest['sql'][:600]}")
    return full / bare


def run(rows: int = COMMITMENTS) -> bool:
    """Stores that many commitments and people; whether the goal is met."""
    fill(rows, 3 * rows)
    chair = people(rows)
    settle()
    client = Client()
    sign_in(client, chair, second_factor=True)
    print(f"{connection.vendor}: {rows} commitments and people; medians of {TRIES} tries")
    ratios = [compare(client, path, empty) for path, empty in LISTS.items()]
    return connection.vendor != "postgresql" or max(ratios) < GOAL
