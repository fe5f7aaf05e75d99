"""The pages find rows by an index: none reads a whole table that grows with the portal."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.commitments import commitment_index
from outcomes.models import Commitment
from participants.directory import people_index
from tests.bench.dataset import analyse_tables
from tests.bench.filled_portal import fill
from tests.bench.pages import PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.prove]

COMMITMENTS = 3000  # more than a calendar shows
GROWING = {
    "outcomes_commitment",
    "outcomes_commitment_outcomes",
    "outcomes_commitmentparty",
    "outcomes_progressupdate",
    "participants_affiliation",
    "participants_contactchannel",
    "participants_delegate",
    "participants_participation",
    "participants_user",
}
# What counts all rows or all people, or finds the choices of a filter among them, reads them all by
# its nature.
COUNTS = re.compile(
    r"""GROUP BY|COUNT\(|'country' AS|SELECT "participants_delegate"."id" AS "pk" FROM"""
    r"""|SELECT "roundtable_event"."slug" AS "event__slug", "participants_part"""
)


@pytest.fixture
def filled(db: None) -> None:
    fill(COMMITMENTS)
    analyse_tables()


def tables_read_whole(sql: str) -> set[str]:
    """An index that is read from end to end does not count."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read whole even with an index, save where that costs very much.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            (plan,) = cursor.fetchone()
            steps = steps_of(json.loads(plan) if isinstance(plan, str) else plan)
            return {step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan"}
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        scans = [row[3] for row in cursor.fetchall()]
    scans = [step for step in scans if step.startswith("SCAN ") and "INDEX" not in step]
    aliases = {alias: table for table, alias in re.findall(r'"(\w+)" ([UVWT]\d+)', sql)}
    return {aliases.get(step.split()[1], step.split()[1]) for step in scans}


def steps_of(plan: Any) -> Iterator[dict[str, Any]]:
    """Of a plan of PostgreSQL."""
    for part in plan if isinstance(plan, list) else plan.values():
        if isinstance(part, dict) and "Node Type" in part:
            yield part
        if isinstance(part, dict | list):
            yield from steps_of(part)


@pytest.fixture
def indexed(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The indexes in memory were read before, as a whole."""
    for index in (commitment_index, people_index):
        monkeypatch.setattr(index, "_read", cache(index._read))
    commitment_index.commitment_index(timezone.localdate())
    people_index.people_index(timezone.localdate())


@pytest.mark.usefixtures("indexed")
def test_pages_read_no_growing_table_whole() -> None:
    record = Commitment.objects.filter(event__slug="bench-7").order_by("pk")[0].reference
    read = set()
    for name, (pattern, _goal) in PAGES.items():
        if name.startswith(("progress", "reveal")):  # counts alone; not read but sent
            continue
        path = pattern.format(page=2, commitment=record.partition("-C")[2])
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(path).status_code == 200
        for sql in (query["sql"] for query in queries.captured_queries):
            if sql.startswith("SELECT") and not COUNTS.search(sql):
                read |= {(name, table) for table in tables_read_whole(sql) & GROWING}
    assert read == set()


def test_query_without_index_is_noticed() -> None:
    sql = "SELECT * FROM outcomes_commitment WHERE text = 'x'"
    assert tables_read_whole(sql) == {"outcomes_commitment"}
