"""The API gives what the pages show, page after page, and keeps its promise."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from outcomes.api import api as module
from outcomes.exports.tables import POINTS, TABLES
from outcomes.models import Commitment
from roundtable.web import limits
from roundtable.web.limits import Limit, wait_of_reader
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_party,
    make_statement,
    make_update,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database,
    pytest.mark.time_machine(NOON, tick=False),
]
HERE = "https://portal.example.org"
PROMISE = Path(__file__).with_name("openapi.json")
NAMES = [table.name for table in TABLES.values()]


def pages(client: Client, path: str) -> Iterator[dict[str, Any]]:
    """The answer at this address, and all that follow it."""
    while path:
        page = client.get(path).json()
        yield page
        path = (page["next"] or "").removeprefix(HERE)


def test_list_has_the_rows_of_the_file(client: Client, commitment: Commitment) -> None:
    for name in NAMES:
        answer = client.get(f"/api/v1/{name}")
        assert answer.headers["Content-Type"] == "application/json"
        file = {"points": "outcomes"}.get(name, name)
        rows = client.get(f"/{file}.json").json()["rows"]
        assert rows, name
        same = sorted(answer.json()["rows"], key=json.dumps)
        assert same == sorted(rows, key=json.dumps)
        assert answer.json()["next"] is None


def test_record_is_the_row_of_its_file(client: Client, commitment: Commitment) -> None:
    for path, file in [
        ("roundtables/here", "/roundtables/here.json"),
        ("points/here/1.a", "/outcomes/here/1.a.json"),
        ("commitments/HERE-C1", "/commitments/here-c1.json"),
        ("commitments/here-c1", "/commitments/here-c1.json"),
        ("organisations/office", "/organisations/office.json"),
    ]:
        assert client.get(f"/api/v1/{path}").json() == client.get(file).json()["rows"][0]


def test_pages_follow_each_other_while_rows_come_and_go(
    client: Client, commitment: Commitment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    for number in range(2, 7):
        row = make_commitment(commitment.event, reference=f"HERE-C{number}")
        make_party(row)
        make_update(row)
        make_update(row, reported_on=NOON.date())
    found: list[str] = []
    for page in pages(client, "/api/v1/commitments?event=here"):
        found += [row["reference"] for row in page["rows"]]
        if len(found) == 2:
            # What was on this page goes, and something comes before it.
            Commitment.objects.filter(reference="HERE-C2").update(state="draft")
            make_party(make_commitment(commitment.event, reference="HERE-C10"))
    assert found == [f"HERE-C{number}" for number in (1, 2, 3, 4, 5, 6)]
    reported = [
        [row["reference"] for row in page["rows"]]
        for page in pages(client, "/api/v1/reports?event=here")
    ]
    assert reported == [
        ["HERE-C1"],  # and HERE-C10, of which there is no report
        ["HERE-C3", "HERE-C3", "HERE-C4", "HERE-C4"],
        ["HERE-C5", "HERE-C5", "HERE-C6", "HERE-C6"],
    ]
    points = [
        [row["number"] for row in page["rows"]]
        for page in pages(client, "/api/v1/points?event=here")
    ]
    assert points == [["1.a", "1.b"]]


def test_mistake_is_a_sentence(client: Client, commitment: Commitment) -> None:
    for query, sentence in [
        ("?status=nonsense", "Status: Select a valid choice. nonsense is not one of the"),
        ("?colour=red", "This page cannot use “colour”. Delete it from the web address."),
        ("?page=2", "The API has its own pages and one order. Use “next”."),
        ("?sort=due", "The API has its own pages and one order. Use “next”."),
        ("?after=a/b", "Copy “after” from “next”, or delete it."),
        ("?after=a&after=b", "Copy “after” from “next”, or delete it."),
        ("?after=%00", "Copy “after” from “next”, or delete it."),
        (f"?after={'a' * 201}", "Copy “after” from “next”, or delete it."),
        ("?as_of=2999-01-01", "As of: That day is in the future."),
        # A record takes no filters.
        ("/here-c1?as_of=2025-01-01", "This page cannot use “as_of”. Delete it from the"),
    ]:
        answer = client.get(f"/api/v1/commitments{query}")
        assert answer.status_code == 400
        (told,) = answer.json()["mistakes"]
        assert told.startswith(sentence)


def test_earlier_day(client: Client, commitment: Commitment) -> None:
    (row,) = client.get("/api/v1/commitments?event=here&as_of=2025-02-28").json()["rows"]
    assert row["status"] == "no-update"
    assert client.get("/api/v1/reports?as_of=2025-02-28").json()["rows"] == []


def test_former_short_name_leads_to_present_one(client: Client, commitment: Commitment) -> None:
    commitment.parties.get().organisation.slug_redirects.create(slug="former")  # type: ignore[union-attr]
    answer = client.get("/api/v1/commitments?party=former")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/commitments?party=office")


def test_hidden_and_unknown_records_are_absent(client: Client) -> None:
    hidden = make_event(slug="hidden", code="HIDDEN", is_public=False)
    make_statement(hidden)
    make_party(make_commitment(hidden, reference="HIDDEN-C1"))
    for path in (
        "roundtables/hidden",
        "roundtables/nowhere",
        "points/hidden/1.a",
        "commitments/HIDDEN-C1",
        "organisations/nobody",
        "organisations/%00",
    ):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer.json() == {"mistakes": ["There is no such record."]}
    for name in NAMES:
        if name != "responses":
            assert client.get(f"/api/v1/{name}").json() == {"rows": [], "next": None}
    for path in ("people", "directory", "delegates"):
        assert client.get(f"/api/v1/{path}").status_code == 404


def test_headers_for_scripts_and_caches(client: Client, commitment: Commitment) -> None:
    answer = client.get("/api/v1/commitments")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == "ETag, RateLimit-Policy, Retry-After"
    assert answer.headers["RateLimit-Policy"] == '"default";q=120;w=60'
    assert answer.headers["Cache-Control"] == "public, no-cache"
    again = client.get("/api/v1/commitments", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    asked = client.options("/api/v1/commitments")
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    head = client.head("/api/v1/commitments")
    assert (head.status_code, head.content) == (200, b"")
    assert client.post("/api/v1/commitments", {}).status_code == 405


def test_too_many_requests_wait(
    client: Client, commitment: Commitment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "wait_of_reader", wait_of_reader)
    monkeypatch.setattr(module, "API_LIMIT", Limit("API", 2, 60))
    for _number in range(2):
        assert client.get("/api/v1/roundtables").status_code == 200
    answer = client.get("/api/v1/roundtables")
    assert answer.status_code == 429
    assert answer.json() == {"mistakes": ["You sent too many requests. Try again in 1 minute."]}
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_promise_is_kept(client: Client) -> None:
    """Who changes the description changes what programs rely on: only additions are no break."""
    described = client.get("/api/v1/openapi.json").json()
    assert described == json.loads(PROMISE.read_text("utf-8"))


def test_rows_are_as_described(client: Client, commitment: Commitment) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    rows = [
        (table, client.get(f"/api/v1/{name}").json()["rows"][0])
        for name, table in zip(NAMES, TABLES.values(), strict=True)
    ]
    lead_in = commitment.event.statement.outcomes.lead_ins()[0]
    rows.append((POINTS, client.get(f"/api/v1/points/here/{lead_in.number}").json()))
    for table, row in rows:
        described = schemas[table.kind.capitalize()]["properties"]
        assert list(row) == list(described)
        for column, value in row.items():
            assert _is_of(value, described[column]), (table.name, column, value)


def _is_of(value: object, schema: dict[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(_is_of(value, one) for one in schema["anyOf"])
    match schema["type"]:
        case "null":
            return value is None
        case "array":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def test_documentation_names_each_address_and_filter(client: Client) -> None:
    page = client.get("/api/v1/").content.decode()
    for name in NAMES:
        assert f'<code translate="no">/api/v1/{name}</code>' in page
    for parameter in ("status", "as_of", "addressee", "country"):
        assert f'<code translate="no">{parameter}</code>' in page
    assert 'href="/api/v1/openapi.json"' in page
