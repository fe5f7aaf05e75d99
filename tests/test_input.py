"""Whatever is typed: a clear sentence that names it, or a page; nothing lost, never a fault."""

import json
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from participants.models import ContactChannel, Delegate, User
from roundtable.models import Event
from tests.conftest import FULL, FULL_WALKS
from tests.factories import make_commitment, make_delegate
from tests.page_text import page_html
from tests.recorded_fixtures import recorded

Sign = Callable[[User | Delegate], Client]
CORPUS = Path(__file__).parent / "corpus" / "naughty.txt"

LISTS = [
    "/roundtables/",
    "/outcomes/",
    "/commitments/",
    "/organisations/",
    "/directory/",
]
SINGLE = ["/search/", "/me/preview/"]  # which have no second page
# What can be chosen, and the prefix of an error about it.
CHOICES = [
    ("/outcomes/", "event", "Roundtable"),
    ("/outcomes/", "theme", "Theme"),
    ("/outcomes/", "kind", "Kind"),
    ("/outcomes/", "addressee", "Addressed to"),
    ("/commitments/", "event", "Roundtable"),
    ("/commitments/", "status", "Status"),
    ("/commitments/", "overdue", "Due date"),
    ("/commitments/", "party", "Party"),
    ("/commitments/", "country", "Country"),
    ("/commitments/", "theme", "Theme"),
    ("/commitments/", "sort", "Order"),
    ("/organisations/", "kind", "Kind"),
    ("/organisations/", "country", "Country"),
    ("/me/preview/", "viewer", "View as"),
]
BROKEN = "contains characters that we cannot read. Write it again."
# A query, and the sentence that every list answers with.
MISTAKES = [
    ("colour=red", "This page cannot use “colour”. Delete it from the web address."),
    ("colour=", "This page cannot use “colour”. Delete it from the web address."),
    ("b=1&a=2&c=3&d=4", "This page cannot use “a”, “b”, “c”. Delete it from the web address."),
    ("page__gt=1", "This page cannot use “page__gt”. Delete it from the web address."),
    ("%3Cb%3E=1", "This page cannot use “<b>”. Delete it from the web address."),
    ("x" * 500 + "=1", f"This page cannot use “{'x' * 40}”. Delete it from the web address."),
    ("%FF%FE=1", "This page cannot use “\ufffd\ufffd”. Delete it from the web address."),
]
PAGE_MISTAKES = [
    ("page=1&page=1", "“page” appears more than once. Choose one."),
    ("page=0", "Page: Page numbers start at 1."),
    ("page=abc", "Page: Write the page number in digits, for example 2."),
    ("page=1%00", "Page: Write the page number in digits, for example 2."),
    ("page=" + "9" * 5000, "Page: Write the page number in digits, for example 2."),
    ("page=%FF", f"“page” {BROKEN}"),
]
NO_PAGES = [("page=1", "This page cannot use “page”. Delete it from the web address.")]
# The pages of a search are those of one kind of result.
PAGES_OF_A_KIND = [("page=1", "Page: Choose a kind of result first."), *PAGE_MISTAKES]
ONE_PAGE = "Page: There is only 1 page."
SENTENCE_OF_CHOICES = "Select a valid choice. {} is not one of the available choices."
SENTENCES = {
    "event": "This roundtable does not exist. Choose one from the list.",
    "theme": "This theme does not exist. Choose another theme.",
}


@pytest.fixture
def reader(client_of: Sign, event: Event, quiet_delegate: Delegate) -> Client:
    """Signed in, for the preview is one's own."""
    return client_of(quiet_delegate)


def some(cases: list[Any], path: str) -> list[Any]:
    """At full size all, and for one list, since all check alike; else those whose turn it is."""
    return cases if FULL or path == LISTS[2] else cases[(LISTS + SINGLE).index(path) :: 7]


def page_at(browser: Client, address: str) -> tuple[int, str]:
    answer = browser.get(address)
    return answer.status_code, answer.content.decode()


@pytest.mark.crawl
@pytest.mark.parametrize("path", LISTS + SINGLE)
def test_query_string_error_is_named(reader: Client, path: str) -> None:
    pages = PAGE_MISTAKES if path in LISTS else NO_PAGES
    mistakes = MISTAKES + (PAGES_OF_A_KIND if path == "/search/" else pages)
    for query, sentence in some(mistakes, path):
        status, text = page_at(reader, f"{path}?{query}")
        assert (status, query) == (400, query)
        assert escape(sentence) in text, query
        assert "“<b>”" not in text
    assert reader.head(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_first_page_number_is_accepted_and_an_unknown_one_named(reader: Client, path: str) -> None:
    for number in some(["1", "", "01", "١", "%201%20"], path):
        assert page_at(reader, f"{path}?page={number}")[0] == 200, number
    for number in some(["2", "9999999999999999999999", "٣", "+2", "%202%20", "0002"], path):
        status, text = page_at(reader, f"{path}?page={number}")
        assert (status, number) == (400, number)
        assert ONE_PAGE in text, number
        assert "We show the last page, for this reason:" in text, number


TYPED = [
    "nonsense",
    "<script>alert(1)</script>",
    "%(name)s {{ 7*7 }}",
    "\0",
    "١",
]


@pytest.mark.crawl
def test_unknown_choice_is_named(reader: Client) -> None:
    for place, (path, name, label) in enumerate(CHOICES):
        for typed in TYPED if FULL else TYPED[place % 5 :: 5]:
            answer = reader.get(path, {name: typed})
            text = answer.content.decode()
            assert (answer.status_code, typed) == (400, typed)
            shown = typed.replace("\0", "\ufffd")
            sentence = SENTENCES.get(name, SENTENCE_OF_CHOICES.format(shown))
            assert escape(f"{label}: {sentence}") in text
            assert "<script>alert" not in text and "\0" not in text
        assert page_at(reader, f"{path}?{name}=")[0] == 200
        status, text = page_at(reader, f"{path}?{name}=a&{name}=b")
        several = escape(f"{label}: {SENTENCES.get(name, SENTENCE_OF_CHOICES.format('a'))}")
        if path == "/me/preview/" or name == "sort":  # one value at most
            several = f"“{name}” appears more than once. Choose one."
        assert (status, several in text) == (400, True)
        status, text = page_at(reader, f"{path}?{name}=%FF%FE")
        assert (status, f"“{name}” {BROKEN}" in text) == (400, True)


def test_long_invalid_value_is_truncated(reader: Client) -> None:
    status, text = page_at(reader, "/commitments/?party=" + "x" * 8000)
    assert status == 400
    assert "Party: Select a valid choice. xxx" in text
    assert "x" * 300 not in text


@pytest.mark.django_db
def test_too_many_parameters_are_rejected(client: Client) -> None:
    answer = client.get("/commitments/?" + "&".join(f"p{number}=1" for number in range(6001)))
    assert answer.status_code == 400
    assert "We could not understand this request" in answer.content.decode()


def test_passkey_that_no_browser_sends_is_refused(client: Client) -> None:
    deep = ["[" * 40, "[" * 990 + "]" * 990, "[" * 100_000]
    for answer in ["9" * 5000, *deep, '{"id": 1e999}', "[1"]:
        page = client.post("/accounts/2fa/webauthn/login/", {"credential": answer})
        assert page.status_code in (200, 302)


def test_form_keeps_other_choices(client: Client, event: Event) -> None:
    page = page_html(client.get("/commitments/?event=roundtable-2024&sort=due&colour=red"))
    label = "Roundtable 2024, May 2024 (RT2024)"
    kept = '<label><input type="checkbox" name="event" value="roundtable-2024" checked>'
    assert f"{kept}<bdi>{label}</bdi></label>" in page
    assert '<option value="due" selected>Earliest due date first</option>' in page
    page = page_html(client.get("/outcomes/?kind=recommendation&page=abc"))
    assert 'value="recommendation" checked><bdi>Recommendation</bdi></label>' in page
    page = page_html(client.get("/organisations/?kind=government&country=XX"))
    assert 'value="government" checked><bdi>Government</bdi></label>' in page


def test_no_results_for_invalid_query_string(client: Client, event: Event) -> None:
    for path in ("/outcomes/", "/commitments/", "/organisations/", "/directory/", "/roundtables/"):
        page = page_html(client.get(f"{path}?colour=red"))
        assert "We show no results, for this reason:" in page
        assert f'<a href="{path}">Start again without filters</a>' in page
        assert "Train officers." not in page and "share what works" not in page


def test_pagination_keeps_filters(client: Client, event: Event) -> None:
    for number in range(10, 40):
        make_commitment(event, reference=f"RT2024-C{number}", text="More")
    page = page_html(client.get("/commitments/?status=no-update&sort=due"))
    assert 'rel="next" href="/commitments/?status=no-update&amp;sort=due&amp;page=2"' in page
    page = page_html(client.get("/commitments/?status=no-update&sort=due&page=2"))
    assert 'rel="prev" href="/commitments/?status=no-update&amp;sort=due&amp;page=1"' in page
    assert "Page 2 of 2" in page
    answer = client.get("/commitments/?status=no-update&page=3")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Page: There are only 2 pages." in text and "Page 2 of 2" in text


SEARCH_MISTAKES = [
    ("q=a&q=b", "“q” appears more than once. Choose one."),
    ("q=%00", "Search words: Null characters are not allowed."),
    ("q=ab%FF%FEcd", f"“q” {BROKEN}"),
    (
        "q=" + "x" * 201,
        "Search words: Ensure this value has at most 200 characters (it has 201).",
    ),
    ("q=a+b+c+d+e+f+g+h+i", "Search words: Search for at most 8 words at a time."),
]


def test_unsearchable_words_are_named(client: Client, event: Event) -> None:
    for query, sentence in SEARCH_MISTAKES:
        status, text = page_at(client, f"/search/?{query}")
        assert (status, query) == (400, query)
        assert escape(sentence) in text
    typed = "a b c d e f g h <i> \"j\" 'k' &amp;"
    answer = client.get("/search/", {"q": typed})
    assert answer.status_code == 400
    assert f'value="{escape(typed)}"' in answer.content.decode()


def test_like_wildcards_are_literal(client: Client, event: Event) -> None:
    for words in ["%", "_", "\\", "%%", "'", '"', "' OR '1'='1", "*", "trai%officers"]:
        answer = client.get("/search/", {"q": words})
        assert answer.status_code == 200
        assert "Nothing contains all of these words. Try fewer words." in answer.content.decode()


def naughty(samples: Path | None = None) -> list[str]:
    """Our own corpus, or the large one; without what no browser can send."""
    if samples is None:
        return CORPUS.read_text("utf-8").removesuffix("\n").split("\n")
    strings: list[str] = json.loads(
        (samples / "hostile" / "naughty" / "blns.json").read_text("utf-8")
    )
    return strings[:: 4 if FULL_WALKS else 8 if FULL else 58]


SEARCHED = ["/search/?q=", "/commitments/?party=", "/outcomes/?event=", "/directory/?page="]


def assert_search_works(client: Client, words: str, place: int) -> None:
    """Each of these is asked for it, or the one whose turn it is."""
    for path in SEARCHED if FULL else [SEARCHED[place % len(SEARCHED)]]:
        where, _sign, name = path.rstrip("=").partition("?")
        answer = client.get(where, {name: words})
        text = answer.content.decode()
        assert answer.status_code in (200, 400), words
        if answer.status_code == 400:
            assert '<div class="wrong" role="alert">' in text, words
        if "<" in words.strip():
            assert words.strip() not in text
    assert f'value="{escape(words)}"' in client.get("/search/", {"q": words}).content.decode()


@pytest.mark.crawl
@pytest.mark.django_db
def test_naughty_strings_can_be_searched(client: Client) -> None:
    assert len(naughty()) > 30
    for place, words in enumerate(naughty()):
        assert_search_works(client, words, place)


@pytest.mark.crawl
@pytest.mark.django_db
def test_large_samples_can_be_searched(client: Client, samples: Path) -> None:
    for place, words in enumerate(naughty(samples)):
        assert_search_works(client, words, place)


def profile_of(words: str) -> dict[str, str]:
    """What /me/ sends when each field holds these words."""
    return {
        "name": words,
        "name_latin": words,
        "post": words,
        "about": words,
        "listed_to": "everyone",
        "channel-TOTAL_FORMS": "1",
        "channel-INITIAL_FORMS": "0",
        "channel-0-kind": "other",
        "channel-0-value": words,
        "channel-0-audience": "everyone",
    }


def assert_profile_is_saved_or_rejected(browser: Client, delegate: Delegate, words: str) -> None:
    """Saved and shown as it was written; or refused in words, and still in the form."""
    ContactChannel.objects.all().delete()
    answer = browser.post("/me/", profile_of(words))
    assert answer.status_code in (302, 400), words
    kept = words.strip()
    if answer.status_code == 400:
        text = answer.content.decode()
        assert "Nothing is saved yet. Correct the fields marked below, then save again." in text
        assert '<div class="error"' in text, words
        assert f'name="post" value="{escape(words)}"' in text or not words.strip(), words
        assert not ContactChannel.objects.exists()
        return
    delegate.refresh_from_db()
    stored = (delegate.name, delegate.name_latin, delegate.post, delegate.about)
    assert stored == (kept,) * 4, words
    assert [row.value for row in delegate.channels.all()] == ([kept] if kept else []), words
    for path in ("/me/", f"/directory/{delegate.handle}/"):
        text = browser.get(path).content.decode()
        assert escape(kept) in text or not kept, words
        assert kept in unescape(text), words
        if "<" in kept:
            assert kept not in text, words
    assert browser.get(f"/directory/{delegate.handle}.vcf").status_code == 200


@pytest.fixture
@recorded
def writer(db: None) -> Delegate:
    return make_delegate(name="Writes")


@pytest.mark.walk
def test_naughty_strings_can_be_saved_in_profile(client_of: Sign, writer: Delegate) -> None:
    browser = client_of(writer)
    for words in naughty() if FULL else naughty()[::4]:
        assert_profile_is_saved_or_rejected(browser, writer, words)


@pytest.mark.walk
def test_large_samples_can_be_saved_in_profile(
    client_of: Sign, writer: Delegate, samples: Path
) -> None:
    browser = client_of(writer)
    for words in naughty(samples):
        assert_profile_is_saved_or_rejected(browser, writer, words)
