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
from tests.bench.dataset import BATCH_SIZE, COMMITMENTS, EVENTS, analyse_tables, make_dataset
from tests.sign_in import sign_in

TRIES = 7
GOAL = 25  # times as long as the same list of nothing, on PostgreSQL
DELEGATES, COMMITMENT_LIST, UPDATE_LIST, ORGANISATIONS, PARTICIPATIONS = (
    f"/admin/{name}/"
    for name in (
        "participants/delegate",
        "outcomes/commitment",
        "outcomes/progressupdate",
        "participants/organisation",
        "participants/participation",
    )
)
NO_ROWS = "?roundtable=21"  # where nothing was undertaken
# Each list, and the same one with nothing in it.
LISTS = {
    "/admin/": f"{COMMITMENT_LIST}{NO_ROWS}",
    COMMITMENT_LIST: f"{COMMITMENT_LIST}{NO_ROWS}",
    f"{COMMITMENT_LIST}?q=officers+border": f"{COMMITMENT_LIST}{NO_ROWS}",
    f"{COMMITMENT_LIST}?q=BENCH03-C77": f"{COMMITMENT_LIST}{NO_ROWS}",
    f"{COMMITMENT_LIST}?standing=overdue": f"{COMMITMENT_LIST}{NO_ROWS}",
    f"{COMMITMENT_LIST}?standing=silent": f"{COMMITMENT_LIST}{NO_ROWS}",
    UPDATE_LIST: f"{UPDATE_LIST}{NO_ROWS}",
    f"{UPDATE_LIST}?q=courses": f"{UPDATE_LIST}{NO_ROWS}",
    DELEGATES: f"{DELEGATES}{NO_ROWS}",
    f"{DELEGATES}?q=person+777": f"{DELEGATES}{NO_ROWS}",
    f"{DELEGATES}?invitation=unanswered": f"{DELEGATES}{NO_ROWS}",
    PARTICIPATIONS: f"{PARTICIPATIONS}{NO_ROWS}",
    "/admin/decide/": f"{PARTICIPATIONS}{NO_ROWS}",
    ORGANISATIONS: f"{ORGANISATIONS}?q=nobody+at+all",
    f"{ORGANISATIONS}?q=office+77": f"{ORGANISATIONS}?q=nobody+at+all",
}


def make_people(number: int) -> User:
    """That many people of twenty roundtables, each invited or not; and the co-chair who looks."""
    random = Random(7)
    cochair = User.objects.get(email="cochair@example.org")
    made = Delegate.objects.bulk_create(
        (
            Delegate(name=f"Person {place} Sen", invitation_email=f"person{place}@example.org")
            for place in range(number)
        ),
        BATCH_SIZE,
    )
    offices = list(Organisation.objects.values_list("pk", flat=True))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    participations, invitations, affiliations = [], [], []
    for place, person in enumerate(made):
        event, office = random.randint(1, EVENTS), random.choice(offices)
        confirmed = (
            {"confirmed_at": at, "took_effect_at": at, "details_open_on": at.date()}
            if place % 10
            else {}
        )
        participations.append(
            Participation(delegate=person, event_id=event, organisation_id=office, **confirmed)
        )
        affiliations.append(Affiliation(delegate=person, organisation_id=office))
        if place % 3 == 0:
            answered = {"answer": "agreed", "answered_at": at} if place % 9 else {}
            invitations.append(
                Invitation(
                    delegate=person,
                    event_id=event,
                    email=person.invitation_email,
                    invited_at=at,
                    expires_at=at + timedelta(days=14),
                    **answered,
                )
            )
    Participation.objects.bulk_create(participations, BATCH_SIZE)
    Affiliation.objects.bulk_create(affiliations, BATCH_SIZE)
    Invitation.objects.bulk_create(invitations, BATCH_SIZE)
    for event in (*range(1, 6), EVENTS + 1):
        Grant.objects.create(
            user=cochair, event_id=event, role=Grant.Role.COCHAIR, valid_from=date(2020, 1, 1)
        )
    return cochair


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
    make_dataset(rows, 3 * rows)
    cochair = make_people(rows)
    analyse_tables()
    client = Client()
    sign_in(client, cochair, second_factor=True)
    print(f"{connection.vendor}: {rows} commitments and people; medians of {TRIES} tries")
    ratios = [compare(client, path, empty) for path, empty in LISTS.items()]
    return connection.vendor != "postgresql" or max(ratios) < GOAL
