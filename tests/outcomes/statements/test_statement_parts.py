"""A long statement, and a point with many commitments, have pages."""

import pytest
from django.test import Client

from outcomes.models import Outcome
from outcomes.statements import parts, views
from tests.factories import make_commitment, make_event, make_outcome, make_role, make_statement
from tests.page_text import get_text, page_links

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
EVENT = "/roundtables/long/"


@pytest.fixture
def five_points(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """Two points fit on a page."""
    monkeypatch.setattr(parts, "POINTS_PER_PAGE", 2)
    statement = make_statement(make_event(code="LONG", slug="long"), points=5)
    return list(statement.outcomes.filter(parent__isnull=False).order_by("position", "pk"))


def test_long_statement_has_pages(client: Client, five_points: list[Outcome]) -> None:
    make_role(five_points[0].statement.event)
    shown = {
        page: {number for number in "abcde" if f"1.{number} " in get_text(client, EVENT, page=page)}
        for page in ("1", "2", "3")
    }
    assert shown == {"1": {"a", "b"}, "2": {"c", "d"}, "3": {"e"}}
    assert "Page 2 of 3" in get_text(client, EVENT, page="2")
    assert "5 points agreed" in get_text(client, EVENT)
    assert f"{EVENT}?page=2#statement" in page_links(client.get(EVENT))
    # They keep the day.
    links = page_links(client.get(f"{EVENT}?as_of=2025-06-01"))
    assert f"{EVENT}?as_of=2025-06-01&page=2#statement" in links
    for page in ("4", "0", "x"):
        assert client.get(EVENT, {"page": page}).status_code == 400


@pytest.mark.usefixtures("five_points")
def test_point_leads_to_its_page_of_the_statement(client: Client) -> None:
    links = {number: page_links(client.get(f"/outcomes/long/1.{number}/")) for number in ("b", "e")}
    assert f"{EVENT}#1.b" in links["b"] and f"{EVENT}?page=3#1.e" in links["e"]
    assert {"/outcomes/long/1.a/", "/outcomes/long/1.c/"} <= set(links["b"])
    assert "/outcomes/long/1.d/" in links["e"] and "/outcomes/long/1.f/" not in links["e"]


def test_each_point_shows_its_first_commitments_and_their_number(
    client: Client, five_points: list[Outcome]
) -> None:
    event = five_points[0].statement.event
    for number in range(1, 7):
        row = make_commitment(event, reference=f"LONG-C{number}")
        row.outcomes.set(five_points[: 1 if number > 2 else 2])
    text = get_text(client, EVENT)
    first, second = text.split("1.a ", 1)[1].split("1.b ", 1)
    assert "LONG-C4" in first and "LONG-C5" not in first and "See all 6" in first
    assert "LONG-C2" in second.split("Page 1")[0] and "See all" not in second.split("Page 1")[0]


def test_point_with_many_commitments_has_pages(
    client: Client, five_points: list[Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MAX_OF_POINT", 2)
    event, path = five_points[0].statement.event, "/outcomes/long/1.a/"
    for number in range(1, 4):
        make_commitment(event, reference=f"LONG-C{number}").outcomes.set(five_points[:1])
        make_commitment(event, reference=f"LONG-C{number + 3}")  # to the whole statement
    assert "LONG-C2 " in get_text(client, path) and "LONG-C3 " not in get_text(client, path)
    assert "LONG-C3 " in get_text(client, path, page="2")
    assert client.get(path, {"page": "3"}).status_code == 400
    links = page_links(client.get(path))
    assert "/commitments/long-c5/" in links and "/commitments/long-c6/" not in links
    assert "/commitments/?event=long" in links


def test_lead_in_without_points_is_shown(client: Client, five_points: list[Outcome]) -> None:
    statement = five_points[0].statement
    make_outcome(statement, kind=Outcome.Kind.LEAD_IN, number="2", text="Nothing follows.")
    assert "Nothing follows." not in get_text(client, EVENT)
    assert "Nothing follows." in get_text(client, EVENT, page="3")
