"""Search: every word, in what the searcher may see."""

from collections.abc import Callable

import pytest
from django.test import Client

from outcomes.models import Outcome
from participants.models import Audience, Delegate, User
from roundtable.models import Event
from tests.factories import (
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_role,
    make_statement,
)
from tests.page_text import get_text, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[[User | Delegate], Client]
NOTHING = "Nothing contains all of these words. Try fewer words."
HINT = (
    "Searches outcomes, commitments, organisations, and people you can see in the directory. We"
    " show at most 20 results of each type. Participants may see more after signing in."
)
SORTS = ("Outcomes", "Commitments", "Organisations", "People")


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


@pytest.mark.parametrize(
    ("typed", "sections", "found"),
    [
        ("yaks", "Outcomes", "1.a Zebra lead-in says to: count yaks"),
        ("zebra yaks", "Outcomes", "1.a Zebra lead-in says to: count yaks"),
        ("  YAKS   Zebra ", "Outcomes", "1.a Zebra lead-in says to: count yaks"),
        ("1.a", "Outcomes", "1.a Zebra lead-in says to: count yaks"),
        ("rt2024-c9", "Commitments", "RT2024-C9 Feed the Ölvögel of ประเทศไทย"),
        ("feed Ölvögel", "Commitments", "RT2024-C9 Feed the Ölvögel of ประเทศไทย"),
        ("ประเทศ", "Commitments", "RT2024-C9 Feed the Ölvögel of ประเทศไทย"),
        ("wami", "Organisations", "Walrus Ministry , Civil society"),
        ("otters", "Organisations", "Walrus Ministry , Civil society"),
        ("ใจดี", "People", "สมศรี ใจดี Somsri Jaidee · Ferret counsel, Walrus Ministry"),
        ("somsri ferret", "People", "สมศรี ใจดี Somsri Jaidee · Ferret counsel, Walrus Ministry"),
        ("jaidee walrus", "People", "สมศรี ใจดี Somsri Jaidee · Ferret counsel, Walrus Ministry"),
    ],
)
def test_search_requires_every_word(
    client: Client, searchable_records: None, typed: str, sections: str, found: str
) -> None:
    text = get_text(client, "/search/", q=typed)
    assert f"{sections} {found}" in text
    headings = [
        h for h in ("Outcomes", "Commitments", "Organisations", "People") if f" {h} " in text
    ]
    assert headings == [sections]
    assert NOTHING not in text


@pytest.mark.parametrize("typed", ["yaks walrus", "gazelle", "yaksx", "y a k s x"])
def test_empty_result_shows_message(client: Client, searchable_records: None, typed: str) -> None:
    assert NOTHING in get_text(client, "/search/", q=typed)


def test_word_is_found_in_each_record_type(client: Client, searchable_records: None) -> None:
    text = get_text(client, "/search/", q="walrus")
    assert "Organisations Walrus Ministry" in text and "People สมศรี ใจดี" in text


def test_results_link_to_pages(client: Client, searchable_records: None) -> None:
    person = Delegate.objects.get(name_latin="Somsri Jaidee")
    for typed, link in (
        ("yaks", "/outcomes/roundtable-2024/1.a/"),
        ("feed", "/commitments/rt2024-c9/"),
        ("otters", "/organisations/walrus/"),
        ("somsri", f"/directory/{person.handle}/"),
    ):
        assert link in page_links(client.get("/search/", {"q": typed}))


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20"])
def test_empty_search_explains_scope(client: Client, query: str) -> None:
    assert page_text(client.get(f"/search/{query}")) == f"Search Search {HINT}"


def test_repeated_word_counts_once(client: Client, searchable_records: None) -> None:
    assert "count yaks" in get_text(client, "/search/", q="yaks " * 9)


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


def test_contact_details_are_not_searched(client_of: Sign, delegate: Delegate) -> None:
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


def test_first_twenty_of_each_type_are_shown(client: Client) -> None:
    event = make_event(code="MANY")
    make_statement(event, points=21)
    for number in range(21):
        make_commitment(event, text="share")
        make_role(event, organisation=make_organisation(name=f"share {number}"))
        make_delegate(name=f"share {number}", listed_to=Audience.EVERYONE)
    answer = client.get("/search/?q=share")
    links = page_links(answer)
    for prefix in ("/outcomes/", "/commitments/", "/organisations/", "/directory/"):
        assert len([link for link in links if link.startswith(prefix)]) == 20, prefix


def test_search_words_are_escaped(client: Client, searchable_records: None) -> None:
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert "<script>alert" not in page


def test_demo_results_are_marked(client: Client) -> None:
    event = make_event(code="MADE", title="Made roundtable", is_demonstration=True)
    make_statement(event, points=1)
    Outcome.objects.filter(parent__isnull=False).update(text="quokka")
    make_commitment(event, reference="MADE-C1", text="quokka")
    organisation = make_organisation(name="quokka", is_demonstration=True)
    make_role(event, organisation=organisation)
    make_delegate(name="quokka", is_demonstration=True, listed_to=Audience.EVERYONE)
    assert get_text(client, "/search/", q="quokka").count("Demonstration") == 4
