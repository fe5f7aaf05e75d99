"""Atom feeds of the portal and of each thing: what they contain, and what they never contain."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from outcomes.models import Commitment, Outcome, ProgressUpdate
from participants.models import Organisation
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_grant,
    make_organisation,
    make_party,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_recommendation, make_response
from tests.page_text import page_html, page_links, page_text

pytestmark = pytest.mark.django_db
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
HOST = "https://portal.example.org"
RECORDED = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def commitment_with_changes() -> Commitment:
    """A commitment under a point with a theme, of which everything was told that can be."""
    meeting = make_event(code="RT2024", slug="roundtable-2024", title="Roundtable 2024")
    point = make_recommendation(event=meeting)
    point.themes.add(make_theme(slug="care"))
    make_response(outcome=point, text="We will change the law.")
    aid = make_organisation(slug="example-aid", name="Example Aid")
    commitment = make_commitment(
        meeting,
        reference="RT2024-C1",
        text="Train 50 nurses & <b>midwives</b>.",
        recorded_at=RECORDED,
    )
    commitment.outcomes.add(point)
    make_update(commitment, party=make_party(commitment, organisation=aid), text="Two\x0bcourses.")
    make_assessment(commitment=commitment, organisation=make_organisation(name="Example Watch"))
    return commitment


def feeds(commitment: Commitment) -> Iterator[str]:
    point = commitment.outcomes.get()
    yield "/feed.atom"
    yield "/roundtables/roundtable-2024.atom"
    yield "/themes/care.atom"
    yield "/organisations/example-aid.atom"
    yield f"/outcomes/roundtable-2024/{point.number}.atom"
    yield "/commitments/rt2024-c1.atom"


def read(path: str) -> Any:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert not found.bozo, (path, found.get("bozo_exception"))
    assert found.version == "atom10"
    return found


def titles(path: str) -> list[str]:
    return sorted(entry.title for entry in read(path).entries)


def test_each_feed_lists_its_changes(commitment_with_changes: Commitment) -> None:
    text = commitment_with_changes.text
    update = "RT2024-C1, Update: In progress; an assessor found: Limited"
    assessment = "RT2024-C1, Assessment: Limited"
    answer = "1.a, Answer: Supported"
    recorded = f"RT2024-C1, Commitment recorded: {text}"
    statement = "RT2024, Statement published: Outcome statement"
    mine = sorted([update, assessment, recorded])
    found = {path: titles(path) for path in feeds(commitment_with_changes)}
    assert found == {
        "/feed.atom": sorted([*mine, answer, statement]),
        "/roundtables/roundtable-2024.atom": sorted([*mine, answer, statement]),
        "/themes/care.atom": sorted([*mine, answer]),
        "/organisations/example-aid.atom": mine,
        "/outcomes/roundtable-2024/1.a.atom": sorted([*mine, answer]),
        "/commitments/rt2024-c1.atom": mine,
    }
    assert titles("/outcomes/roundtable-2024/1.atom") == sorted([*mine, answer])
    assert titles("/commitments/RT2024-C1.atom") == mine


def test_entry_has_stable_id_and_absolute_urls(commitment_with_changes: Commitment) -> None:
    found = read("/commitments/rt2024-c1.atom")
    assert found.feed.title == "RT2024-C1: changes"
    day = ProgressUpdate.objects.get().reported_on
    found_by = "Limited, as Example Watch found, 1 May 2025."
    last = f"Last report: Example Aid, {day.day} {day:%B %Y}."
    assert found.feed.subtitle.startswith(f"In progress. {found_by} {last}")
    whole = read("/roundtables/roundtable-2024.atom").feed.subtitle
    assert whole.startswith("1 commitment: 1 in progress.")
    assert found.feed.id == "tag:portal.example.org,2026:/commitments/rt2024-c1.atom"
    assert {(link.rel, link.href) for link in found.feed.links} == {
        ("alternate", f"{HOST}/commitments/rt2024-c1/"),
        ("self", f"{HOST}/commitments/rt2024-c1.atom"),
    }
    update = ProgressUpdate.objects.get()
    entry = next(row for row in found.entries if "Update" in row.title)
    assert entry.id == f"tag:portal.example.org,2026:/update-{update.pk}"
    assert entry.link == f"{HOST}/commitments/rt2024-c1/"
    assert entry.updated == NOON.isoformat()
    assert entry.author == "Example Aid"
    [content] = entry.content
    assert content.type == "text/plain"
    assert content.value.split("\n\n") == [
        "Train 50 nurses & <b>midwives</b>.",
        "Status: Never reported on → In progress; an assessor found: Limited",
        f"As of {update.reported_on.day} {update.reported_on:%B %Y}",
        "By Example Aid",
        "Two courses.",
        "Roundtable 2024, May 2024 (RT2024)",
    ]
    again = next(row for row in read("/feed.atom").entries if row.id == entry.id)
    assert again.updated == entry.updated


def check_as_the_standard_says(content: bytes) -> None:
    """What RFC 4287 demands of a feed and of its entries."""
    found = etree.fromstring(content)
    SCHEMA.assertValid(found)
    ids = found.xpath("//atom:id/text()", namespaces={"atom": "http://www.w3.org/2005/Atom"})
    assert len(set(ids)) == len(ids) and all(text.startswith("tag:") for text in ids)


def test_empty_feed_is_valid_and_made_up_entries_are_marked() -> None:
    make_event(slug="quiet")
    first, again = (Client().get("/roundtables/quiet.atom") for _time in range(2))
    check_as_the_standard_says(first.content)
    assert read("/roundtables/quiet.atom").entries == []
    assert first.content == again.content
    make_commitment(make_event(is_demonstration=True))
    [entry] = read("/feed.atom?demonstration=yes").entries
    assert entry.content[0].value.endswith("Made up for the demonstration.")


def test_feeds_match_the_schema_and_unchanged_ones_are_not_modified(
    commitment_with_changes: Commitment,
) -> None:
    for path in (*feeds(commitment_with_changes), "/commitments.atom?party=example-aid"):
        first = Client().get(path)
        check_as_the_standard_says(first.content)
        same = Client().get(path, headers={"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same["Cache-Control"] == first["Cache-Control"] == "public, no-cache"
    make_update(commitment_with_changes, party=commitment_with_changes.parties.get())
    news = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert news.status_code == 200


def test_unpublished_records_are_absent_from_feeds(commitment_with_changes: Commitment) -> None:
    draft = make_update(
        commitment_with_changes,
        approved=False,
        text="zq",
        party=commitment_with_changes.parties.get(),
    )
    draft.submit(at=NOON)
    make_assessment(commitment=commitment_with_changes, approved=False, text="zq")
    make_response(outcome=commitment_with_changes.outcomes.get(), approved=False, text="zq")
    make_update(make_commitment(make_event(is_public=False), text="zq"), text="zq")
    make_statement(make_event(), published=False, title="zq")
    before = {path: len(read(path).entries) for path in feeds(commitment_with_changes)}
    for path in feeds(commitment_with_changes):
        assert b"zq" not in Client().get(path).content, path
    shown = ProgressUpdate.objects.published().get(commitment=commitment_with_changes)
    shown.request_change(note="Take a name out.", at=NOON)
    assert {path: len(read(path).entries) for path in feeds(commitment_with_changes)} == {
        path: count - 1 for path, count in before.items()
    }


def test_feeds_of_hidden_and_unknown_objects_are_not_found(
    commitment_with_changes: Commitment,
) -> None:
    paths = [*feeds(commitment_with_changes)][1:]
    draft = make_statement(published=False)
    draft.outcomes.get(parent=None).themes.add(make_theme(slug="secret"))
    assert Client().get("/themes/secret.atom").status_code == 404
    Event.objects.update(is_public=False)
    twins = [
        "/roundtables/no-such.atom",
        "/themes/no-such.atom",
        "/organisations/no-such.atom",
        "/outcomes/no-such/1.a.atom",
        "/commitments/rt2024-c9.atom",
    ]
    for path, missing in zip(paths, twins, strict=True):
        hidden, absent = Client().get(path), Client().get(missing)
        assert hidden.status_code == absent.status_code == 404, path
        assert hidden.content == absent.content, path
    assert read("/feed.atom").entries == []


def test_pages_link_to_their_feed(commitment_with_changes: Commitment) -> None:
    for page, path in {
        "/commitments/": "/feed.atom",
        "/progress/": "/feed.atom",
        "/changes/": "/feed.atom",
        "/commitments/?party=example-aid&sort=due": "/commitments.atom?party=example-aid",
        "/progress/?party=example-aid": "/commitments.atom?party=example-aid",
        "/roundtables/roundtable-2024/": "/roundtables/roundtable-2024.atom",
        "/organisations/example-aid/": "/organisations/example-aid.atom",
        "/outcomes/roundtable-2024/1.a/": "/outcomes/roundtable-2024/1.a.atom",
        "/outcomes/?theme=care": "/themes/care.atom",
        "/commitments/rt2024-c1/": "/commitments/rt2024-c1.atom",
    }.items():
        text = page_html(Client().get(page))
        link = f'<link rel="alternate" type="application/atom+xml" href="{path}"'
        assert text.count(link) == 1, page


@pytest.mark.each_database
@pytest.mark.parametrize("page", ["/commitments/", "/progress/"])
def test_follow_on_a_list_explains_feeds_and_keeps_the_filters(
    commitment_with_changes: Commitment, page: str
) -> None:
    other = make_commitment(commitment_with_changes.event, recorded_at=RECORDED)
    make_party(other, organisation=make_organisation(slug="other"))
    links = page_links(Client().get(f"{page}?party=example-aid&as_of=2026-03-10"))
    assert "/feed.atom" not in links
    [follow] = [link for link in links if link.startswith("/follow/")]
    assert follow == "/follow/?party=example-aid"
    answer = Client().get(follow)
    text = page_text(answer)
    assert "Follow these commitments Party: Example Aid" in text
    assert "You need no account, and we do not ask for an email address." in text
    feed, dates = "/commitments.atom?party=example-aid", "/commitments.ics?party=example-aid"
    assert f"{HOST}{feed} " in text and f"{HOST}{dates} " in text
    assert {feed, dates} <= set(page_links(answer))
    text = commitment_with_changes.text
    assert titles(feed) == [
        "RT2024-C1, Assessment: Limited",
        f"RT2024-C1, Commitment recorded: {text}",
        "RT2024-C1, Update: In progress; an assessor found: Limited",
    ]
    found = read(feed).feed
    assert found.title == "Commitments: changes (Party: Example Aid)"
    assert found.subtitle.startswith("1 commitment: 1 in progress.")
    assert {(link.rel, link.href) for link in found.links} == {
        ("alternate", f"{HOST}/commitments/?party=example-aid"),
        ("self", f"{HOST}{feed}"),
    }
    assert titles("/commitments.atom?party=other") == [
        f"{other.reference}, Commitment recorded: {other.text}"
    ]
    assert titles("/commitments.atom?party=other&status=fulfilled") == []


def test_follow_without_filters_is_about_the_whole_portal() -> None:
    make_commitment()
    [follow] = {link for link in page_links(Client().get("/commitments/")) if "follow" in link}
    answer = Client().get(follow)
    assert "Follow what changes" in page_text(answer)
    assert {"/feed.atom", "/calendar.ics"} <= set(page_links(answer))
    assert Client().get("/commitments.atom?sort=due").headers["Location"] == "/feed.atom"
    assert f'href="{follow}"' in Client().get("/about/").content.decode().split("<footer")[1]


@pytest.mark.parametrize("query", ["status=never", "as_of=2026-01-01", "page=2", "who=x"])
def test_feed_with_wrong_filters_has_no_rows(query: str) -> None:
    answer = Client().get(f"/commitments.atom?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    if query != "page=2":
        assert Client().get(f"/follow/?{query}").status_code == 400


@pytest.mark.parametrize("rows", [1, 3, pytest.param(20, marks=pytest.mark.prove)])
def test_query_count_is_independent_of_rows(commitment_with_changes: Commitment, rows: int) -> None:
    event, aid = commitment_with_changes.event, Organisation.objects.get(slug="example-aid")
    point = Outcome.objects.get(number="1.a")
    for _number in range(rows):
        more = make_commitment(event, due_on=NOON.date(), recorded_at=RECORDED)
        more.outcomes.add(point)
        make_update(more, party=make_party(more, organisation=aid))
        make_assessment(commitment=more)
    costs = {}
    for path in feeds(commitment_with_changes):
        calendar = path.replace("feed.atom", "calendar.ics").replace(".atom", ".ics")
        for asked in (path, calendar):
            with CaptureQueriesContext(connection) as made:
                assert Client().get(asked).status_code == 200
            costs[asked] = len(made)
    assert costs == COSTS


COSTS = {
    "/feed.atom": 8,
    "/calendar.ics": 8,
    "/roundtables/roundtable-2024.atom": 10,
    "/roundtables/roundtable-2024.ics": 9,
    "/themes/care.atom": 9,
    "/themes/care.ics": 7,
    "/organisations/example-aid.atom": 9,
    "/organisations/example-aid.ics": 7,
    "/outcomes/roundtable-2024/1.a.atom": 10,
    "/outcomes/roundtable-2024/1.a.ics": 7,
    "/commitments/rt2024-c1.atom": 11,
    "/commitments/rt2024-c1.ics": 4,
}


def test_report_without_a_new_status_shows_the_status_once(
    commitment_with_changes: Commitment, client_of: Sign
) -> None:
    party = commitment_with_changes.parties.get()
    make_update(commitment_with_changes, party=party, text="A third course.")
    latest = next(
        row
        for row in read("/commitments/rt2024-c1.atom").entries
        if "A third course." in row.content[0].value
    )
    status = "Status: In progress; an assessor found: Limited"
    assert latest.content[0].value.split("\n\n")[1] == status
    cochair = make_user("chair@example.org")
    make_grant(cochair, commitment_with_changes.event)
    brief = page_text(client_of(cochair).get("/roundtables/roundtable-2024/brief/"))
    assert "RT2024-C1 Status: In progress" in brief
    assert "In progress → In progress" not in brief
    changes = page_text(Client().get("/changes/?event=roundtable-2024&since=2020-01-01"))
    assert "In progress → In progress" not in changes
