"""Search: every word, in what the searcher may see."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from outcomes.models import Outcome
from outcomes.search import index, search, views
from participants.models import Audience, Delegate, User
from roundtable.models import Event
from tests.conftest import FULL
from tests.factories import (
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_role,
    make_statement,
    make_synonyms,
)
from tests.fixture_types import Sign
from tests.page_text import get_text, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
NOTHING = "Nothing contains all of these words. Try fewer words."
HINT = (
    "Searches roundtables, outcomes, commitments, reports, answers, assessments, documents, themes,"
    " organisations, countries, and people you can see in the directory. Participants may see more"
    " people after signing in. Every word must be there, in any form: “train” also finds"
    ' “training”. Write "human trafficking" in quotes to find the words together, migrant* for'
    " words that begin with it, and -contract to exclude a word."
)
HEADINGS = {"Outcomes", "Commitments", "Organisations", "People"}


def headings(text: str) -> set[str]:
    """Of the sections, which say how many results they have."""
    return {name for name in HEADINGS if re.search(f" {name} [0-9]+ results? ", text)}


@pytest.fixture
@recorded
def searchable_records(event: Event) -> None:
    point = Outcome.objects.get(number="1.a")
    Outcome.objects.filter(number="1").update(text="Zebra lead-in says to:")
    Outcome.objects.filter(pk=point.pk).update(text="count yaks")
    make_commitment(event, reference="RT2024-C9", text="Feed the Ölvögel of ประเทศไทย")
    organisation = make_organisation(
        name="Walrus Ministry", short_name="WaMi", slug="walrus", description="Cares for otters."
    )
    make_role(event, organisation=organisation)
    person = make_delegate(
        name="สมศรี ใจดี",
        name_latin="Somsri Jaidee",
        post="Ferret counsel",
        about="Gazelle notes",
        listed_to=Audience.EVERYONE,
    )
    make_affiliation(person, organisation=organisation)


POINT = "1.a Zebra lead-in says to: count yaks"
COMMITMENT = "RT2024-C9 Feed the Ölvögel of ประเทศไทย"
PERSON = "สมศรี ใจดี Somsri Jaidee · Ferret counsel, Walrus Ministry"
FOUND = {
    "yaks": {"Outcomes": POINT},
    "zebra yaks": {"Outcomes": POINT},
    "  YAKS   Zebra ": {"Outcomes": POINT},
    "1.a": {"Outcomes": POINT},
    "yaks " * 9: {"Outcomes": POINT},  # one word
    "rt2024-c9": {"Commitments": COMMITMENT},
    "feed Ölvögel": {"Commitments": COMMITMENT},
    "ประเทศ": {"Commitments": COMMITMENT},
    "otters": {"Organisations": "WaMi Walrus Ministry Cares for otters. Civil society"},
    "ใจดี": {"People": PERSON},
    "somsri ferret": {"People": PERSON},
    "gazelle": {"People": PERSON},
    "jaidee walrus": {"People": PERSON},
    "walrus": {"Organisations": "WaMi Walrus Ministry", "People": PERSON},
    "wami": {"Organisations": "WaMi Walrus Ministry", "People": PERSON},
    "yaks walrus": {},
    "gazelles eat": {},
    "yaksandmore": {},
    "y a k s x": {},
}


def test_search_requires_every_word(client: Client, searchable_records: None) -> None:
    for typed, sections in FOUND.items():
        text = get_text(client, "/search/", q=typed)
        assert headings(text) == set(sections), typed
        for heading, found in sections.items():
            assert f"{heading} 1 result {found}" in text, typed
        assert (NOTHING in text) == (not sections), typed


def test_results_link_to_pages(client: Client, searchable_records: None) -> None:
    person = Delegate.objects.get(name_latin="Somsri Jaidee")
    for typed, link in (
        ("yaks", "/outcomes/roundtable-2024/1.a/"),
        ("feed", "/commitments/rt2024-c9/"),
        ("otters", "/organisations/walrus/"),
        ("somsri", f"/directory/{person.handle}/"),
    ):
        assert link in page_links(client.get("/search/", {"q": typed}))


def test_empty_search_explains_scope(client: Client) -> None:
    for query in ("", "?q=", "?q=%20%20"):
        assert page_text(client.get(f"/search/{query}")) == f"Search Search {HINT}"


def test_people_are_found_by_permitted_viewers_only(
    client: Client,
    client_of: Sign,
    delegate: Delegate,
    quiet_delegate: Delegate,
    focal_point: Delegate,
    outsider: Delegate,
    cochair: User,
) -> None:
    for typed, seen_by in (
        ("dewi", ["nobody", "delegate", "outsider", "co-chair"]),
        ("farah", ["delegate"]),
        ("quentin", []),
        ("olga", ["outsider"]),
    ):
        for role, browser in (
            ("nobody", client),
            ("delegate", client_of(delegate)),
            ("outsider", client_of(outsider)),
            ("co-chair", client_of(cochair)),
        ):
            assert (NOTHING in get_text(browser, "/search/", q=typed)) == (role not in seen_by), (
                typed
            )
    # No contact detail finds anyone.
    for typed in ("dewi.open", "dewi.inside", "delegate@example.org", "example"):
        assert NOTHING in get_text(client_of(delegate), "/search/", q=typed)


def test_unpublished_records_are_not_searched(
    client: Client, cochair: User, client_of: Sign
) -> None:
    hidden = make_event(code="HID", title="Hidden", is_public=False)
    statement = make_statement(hidden)
    Outcome.objects.filter(statement=statement).update(text="wombat")
    make_commitment(hidden, reference="HID-C1", text="wombat")
    make_role(hidden, organisation=make_organisation(name="wombat"))
    drafted = make_statement(published=False)
    Outcome.objects.filter(statement=drafted).update(text="wombat")
    for browser in (client, client_of(cochair)):
        assert NOTHING in get_text(browser, "/search/", q="wombat")
        assert NOTHING in get_text(browser, "/search/", q="HID-C1")


def test_results_of_each_kind_are_counted_and_paged(client: Client) -> None:
    event = make_event(code="MANY")
    make_statement(event, points=21)
    for number in range(21):
        make_commitment(event, text="share")
        make_role(event, organisation=make_organisation(name=f"share {number}"))
        make_delegate(name=f"share {number}", listed_to=Audience.EVERYONE)
    answer = client.get("/search/?q=share")
    assert page_text(answer).count("21 results") == 4
    for kind, prefix in (
        ("point", "/outcomes/"),
        ("commitment", "/commitments/"),
        ("organisation", "/organisations/"),
        ("person", "/directory/"),
    ):
        found: list[str] = []
        for query, number in (("", 5), (f"&kind={kind}", 20), (f"&kind={kind}&page=2", 1)):
            links = page_links(client.get(f"/search/?q=share{query}"))
            rows = [link for link in links if link.startswith(prefix)]
            assert len(rows) == number, (prefix, query)
            found += rows if "kind" in query else []
        assert len(set(found)) == 21
        text = page_text(client.get(f"/search/?q=share&kind={kind}&page=2"))
        assert "Page 2 of 2" in text and text.count("21 results") == 1
        assert client.get(f"/search/?q=share&kind={kind}&page=3").status_code == 400


def test_wrong_query_gets_a_sentence(client: Client) -> None:
    for query, sentence in {
        "q=share&kind=secret": "There are no results of this kind.",
        "q=share&page=2": "Choose a kind of result first.",
        "q=a+b+c+d+e+f+g+h+i": "Search for at most 8 words at a time.",
        "q=share&sort=x": "This page cannot use “sort”.",
        "q=share%00": "Null characters are not allowed.",
    }.items():
        answer = client.get(f"/search/?{query}")
        assert answer.status_code == 400
        assert sentence in page_text(answer)


def test_kind_without_results_says_so(client: Client, searchable_records: None) -> None:
    text = get_text(client, "/search/", q="yaks", kind="theme")
    assert headings(text) == set() and "Outcomes 1" in text


# Signs that mean something to FTS5 or to a tsquery, and letters that become several.
HOSTILE = [
    '"',
    "''",
    "*",
    "--",
    "NEAR(a b)",
    "a AND",
    "{reference}:a",
    "^a",
    "a:*",
    "a & !b",
    "<->",
    "\\",
    "'; DROP TABLE x",
    "-" * 200,
    "\ufdfa" * 200,
    "e\u0301" * 100,
    "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p",
    "\x01\x02",
    "'a':*",
]


def test_hostile_words_find_nothing_or_something(client: Client, searchable_records: None) -> None:
    for typed in HOSTILE if FULL else HOSTILE[::2]:
        for more in ({}, {"kind": "commitment"}):
            for words in (typed, f"yaks {typed[:190]}"):
                answer = client.get("/search/", {"q": words, **more})
                assert answer.status_code == 200, words


@given(typed=st.text(max_size=60))
def test_any_text_can_be_searched_for(typed: str) -> None:
    # A repeated unknown word, or characters that the form refuses, get a sentence.
    assert Client().get("/search/", {"q": typed}).status_code in (200, 400)


def test_common_word_is_neither_counted_nor_sorted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_COUNT", 5)
    monkeypatch.setattr(search, "MAX_COUNT", 5)
    monkeypatch.setattr(views, "MAX_COUNT", 5)
    event = make_event()
    rows = [make_commitment(event, text="share " * (number % 3 + 1)) for number in range(7)]
    text = get_text(client, "/search/", q="share")
    assert "Commitments more than 5" in text and "More than 5 results, newest first." in text
    links = page_links(client.get("/search/?q=share"))
    shown = [link for link in links if link.startswith("/commitments/")]
    assert shown == [row.get_absolute_url() for row in rows[:1:-1]]


def test_best_match_is_first(client: Client) -> None:
    event = make_event(code="BEST")
    make_commitment(event, reference="BEST-C2", text="Mentions BEST-C1 only")
    make_commitment(event, reference="BEST-C1", text="First")
    make_commitment(event, reference="BEST-C10", text="Tenth")
    links = page_links(client.get("/search/?q=BEST-C1"))
    shown = [link for link in links if link.startswith("/commitments/")]
    assert shown == ["/commitments/best-c1/", "/commitments/best-c2/"]


def test_match_is_marked_and_words_are_escaped(client: Client, event: Event) -> None:
    make_commitment(event, text="Count <b>yaks</b> & more", reference="RT2024-C9")
    page = client.get("/search/?q=yak").content.decode()
    assert "Count &lt;b&gt;<mark>yaks</mark>&lt;/b&gt; &amp; more" in page
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert "<script>alert" not in page


def test_one_word_alone_has_no_synonym() -> None:
    with pytest.raises(ValidationError, match="Enter at least two words"):
        make_synonyms("ferry")
    assert make_synonyms("ferry , boat,").phrases == ["ferry", "boat"]
